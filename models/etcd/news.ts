/**
 * What the server does with what Raft tells it: who leads, what is committed, which reads are confirmed.
 *
 * Sources: etcd v3.6.14 server/etcdserver/server.go (applyEntries, applyConfChange, snapshotIfNeededAndCompactRaftLog,
 * updateLeadership), raft.go:173-345. Unit: microseconds. Applying takes no time.
 *
 * Not modelled: the negotiation of the cluster's version (an entry after the first election), the v2 store.
 */

import { apply } from './apply.ts';
import { type Backend, draftOfBackend, memberOf, withMember } from './backend.ts';
import type { EtcdError } from './errors.ts';
import { peerMemberId, type RaftNews } from './family.ts';
import { retryForwardsVia } from './forwarding.ts';
import { hexId } from './ids.ts';
import { demoteLessor, noteGranted, noteRevoked, promoteLessor } from './lease-requests.ts';
import { isBlocked, raiseNoSpace } from './maintenance.ts';
import { memberListOf, memberToApi } from './members.ts';
import type { PeerStreamInput } from './peer-stream.ts';
import type { MemberChange, Operation, Proposal } from './proposal.ts';
import { proposeQueued, takePending } from './proposals.ts';
import { type ConfChange, confChangeOf, type Entry } from './raft/entries.ts';
import { NONE, type RaftMessage, type Snapshot } from './raft/messages.ts';
import { failReadsOfOldLeader, firstCommitInTerm, serveRound, takeReadStates } from './reads.ts';
import { impossible } from './reconfiguration.ts';
import { answer, answerTo, type Draft, isLeader, log, tellRaft } from './server-state.ts';
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
  if (news.committedEntries.length > 0) applyEntries(server, news.committedEntries, atUs);
  if (server.lead !== NONE) proposeQueued(server);
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
}

// --- entries

/** Applies what is committed, or keeps it while the database is being written anew. */
export function applyEntries(server: Draft, entries: Iterable<Entry>, atUs: number): void {
  if (isBlocked(server, atUs)) {
    server.heldEntries = server.heldEntries.concat(entries);
    return;
  }
  for (const entry of entries) applyEntry(server, entry, atUs);
  snapshotIfDue(server);
  serveRound(server, atUs);
}

function applyEntry(server: Draft, entry: Entry, atUs: number): void {
  const { index, term, data } = entry;
  if (index <= server.backend.appliedIndex) return;
  const next = draftOfBackend(server.backend);
  next.appliedIndex = index;
  next.appliedTerm = term;
  server.backend = next;
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
  const applied = apply(server.backend, operation, server.hexId, server.settings.quotaBytes);
  const { backend, answer: body, changes } = applied;
  server.backend = backend;
  if (applied.exceeds && proposal.proposer === server.id) raiseNoSpace(server, atUs);
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
  const { member, isPromote, isNotInV3, ...from } = change.context as MemberChange;
  const [single] = change.changes;
  if (single === undefined) return;
  const { type, nodeId } = single;
  const refusal = impossible(server.backend, type, nodeId, member, isPromote, server.settings.maxLearners);
  // What the v3 store was not told of has not happened to a version that reads it.
  const comesBack = isNotInV3 === true && member === null && server.rules.readsV3;
  tellRaft(server, { type: 'apply-conf-change', change: refusal === null && !comesBack ? change : null });
  if (refusal !== null) {
    answerChange(server, from, refusal);
    return;
  }
  if (isNotInV3 === true) noteNotInV3(server, nodeId, isPromote);
  const cluster = hexId(server.backend.clusterId);
  if (member === null) {
    const { members, removed } = server.backend;
    server.backend = {
      ...server.backend,
      members: members.filter(({ id }) => id !== nodeId),
      removed: [...removed, nodeId],
    };
    log(server, `removed member ${hexId(nodeId)} from cluster ${cluster}`);
    if (nodeId === server.id) server.stopAtUs = atUs + REMOVED_STOP_US;
  } else {
    // A promotion or a new URL keeps the name that was published meanwhile.
    const known = memberOf(server.backend, nodeId);
    const record =
      known === undefined ? member : { ...member, name: known.name, clientUrls: known.clientUrls };
    server.backend = withMember(server.backend, record);
    const urls = member.peerUrls.join(' ');
    log(
      server,
      `${known === undefined ? 'added' : 'updated'} member ${hexId(nodeId)} [${urls}] ${known === undefined ? 'to' : 'in'} cluster ${cluster}`,
    );
  }
  linkPeers(server, atUs);
  answerChange(server, from, null);
}

/** A version that reads members from the v3 store finds more learners there than it may have, and ends. */
function noteNotInV3(server: Draft, id: number, isPromote: boolean): void {
  const { notInV3 } = server.backend;
  const record = memberOf(server.backend, id);
  const promoted = isPromote ? [...notInV3.promoted, id] : notInV3.promoted;
  const removed = isPromote || record === undefined ? notInV3.removed : [...notInV3.removed, record];
  server.backend = { ...server.backend, notInV3: { promoted, removed } };
  if (!server.rules.readsV3 || promoted.length <= server.settings.maxLearners) return;
  log(server, 'failed to start etcd: membership: too many learner members in cluster', 'C');
  server.out.push({ type: 'exit', code: 1 });
}

function answerChange(
  server: Draft,
  { proposer, number }: Pick<MemberChange, 'proposer' | 'number'>,
  refusal: EtcdError | null,
): void {
  const pending = proposer === server.id ? server.pendingChanges.get(number) : undefined;
  if (pending === undefined) return;
  server.pendingChanges = server.pendingChanges.delete(number);
  if (refusal !== null) {
    answerTo(server, pending.reply, refusal);
    return;
  }
  const list = memberListOf(server);
  const added = server.backend.members.find(({ id }) => id === pending.member);
  const isAdd = pending.what === 'add' && added !== undefined;
  answerTo(server, pending.reply, isAdd ? { ...list, member: memberToApi(added) } : list);
}

/** Keeps a link to every other member, and to nobody else. */
export function linkPeers(server: Draft, atUs: number): void {
  const { backend, settings, id: self, linked } = server;
  // A member that joins keeps the links it began with until it has applied its own addition.
  if (memberOf(backend, self) !== undefined) server.remotes = [];
  const remotes = server.remotes.filter(({ id }) => memberOf(backend, id) === undefined);
  const wanted = [...backend.members, ...remotes].filter(({ id }) => id !== self);
  for (const { id, address, port } of wanted) {
    if (linked.some((link) => link.id === id && link.address === address && link.port === port)) continue;
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
  for (const { id } of linked) {
    if (wanted.some((member) => member.id === id)) continue;
    tellRaft(server, { type: 'peer-removed', id });
    server.out.push({ type: 'stop', id: peerMemberId(id) });
    noteInactive(server, id, atUs);
    log(server, `stopped peer ${hexId(id)}`);
  }
  server.linked = wanted;
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
  retryForwardsVia(server, id, atUs);
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
