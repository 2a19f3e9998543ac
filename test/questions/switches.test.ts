/**
 * No expectation of a shipped scenario is empty: each fails with some switch (docs/02-scenarios.md). All of them are run by `npm run soak --
 * switches`; here those are that take no time, and every answer to a question has to say what its switches are.
 */
import { expect, test } from 'vitest';
import { loadScenario } from '../../scenarios/load.ts';
import { failsWith, switched } from '../../scenarios/switches.ts';
import { LIBRARY, QUESTION_NAMES } from '../scenarios/library.ts';
import { session } from '../scenarios/runs.ts';
import { complaintsOf } from '../scenarios/switches.ts';

/** Of door-3 and of etcd alone: tenths of a second each. */
const QUICK = [
  'etcd/add-before-remove',
  'etcd/four-members',
  'etcd/paused-leader',
  'etcd/remove-the-leader',
  'questions/penalty-smaller-than-gap',
  'questions/proxy-stops-watched',
  'questions/refused-or-silent',
  'questions/same-router-id',
  'questions/vip-on-two-hosts',
  'questions/ways-to-lose-a-holder',
  'questions/weight-zero',
];

test.each(QUESTION_NAMES)('%s has a switch', (name) => {
  const { scenario } = loadScenario(LIBRARY.get(`${name}.yaml`) ?? '', name);
  expect(scenario?.data.switches?.length ?? 0).toBeGreaterThan(0);
});

test.each(QUICK)(
  '%s: each expectation fails with some switch, and each switch makes one fail',
  (name) => {
    expect(complaintsOf(name)).toEqual([]);
  },
  60_000,
);

const data = loadScenario(LIBRARY.get('etcd/lying-disk.yaml') ?? '', 'etcd/lying-disk').scenario!.data;

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
