import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Lease } from '../../../models/kube-apiserver/api.ts';
import { DEFAULTS, refusal } from '../../../models/leader-election/config.ts';
import { leaseHolder } from '../../../models/leader-election/observe.ts';
import {
  hostOf,
  identityOf,
  isHeldByMe,
  isHeldByOther,
  NOTHING_OBSERVED,
  nextRecord,
  observe,
  retryDelayUs,
} from '../../../models/leader-election/record.ts';
import { nextTick } from '../../../models/ticker.ts';

const S = 1_000_000;

function lease(holderIdentity: string, renewTimeUs: number): Lease {
  return {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { name: 'kube-scheduler', namespace: 'kube-system', resourceVersion: '7' },
    spec: { holderIdentity, leaseDurationSeconds: 15, renewTimeUs, leaseTransitions: 3, acquireTimeUs: 1 },
  };
}

describe('client-go leader election', () => {
  test('wait RetryPeriod times (1 + random[0,1.2)): 2.0 to 4.4 s between tries', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (draw) => {
        const delayUs = retryDelayUs(2 * S, draw);
        return Number.isInteger(delayUs) && delayUs >= 2 * S && delayUs <= 4.4 * S;
      }),
      { seed: 1 },
    );
  });

  test('15 > 10 > 1.2 times 2, else refuse to start', () => {
    expect(refusal(DEFAULTS)).toBeUndefined();
    expect(refusal({ ...DEFAULTS, 'leader-elect-renew-deadline': 15 * S })).toContain('leaseDuration');
    expect(refusal({ ...DEFAULTS, 'leader-elect-retry-period': 9 * S })).toContain('renewDeadline');
  });

  test('if the raw record differs from the last seen one, the observed time is the local clock now', () => {
    const first = observe(NOTHING_OBSERVED, lease('m1_a', 5), 100);
    expect(first.observedAtUs).toBe(100);
    expect(observe(first, lease('m1_a', 5), 200).observedAtUs).toBe(100);
    expect(observe(first, lease('m1_a', 6), 200).observedAtUs).toBe(200);
    expect(observe(first, lease('m2_b', 5), 200).observedAtUs).toBe(200);
  });

  test('a just started candidate must wait a whole 15 s after its first look even if the record is hours old', () => {
    const look = observe(NOTHING_OBSERVED, lease('m1_a', -3600 * S), 0);
    expect(isHeldByOther(look, 'm2_b', 15 * S, 15 * S - 1)).toBe(true);
    expect(isHeldByOther(look, 'm2_b', 15 * S, 15 * S)).toBe(false);
  });

  test('renewTime in the record is never compared with a clock', () => {
    fc.assert(
      fc.property(fc.integer(), fc.nat(), (renewTimeUs, atUs) => {
        const look = observe(NOTHING_OBSERVED, lease('m1_a', renewTimeUs), atUs);
        return isHeldByOther(look, 'm2_b', 15 * S, atUs + 14 * S);
      }),
      { seed: 2 },
    );
  });

  test('a released record, without a holder, is free at once', () => {
    const look = observe(NOTHING_OBSERVED, lease('', 5), 0);
    expect(isHeldByOther(look, 'm2_b', 15 * S, 1)).toBe(false);
  });

  test('the optimistic update is allowed only while the own observation is valid', () => {
    const look = observe(NOTHING_OBSERVED, lease('m2_b', 5), 0);
    expect(isHeldByMe(look, 'm2_b', 15 * S, 15 * S - 1)).toBe(true);
    expect(isHeldByMe(look, 'm2_b', 15 * S, 15 * S)).toBe(false);
    expect(isHeldByMe(look, 'm1_a', 15 * S, 1)).toBe(false);
  });

  test('leaseTransitions +1 if the holder changes; acquireTime kept if I was the holder', () => {
    expect(nextRecord(lease('m1_a', 5).spec, 'm1_a', 15 * S, 99)).toEqual({
      holderIdentity: 'm1_a',
      leaseDurationSeconds: 15,
      acquireTimeUs: 1,
      renewTimeUs: 99,
      leaseTransitions: 3,
    });
    expect(nextRecord(lease('m1_a', 5).spec, 'm2_b', 15 * S, 99)).toMatchObject({
      acquireTimeUs: 99,
      leaseTransitions: 4,
    });
    expect(nextRecord(undefined, 'm2_b', 15 * S, 99)).toMatchObject({ leaseTransitions: 0 });
  });

  test('identity = hostname_UUID, new at each process start', () => {
    const identity = identityOf('master_1', 12345);
    expect(identity).toMatch(
      /^master_1_[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
    );
    expect(identityOf('master_1', 12346)).not.toBe(identity);
    expect(hostOf(identity)).toBe('master_1');
    expect(leaseHolder(lease(identity, 1))).toBe('master_1');
    expect(leaseHolder(undefined)).toBe('');
  });

  test('of a Go ticker at most one tick waits', () => {
    expect(nextTick(undefined, 2, 5)).toBe(7);
    expect(nextTick(7, 2, 7)).toBe(9);
    expect(nextTick(7, 2, 8)).toBe(9);
    expect(nextTick(7, 2, 9)).toBe(9);
    expect(nextTick(7, 2, 14)).toBe(13);
  });
});
