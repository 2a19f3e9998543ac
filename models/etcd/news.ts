/**
 * What the server does with what Raft tells it: who leads, what is committed, which reads are confirmed.
 *
 * Sources: etcd v3.6.14 server/etcdserver/server.go (applyEntries, applyConfChange, snapshotIfNeededAndCompactRaftLog,
 * updateLeadership), raft.go:173-345. Unit: microseconds. Applying takes no time.
 *
 * Not modelled: the negotiation of the cluster's version (an entry after the first election), the v2 store.
 */
import { apply } from './apply.ts';
import { type Backend, memberOf, withMember } from './backend.ts';
import { peerMemberId, type RaftNews } from './family.ts';
import { hexId } from './ids.ts';
import { demoteLessor, noteGranted, noteRevoked, promoteLessor, retryRenewalsVia } from './lease-requests.ts';
import { memberListOf, memberToApi } from './members.ts';
import type { PeerStreamInput } from './peer-stream.ts';
import type { MemberChange, Operation, Proposal } from './proposal.ts';
import { proposeQueued, takePending } from './proposals.ts';
import { type ConfChange, confChangeOf, type Entry } from './raft/entries.ts';
import { NONE, type RaftMessage, type Snapshot } from './raft/messages.ts';
import { failReadsOfOldLeader, firstCommitInTerm, serveRound, takeReadStates } from './reads.ts';
import { answer, type Draft, header, isLeader, log, tellRaft } from './server-state.ts';
import { notifyWatchers, planLeaderCheck, resumeWatchers } from './watch.ts';

/** server.go:87 DefaultSnapshotCatchUpEntries: kept in the log below a snapshot, for followers that lag. */
const CATCH_UP_ENTRIES = 5000;
/** server.go:1211: a member that finds itself removed stops after this. */
const REMOVED_STOP_US = 1_000_000;

export function hearRaft(server: Draft, news: RaftNews): void {
  const { atUs } = news;
  noteLeadership(server, news);
  if (news.confState !== null) server.confState = news.confState;
  if (news.snapshot !== null) restore(server, news.snapshot);
  for (const entry of news.committedEntries) applyEntry(server, entry, atUs);
  if (news.committedEntries.length > 0) {
    snapshotIfDue(server);
    serveRound(server, atUs);
  }
  if (news.readStates.length > 0) takeReadStates(server, news.readStates, atUs);
  planLeaderCheck(server, atUs);
}

function noteLeadership(server: Draft, { role, term, lead, commit, atUs }: RaftNews): void {
  const before = server.lead;
  const led = isLeader(server);
  server.role = role;
  server.term = term;
  server.lead = lead;
  server.commit = commit;
  if (led && role !== 'leader') demoteLessor(server);
  if (lead === before) return;
  const id = server.hexId;
  if (lead === NONE) {
    log(server, `raft.node: ${id} lost leader ${hexId(before)} at term ${term}`);
    return;
  }
  if (before === NONE) log(server, `raft.node: ${id} elected leader ${hexId(lead)} at term ${term}`);
  else log(server, `raft.node: ${id} changed leader from ${hexId(before)} to ${hexId(lead)} at term ${term}`);
  if (role === 'leader') server.electedAtUs = atUs;
  failReadsOfOldLeader(server, atUs);
  proposeQueued(server);
}

// --- entries

function applyEntry(server: Draft, entry: Entry, atUs: number): void {
  const { index, term, data } = entry;
  if (index <= server.backend.appliedIndex) return;
  server.backend = { ...server.backend, appliedIndex: index, appliedTerm: term };
  const change = confChangeOf(entry);
  if (change !== null) applyMemberChange(server, change, atUs);
  else if (data === null) firstEntryOfTerm(server, atUs);
  else applyProposal(server, data as Proposal, atUs);
}

function firstEntryOfTerm(server: Draft, atUs: number): void {
  firstCommitInTerm(server, atUs);
  if (isLeader(server)) promoteLessor(server, atUs);
}

function applyProposal(server: Draft, proposal: Proposal, atUs: number): void {
  const { operation } = proposal;
  const {
    backend,
    answer: body,
    changes,
  } = apply(server.backend, operation, server.hexId, server.settings.quotaBytes);
  server.backend = backend;
  if (operation.kind === 'lease-grant') noteGranted(server, operation.lease, atUs);
  if (operation.kind === 'lease-revoke') noteRevoked(server, operation.lease);
  notifyWatchers(server, changes);
  const pending = takePending(server, proposal);
  if (pending === undefined) return;
  answer(server, pending.reply, body);
  if (operation.kind === 'publish') notePublished(server, operation);
}

function notePublished(server: Draft, { name, clientUrls }: Extract<Operation, { kind: 'publish' }>): void {
  server.published = true;
  server.isReady = true;
  log(
    server,
    `published {Name:${name} ClientURLs:[${clientUrls.join(' ')}]} to cluster ${hexId(server.backend.clusterId)}`,
  );
}

// --- membership

function applyMemberChange(server: Draft, change: ConfChange, atUs: number): void {
  const context = change.context as MemberChange | null;
  const [single] = change.changes;
  const isValid = single !== undefined && isPossible(server.backend, single.type, single.nodeId, context);
  tellRaft(server, { type: 'apply-conf-change', change: isValid ? change : null });
  if (!isValid || context === null) return;
  const cluster = hexId(server.backend.clusterId);
  if (context.member === null) {
    const { members, removed } = server.backend;
    server.backend = {
      ...server.backend,
      members: members.filter(({ id }) => id !== single.nodeId),
      removed: [...removed, single.nodeId],
    };
    log(server, `removed member ${hexId(single.nodeId)} from cluster ${cluster}`);
    if (single.nodeId === server.id) server.stopAtUs = atUs + REMOVED_STOP_US;
  } else {
    server.backend = withMember(server.backend, context.member);
    log(
      server,
      `added member ${hexId(single.nodeId)} [${context.member.peerUrls.join(' ')}] to cluster ${cluster}`,
    );
  }
  linkPeers(server, atUs);
  answerChange(server, context);
}

/** cluster.go ValidateConfigurationChange: what has become impossible since it was proposed changes nothing. */
function isPossible(backend: Backend, type: string, id: number, context: MemberChange | null): boolean {
  if (backend.removed.includes(id)) return false;
  const member = memberOf(backend, id);
  if (type === 'ConfChangeRemoveNode') return member !== undefined;
  if (context?.isPromote === true) return member?.isLearner === true;
  return type === 'ConfChangeUpdateNode' ? member !== undefined : member === undefined;
}

function answerChange(server: Draft, { proposer, number, member }: MemberChange): void {
  if (proposer !== server.id) return;
  const pending = server.pendingChanges.get(number);
  if (pending === undefined) return;
  server.pendingChanges = server.pendingChanges.delete(number);
  const { ok, members } = memberListOf(server);
  const body = { ok, header: header(server), members };
  answer(
    server,
    pending.reply,
    pending.what === 'add' && member !== null ? { ...body, member: memberToApi(member) } : body,
  );
}

/** Keeps a link to every other member, and to nobody else. */
export function linkPeers(server: Draft, atUs: number): void {
  const { backend, settings, id: self } = server;
  const wanted = backend.members.filter(({ id }) => id !== self);
  for (const { id, address, port } of wanted) {
    if (server.linked.includes(id)) continue;
    tellRaft(server, { type: 'peer-added', id });
    const input: PeerStreamInput = {
      self,
      id,
      cluster: backend.clusterId,
      address,
      port,
      dialTimeoutUs: settings.dialTimeoutUs,
      atUs,
    };
    server.out.push({ type: 'start', machine: 'peer-stream', id: peerMemberId(id), input });
    log(server, `started peer ${hexId(id)}`);
  }
  for (const id of server.linked) {
    if (wanted.some((member) => member.id === id)) continue;
    tellRaft(server, { type: 'peer-removed', id });
    server.out.push({ type: 'stop', id: peerMemberId(id) });
    noteInactive(server, id, atUs);
    log(server, `stopped peer ${hexId(id)}`);
  }
  server.linked = wanted.map(({ id }) => id);
}

// --- links

export function noteActive(server: Draft, id: number, atUs: number): void {
  if (server.activeSinceUs.has(id)) return;
  server.activeSinceUs = new Map(server.activeSinceUs).set(id, atUs);
  log(server, `peer ${hexId(id)} became active`);
}

export function noteInactive(server: Draft, id: number, atUs: number): void {
  if (!server.activeSinceUs.has(id)) return;
  const active = new Map(server.activeSinceUs);
  active.delete(id);
  server.activeSinceUs = active;
  log(server, `peer ${hexId(id)} became inactive (message send to peer failed)`);
  retryRenewalsVia(server, id, atUs);
}

// --- snapshots

/** The state of now, for a follower whose next entry is gone (snapshot_merge.go: not the last snapshot's). */
export function sendSnapshot(server: Draft, message: RaftMessage): void {
  tellRaft(server, { type: 'send', to: message.to, message: { ...message, snapshot: snapshotOf(server) } });
}

function snapshotOf({ backend, confState }: Draft): Snapshot {
  return { index: backend.appliedIndex, term: backend.appliedTerm, confState, data: backend };
}

function restore(server: Draft, snapshot: Snapshot): void {
  const known = server.backend.store.revision;
  server.backend = snapshot.data as Backend;
  server.confState = snapshot.confState;
  server.snapshotIndex = snapshot.index;
  linkPeers(server, server.nowUs);
  resumeWatchers(server, known);
}

/** A snapshot after every so many applied entries; since 3.6 the log in memory is cut more often. */
function snapshotIfDue(server: Draft): void {
  const { backend, snapshotIndex, settings, rules } = server;
  const since = backend.appliedIndex - snapshotIndex;
  if (since <= Math.min(settings.snapshotCount, rules.compactLogEvery)) return;
  tellRaft(server, { type: 'offer-snapshot', snapshot: snapshotOf(server) });
  server.snapshotIndex = backend.appliedIndex;
  const keepFrom = backend.appliedIndex - CATCH_UP_ENTRIES;
  if (keepFrom > 1) tellRaft(server, { type: 'compact', index: keepFrom });
}
