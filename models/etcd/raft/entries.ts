/**
 * Entries of the Raft log, the membership changes they may hold, and the sizes that protobuf would give
 * them (limits on messages and on what is applied at once count bytes).
 *
 * Source: etcd-io/raft v3.7.0, raftpb/raft.proto, raftpb/confchange.go, util.go (entsSize, payloadsSize,
 * limitSize). Sizes in bytes.
 */

export type EntryType = 'EntryNormal' | 'EntryConfChange' | 'EntryConfChangeV2';

export type ConfChangeType =
  | 'ConfChangeAddNode'
  | 'ConfChangeRemoveNode'
  | 'ConfChangeUpdateNode'
  | 'ConfChangeAddLearnerNode';

export type ConfChangeTransition =
  | 'ConfChangeTransitionAuto'
  | 'ConfChangeTransitionJointImplicit'
  | 'ConfChangeTransitionJointExplicit';

export interface ConfChangeSingle {
  readonly type: ConfChangeType;
  readonly nodeId: number;
}

/** A membership change. An EntryConfChange holds one with exactly one operation and the Auto transition. */
export interface ConfChange {
  readonly transition: ConfChangeTransition;
  readonly changes: readonly ConfChangeSingle[];
  /** The application's own note (etcd puts the member's record here); null if there is none. */
  readonly context: unknown;
}

export interface Entry {
  readonly term: number;
  readonly index: number;
  readonly type: EntryType;
  /** The application's for EntryNormal, a ConfChange (or null: leave the joint configuration) otherwise. */
  readonly data: unknown;
  /** Length of the data in bytes; 0 if there is none. */
  readonly bytes: number;
}

/** Leaving a joint configuration: what an entry without data stands for. */
const LEAVE_JOINT: ConfChange = { transition: 'ConfChangeTransitionAuto', changes: [], context: null };

/** A proposal of the application, not in any log yet. `bytes` is what its request would measure. */
export function normalEntry(data: unknown, bytes: number): Entry {
  return { term: 0, index: 0, type: 'EntryNormal', data, bytes };
}

/** What an entry holds when it is a membership change, null when it is not. */
export function confChangeOf(entry: Entry): ConfChange | null {
  if (entry.type === 'EntryNormal') return null;
  return (entry.data as ConfChange | null) ?? LEAVE_JOINT;
}

/** A proposal to change the membership, as v1 (one operation, what etcd uses) or v2. */
export function confChangeEntry(type: 'EntryConfChange' | 'EntryConfChangeV2', change: ConfChange): Entry {
  return { term: 0, index: 0, type, data: change, bytes: confChangeBytes(type, change) };
}

function varintBytes(value: number): number {
  let bytes = 1;
  for (let rest = value; rest >= 128; rest /= 128) bytes++;
  return bytes;
}

function confChangeBytes(type: EntryType, change: ConfChange): number {
  if (type === 'EntryConfChange') return 2 + 1 + varintBytes(change.changes[0]?.nodeId ?? 0);
  let bytes = change.transition === 'ConfChangeTransitionAuto' ? 0 : 2;
  for (const single of change.changes) {
    const inner = 2 + 1 + varintBytes(single.nodeId);
    bytes += 1 + varintBytes(inner) + inner;
  }
  return bytes;
}

/** Size of an entry as a protobuf message. */
export function entryBytes(entry: Entry): number {
  const data = entry.data === null ? 0 : 1 + varintBytes(entry.bytes) + entry.bytes;
  const type = entry.type === 'EntryNormal' ? 0 : 2;
  return type + 1 + varintBytes(entry.term) + 1 + varintBytes(entry.index) + data;
}

export function entriesBytes(entries: readonly Entry[]): number {
  let bytes = 0;
  for (const entry of entries) bytes += entryBytes(entry);
  return bytes;
}

/** Size of what the applications put in, which is what the limit on uncommitted entries counts. */
export function payloadBytes(entries: readonly Entry[]): number {
  let bytes = 0;
  for (const entry of entries) bytes += entry.bytes;
  return bytes;
}
