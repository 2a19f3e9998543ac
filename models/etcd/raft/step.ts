/**
 * What any role does with a message before its own rules apply: who may be heard at all, which term is
 * newer, what the local storage has done.
 *
 * Source: etcd-io/raft v3.7.0, raft.go (Step, appliedTo, appliedSnap), rawnode.go (RawNode.Step).
 */
import { describeConfig, hex } from './describe.ts';
import { answerVoteRequest, becomeFollower, rejectVoteRequest } from './election.ts';
import { entriesBytes, payloadBytes } from './entries.ts';
import { stepFollower } from './follower.ts';
import { propose } from './leader-proposals.ts';
import { debug, info } from './lines.ts';
import { appliedTo, stableSnapshotTo, stableTo } from './log.ts';
import {
  isLocal,
  isResponse,
  isStorageThread,
  NONE,
  newMessage,
  type RaftMessage,
  type Snapshot,
} from './messages.ts';
import { type Draft, progressAt, type Raft, send } from './raft.ts';

const LOCAL_MESSAGE = 'raft: cannot step raft local message';
const PEER_NOT_FOUND = 'raft: cannot step as peer not found';

/** Why a message from outside is not taken at all; null if it is. */
export function refusalOf(raft: Raft, message: RaftMessage): string | null {
  if (isStorageThread(message.from)) return null;
  if (isLocal(message.type)) return LOCAL_MESSAGE;
  if (isResponse(message.type) && progressAt(raft, message.from) < 0) return PEER_NOT_FOUND;
  return null;
}

/** Whether the sender is ahead, so that we become its follower or nobody's. Trial votes change no term. */
export function hasNewerTerm(raft: Raft, message: RaftMessage): boolean {
  if (message.term <= raft.term || message.type === 'MsgPreVote') return false;
  return message.type !== 'MsgPreVoteResp' || message.reject;
}

export function hasOlderTerm(raft: Raft, message: RaftMessage): boolean {
  return message.term !== 0 && message.term < raft.term;
}

export function isFromLeader(message: RaftMessage): boolean {
  return message.type === 'MsgApp' || message.type === 'MsgHeartbeat' || message.type === 'MsgSnap';
}

/** Gives up any office for the newer term. */
export function followNewerTerm(raft: Draft, message: RaftMessage): void {
  info(
    raft.lines,
    () =>
      `${hex(raft.config.id)} [term: ${raft.term}] received a ${message.type} message with higher term from ${hex(message.from)} [term: ${message.term}]`,
  );
  becomeFollower(raft, message.term, isFromLeader(message) ? message.from : NONE);
}

/**
 * A sender that is behind. With check-quorum or pre-vote a leader of an older term must be told: its
 * messages move nobody, and a member that was cut off would otherwise never hear of it.
 */
export function answerOlderTerm(raft: Draft, message: RaftMessage): void {
  const { checkQuorum, preVote, id } = raft.config;
  const { type } = message;
  if ((checkQuorum || preVote) && (type === 'MsgHeartbeat' || type === 'MsgApp')) {
    send(raft, newMessage('MsgAppResp', id, message.from, raft.term));
  } else if (type === 'MsgPreVote') {
    rejectVoteRequest(raft, message);
  } else if (type === 'MsgStorageAppendResp') {
    if (message.index !== 0) {
      info(
        raft.lines,
        () =>
          `${hex(id)} [term: ${raft.term}] ignored entry appends from a ${type} message with lower term [term: ${message.term}]`,
      );
    }
    if (message.snapshot !== null) snapshotApplied(raft, message.snapshot);
  } else {
    info(
      raft.lines,
      () =>
        `${hex(id)} [term: ${raft.term}] ignored a ${type} message with lower term from ${hex(message.from)} [term: ${message.term}]`,
    );
  }
}

/** A message of our own term (or of none): what is alike in all roles, else the role's own rule. */
export function step(
  raft: Draft,
  message: RaftMessage,
  ofRole: (raft: Draft, message: RaftMessage) => void,
): void {
  switch (message.type) {
    case 'MsgVote':
    case 'MsgPreVote':
      answerVoteRequest(raft, message);
      break;
    case 'MsgStorageAppendResp':
      // Only the newest term may say so: an older write may have been overwritten since.
      if (message.index !== 0) raft.log = stableTo(raft.log, message.logTerm, message.index, raft.lines);
      if (message.snapshot !== null) snapshotApplied(raft, message.snapshot);
      break;
    case 'MsgStorageApplyResp': {
      const { entries } = message;
      const last = entries[entries.length - 1];
      if (last === undefined) break;
      applied(raft, last.index, entriesBytes(entries));
      raft.uncommittedBytes = Math.max(0, raft.uncommittedBytes - payloadBytes(entries));
      break;
    }
    default:
      ofRole(raft, message);
  }
}

/** A message of a newer term, taken as a follower of that term. */
export function stepNewerTerm(raft: Draft, message: RaftMessage): void {
  followNewerTerm(raft, message);
  step(raft, message, stepFollower);
}

function snapshotApplied(raft: Draft, snapshot: Snapshot): void {
  raft.log = stableSnapshotTo(raft.log, snapshot.index);
  applied(raft, snapshot.index, 0);
}

/** A leader leaves a joint configuration by itself once the change into it is applied, if it was asked to. */
function applied(raft: Draft, index: number, bytes: number): void {
  const to = Math.max(index, raft.log.applied);
  raft.log = appliedTo(raft.log, to, bytes, raft.config.maxCommittedSizePerReady);
  if (!raft.members.autoLeave || to < raft.pendingConfIndex || raft.role !== 'leader') return;
  const before = raft.refusal;
  propose(raft, [{ term: 0, index: 0, type: 'EntryConfChangeV2', data: null, bytes: 0 }]);
  const refusal = raft.refusal;
  raft.refusal = before;
  const config = describeConfig(raft.members);
  if (refusal === null) {
    info(raft.lines, () => `initiating automatic transition out of joint configuration ${config}`);
  } else {
    debug(
      raft.lines,
      () => `not initiating automatic transition out of joint configuration ${config}: ${refusal}`,
    );
  }
}
