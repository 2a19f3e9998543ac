/**
 * The replicated state of an etcd member: what every member that has applied the same entries has alike.
 *
 * Source: etcd v3.6.14 server/storage (backend buckets key, lease, members, members_removed, alarm, meta).
 */
import type { Leases } from './leases.ts';
import { NO_LEASES } from './leases.ts';
import { EMPTY_STORE, type Store } from './store.ts';

export interface MemberRecord {
  readonly id: number;
  /** Empty until the member has published it: then it counts as started. */
  readonly name: string;
  readonly peerUrls: readonly string[];
  /** Where the simulated network finds it. */
  readonly address: string;
  readonly port: number;
  readonly clientUrls: readonly string[];
  readonly isLearner: boolean;
}

export interface Alarm {
  readonly member: number;
  readonly alarm: 'NOSPACE' | 'CORRUPT';
}

export interface Backend {
  readonly clusterId: number;
  readonly store: Store;
  readonly leases: Leases;
  /** By id. */
  readonly members: readonly MemberRecord[];
  /** Ids that may never come back. */
  readonly removed: readonly number[];
  readonly alarms: readonly Alarm[];
  /** What the v3 store was not told: promoted members that are learners there, and removed ones that are members. */
  readonly notInV3: { readonly promoted: readonly number[]; readonly removed: readonly MemberRecord[] };
  readonly appliedIndex: number;
  readonly appliedTerm: number;
}

/** @param bytes what the database holds beside the keys that are modelled */
export function emptyBackend(clusterId: number, bytes = 0): Backend {
  const { bytesInUse, fileBytes } = EMPTY_STORE;
  return {
    clusterId,
    store: { ...EMPTY_STORE, bytesInUse: bytesInUse + bytes, fileBytes: fileBytes + bytes },
    leases: NO_LEASES,
    members: [],
    removed: [],
    alarms: [],
    notInV3: { promoted: [], removed: [] },
    appliedIndex: 0,
    appliedTerm: 0,
  };
}

/** A draft of the next state, field by field: a spread with changes costs a call of the engine for each of them (raft/raft.ts draftOf). */
export function draftOfBackend(backend: Backend): { -readonly [K in keyof Backend]: Backend[K] } {
  return {
    clusterId: backend.clusterId,
    store: backend.store,
    leases: backend.leases,
    members: backend.members,
    removed: backend.removed,
    alarms: backend.alarms,
    notInV3: backend.notInV3,
    appliedIndex: backend.appliedIndex,
    appliedTerm: backend.appliedTerm,
  };
}

export function memberOf(backend: Backend, id: number): MemberRecord | undefined {
  return backend.members.find((member) => member.id === id);
}

export function withMember(backend: Backend, member: MemberRecord): Backend {
  const others = backend.members.filter((other) => other.id !== member.id);
  const next = draftOfBackend(backend);
  next.members = [...others, member].sort((a, b) => a.id - b.id);
  return next;
}

export function votersOf(backend: Backend): readonly MemberRecord[] {
  return backend.members.filter((member) => !member.isLearner);
}
