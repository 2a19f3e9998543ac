/**
 * Leases. What is replicated: which leases there are, for how long, with which keys. What only the leader's
 * lessor has: when each expires.
 *
 * Source: etcd v3.6.14 server/lease/lessor.go (Grant, Revoke, Renew, Promote, Demote, findExpiredLeases), lease.go
 * (refresh); ETCD-FACTS section 9. Times to live are seconds, expiries microseconds of the local clock.
 *
 * Not modelled: checkpoints of the remaining time (off by default), the spreading over time of more than 1000
 * leases at a promotion.
 */
import { Map as ImmutableMap, Set as ImmutableSet } from 'immutable';

/** lessor.go:623: the lessor looks for expired leases each 500 ms ... */
export const EXPIRY_CHECK_US = 500_000;
/** ... and takes at most half of leaseRevokeRate (1000) at a time. */
export const EXPIRED_AT_A_TIME = 500;
/** server.go maxPendingRevokes: revocations under way at a time. */
export const REVOKES_AT_A_TIME = 16;

export interface Lease {
  readonly id: number;
  readonly ttl: number;
  readonly keys: ImmutableSet<string>;
}

export type Leases = ImmutableMap<number, Lease>;
export const NO_LEASES: Leases = ImmutableMap();

export function granted(leases: Leases, id: number, ttl: number): Leases {
  return leases.set(id, { id, ttl, keys: ImmutableSet() });
}

/** A key moves from the lease of its last version to the lease of its new one; 0 is none. */
export function moved(leases: Leases, key: string, from: number, to: number): Leases {
  if (from === to) return leases;
  let next = leases;
  const old = from === 0 ? undefined : next.get(from);
  if (old !== undefined) next = next.set(from, { ...old, keys: old.keys.delete(key) });
  const now = to === 0 ? undefined : next.get(to);
  if (now !== undefined) next = next.set(to, { ...now, keys: now.keys.add(key) });
  return next;
}

// --- the lessor of the leader

/** When each lease expires; null on a member that is not the leader: there nothing expires. */
export type Expiries = ImmutableMap<number, number> | null;

const SECOND_US = 1_000_000;

/** A leader that has applied its first entry gives each lease its whole time again, and an election timeout. */
export function promoted(leases: Leases, atUs: number, extendUs: number): Expiries {
  return ImmutableMap<number, number>().withMutations((expiries) => {
    leases.forEach((lease) => {
      expiries.set(lease.id, atUs + extendUs + lease.ttl * SECOND_US);
    });
  });
}

export function refreshed(expiries: Expiries, lease: Lease, atUs: number): Expiries {
  return expiries === null ? null : expiries.set(lease.id, atUs + lease.ttl * SECOND_US);
}

/** Ids of the leases whose time is over, earliest first. */
export function expired(expiries: Expiries, atUs: number): readonly number[] {
  if (expiries === null) return [];
  const over: [number, number][] = [];
  expiries.forEach((expiryUs, id) => {
    if (expiryUs <= atUs) over.push([expiryUs, id]);
  });
  return over
    .sort((a, b) => a[0] - b[0] || a[1] - b[1])
    .slice(0, EXPIRED_AT_A_TIME)
    .map(([, id]) => id);
}
