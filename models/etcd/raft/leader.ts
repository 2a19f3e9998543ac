/**
 * What a leader does: proposals, acknowledgements, reads, transfers, and proof that it still has a quorum.
 *
 * Source: etcd-io/raft v3.7.0, raft.go (stepLeader, tickHeartbeat, sendMsgReadIndexResponse), tracker/tracker.go (QuorumActive).
 */
import { isJoint } from './conf-change.ts';
import { describeConfChange, describeConfig, describeProgress, hex } from './describe.ts';
import { confChangeOf, type Entry } from './entries.ts';
import { debug, info } from './lines.ts';
import { conflictByTerm, firstIndex, lastIndex, termAt } from './log.ts';
import { NONE, newMessage, type RaftMessage } from './messages.ts';
import {
  acknowledged,
  becomeProbe,
  becomeReplicate,
  canBumpCommit,
  decreased,
  freeInflights,
  type Progress,
  withFlowPaused,
  withRecentActive,
} from './progress.ts';
import { jointVote } from './quorum.ts';
import { type Draft, PROPOSAL_DROPPED, progressAt, type Raft, send, setProgress } from './raft.ts';
import { takeConfirmed, withAck, withRead } from './read-only.ts';
import {
  appendProposals,
  broadcastAppend,
  broadcastHeartbeat,
  maybeCommit,
  sendAppend,
  sendTimeoutNow,
} from './replication.ts';

// --- time

/** With one more tick an election timeout is over in which no quorum was heard of (learners do not count). */
export function losesQuorum(raft: Raft): boolean {
  if (raft.electionElapsed + 1 < raft.config.electionTick || !raft.config.checkQuorum) return false;
  const active = new Map<number, boolean>();
  for (const p of raft.progress) if (!p.isLearner) active.set(p.id, p.recentActive);
  return jointVote(raft.members, active) !== 'VoteWon';
}

/** One tick of a leader that keeps its office. */
export function tickLeader(raft: Draft): void {
  raft.heartbeatElapsed++;
  raft.electionElapsed++;
  if (raft.electionElapsed >= raft.config.electionTick) {
    raft.electionElapsed = 0;
    if (raft.config.checkQuorum) forgetActivity(raft);
    // A transfer that took an election timeout has failed.
    raft.leadTransferee = NONE;
  }
  if (raft.heartbeatElapsed >= raft.config.heartbeatTick) {
    raft.heartbeatElapsed = 0;
    broadcastHeartbeat(raft);
  }
}

/** The others have to be heard of anew until the next check. */
export function forgetActivity(raft: Draft): void {
  const { id } = raft.config;
  if (!raft.progress.some((p) => p.id !== id && p.recentActive)) return;
  raft.progress = raft.progress.map((p) => (p.id === id ? p : withRecentActive(p, false)));
}

// --- messages

/** A leader's reaction to a message of its own term (or of none). */
export function stepLeader(raft: Draft, message: RaftMessage): void {
  switch (message.type) {
    case 'MsgProp':
      propose(raft, message.entries);
      return;
    case 'MsgReadIndex':
      readIndex(raft, message);
      return;
    case 'MsgForgetLeader':
      return;
    default:
  }
  const at = progressAt(raft, message.from);
  if (at < 0) {
    debug(raft.lines, () => `${hex(raft.config.id)} no progress available for ${hex(message.from)}`);
    return;
  }
  switch (message.type) {
    case 'MsgAppResp':
      setProgress(raft, at, withRecentActive(raft.progress[at]!, true));
      if (message.reject) handleRejection(raft, at, message);
      else handleAcknowledgement(raft, at, message);
      break;
    case 'MsgHeartbeatResp':
      handleHeartbeatResponse(raft, at, message);
      break;
    case 'MsgTransferLeader':
      transferLeader(raft, at);
      break;
    case 'MsgUnreachable':
      handleUnreachable(raft, at);
      break;
    case 'MsgSnapStatus':
      handleSnapshotStatus(raft, at, message.reject);
      break;
    default:
  }
}

/** Checks membership changes, appends, and sends. */
export function propose(raft: Draft, proposals: readonly Entry[]): void {
  if (progressAt(raft, raft.config.id) < 0) {
    raft.refusal = PROPOSAL_DROPPED;
    return;
  }
  if (raft.leadTransferee !== NONE) {
    debug(
      raft.lines,
      () =>
        `${hex(raft.config.id)} [term ${raft.term}] transfer leadership to ${hex(raft.leadTransferee)} is in progress; dropping proposal`,
    );
    raft.refusal = PROPOSAL_DROPPED;
    return;
  }
  const last = lastIndex(raft.log);
  const entries = proposals.map((entry, i) => admitConfChange(raft, entry, last + 1 + i));
  if (appendProposals(raft, entries)) broadcastAppend(raft);
  else raft.refusal = PROPOSAL_DROPPED;
}

/** A membership change that may not be made now becomes an empty entry, which the proposer's log still holds. */
function admitConfChange(raft: Draft, entry: Entry, index: number): Entry {
  const change = confChangeOf(entry);
  if (change === null) return entry;
  const leaves = change.changes.length === 0;
  let failed = '';
  if (raft.pendingConfIndex > raft.log.applied) {
    failed = `possible unapplied conf change at index ${raft.pendingConfIndex} (applied to ${raft.log.applied})`;
  } else if (isJoint(raft.members) && !leaves) {
    failed = 'must transition out of joint config first';
  } else if (!isJoint(raft.members) && leaves) {
    failed = 'not in joint state; refusing empty conf change';
  }
  if (failed === '' || raft.config.disableConfChangeValidation) {
    raft.pendingConfIndex = index;
    return entry;
  }
  info(
    raft.lines,
    () =>
      `${hex(raft.config.id)} ignoring conf change ${describeConfChange(change)} at config ${describeConfig(raft.members)}: ${failed}`,
  );
  return { term: 0, index: 0, type: 'EntryNormal', data: null, bytes: 0 };
}

function handleRejection(raft: Draft, at: number, message: RaftMessage): void {
  const id = hex(raft.config.id);
  debug(
    raft.lines,
    () =>
      `${id} received MsgAppResp(rejected, hint: (index ${message.rejectHint}, term ${message.logTerm})) from ${hex(message.from)} for index ${message.index}`,
  );
  const hint =
    message.logTerm > 0
      ? conflictByTerm(raft.log, message.rejectHint, message.logTerm).index
      : message.rejectHint;
  const before = raft.progress[at]!;
  const p = decreased(before, message.index, hint);
  if (p === before) return;
  debug(
    raft.lines,
    () => `${id} decreased progress of ${hex(p.id)} to [${describeProgress(p, raft.config)}]`,
  );
  setProgress(raft, at, p.state === 'StateReplicate' ? becomeProbe(p) : p);
  sendAppend(raft, at, true);
}

function handleAcknowledgement(raft: Draft, at: number, message: RaftMessage): void {
  const before = raft.progress[at]!;
  const p = acknowledged(before, message.index);
  if (p === before && !(p.match === message.index && p.state === 'StateProbe')) return;
  setProgress(raft, at, resumed(raft, p, message.index));
  const self = raft.config.id;
  if (maybeCommit(raft)) {
    servePostponedReads(raft);
    broadcastAppend(raft);
  } else if (message.from !== self && canBumpCommit(raft.progress[at]!, raft.log.committed)) {
    sendAppend(raft, at, true);
  }
  // The freed window may take more than one message.
  if (message.from !== self) while (sendAppend(raft, at, false));
  if (message.from === raft.leadTransferee && raft.progress[at]!.match === lastIndex(raft.log)) {
    info(
      raft.lines,
      () => `${hex(self)} sent MsgTimeoutNow to ${hex(message.from)} after received MsgAppResp`,
    );
    sendTimeoutNow(raft, message.from);
  }
}

/** How the member goes on after an acknowledgement. */
function resumed(raft: Draft, p: Progress, index: number): Progress {
  switch (p.state) {
    case 'StateProbe':
      return becomeReplicate(p);
    case 'StateReplicate':
      return freeInflights(p, index);
    case 'StateSnapshot': {
      // Whatever snapshot it was sent: it can be served from the log again.
      if (p.match + 1 < firstIndex(raft.log)) return p;
      debug(
        raft.lines,
        () =>
          `${hex(raft.config.id)} recovered from needing snapshot, resumed sending replication messages to ${hex(p.id)} [${describeProgress(p, raft.config)}]`,
      );
      return becomeReplicate(becomeProbe(p));
    }
  }
}

/** Whether the answer to a heartbeat tells the leader nothing that it acts on: the idle cluster's case. */
export function isOldNews(raft: Raft, message: RaftMessage): boolean {
  if (message.type !== 'MsgHeartbeatResp' || message.term !== raft.term) return false;
  if (message.context !== null) return false;
  const at = progressAt(raft, message.from);
  if (at < 0) return false;
  const p = raft.progress[at]!;
  return p.recentActive && !p.flowPaused && p.state !== 'StateProbe' && p.match >= lastIndex(raft.log);
}

function handleHeartbeatResponse(raft: Draft, at: number, message: RaftMessage): void {
  const p = withRecentActive(raft.progress[at]!, true);
  setProgress(raft, at, withFlowPaused(p, false));
  if (p.match < lastIndex(raft.log) || p.state === 'StateProbe') sendAppend(raft, at, true);
  if (raft.config.readOnly !== 'safe' || message.context === null) return;
  const acked = withAck(raft.reads, message.from, message.context as number);
  const { confirmed, reads } = takeConfirmed(acked, raft.members);
  raft.reads = reads;
  for (const { request, index } of confirmed) answerRead(raft, request, index);
}

/** The transport could not deliver: what was sent since may be lost, so probe. */
function handleUnreachable(raft: Draft, at: number): void {
  if (raft.progress[at]!.state === 'StateReplicate') setProgress(raft, at, becomeProbe(raft.progress[at]!));
  const p = raft.progress[at]!;
  debug(
    raft.lines,
    () =>
      `${hex(raft.config.id)} failed to send message to ${hex(p.id)} because it is unreachable [${describeProgress(p, raft.config)}]`,
  );
}

/** The transport's report on a snapshot: taken in, or lost on the way. */
function handleSnapshotStatus(raft: Draft, at: number, failed: boolean): void {
  const p = raft.progress[at]!;
  if (p.state !== 'StateSnapshot') return;
  const probe = becomeProbe(failed ? { ...p, pendingSnapshot: 0 } : p);
  debug(
    raft.lines,
    () =>
      `${hex(raft.config.id)} snapshot ${failed ? 'failed' : 'succeeded'}, resumed sending replication messages to ${hex(p.id)} [${describeProgress(probe, raft.config)}]`,
  );
  // Wait for its answer (or the next heartbeat) before the next append.
  setProgress(raft, at, withFlowPaused(probe, true));
}

function transferLeader(raft: Draft, at: number): void {
  const target = raft.progress[at]!;
  const self = hex(raft.config.id);
  const to = hex(target.id);
  if (target.isLearner) {
    debug(raft.lines, () => `${self} is learner. Ignored transferring leadership`);
    return;
  }
  const pending = raft.leadTransferee;
  if (pending === target.id) {
    info(
      raft.lines,
      () =>
        `${self} [term ${raft.term}] transfer leadership to ${to} is in progress, ignores request to same node ${to}`,
    );
    return;
  }
  if (pending !== NONE) {
    raft.leadTransferee = NONE;
    info(
      raft.lines,
      () => `${self} [term ${raft.term}] abort previous transferring leadership to ${hex(pending)}`,
    );
  }
  if (target.id === raft.config.id) {
    debug(raft.lines, () => `${self} is already leader. Ignored transferring leadership to self`);
    return;
  }
  info(raft.lines, () => `${self} [term ${raft.term}] starts to transfer leadership to ${to}`);
  raft.electionElapsed = 0;
  raft.leadTransferee = target.id;
  if (target.match === lastIndex(raft.log)) {
    sendTimeoutNow(raft, target.id);
    info(
      raft.lines,
      () => `${self} sends MsgTimeoutNow to ${to} immediately as ${to} already has up-to-date log`,
    );
  } else {
    sendAppend(raft, at, true);
  }
}

// --- reads

/** A request for the index at which a read is linearizable. */
export function readIndex(raft: Draft, request: RaftMessage): void {
  const { voters, outgoing } = raft.members;
  if (voters.length === 1 && outgoing.length === 0) {
    answerRead(raft, request, raft.log.committed);
  } else if (termAt(raft.log, raft.log.committed) !== raft.term) {
    // What this leader has committed so far may be less than what its predecessor had.
    raft.postponedReads = [...raft.postponedReads, request];
  } else {
    confirmRead(raft, request);
  }
}

function confirmRead(raft: Draft, request: RaftMessage): void {
  if (raft.config.readOnly === 'lease-based') {
    answerRead(raft, request, raft.log.committed);
    return;
  }
  raft.reads = withRead(raft.reads, { request, index: raft.log.committed }, raft.config.id);
  broadcastHeartbeat(raft);
}

function servePostponedReads(raft: Draft): void {
  const postponed = raft.postponedReads;
  if (postponed.length === 0 || termAt(raft.log, raft.log.committed) !== raft.term) return;
  raft.postponedReads = [];
  for (const request of postponed) confirmRead(raft, request);
}

/** To our own application as a read state, to another member as a message. */
function answerRead(raft: Draft, request: RaftMessage, index: number): void {
  if (request.from === NONE || request.from === raft.config.id) {
    raft.readStates = [...raft.readStates, { index, context: request.entries[0]?.data ?? null }];
    return;
  }
  const answer = newMessage('MsgReadIndexResp', raft.config.id, request.from, raft.term);
  answer.index = index;
  answer.entries = request.entries;
  send(raft, answer);
}
