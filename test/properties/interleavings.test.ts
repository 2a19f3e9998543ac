/** Small worlds in every order; `npm run soak -- interleavings` has larger ones. */
import { expect, test } from 'vitest';
import { type SmallRaftOptions, smallRaft } from '../../properties/etcd/small-raft.ts';
import { explore, type SmallWorld } from '../../properties/interleavings.ts';
import { type SmallVrrpOptions, smallVrrp } from '../../properties/small-vrrp.ts';

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

test.each<[number, SmallRaftOptions]>([[1_375, { members: 3, campaigns: 1, proposals: 0, crashes: 0 }]])(
  'in %i states of three members of Raft there is one leader a term, and it has all that is committed',
  (states, options) => {
    expect(explore(smallRaft(options))).toMatchObject({ states, complete: true });
  },
);

test.each<[number, SmallVrrpOptions]>([
  [39, { priorities: [100, 90], crashes: 0 }],
  [284, { priorities: [100, 90], crashes: 2 }],
  [155, { priorities: [100, 100], crashes: 1 }],
])(
  'from each of %i states of two VRRP routers a quiet time leads to one that holds the VIP, the one with the highest priority',
  (states, options) => {
    expect(explore(smallVrrp(options))).toMatchObject({ states, complete: true });
  },
);

test('a planted fault, one router has a password, is found with the way to it', () => {
  const password = 'authentication {\n auth_type PASS\n auth_pass a\n }';
  const { found } = explore(smallVrrp({ priorities: [100, 90], crashes: 0, more: ['', password] }));
  expect(found?.violation).toBe('router 1 and router 2 hold the VIP after a quiet time');
  expect(found?.way.map((action) => action.do)).toEqual(['fire']);
});
