/**
 * Linearizable reads that wait for proof that the leader still leads: each read gets a position, heartbeats
 * carry the newest position, and answers of a quorum confirm every read up to what they acknowledge.
 *
 * Source: etcd-io/raft v3.7.0, read_only.go (positions counted by the leader since raft PR 397; before, the
 * heartbeat carried the caller's context and a reused context could confirm a later read: etcd issue 20418).
 */
import { List } from 'immutable';
import type { RaftMessage } from './messages.ts';
import { type JointVoters, jointCommitted } from './quorum.ts';

export interface WaitingRead {
  readonly request: RaftMessage;
  /** The commit index when the read arrived: what it will be answered with. */
  readonly index: number;
}

export interface ReadOnly {
  /** How many reads have been confirmed since the last reset. */
  readonly confirmed: number;
  readonly waiting: List<WaitingRead>;
  /** Newest position that each member has acknowledged. */
  readonly acks: ReadonlyMap<number, number>;
}

export const NO_READS: ReadOnly = { confirmed: 0, waiting: List(), acks: new Map() };

/** Position of the newest waiting read; null if none waits. This is the heartbeat's context. */
export function newestPosition(reads: ReadOnly): number | null {
  return reads.waiting.size === 0 ? null : reads.confirmed + reads.waiting.size;
}

/** The leader acknowledges its own reads. */
export function withRead(reads: ReadOnly, read: WaitingRead, self: number): ReadOnly {
  const waiting = reads.waiting.push(read);
  const { confirmed, acks } = reads;
  return withAck({ confirmed, waiting, acks }, self, confirmed + waiting.size);
}

export function withAck(reads: ReadOnly, from: number, position: number): ReadOnly {
  if ((reads.acks.get(from) ?? 0) >= position) return reads;
  const { confirmed, waiting } = reads;
  return { confirmed, waiting, acks: new Map(reads.acks).set(from, position) };
}

/** The reads that a quorum has confirmed, in order, and what is left. */
export function takeConfirmed(
  reads: ReadOnly,
  voters: JointVoters,
): { confirmed: readonly WaitingRead[]; reads: ReadOnly } {
  const position = jointCommitted(voters, (id) => reads.acks.get(id));
  const count = Math.min(position - reads.confirmed, reads.waiting.size);
  if (count <= 0) return { confirmed: [], reads };
  return {
    confirmed: reads.waiting.take(count).toArray(),
    reads: { confirmed: reads.confirmed + count, waiting: reads.waiting.skip(count), acks: reads.acks },
  };
}
