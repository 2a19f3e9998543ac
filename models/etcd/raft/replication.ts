/**
 * The leader's sending: appends, snapshots, heartbeats; its own appending; and when entries are committed.
 *
 * Source: etcd-io/raft v3.7.0, raft.go (maybeSendAppend, maybeSendSnapshot, sendHeartbeat, bcast*,
 * appendEntry, maybeCommit).
 */
import { describeProgress, hex } from './describe.ts';
import { type Entry, payloadBytes } from './entries.ts';
import { debug, warn } from './lines.ts';
import {
  appended,
  committedTo,
  entriesBetween,
  firstIndex,
  lastIndex,
  matchesTerm,
  snapshotForFollower,
  termAt,
} from './log.ts';
import { newMessage } from './messages.ts';
import { becomeSnapshot, isPaused, isWindowFull, sentEntries, withSentCommit } from './progress.ts';
import { jointCommitted } from './quorum.ts';
import { type Draft, progressAt, send, setProgress } from './raft.ts';
import { newestPosition } from './read-only.ts';

const NO_ENTRIES: readonly Entry[] = [];

/**
 * Sends what the member at this position of the list lacks, as far as its pace allows; an empty append
 * only if `sendIfEmpty`. Says whether anything was sent.
 */
export function sendAppend(raft: Draft, at: number, sendIfEmpty: boolean): boolean {
  const p = raft.progress[at]!;
  if (isPaused(p)) return false;
  const { config, log } = raft;
  const prevTerm = termAt(log, p.next - 1);
  if (prevTerm === undefined) return sendSnapshot(raft, at);
  // A full window still lets empty appends pass, so that a lost window is noticed.
  const throttled = p.state === 'StateReplicate' && isWindowFull(p, config);
  const entries = throttled
    ? NO_ENTRIES
    : entriesBetween(log, p.next, lastIndex(log) + 1, config.maxSizePerMessage);
  if (entries.length === 0 && !sendIfEmpty) return false;
  const message = newMessage('MsgApp', config.id, p.id, raft.term);
  message.index = p.next - 1;
  message.logTerm = prevTerm;
  message.entries = entries;
  message.commit = log.committed;
  send(raft, message);
  const sent = sentEntries(p, entries.length, payloadBytes(entries), config);
  setProgress(raft, at, withSentCommit(sent, log.committed));
  return true;
}

/** For a member whose next entry is compacted. */
function sendSnapshot(raft: Draft, at: number): boolean {
  const p = raft.progress[at]!;
  const { config, log } = raft;
  if (!p.recentActive) {
    debug(raft.lines, () => `ignore sending snapshot to ${hex(p.id)} since it is not recently active`);
    return false;
  }
  const snapshot = snapshotForFollower(log);
  if (snapshot === null || snapshot.index === 0) throw new Error('need non-empty snapshot');
  const id = hex(config.id);
  debug(
    raft.lines,
    () =>
      `${id} [firstindex: ${firstIndex(log)}, commit: ${log.committed}] sent snapshot[index: ${snapshot.index}, term: ${snapshot.term}] to ${hex(p.id)} [${describeProgress(p, config)}]`,
  );
  const waiting = becomeSnapshot(p, snapshot.index);
  setProgress(raft, at, waiting);
  debug(
    raft.lines,
    () => `${id} paused sending replication messages to ${hex(p.id)} [${describeProgress(waiting, config)}]`,
  );
  const message = newMessage('MsgSnap', config.id, p.id, raft.term);
  message.snapshot = snapshot;
  send(raft, message);
  return true;
}

/** To all others, in the order of their ids. */
export function broadcastAppend(raft: Draft, sendIfEmpty = true): void {
  for (let at = 0; at < raft.progress.length; at++) {
    if (raft.progress[at]!.id !== raft.config.id) sendAppend(raft, at, sendIfEmpty);
  }
}

/** A heartbeat never tells a member of a commit index that its log may not reach. */
export function broadcastHeartbeat(raft: Draft): void {
  const position = newestPosition(raft.reads);
  for (let at = 0; at < raft.progress.length; at++) {
    const p = raft.progress[at]!;
    if (p.id === raft.config.id) continue;
    const message = newMessage('MsgHeartbeat', raft.config.id, p.id, raft.term);
    message.commit = Math.min(p.match, raft.log.committed);
    message.context = position;
    send(raft, message);
    setProgress(raft, at, withSentCommit(p, message.commit));
  }
}

export function sendTimeoutNow(raft: Draft, to: number): void {
  send(raft, newMessage('MsgTimeoutNow', raft.config.id, to, raft.term));
}

/**
 * Appends proposals to the leader's own log; false if too much is uncommitted already. Its own
 * acknowledgement waits for its disk like anybody's.
 */
export function appendProposals(raft: Draft, proposals: readonly Entry[]): boolean {
  const last = lastIndex(raft.log);
  const bytes = payloadBytes(proposals);
  const { uncommittedBytes } = raft;
  if (uncommittedBytes > 0 && bytes > 0 && uncommittedBytes + bytes > raft.config.maxUncommittedSize) {
    warn(
      raft.lines,
      () =>
        `${hex(raft.config.id)} appending new entries to log would exceed uncommitted entry size limit; dropping proposal`,
    );
    return false;
  }
  raft.uncommittedBytes = uncommittedBytes + bytes;
  const entries = proposals.map(({ type, data, bytes: length }, i) => ({
    term: raft.term,
    index: last + 1 + i,
    type,
    data,
    bytes: length,
  }));
  raft.log = appended(raft.log, entries, raft.lines);
  const acknowledgement = newMessage('MsgAppResp', raft.config.id, raft.config.id, raft.term);
  acknowledgement.index = last + entries.length;
  send(raft, acknowledgement);
  return true;
}

/** Advances the commit index to what a quorum has, but only at an entry of the current term (Raft paper, figure 8). */
export function maybeCommit(raft: Draft): boolean {
  const { log } = raft;
  const index = jointCommitted(raft.members, (id) => raft.progress[progressAt(raft, id)]?.match);
  if (index <= log.committed || !matchesTerm(log, index, raft.term)) return false;
  raft.log = committedTo(log, index);
  return true;
}
