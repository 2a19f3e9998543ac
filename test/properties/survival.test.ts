/**
 * The survival table of the simulation against what arithmetic says: writes are served exactly when a majority of etcd, an apiserver that
 * reaches one, and a way in are left. QUORATE_RUNS says how many sets of each topology are tried (the soak tries all).
 */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { SurvivalReport } from '../../cli/survive.ts';
import { settledForSurvival, type Verdict, verdictAfter } from '../../properties/survival.ts';
import { chosenSets, runsOf } from '../../properties/survival-choice.ts';
import { failureSets, permutations, subsets } from '../../properties/survival-sets.ts';
import { representatives, standIn } from '../../properties/survival-symmetry.ts';
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

describe('sets that are the same but for the names of their hosts', () => {
  const topology = topologyNamed('external-3+3', LIBRARY)!.topology!;

  test('a set is taken for the one on the first hosts of each kind, in the same order', () => {
    expect(standIn(topology, ['m2/etcd', 'm3/haproxy', 'm3/keepalived'])).toEqual([
      'm1/etcd',
      'm2/haproxy',
      'm2/keepalived',
    ]);
    expect(standIn(topology, ['m2/haproxy', 'e3/etcd'])).toEqual(['m1/haproxy', 'e1/etcd']);
    expect(standIn(topology, [])).toEqual([]);
  });

  test('every set stands for itself and others, or another one stands for it', () => {
    const all = failureSets(topology, 2).filter(({ kind }) => kind === 'processes');
    const run = representatives(topology, all);
    const told = run.flatMap(({ failed, alike = [] }) => [failed, ...alike]).map((failed) => failed.join());
    expect(told.sort()).toEqual(all.map(({ failed }) => failed.join()).sort());
    expect(run.length).toBeLessThan(all.length / 3);
  });

  test('symmetry is used where all sets are more than 600 runs', () => {
    const chosen = (name: string, max?: number) => {
      const {
        max: most,
        symmetry,
        sets,
      } = chosenSets(topologyNamed(name, LIBRARY)!.topology!, max, undefined);
      return [most, symmetry, runsOf(sets)];
    };
    expect(chosen('stacked-2')).toEqual([3, false, 186]);
    expect(chosen('stacked-3')).toEqual([3, true, 327]);
    expect(chosen('stacked-7')).toEqual([3, true, 447]);
    expect(chosen('stacked-3', 2)).toEqual([2, false, 125]);
  });

  test.each(['stacked-3', 'external-3+3'])(
    'where every pair of processes of %s was run, each has the verdict of the one that stands for it',
    (name) => {
      const { rows } = JSON.parse(
        readFileSync(new URL(`every-pair-of-${name}.json`, import.meta.url), 'utf8'),
      ) as SurvivalReport;
      const of = topologyNamed(name, LIBRARY)!.topology!;
      const verdicts = new Map(rows.map(({ failed, verdict }) => [[...failed].sort().join(), verdict]));
      const differ = rows.filter(
        ({ failed, verdict }) => verdicts.get(standIn(of, failed).sort().join()) !== verdict,
      );
      expect(rows.length).toBeGreaterThan(90);
      expect(differ).toEqual([]);
    },
  );
});

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
