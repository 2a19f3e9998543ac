/** Rules that learners are taught and that are arithmetic: each named by the number of its question (docs/questions.md). */
import { expect, test } from 'vitest';
import { quorum } from '../../models/etcd/raft/quorum.ts';
import { session } from '../scenarios/runs.ts';

/** Failures that n members bear. */
const bears = (n: number): number => n - quorum(n);

/** The chance that a quorum of n is up when each is up by itself with chance p. */
function availability(n: number, p: number): number {
  const choose = (k: number): number =>
    Array.from({ length: k }, (_, i) => (n - i) / (i + 1)).reduce((product, one) => product * one, 1);
  const up = Array.from({ length: n + 1 }, (_, k) => choose(k) * p ** k * (1 - p) ** (n - k));
  return up.slice(quorum(n)).reduce((sum, one) => sum + one, 0);
}

test('1. two members are up less often than one, three more often', () => {
  const percent = [1, 2, 3, 4, 5].map((n) => (100 * availability(n, 0.99)).toFixed(n < 5 ? 2 : 3));
  expect(percent).toEqual(['99.00', '98.01', '99.97', '99.94', '99.999']);
});

test('2. an even number bears no more losses than the odd one below, and can be split so that nobody works', () => {
  for (const n of [2, 4, 6, 8]) {
    expect(bears(n)).toBe(bears(n - 1));
    expect(n / 2).toBeLessThan(quorum(n));
    expect(Math.ceil((n - 1) / 2)).toBeGreaterThanOrEqual(quorum(n - 1));
  }
});

/** Every placing of n members at so many sites, as numbers of members. */
function placings(n: number, sites: number): number[][] {
  if (sites === 1) return [[n]];
  return Array.from({ length: n + 1 }, (_, here) =>
    placings(n - here, sites - 1).map((rest) => [here, ...rest]),
  ).flat();
}

test('8. at two sites no placing survives the loss of either, at three sites with a majority outside of each one does', () => {
  const survives = (placing: readonly number[]): boolean => {
    const all = placing.reduce((sum, one) => sum + one, 0);
    return placing.every((lost) => all - lost >= quorum(all));
  };
  for (let n = 1; n <= 9; n++) expect(placings(n, 2).some(survives)).toBe(false);
  expect(survives([1, 1, 1])).toBe(true);
  expect(survives([2, 2, 1])).toBe(true);
  expect(survives([3, 1, 1])).toBe(false);
});

test('17. a snapshot is asked of one endpoint, and several are refused', () => {
  const { console } = session(
    {
      scenario: 'several',
      version: 1,
      topology: 'etcd-3',
      until: '5s',
      timeline: [{ at: '1s', run: 'etcdctl --endpoints=m1:2379,m2:2379 snapshot save b.db', on: 'm3' }],
    },
    1,
  );
  expect(console.typed[0]?.result?.exitCode).not.toBe(0);
  expect(console.typed[0]?.text).toContain('snapshot must be requested to one selected node, not multiple');
});
