/** What a guide's lab shows is shown because of what it is about: without the behaviour its expectations fail. */
import { describe, expect, test } from 'vitest';
import type { ParameterMap } from '../../models/cluster/parameters.ts';
import { judgeExpectation } from '../../scenarios/expectations.ts';
import type { ScenarioData } from '../../scenarios/schema.ts';
import { LAB_NAMES } from './library.ts';
import { composed, session } from './runs.ts';

/** How many expectations fail when the scenario is changed so. */
function broken(
  name: string,
  set: ParameterMap,
  change: (data: ScenarioData) => ScenarioData = (data) => data,
): number {
  const { data } = composed(name);
  // The standard probers are most of the work; only expectations about services need them.
  const withoutProbers = !JSON.stringify(data.expect).includes('services[');
  const { watchlist, moments } = session(change(data), 3, { set, withoutProbers });
  return (data.expect ?? []).filter((one) => !judgeExpectation(one, watchlist, moments).ok).length;
}

/** Only one master is hit: the others keep a majority. */
const ONE_ONLY = (data: ScenarioData): ScenarioData => ({
  ...data,
  timeline: (data.timeline ?? []).map((entry) => ('do' in entry ? { ...entry, on: 'm3' } : entry)),
});

test.each(LAB_NAMES)(
  '%s shows what the guide says',
  (name) => {
    expect(broken(name, {})).toBe(0);
  },
  600_000,
);

/** The entry without which a lab is about nothing; `fault` where it is not named here. */
const HEART: Readonly<Record<string, string>> = {
  'labs/guide-001-node-port': 'fault',
  'labs/guide-001-restore-every-member': 'later',
  'labs/guide-001-restore-one-member': 'restore',
  'labs/guide-001-units-at-boot': 'disable',
  'labs/guide-002-nonlocal-bind': 'cure',
  'labs/guide-003-network-plugin': 'apply',
  'labs/guide-004-haproxy-first': 'none',
  'labs/guide-004-load-balancer-first': 'none',
  // Nothing is lost there: the fault is what the apiservers bear, and the expectations that they do.
  'labs/guide-004-external-two-off': '',
  'labs/guide-004-external-member-off': '',
};

/** In the tests some of the labs, in the soak all. */
const SWITCHED = LAB_NAMES.filter((name) => HEART[name] !== '').filter(
  (_, i) => Number(process.env['QUORATE_SEEDS'] ?? 10) > 10 || i % 7 === 0,
);

test.each(SWITCHED)(
  '%s: without what happens there, an expectation fails',
  (name) => {
    const heart = HEART[name] ?? 'fault';
    const calm = (data: ScenarioData): ScenarioData => ({
      ...data,
      timeline: (data.timeline ?? []).map((entry) =>
        entry.name === heart ? { name: heart, at: entry.at, do: 'mark' } : entry,
      ),
    });
    expect(broken(name, {}, calm)).toBeGreaterThan(0);
  },
  600_000,
);

test('on external etcd the two failures are borne because it is external: on stacked they are not', () => {
  const stacked = (data: ScenarioData): ScenarioData => ({ ...data, topology: 'guide-004-stacked' });
  const { data } = composed('labs/guide-004-external-two-off');
  const { data: whole, topology } = composed(stacked(data));
  const { watchlist, moments } = session({ ...whole, topology }, 3);
  expect((data.expect ?? []).some((one) => !judgeExpectation(one, watchlist, moments).ok)).toBe(true);
}, 600_000);

describe('without what they are about, expectations fail', () => {
  test('worker-loses-power: a longer grace period, pods that leave at once', () => {
    expect(
      broken('worker-loses-power', { 'kube-controller-manager.node-monitor-grace-period': '120s' }),
    ).toBeGreaterThan(1);
    expect(
      broken('worker-loses-power', { 'kube-apiserver.default-unreachable-toleration-seconds': 30 }),
    ).toBeGreaterThan(0);
  });

  test('stateful-set-waits: no eviction, nothing to wait for', () => {
    expect(broken('stateful-set-waits', { 'kube-controller-manager.node-eviction-rate': 0 })).toBeGreaterThan(
      1,
    );
  });

  test('labs/guide-003-master-shut-down: a longer lease', () => {
    const set = {
      'kube-scheduler.leader-elect-lease-duration': '60s',
      'kube-controller-manager.leader-elect-lease-duration': '60s',
    };
    expect(broken('labs/guide-003-master-shut-down', set)).toBeGreaterThan(1);
  });

  test('labs/guide-001-three-nodes-off: only one master goes off', () => {
    expect(broken('labs/guide-001-three-nodes-off', {}, ONE_ONLY)).toBeGreaterThan(1);
  });
}, 600_000);
