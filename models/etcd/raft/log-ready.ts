/**
 * What a Ready takes out of the log: entries to write, entries to apply; and how the log remembers that it did.
 *
 * Source: etcd-io/raft v3.7.0, log.go (nextCommittedEnts, acceptApplying), log_unstable.go (nextEntries, acceptInProgress).
 */
import type { Entry } from './entries.ts';
import { copyOf, entriesBetween, type RaftLog } from './log.ts';
import type { Snapshot } from './messages.ts';

const NOTHING: readonly Entry[] = [];

export function nextUnstable(log: RaftLog): readonly Entry[] {
  const skip = log.offsetInProgress - log.offset;
  if (skip >= log.unstable.size) return NOTHING;
  return skip === 0 ? log.unstable.toArray() : log.unstable.skip(skip).toArray();
}

export function hasNextUnstable(log: RaftLog): boolean {
  return log.offsetInProgress - log.offset < log.unstable.size;
}

export function nextSnapshot(log: RaftLog): Snapshot | null {
  return log.snapshotInProgress ? null : log.unstableSnapshot;
}

function maxAppliable(log: RaftLog, allowUnstable: boolean): number {
  return allowUnstable ? log.committed : Math.min(log.committed, log.offset - 1);
}

export function hasNextCommitted(log: RaftLog, allowUnstable: boolean): boolean {
  if (log.applyingPaused || log.unstableSnapshot !== null) return false;
  return log.applying < maxAppliable(log, allowUnstable);
}

/** Committed entries to apply; with asynchronous storage only those that are on the local disk. */
export function nextCommitted(log: RaftLog, allowUnstable: boolean, maxBytes: number): readonly Entry[] {
  if (!hasNextCommitted(log, allowUnstable)) return NOTHING;
  const to = maxAppliable(log, allowUnstable) + 1;
  return entriesBetween(log, log.applying + 1, to, maxBytes - log.applyingBytes);
}

/** The Ready's entries and snapshot are being written from now on. */
export function unstableAccepted(log: RaftLog): RaftLog {
  const snapshotInProgress = log.unstableSnapshot !== null;
  const offsetInProgress = log.offset + log.unstable.size;
  if (offsetInProgress === log.offsetInProgress && snapshotInProgress === log.snapshotInProgress) return log;
  const next = copyOf(log);
  next.offsetInProgress = offsetInProgress;
  next.snapshotInProgress = snapshotInProgress;
  return next;
}

export function applyingAccepted(
  log: RaftLog,
  index: number,
  bytes: number,
  allowUnstable: boolean,
  maxBytes: number,
): RaftLog {
  const applyingBytes = log.applyingBytes + bytes;
  const next = copyOf(log);
  next.applying = index;
  next.applyingBytes = applyingBytes;
  next.applyingPaused = applyingBytes >= maxBytes || index < maxAppliable(log, allowUnstable);
  return next;
}
