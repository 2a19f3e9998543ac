/**
 * The election record as a candidate sees it, and the arithmetic of its waits.
 *
 * Sources: client-go tools/leaderelection/leaderelection.go (tryAcquireOrRenew 427-517, JitterFactor 1.2),
 * resourcelock/leaselock.go; apimachinery pkg/util/wait (Jitter, PollUntilContextTimeout). Unit: microseconds.
 */
import type { Lease, LeaseSpec } from '../kube-apiserver/api.ts';
import { uniform } from '../uniform.ts';

/** JitterFactor: added, so that a retry comes after 1 to 2.2 periods. */
export const JITTER_FACTOR = 1.2;

/** What is known of the record: the lease as last read or written, and since when it has looked like that. */
export interface Observation {
  /** Undefined before the first look. */
  readonly lease: Lease | undefined;
  /** Local time at which this record was first seen. Its own renew time is never compared with a clock. */
  readonly observedAtUs: number;
}

export const NOTHING_OBSERVED: Observation = { lease: undefined, observedAtUs: 0 };

export function sameRecord(a: LeaseSpec, b: LeaseSpec): boolean {
  return (
    a.holderIdentity === b.holderIdentity &&
    a.renewTimeUs === b.renewTimeUs &&
    a.acquireTimeUs === b.acquireTimeUs &&
    a.leaseTransitions === b.leaseTransitions &&
    a.leaseDurationSeconds === b.leaseDurationSeconds
  );
}

/** After a look at the record: only a change of it resets the observation time. */
export function observe(before: Observation, lease: Lease, atUs: number): Observation {
  const known = before.lease !== undefined && sameRecord(before.lease.spec, lease.spec);
  return { lease, observedAtUs: known ? before.observedAtUs : atUs };
}

/** Somebody holds it and it has not run out, by the time since the last change that was seen here. */
export function isHeldByOther(
  { lease, observedAtUs }: Observation,
  identity: string,
  leaseDurationUs: number,
  atUs: number,
): boolean {
  if (lease === undefined) return false;
  const { holderIdentity } = lease.spec;
  return holderIdentity !== '' && holderIdentity !== identity && observedAtUs + leaseDurationUs > atUs;
}

/** The cached record is mine and still valid: an update needs no read before it. */
export function isHeldByMe(
  { lease, observedAtUs }: Observation,
  identity: string,
  leaseDurationUs: number,
  atUs: number,
): boolean {
  return lease?.spec.holderIdentity === identity && observedAtUs + leaseDurationUs > atUs;
}

/** The record that a candidate writes over the one it knows. */
export function nextRecord(
  known: LeaseSpec | undefined,
  identity: string,
  leaseDurationUs: number,
  atUs: number,
): LeaseSpec {
  const mine = known?.holderIdentity === identity;
  return {
    holderIdentity: identity,
    leaseDurationSeconds: Math.trunc(leaseDurationUs / 1_000_000),
    acquireTimeUs: mine ? (known.acquireTimeUs ?? atUs) : atUs,
    renewTimeUs: atUs,
    leaseTransitions:
      known === undefined ? 0 : mine ? (known.leaseTransitions ?? 0) : (known.leaseTransitions ?? 0) + 1,
  };
}

/** The record that a leader leaves behind when it gives the lease up: nobody's, for a second (leaderelection.go, release). */
export function releasedRecord(known: LeaseSpec, atUs: number): LeaseSpec {
  return {
    holderIdentity: '',
    leaseDurationSeconds: 1,
    acquireTimeUs: atUs,
    renewTimeUs: atUs,
    leaseTransitions: known.leaseTransitions ?? 0,
  };
}

/** wait.JitterUntil: the pause after a try that did not win, 2.0 to 4.4 s at the default period. */
export function retryDelayUs(retryPeriodUs: number, draw: number): number {
  return Math.round(retryPeriodUs * (1 + JITTER_FACTOR * draw));
}

/** hostname_UUID, new at each start of the process (k/k cmd/kube-scheduler/app/server.go). */
export function identityOf(host: string, luck: number): string {
  let hex = '';
  for (let i = 0; i < 32; i++) hex += Math.floor(uniform(luck, 'identity', i) * 16).toString(16);
  const uuid = `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-${'89ab'.charAt(Number.parseInt(hex.charAt(16), 16) % 4)}${hex.slice(17, 20)}-${hex.slice(20)}`;
  return `${host}_${uuid}`;
}

/** The host in an identity: hostname_UUID, or the name alone (kube-vip). */
export function hostOf(identity: string): string {
  return identity.replace(/_[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/, '');
}
