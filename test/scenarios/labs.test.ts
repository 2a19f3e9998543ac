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
  const { watchlist, moments } = session(change(data), 3, { set });
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
