/**
 * What a leader does with its followers' answers, with transfers of its office, and with time: heartbeats, and
 * proof that it still has a quorum. Proposals and reads: leader-proposals.ts, leader-reads.ts.
 *
 * Source: etcd-io/raft v3.7.0, raft.go (stepLeader, tickHeartbeat), tracker/tracker.go (QuorumActive).
 */
import { describeProgress, hex } from './describe.ts';
import { propose } from './leader-proposals.ts';
import { acknowledgeReads, readIndex, servePostponedReads } from './leader-reads.ts';
import { debug, info } from './lines.ts';
import { conflictByTerm, firstIndex, lastIndex } from './log.ts';
import { NONE, type RaftMessage } from './messages.ts';
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
import { type Draft, progressAt, type Raft, setProgress } from './raft.ts';
import {
  broadcastAppend,
  broadcastHeartbeat,
  maybeCommit,
  sendAppend,
  sendTimeoutNow,
} from './replication.ts';

// --- time

/** With one more tick an election timeout is over in which no quorum was heard of (learners do not count: they are no voters). */
export function losesQuorum(raft: Raft): boolean {
  if (raft.electionElapsed + 1 < raft.config.electionTick || !raft.config.checkQuorum) return false;
  const active = new Map<number, boolean>();
  for (const p of raft.progress) active.set(p.id, p.recentActive);
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
function forgetActivity(raft: Draft): void {
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
  if (raft.config.readOnly === 'safe' && message.context !== null) acknowledgeReads(raft, message);
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
