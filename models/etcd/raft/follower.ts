/**
 * What a follower does with what its leader sends, and with what only a leader could do.
 *
 * Source: etcd-io/raft v3.7.0, raft.go (stepFollower, handleAppendEntries, handleHeartbeat, handleSnapshot, restore).
 */
import { restoreMembership } from './conf-change.ts';
import { describeConfState, hex } from './describe.ts';
import { refuseToCampaign, toldToCampaign } from './election.ts';
import { debug, error, info, warn } from './lines.ts';
import {
  appendedAfter,
  committedTo,
  conflictByTerm,
  lastIndex,
  lastTerm,
  matchesTerm,
  restored,
  termAt,
} from './log.ts';
import { switchToConfig } from './membership.ts';
import { NONE, newMessage, type RaftMessage, type Snapshot } from './messages.ts';
import { type Draft, forward, PROPOSAL_DROPPED, type Raft, send } from './raft.ts';

/** A follower's reaction to a message of its own term (or of none). */
export function stepFollower(raft: Draft, message: RaftMessage): void {
  switch (message.type) {
    case 'MsgApp':
    case 'MsgHeartbeat':
    case 'MsgSnap':
      raft.electionElapsed = 0;
      raft.lead = message.from;
      handleFromLeader(raft, message);
      break;
    case 'MsgProp':
      proposeToLeader(raft, message);
      break;
    case 'MsgTransferLeader':
      if (raft.lead === NONE) noLeader(raft, 'dropping leader transfer msg');
      else forward(raft, message);
      break;
    case 'MsgReadIndex':
      if (raft.lead === NONE) noLeader(raft, 'dropping index reading msg');
      else forward(raft, message);
      break;
    case 'MsgReadIndexResp':
      takeReadIndex(raft, message);
      break;
    case 'MsgForgetLeader':
      forgetLeader(raft);
      break;
    case 'MsgTimeoutNow':
      // Only one that cannot: the machine takes the others to their campaign.
      toldToCampaign(raft, message);
      refuseToCampaign(raft);
      break;
    default:
  }
}

function noLeader(raft: Draft, consequence: string): void {
  info(raft.lines, () => `${hex(raft.config.id)} no leader at term ${raft.term}; ${consequence}`);
}

/** Passes proposals on to the leader, or refuses them. */
function proposeToLeader(raft: Draft, message: RaftMessage): void {
  if (raft.lead === NONE) {
    noLeader(raft, 'dropping proposal');
    raft.refusal = PROPOSAL_DROPPED;
  } else if (raft.config.disableProposalForwarding) {
    info(
      raft.lines,
      () =>
        `${hex(raft.config.id)} not forwarding to leader ${hex(raft.lead)} at term ${raft.term}; dropping proposal`,
    );
    raft.refusal = PROPOSAL_DROPPED;
  } else {
    forward(raft, message);
  }
}

function takeReadIndex(raft: Draft, message: RaftMessage): void {
  const entry = message.entries[0];
  if (entry === undefined || message.entries.length !== 1) {
    error(
      raft.lines,
      () =>
        `${hex(raft.config.id)} invalid format of MsgReadIndexResp from ${hex(message.from)}, entries count: ${message.entries.length}`,
    );
    return;
  }
  raft.readStates = [...raft.readStates, { index: message.index, context: entry.data }];
}

function forgetLeader(raft: Draft): void {
  if (raft.config.readOnly === 'lease-based') {
    error(raft.lines, () => 'ignoring MsgForgetLeader due to ReadOnlyLeaseBased');
    return;
  }
  if (raft.lead === NONE) return;
  info(raft.lines, () => `${hex(raft.config.id)} forgetting leader ${hex(raft.lead)} at term ${raft.term}`);
  raft.lead = NONE;
}

/** An append, heartbeat or snapshot of the leader of our term. */
export function handleFromLeader(raft: Draft, message: RaftMessage): void {
  switch (message.type) {
    case 'MsgApp':
      handleAppend(raft, message);
      break;
    case 'MsgHeartbeat':
      raft.log = committedTo(raft.log, message.commit);
      send(raft, heartbeatAnswer(raft, message));
      break;
    case 'MsgSnap':
      handleSnapshot(raft, message);
      break;
    default:
  }
}

export function heartbeatAnswer(raft: Raft, message: RaftMessage): RaftMessage {
  const answer = newMessage('MsgHeartbeatResp', raft.config.id, message.from, raft.term);
  answer.context = message.context;
  return answer;
}

/** A heartbeat of which nothing comes but its answer, at once: it changes nothing in a follower that has no tick to forget. */
export function isPlainHeartbeat(raft: Raft, { type, term, from, commit }: RaftMessage): boolean {
  return (
    type === 'MsgHeartbeat' &&
    term === raft.term &&
    from === raft.lead &&
    commit <= raft.log.committed &&
    raft.electionElapsed === 0 &&
    !raft.awaitsAdvance
  );
}

function handleAppend(raft: Draft, message: RaftMessage): void {
  const { log, config } = raft;
  const answer = newMessage('MsgAppResp', config.id, message.from, raft.term);
  if (message.index < log.committed) {
    answer.index = log.committed;
    send(raft, answer);
    return;
  }
  const { index, logTerm, entries, commit } = message;
  const next = appendedAfter(log, index, logTerm, entries, commit, raft.lines);
  if (next !== null) {
    raft.log = next;
    answer.index = index + entries.length;
  } else {
    debug(
      raft.lines,
      () =>
        `${hex(config.id)} [logterm: ${termAt(log, index) ?? 0}, index: ${index}] rejected MsgApp [logterm: ${logTerm}, index: ${index}] from ${hex(message.from)}`,
    );
    // The hint lets the leader skip all entries of terms that its log does not have.
    const hint = conflictByTerm(log, Math.min(index, lastIndex(log)), logTerm);
    answer.index = index;
    answer.reject = true;
    answer.rejectHint = hint.index;
    answer.logTerm = hint.term;
  }
  send(raft, answer);
}

function handleSnapshot(raft: Draft, message: RaftMessage): void {
  const snapshot = message.snapshot;
  if (snapshot === null) throw new Error('MsgSnap without a snapshot');
  const answer = newMessage('MsgAppResp', raft.config.id, message.from, raft.term);
  const wasRestored = restore(raft, snapshot);
  info(
    raft.lines,
    () =>
      `${hex(raft.config.id)} [commit: ${raft.log.committed}] ${wasRestored ? 'restored' : 'ignored'} snapshot [index: ${snapshot.index}, term: ${snapshot.term}]`,
  );
  answer.index = wasRestored ? lastIndex(raft.log) : raft.log.committed;
  send(raft, answer);
}

/** Replaces log and membership by the snapshot's; false if there is no need or no right to. */
function restore(raft: Draft, snapshot: Snapshot): boolean {
  const { log } = raft;
  const id = hex(raft.config.id);
  const of = `[index: ${snapshot.index}, term: ${snapshot.term}]`;
  if (snapshot.index <= log.committed) return false;
  const { voters, learners, votersOutgoing } = snapshot.confState;
  if (![...voters, ...learners, ...votersOutgoing].includes(raft.config.id)) {
    warn(
      raft.lines,
      () =>
        `${id} attempted to restore snapshot but it is not in the ConfState ${describeConfState(snapshot.confState)}; should never happen`,
    );
    return false;
  }
  if (matchesTerm(log, snapshot.index, snapshot.term)) {
    info(
      raft.lines,
      () =>
        `${id} [commit: ${log.committed}, lastindex: ${lastIndex(log)}, lastterm: ${lastTerm(log)}] fast-forwarded commit to snapshot ${of}`,
    );
    raft.log = committedTo(log, snapshot.index);
    return false;
  }
  info(
    raft.lines,
    () =>
      `log [committed=${log.committed}, applied=${log.applied}, applying=${log.applying}, unstable.offset=${log.offset}, unstable.offsetInProgress=${log.offsetInProgress}, len(unstable.Entries)=${log.unstable.size}] starts to restore snapshot ${of}`,
  );
  raft.log = restored(log, snapshot);
  raft.votes = new Map();
  switchToConfig(raft, restoreMembership(snapshot.confState, lastIndex(raft.log)));
  info(
    raft.lines,
    () =>
      `${id} [commit: ${raft.log.committed}, lastindex: ${lastIndex(raft.log)}, lastterm: ${lastTerm(raft.log)}] restored snapshot ${of}`,
  );
  return true;
}
