/**
 * Requests that go through Raft: from the client to its answer.
 *
 * Sources: etcd v3.6.14 server/etcdserver/v3_server.go:836-900 (processInternalRaftRequestOnce), server.go:2487-2515
 * (parseProposeCtxErr); ETCD-FACTS section 3. Unit: microseconds.
 *
 * Not modelled: that applying takes time; entries wait only while the database is written anew.
 */
import { ERRORS, type EtcdError } from './errors.ts';
import type { ProposalRefused } from './family.ts';
import { proposeQueuedChanges, refuseChange } from './membership.ts';
import { type Operation, type Proposal, proposalEntry } from './proposal.ts';
import { NONE } from './raft/messages.ts';
import {
  answer,
  connectedSince,
  type Draft,
  isConnectedSince,
  type Pending,
  type ReplyTo,
  type Server,
  tellRaft,
} from './server-state.ts';

/** v3_server.go:49 maxGapBetweenApplyAndCommitIndex. */
const MAX_UNAPPLIED = 5000;

/** Why a request is not taken at all; null if it is. */
function refusalOf({ commit, backend, settings }: Server, bytes: number): EtcdError | null {
  if (commit - backend.appliedIndex > MAX_UNAPPLIED) return ERRORS.tooManyRequests;
  return bytes > settings.maxRequestBytes ? ERRORS.requestTooLarge : null;
}

/** Proposes, or waits for a leader to propose to. */
export function propose(server: Draft, operation: Operation, reply: ReplyTo | null, atUs: number): number {
  const number = ++server.count;
  const proposal: Proposal = { proposer: server.id, number, operation };
  const entry = proposalEntry(proposal);
  const refusal = reply === null ? null : refusalOf(server, entry.bytes);
  if (refusal !== null) {
    answer(server, reply, refusal);
    return number;
  }
  const queued = server.lead === NONE;
  server.pending = server.pending.set(number, {
    proposal,
    reply,
    startedAtUs: atUs,
    deadlineUs: atUs + server.settings.requestTimeoutUs,
    queued,
  });
  if (queued) server.queue = server.queue.push(number);
  else tellRaft(server, { type: 'propose', entries: [entry], atUs: server.nowUs });
  return number;
}

/** There is a leader again: what waited is proposed, in order. */
export function proposeQueued(server: Draft): void {
  proposeQueuedChanges(server);
  if (server.queue.isEmpty()) return;
  const numbers = server.queue;
  server.queue = numbers.clear();
  numbers.forEach((number) => {
    const pending = server.pending.get(number);
    if (pending === undefined) return;
    server.pending = server.pending.set(number, { ...pending, queued: false });
    tellRaft(server, { type: 'propose', entries: [proposalEntry(pending.proposal)] });
  });
}

/**
 * Raft would not take it. Without a leader it waits, as the node's channel would have made it wait. During a transfer of
 * office it fails; the text is not in etcd's map of errors, hence the code. Publishing is tried again.
 */
export function refuseProposals(server: Draft, { entries, reason, lead }: ProposalRefused): void {
  const error: EtcdError = { error: reason, code: 'Unknown' };
  for (const entry of entries) {
    if (entry.type !== 'EntryNormal') {
      if (lead === NONE) server.queuedChanges = [...server.queuedChanges, entry];
      else refuseChange(server, entry, error);
      continue;
    }
    const { proposer, number, operation } = entry.data as Proposal;
    const pending = proposer === server.id ? server.pending.get(number) : undefined;
    if (pending === undefined) continue;
    if (lead === NONE || operation.kind === 'publish') {
      server.pending = server.pending.set(number, { ...pending, queued: true });
      server.queue = server.queue.push(number);
    } else {
      server.pending = server.pending.delete(number);
      answer(server, pending.reply, error);
    }
  }
}

/** Takes the client of an applied proposal, if it is ours and still waited for. */
export function takePending(server: Draft, { proposer, number }: Proposal): Pending | undefined {
  if (proposer !== server.id) return undefined;
  const pending = server.pending.get(number);
  if (pending !== undefined) server.pending = server.pending.delete(number);
  return pending;
}

// --- time

/** Requests over their limit, oldest first. */
export function takeOverdue(server: Draft, atUs: number): readonly Pending[] {
  const overdue: Pending[] = [];
  for (const [number, pending] of server.pending) {
    if (pending.deadlineUs > atUs) break;
    overdue.push(pending);
    server.pending = server.pending.delete(number);
  }
  return overdue;
}

/** The text by its cause. A timed-out write may still commit. */
export function timeoutError(server: Server, { startedAtUs, queued }: Pending): EtcdError {
  if (queued) return { error: 'context deadline exceeded', code: server.rules.contextDeadlineCode };
  const { electedAtUs, lead, id, settings, backend } = server;
  const lostUs = electedAtUs - 2 * settings.electionTicks * settings.heartbeatUs;
  if (electedAtUs > 0 && startedAtUs > lostUs && startedAtUs < electedAtUs)
    return ERRORS.timeoutLeaderFailure;
  if (lead === id) {
    const quorum = Math.floor(backend.members.length / 2) + 1;
    if (connectedSince(server, startedAtUs) < quorum) return ERRORS.timeoutConnectionLost;
  } else if (lead !== NONE && !isConnectedSince(server, lead, startedAtUs))
    return ERRORS.timeoutConnectionLost;
  return ERRORS.timeout;
}
