/** What observers see of an etcd member: of its raft member's context, and of its server's. */
import type { Alarm } from './backend.ts';
import { hexId } from './ids.ts';
import { NONE } from './raft/messages.ts';
import type { Role } from './raft/raft.ts';
import type { RaftNodeContext } from './raft-node-work.ts';
import type { ServerContext } from './server.ts';

export interface RaftObservation {
  /** Its own id. */
  readonly id: number;
  readonly role: Role;
  readonly term: number;
  /** Id of the leader it knows, hexadecimal; empty if none. */
  readonly leader: string;
  readonly applied: number;
  readonly commit: number;
  /** Ids of the voters, as this member knows them. */
  readonly voters: readonly number[];
}

/** @param leaf path of the raft member's state, which is its role. */
export function observeRaft(leaf: string, context: unknown): RaftObservation {
  const { raft } = context as RaftNodeContext;
  return {
    id: raft.config.id,
    role: leaf as Role,
    term: raft.term,
    leader: raft.lead === NONE ? '' : hexId(raft.lead),
    applied: raft.log.applied,
    commit: raft.log.committed,
    voters: raft.members.voters,
  };
}

export interface ServerObservation {
  readonly revision: number;
  readonly alarms: readonly Alarm[];
  readonly members: readonly string[];
}

export function observeServer(context: unknown): ServerObservation {
  const { backend } = (context as ServerContext).server;
  return {
    revision: backend.store.revision,
    alarms: backend.alarms,
    members: backend.members.map(({ name, id }) => (name === '' ? hexId(id) : name)),
  };
}

export interface StoredValue {
  readonly modRevision: number;
  /** `data.value` of the object, as the load generators write it. */
  readonly value: string;
}

/** A key of the store as a server has applied it; undefined if it has none. */
export function storedAt(context: unknown, key: string): StoredValue | undefined {
  const { backend } = (context as ServerContext).server;
  const stored = backend.store.keys.get(key);
  if (stored === undefined) return undefined;
  const { data } = stored.value as { readonly data?: { readonly value?: string } };
  return { modRevision: stored.modRevision, value: data?.value ?? '' };
}
