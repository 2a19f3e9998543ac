/**
 * No expectation of a shipped scenario is empty: each fails with some switch (docs/02-scenarios.md). All of them are run by `npm run soak --
 * switches`; here those are that take no time, and every shipped scenario has to say what its switches are.
 */
import { expect, test } from 'vitest';
import { shippedScenarios } from '../../cli/shared.ts';
import { failsWith, switched } from '../../scenarios/switches.ts';
import { LIBRARY } from './library.ts';
import { session } from './runs.ts';
import { dataOf } from './shared-runs.ts';
import { complaintsIn, trySwitches } from './switches.ts';

/** Of short starts, or dead soon: tenths of a second each. */
const QUICK = [
  'etcd/add-before-remove',
  'etcd/four-members',
  'etcd/paused-leader',
  'etcd/remove-the-leader',
  'kubeadm/init-dead-balancer-1-33',
  'kubeadm/phases-by-hand',
  'labs/guide-003-two-down',
  'labs/guide-004-haproxy-first',
  'labs/guide-004-load-balancer-first',
  'labs/guide-004-stacked-member-off',
  'questions/penalty-smaller-than-gap',
  'questions/proxy-stops-watched',
  'questions/refused-or-silent',
  'questions/same-router-id',
  'questions/vip-on-two-hosts',
  'questions/ways-to-lose-a-holder',
  'questions/weight-zero',
];

test.each(shippedScenarios(LIBRARY))('%s has a switch', (name) => {
  expect(dataOf(name).switches?.length ?? 0).toBeGreaterThan(0);
});

test.each(QUICK)(
  '%s: each expectation fails with some switch, and each switch makes one fail',
  (name) => {
    expect(complaintsIn(trySwitches(name))).toEqual([]);
  },
  60_000,
);

const data = dataOf('etcd/lying-disk');

test('an expectation about a command that a switch leaves out does not count as failed', () => {
  const change = { without: ['put'] };
  const { watchlist, moments } = session(switched(data, change).data, 1);
  const [put, get] = data.expect ?? [];
  expect(failsWith(change, put!, watchlist, moments)).toBe(false);
  expect(failsWith({ also: [] }, put!, watchlist, moments)).toBe(true);
  expect(failsWith(change, get!, watchlist, moments)).toBe(false);
});

test('an expectation whose span never comes does not count as failed', () => {
  const { watchlist, moments } = session(data, 1);
  const never = { ...data.expect![0]!, from: 'nowhere' };
  expect(failsWith({}, never, watchlist, moments)).toBe(false);
});
