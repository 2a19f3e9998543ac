/** Planted faults of the design that properties of leases, nodes and workloads catch. */
import { describe, expect, test, vi } from 'vitest';
import { breakingSkewPpm, skewLimit } from '../../properties/lease-skew.ts';
import { noHealthyNodeEvicted } from '../../properties/no-healthy-node-evicted.ts';
import { oneLeaseHolder } from '../../properties/one-lease-holder.ts';
import { workloadsReachTheirCount } from '../../properties/workloads-reach-their-count.ts';
import { topologyNamed } from '../../scenarios/topologies.ts';
import { LIBRARY } from '../scenarios/library.ts';
import { check, fault } from './checks.ts';

const LIMIT = 120_000;

vi.mock('../../models/kube-controller-manager/zones.ts', async (original) => {
  const real = await original<typeof import('../../models/kube-controller-manager/zones.ts')>();
  const judgeZones: typeof real.judgeZones = (nodes, observed, current, config) => {
    const verdict = real.judgeZones(nodes, observed, current, config);
    const rates = verdict.rates.map(() => config['node-eviction-rate']);
    return { ...verdict, rates, masterDisruption: false };
  };
  return { ...real, judgeZones };
});

const FLAGS = (duration: string, deadline: string, retry: string) =>
  Object.fromEntries(
    ['kube-scheduler', 'kube-controller-manager'].flatMap((daemon) => [
      [`${daemon}.leader-elect-lease-duration`, duration],
      [`${daemon}.leader-elect-renew-deadline`, deadline],
      [`${daemon}.leader-elect-retry-period`, retry],
    ]),
  );

describe('one-lease-holder', () => {
  const cut = (ppm: number) => [
    fault(1, { do: 'clock-drift', on: 'm1', ppm }),
    fault(2_000, { do: 'link-down', on: 'm1' }),
  ];
  const start = { leases: { 'kube-scheduler': 'm1', 'kube-controller-manager': 'm1' } };
  const quick = FLAGS('4s', '3s', '500ms');

  test(
    'a holder that is cut off gives up before others take over, its clock a tenth slow',
    () => {
      expect(check(oneLeaseHolder, 'stacked-3', cut(-100_000), quick, start)).toEqual([]);
    },
    LIMIT,
  );

  test(
    'its clock at half speed: others lead before it has given up',
    () => {
      const [what] = check(oneLeaseHolder, 'stacked-3', cut(-500_000), quick, start);
      expect(what).toMatch(/^m1 and m[23] both led as kube-(scheduler|controller-manager) at \d/);
    },
    LIMIT,
  );

  test(
    'it breaks where the holder needs longer for its renew deadline than the others for the lease, to a twentieth',
    () => {
      const topology = topologyNamed('stacked-3', LIBRARY, quick)!.topology!;
      const found = breakingSkewPpm(topology, 'kube-scheduler', 1, 10_000);
      expect(Math.abs(found / 1e6 - skewLimit(4, 3))).toBeLessThan(0.05);
    },
    LIMIT,
  );
});

describe('no-healthy-node-evicted', () => {
  test(
    'a controller that goes on evicting when no node is heard any more: the VIP is away for two minutes',
    () => {
      const [what] = check(noHealthyNodeEvicted, 'stacked-1', [
        fault(1_000, { do: 'stop', on: 'm1/haproxy' }),
      ]);
      expect(what).toMatch(/^m1 evicts default\/replicas-\S+ from \w+, which is well, at/);
    },
    LIMIT,
  );
});

describe('workloads-reach-their-count', () => {
  test(
    'no scheduler is left: pods of a node that was away wait for a place',
    () => {
      const [what] = check(workloadsReachTheirCount, 'stacked-1', [
        fault(1_000, { do: 'stop', on: 'm1/kube-scheduler' }, 600_000),
        fault(2_000, { do: 'power-off', on: 'w1' }, 100_000),
      ]);
      expect(what).toMatch(/of 6 pods of replicas are ready$/);
    },
    LIMIT,
  );
});
