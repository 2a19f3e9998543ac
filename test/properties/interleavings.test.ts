/** Small worlds in every order; `npm run soak -- interleavings` has larger ones. */
import { expect, test } from 'vitest';
import { type SmallRaftOptions, smallRaft } from '../../properties/etcd/small-raft.ts';
import { explore, type SmallWorld } from '../../properties/interleavings.ts';

/** Two counters to `most`, each by one at a time: (most + 1)^2 states, whatever the order. */
function counters(most: number, wrong = ''): SmallWorld<readonly [number, number], number> {
  return {
    initial: [0, 0],
    actions: (state) => [0, 1].filter((i) => (state[i] as number) < most),
    after: ([a, b], which) => (which === 0 ? [a + 1, b] : [a, b + 1]),
    key: (state) => `${state}`,
    violation: (state) => (`${state}` === wrong ? `it is ${state}` : undefined),
  };
}

test('each state is looked at once, each step from it is taken', () => {
  expect(explore(counters(3))).toEqual({ states: 16, steps: 24, depth: 6, complete: true });
});

test('a violation comes with the way to it', () => {
  const { found, complete } = explore(counters(3, '1,2'));
  expect(complete).toBe(false);
  expect(found?.violation).toBe('it is 1,2');
  expect(found?.way.toSorted()).toEqual([0, 1, 1]);
});

test('a limit ends it', () => {
  expect(explore(counters(30), 100)).toMatchObject({ states: 100, complete: false });
});

test.each<[number, SmallRaftOptions]>([
  [1_375, { members: 3, campaigns: 1, proposals: 0, crashes: 0 }],
  [21_871, { members: 3, campaigns: 2, proposals: 0, crashes: 0, quickDisks: true }],
])(
  'in %i states of three members of Raft there is one leader a term, and it has all that is committed',
  (states, options) => {
    expect(explore(smallRaft(options))).toMatchObject({ states, complete: true });
  },
);
