/**
 * Linearizable reads: one round at a time asks Raft for an index that is certain to be current, and serves all reads
 * that came before it began once that index is applied. Reads that come meanwhile wait for the next round.
 *
 * Source: etcd v3.6.14 server/etcdserver/v3_server.go:902-1040 (linearizableReadLoop, requestCurrentIndex; each
 * retry has a new id since 3.4.42, 3.5.28 and 3.6.9); ETCD-FACTS section 4. Unit: microseconds.
 *
 * Not modelled: the stale read that the kept id allowed (issue 20418). It takes Raft's contexts of before 3.7 as well, where the
 * answers to an earlier try confirmed a later one; Raft here counts positions.
 */

import type { RangeRequest, TxnRequest } from './api.ts';
import { applyTxn, rangeError } from './apply.ts';
import type { EtcdError } from './errors.ts';
import { ERRORS } from './errors.ts';
import { answerHealth, answerProbe, failHealth, failProbe, timeOutHealth, timeOutProbe } from './health.ts';
import { revokeProven } from './lease-requests.ts';
import { isBlocked } from './maintenance.ts';
import { memberListOf } from './members.ts';
import type { ReadState } from './raft/raft.ts';
import {
  answer,
  type Draft,
  header,
  log,
  NEVER_US,
  type ReadRound,
  type ReplyTo,
  type Server,
  tellRaft,
  type Waiter,
} from './server-state.ts';
import { range } from './store.ts';

/** v3_server.go:51 readIndexRetryTime. */
const RETRY_US = 500_000;

export function waitToRead(server: Draft, waiter: Waiter, atUs: number): void {
  server.nextReads = server.nextReads.push(waiter);
  server.readLimitUs = Math.min(server.readLimitUs, waiter.deadlineUs);
  if (server.round === null) beginRound(server, atUs);
}

function beginRound(server: Draft, atUs: number): void {
  const waiters = server.nextReads;
  server.nextReads = waiters.clear();
  server.round = {
    request: ++server.count,
    retryAtUs: atUs + RETRY_US,
    deadlineUs: atUs + server.settings.requestTimeoutUs,
    index: null,
    waiters,
  };
  tellRaft(server, { type: 'read-index', context: server.count, atUs: server.nowUs });
}

/** Asks again, under a new number: an answer to an older one could confirm too little, as it did while the number was kept. */
function askAgain(server: Draft, round: ReadRound, atUs: number): void {
  const request = server.rules.newReadIds ? ++server.count : round.request;
  server.round = { ...round, request, retryAtUs: atUs + RETRY_US };
  tellRaft(server, { type: 'read-index', context: request });
}

/** The first entry of a term was applied: only now could a new leader answer. */
export function firstCommitInTerm(server: Draft, atUs: number): void {
  const { round } = server;
  if (round === null || round.index !== null) return;
  log(server, 'first commit in current term: resending ReadIndex request');
  askAgain(server, round, atUs);
}

export function takeReadStates(server: Draft, states: readonly ReadState[], atUs: number): void {
  const { round } = server;
  if (round === null || round.index !== null) return;
  const state = states.find(({ context }) => context === round.request);
  if (state === undefined) return;
  server.round = { ...round, index: state.index };
  serveRound(server, atUs);
}

/** Serves the round's reads once its index is applied. */
export function serveRound(server: Draft, atUs: number): void {
  const { round } = server;
  if (
    isBlocked(server, atUs) ||
    round === null ||
    round.index === null ||
    server.backend.appliedIndex < round.index
  )
    return;
  server.round = null;
  for (const waiter of round.waiters) serve(server, waiter, atUs);
  if (!server.nextReads.isEmpty()) beginRound(server, atUs);
}

/** A new leader was elected: a round that is not confirmed yet may never be. */
export function failReadsOfOldLeader(server: Draft, atUs: number): void {
  if (server.round !== null && server.round.index === null) failRound(server, ERRORS.leaderChanged, atUs);
}

function failRound(server: Draft, error: EtcdError, atUs: number): void {
  const { round } = server;
  if (round === null) return;
  server.round = null;
  for (const waiter of round.waiters) fail(server, waiter, error);
  if (!server.nextReads.isEmpty()) beginRound(server, atUs);
}

/** Retries, the end of the round, and reads with a limit of their own. */
export function readsDue(server: Draft, atUs: number): void {
  dropOverdue(server, atUs);
  const { round } = server;
  if (round === null || round.index !== null) return;
  if (round.deadlineUs <= atUs) failRound(server, ERRORS.timeout, atUs);
  else if (round.retryAtUs <= atUs) {
    log(
      server,
      `waiting for ReadIndex response took too long, retrying (sent-request-id: ${round.request}, retry-timeout: 500ms)`,
      'W',
    );
    askAgain(server, round, atUs);
  }
}

function dropOverdue(server: Draft, atUs: number): void {
  if (server.readLimitUs > atUs) return;
  server.readLimitUs = NEVER_US;
  const keep = (waiter: Waiter): boolean => {
    if (waiter.deadlineUs <= atUs) {
      timeOut(server, waiter);
      return false;
    }
    server.readLimitUs = Math.min(server.readLimitUs, waiter.deadlineUs);
    return true;
  };
  const { round } = server;
  if (round !== null) server.round = { ...round, waiters: round.waiters.filter(keep) };
  server.nextReads = server.nextReads.filter(keep);
}

export function nextReadUs({ round, readLimitUs }: Server): number {
  if (round === null || round.index !== null) return readLimitUs;
  return Math.min(readLimitUs, round.retryAtUs, round.deadlineUs);
}

// --- answers

function serve(server: Draft, { reply, what }: Waiter, atUs: number): void {
  switch (what.kind) {
    case 'range':
      serveRange(server, reply, what.request);
      break;
    case 'txn':
      serveTxn(server, reply, what.request);
      break;
    case 'member-list':
      answer(server, reply, memberListOf(server));
      break;
    case 'health':
      answerHealth(server, reply);
      break;
    case 'probe':
      answerProbe(server, reply, what.path);
      break;
    case 'revoke':
      revokeProven(server, what.leases, atUs);
  }
}

function fail(server: Draft, { reply, what }: Waiter, error: EtcdError): void {
  if (what.kind === 'health') failHealth(server, reply, error);
  else if (what.kind === 'probe') failProbe(server, reply, what.path, error);
  else if (what.kind !== 'revoke') answer(server, reply, error);
}

function timeOut(server: Draft, { reply, what }: Waiter): void {
  if (what.kind === 'health') timeOutHealth(server, reply);
  else if (what.kind === 'probe') timeOutProbe(server, reply, what.path);
}

/** A serializable read: at once, unless the database is being written anew. */
export function serveOwn(server: Draft, reply: ReplyTo, what: Waiter['what'], atUs: number): void {
  const waiter: Waiter = { reply, what, deadlineUs: NEVER_US };
  if (isBlocked(server, atUs)) server.heldReads = server.heldReads.push(waiter);
  else serve(server, waiter, atUs);
}

/** The database can be read again. */
export function serveHeldReads(server: Draft, atUs: number): void {
  const held = server.heldReads;
  server.heldReads = held.clear();
  for (const waiter of held) serve(server, waiter, atUs);
}

/** Answers from the own store: a serializable read, or a linearizable one that is confirmed. */
function serveRange(server: Draft, reply: ReplyTo | null, request: RangeRequest): void {
  const found = range(server.backend.store, request);
  if (typeof found === 'string') answer(server, reply, rangeError(found));
  else answer(server, reply, { ok: true, header: header(server), ...found });
}

function serveTxn(server: Draft, reply: ReplyTo | null, request: TxnRequest): void {
  answer(server, reply, applyTxn(server.backend, request, server.hexId).answer);
}
