/**
 * The Raft log: what storage holds, and after it what is not yet known to be on disk (unstable); and how
 * far it is committed, handed out for applying, and applied.
 *
 * Source: etcd-io/raft v3.7.0, log.go and log_unstable.go. A value: every function returns a new log.
 * Functions that upstream lets write to its logger take `lines` (lines.ts).
 */
import { List } from 'immutable';
import { type Entry, entryBytes } from './entries.ts';
import { info, type LineSink } from './lines.ts';
import type { Snapshot } from './messages.ts';
import { firstStored, lastStored, type RaftStorage, snapshotToSend } from './storage.ts';

export interface RaftLog {
  readonly storage: RaftStorage;
  /** A snapshot from the leader that is not in storage yet. */
  readonly unstableSnapshot: Snapshot | null;
  readonly snapshotInProgress: boolean;
  /** Entries not known to be in storage; the first has index `offset`, those below `offsetInProgress` are being written. */
  readonly unstable: List<Entry>;
  readonly offset: number;
  readonly offsetInProgress: number;
  readonly committed: number;
  /** Handed out for applying up to here, and known to be applied up to there. */
  readonly applying: number;
  readonly applied: number;
  readonly applyingBytes: number;
  readonly applyingPaused: boolean;
}

const NO_ENTRIES: List<Entry> = List();
const NOTHING: readonly Entry[] = [];

/** A copy to change before anybody sees it. Field by field, which is many times faster than a spread (raft.ts, draftOf). */
export function copyOf(log: RaftLog): { -readonly [K in keyof RaftLog]: RaftLog[K] } {
  return {
    storage: log.storage,
    unstableSnapshot: log.unstableSnapshot,
    snapshotInProgress: log.snapshotInProgress,
    unstable: log.unstable,
    offset: log.offset,
    offsetInProgress: log.offsetInProgress,
    committed: log.committed,
    applying: log.applying,
    applied: log.applied,
    applyingBytes: log.applyingBytes,
    applyingPaused: log.applyingPaused,
  };
}

export function newLog(storage: RaftStorage): RaftLog {
  const last = lastStored(storage);
  return {
    storage,
    unstableSnapshot: null,
    snapshotInProgress: false,
    unstable: NO_ENTRIES,
    offset: last + 1,
    offsetInProgress: last + 1,
    committed: storage.dummyIndex,
    applying: storage.dummyIndex,
    applied: storage.dummyIndex,
    applyingBytes: 0,
    applyingPaused: false,
  };
}

export function firstIndex(log: RaftLog): number {
  return log.unstableSnapshot !== null ? log.unstableSnapshot.index + 1 : firstStored(log.storage);
}

export function lastIndex(log: RaftLog): number {
  if (log.unstable.size > 0) return log.offset + log.unstable.size - 1;
  return log.unstableSnapshot !== null ? log.unstableSnapshot.index : lastStored(log.storage);
}

/** The term of the unstable part at `index`, undefined outside of it (upstream unstable.maybeTerm). */
function unstableTerm(log: RaftLog, index: number): number | undefined {
  if (index < log.offset) {
    return log.unstableSnapshot?.index === index ? log.unstableSnapshot.term : undefined;
  }
  return index < log.offset + log.unstable.size ? log.unstable.get(index - log.offset)!.term : undefined;
}

/** The term at `index`, undefined where it is compacted or beyond the end. */
export function termAt(log: RaftLog, index: number): number | undefined {
  const unstable = unstableTerm(log, index);
  if (unstable !== undefined) return unstable;
  if (index + 1 < firstIndex(log) || index > lastIndex(log)) return undefined;
  const { storage } = log;
  if (index === storage.dummyIndex) return storage.dummyTerm;
  return storage.entries.get(index - storage.dummyIndex - 1)?.term;
}

export function lastTerm(log: RaftLog): number {
  const term = termAt(log, lastIndex(log));
  if (term === undefined) throw new Error('unexpected error when getting the last term');
  return term;
}

export function matchesTerm(log: RaftLog, index: number, term: number): boolean {
  return termAt(log, index) === term;
}

/** Whether a log that ends at (term, index) is at least as complete as ours. */
export function isUpToDate(log: RaftLog, term: number, index: number): boolean {
  const ours = lastTerm(log);
  return term > ours || (term === ours && index >= lastIndex(log));
}

/** The entry at an index that is in the log. */
export function entryAt(log: RaftLog, index: number): Entry {
  const entry =
    index >= log.offset
      ? log.unstable.get(index - log.offset)
      : index > log.storage.dummyIndex
        ? log.storage.entries.get(index - log.storage.dummyIndex - 1)
        : undefined;
  if (entry === undefined) throw new Error(`no entry ${index} in the log`);
  return entry;
}

/** Entries from `from` up to and without `to`, cut at `maxBytes` but at least one. */
export function entriesBetween(log: RaftLog, from: number, to: number, maxBytes: number): readonly Entry[] {
  if (from >= to) return NOTHING;
  const entries: Entry[] = [];
  let bytes = 0;
  for (let index = from; index < to; index++) {
    const entry = entryAt(log, index);
    if (maxBytes !== Number.POSITIVE_INFINITY) {
      bytes += entryBytes(entry);
      if (bytes > maxBytes && entries.length > 0) break;
    }
    entries.push(entry);
  }
  return entries;
}

/** Largest index up to `index` whose term is at most `term`, with our term there (0 where it is unknown). */
export function conflictByTerm(log: RaftLog, index: number, term: number): { index: number; term: number } {
  for (let at = index; at > 0; at--) {
    const ours = termAt(log, at);
    if (ours === undefined) return { index: at, term: 0 };
    if (ours <= term) return { index: at, term: ours };
  }
  return { index: 0, term: 0 };
}

// --- what changes it

export function committedTo(log: RaftLog, index: number): RaftLog {
  if (index <= log.committed) return log;
  if (index > lastIndex(log)) {
    throw new Error(
      `tocommit(${index}) is out of range [lastIndex(${lastIndex(log)})]. Was the raft log corrupted, truncated, or lost?`,
    );
  }
  const next = copyOf(log);
  next.committed = index;
  return next;
}

/** Appends entries that follow on what is there or replace it from their first index on. */
export function appended(log: RaftLog, entries: readonly Entry[], lines: LineSink): RaftLog {
  if (entries.length === 0) return log;
  const from = entries[0]!.index;
  if (from - 1 < log.committed) {
    throw new Error(`after(${from - 1}) is out of range [committed(${log.committed})]`);
  }
  if (from === log.offset + log.unstable.size) {
    const unstable = entries.length === 1 ? log.unstable.push(entries[0]!) : log.unstable.concat(entries);
    const next = copyOf(log);
    next.unstable = unstable;
    return next;
  }
  if (from <= log.offset) {
    info(lines, () => `replace the unstable entries from index ${from}`);
    const next = copyOf(log);
    next.unstable = List(entries);
    next.offset = from;
    next.offsetInProgress = from;
    return next;
  }
  info(lines, () => `truncate the unstable entries before index ${from}`);
  const next = copyOf(log);
  next.unstable = log.unstable.setSize(from - log.offset).concat(entries);
  next.offsetInProgress = Math.min(log.offsetInProgress, from);
  return next;
}

/** Takes a leader's append that follows (prevTerm, prevIndex); null if our log does not match there. */
export function appendedAfter(
  log: RaftLog,
  prevIndex: number,
  prevTerm: number,
  entries: readonly Entry[],
  committed: number,
  lines: LineSink,
): RaftLog | null {
  if (!matchesTerm(log, prevIndex, prevTerm)) return null;
  const conflict = entries.findIndex((entry) => !matchesTerm(log, entry.index, entry.term));
  let next = log;
  if (conflict >= 0) {
    const entry = entries[conflict]!;
    if (entry.index <= lastIndex(log)) {
      info(
        lines,
        () =>
          `found conflict at index ${entry.index} [existing term: ${termAt(log, entry.index) ?? 0}, conflicting term: ${entry.term}]`,
      );
    }
    if (entry.index <= log.committed) {
      throw new Error(`entry ${entry.index} conflict with committed entry [committed(${log.committed})]`);
    }
    next = appended(log, conflict === 0 ? entries : entries.slice(conflict), lines);
  }
  return committedTo(next, Math.min(committed, prevIndex + entries.length));
}

/** Storage holds everything up to (term, index). */
export function stableTo(log: RaftLog, term: number, index: number, lines: LineSink): RaftLog {
  const ours = unstableTerm(log, index);
  if (ours === undefined) {
    info(lines, () => `entry at index ${index} missing from unstable log; ignoring`);
    return log;
  }
  if (index < log.offset) {
    info(lines, () => `entry at index ${index} matched unstable snapshot; ignoring`);
    return log;
  }
  if (ours !== term) {
    info(
      lines,
      () =>
        `entry at (index,term)=(${index},${term}) mismatched with entry at (${index},${ours}) in unstable log; ignoring`,
    );
    return log;
  }
  const offset = index + 1;
  const count = offset - log.offset;
  const next = copyOf(log);
  next.unstable = count === log.unstable.size ? NO_ENTRIES : log.unstable.skip(count);
  next.offset = offset;
  next.offsetInProgress = Math.max(log.offsetInProgress, offset);
  return next;
}

export function stableSnapshotTo(log: RaftLog, index: number): RaftLog {
  if (log.unstableSnapshot?.index !== index) return log;
  const next = copyOf(log);
  next.unstableSnapshot = null;
  next.snapshotInProgress = false;
  return next;
}

/** Replaces the whole log by a leader's snapshot. */
export function restored(log: RaftLog, snapshot: Snapshot): RaftLog {
  const next = copyOf(log);
  next.committed = snapshot.index;
  next.unstable = NO_ENTRIES;
  next.offset = snapshot.index + 1;
  next.offsetInProgress = snapshot.index + 1;
  next.unstableSnapshot = snapshot;
  next.snapshotInProgress = false;
  return next;
}

/** `bytes` is the size of what was applied, `maxBytes` the limit on what may be outstanding. */
export function appliedTo(log: RaftLog, index: number, bytes: number, maxBytes: number): RaftLog {
  if (index > log.committed || index < log.applied) {
    throw new Error(
      `applied(${index}) is out of range [prevApplied(${log.applied}), committed(${log.committed})]`,
    );
  }
  const applyingBytes = Math.max(0, log.applyingBytes - bytes);
  const next = copyOf(log);
  next.applied = index;
  next.applying = Math.max(log.applying, index);
  next.applyingBytes = applyingBytes;
  next.applyingPaused = applyingBytes >= maxBytes;
  return next;
}

/** The snapshot for a follower whose next entry is compacted. */
export function snapshotForFollower(log: RaftLog): Snapshot | null {
  return log.unstableSnapshot ?? snapshotToSend(log.storage);
}
