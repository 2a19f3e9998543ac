/**
 * The survival table of the simulation against what arithmetic says: writes are served exactly when a majority of etcd, an apiserver that
 * reaches one, and a way in are left. QUORATE_RUNS says how many sets of each topology are tried (the soak tries all).
 */
import { describe, expect, test } from 'vitest';
import { settledForSurvival, type Verdict, verdictAfter } from '../../properties/survival.ts';
import { failureSets, permutations, subsets } from '../../properties/survival-sets.ts';
import { rowsOf, summaryOf } from '../../properties/survival-table.ts';
import { hasApiserver, hasFrontDoor, hasMajority } from '../../properties/writes-served-iff-majority.ts';
import { topologyNamed } from '../../scenarios/topologies.ts';
import { LIBRARY } from '../scenarios/library.ts';

const RUNS = Number(process.env['QUORATE_RUNS'] ?? 3);

describe.each(['stacked-3', 'external-3+3', 'stacked-3-lb1'])('%s', (name) => {
  const topology = topologyNamed(name, LIBRARY)!.topology!;

  test('writes are served exactly when a majority, an apiserver and a way in are left; in every order', () => {
    const sets = failureSets(topology, 3);
    const step = Math.max(1, Math.floor(sets.length / RUNS));
    const settled = settledForSurvival(topology, 1);
    for (const { tried } of sets.filter((_, index) => index % step === step - 1)) {
      for (const order of tried) {
        const failed = order.failed.map((what) => ({ what, atMs: 0 }));
        const isLeft =
          hasMajority(topology, failed) && hasApiserver(topology, failed) && hasFrontDoor(topology, failed);
        const verdict = verdictAfter(settled, topology, order);
        expect(verdict === 'write', `${order.failed.join(', ')} ${order.how}: ${verdict}`).toBe(isLeft);
      }
    }
  }, 3_600_000);
});

test('only VRRP remembers who failed first: all orders of a pair without keepalived and HAProxy have one verdict', () => {
  const topology = topologyNamed('stacked-3', LIBRARY)!.topology!;
  const settled = settledForSurvival(topology, 1);
  const pairs = failureSets(topology, 2).filter(
    ({ failed, tried, kind }) => kind === 'processes' && failed.length === 2 && tried.length === 1,
  );
  const step = Math.max(1, Math.floor(pairs.length / Math.ceil(RUNS / 3)));
  for (const { failed } of pairs.filter((_, index) => index % step === 0)) {
    const [first, ...others] = permutations(failed).map((order) =>
      verdictAfter(settled, topology, { failed: order, how: 'in turn' }),
    );
    expect(
      others.every((one) => one === first),
      failed.join(', '),
    ).toBe(true);
  }
}, 3_600_000);

test('subsets come by size, each in the order of the whole', () => {
  expect(subsets(['a', 'b', 'c'], 2)).toEqual([[], ['a'], ['b'], ['c'], ['a', 'b'], ['a', 'c'], ['b', 'c']]);
});

describe('what follows from a table', () => {
  const set = (failed: string[]) => ({
    kind: 'hosts' as const,
    failed,
    tried: [{ failed, how: 'together' as const }],
  });
  const rows = (verdicts: Record<string, Verdict>) =>
    Object.entries(verdicts).flatMap(([failed, verdict]) =>
      rowsOf(set(failed === '' ? [] : failed.split(' ')), [verdict]),
    );

  test('the tolerance is the largest size all of whose sets leave every write served', () => {
    const { hostTolerance, singlePoints } = summaryOf(
      rows({ '': 'write', a: 'write', b: 'write', 'a b': 'nothing' }),
    );
    expect(hostTolerance).toBe(1);
    expect(singlePoints).toEqual([]);
  });

  test('a set that stops all writes is smallest if no smaller one is inside it; one that degrades is none', () => {
    const { smallestFatal, singlePoints, hostTolerance } = summaryOf(
      rows({ '': 'write', a: 'degraded', b: 'VIP without API', 'a b': 'nothing' }),
    );
    expect(smallestFatal).toEqual([['b']]);
    expect(hostTolerance).toBe(0);
    expect(singlePoints).toEqual([
      { what: 'a', verdict: 'degraded' },
      { what: 'b', verdict: 'VIP without API' },
    ]);
  });

  test('a set whose verdict depends on the order has a row for each', () => {
    const orders = [
      { failed: ['a', 'b'], how: 'together' as const },
      { failed: ['b', 'a'], how: 'in turn' as const },
    ];
    const both = { kind: 'processes' as const, failed: ['a', 'b'], tried: orders };
    expect(rowsOf(both, ['write', 'write'])).toHaveLength(1);
    expect(rowsOf(both, ['write', 'nothing'])).toEqual([
      { kind: 'processes', failed: ['a', 'b'], verdict: 'write', order: 'together' },
      { kind: 'processes', failed: ['b', 'a'], verdict: 'nothing', order: 'in turn' },
    ]);
  });
});
