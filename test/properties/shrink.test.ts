/** What a search finds is shrunk to its cause, stored, and shows the same again. */
import { describe, expect, test } from 'vitest';
import { Checker } from '../../properties/check-run.ts';
import { scenarioOfCounterexample, scheduleOf } from '../../properties/counterexample.ts';
import { candidates, DEFAULT_CLASSES } from '../../properties/fault-classes.ts';
import { failedAt } from '../../properties/schedule.ts';
import { shrink } from '../../properties/shrink.ts';
import { vipOnAWorkingProxy } from '../../properties/vip-on-a-working-proxy.ts';
import { loadScenario } from '../../scenarios/load.ts';
import { topologyNamed } from '../../scenarios/topologies.ts';
import { writeScenario } from '../../scenarios/write.ts';
import { LIBRARY } from '../scenarios/library.ts';
import { session } from '../scenarios/runs.ts';

/** A penalty that a second dead proxy makes up for: the design of guide-002 on three reference masters. */
const SET = { 'keepalived.script.haproxy.weight': -30 };
const topology = topologyNamed('stacked-3', LIBRARY, SET)!.topology!;
const checker = new Checker({ topology }, [vipOnAWorkingProxy]);
const all = candidates(topology, DEFAULT_CLASSES);
const fault = (on: string, atMs: number, word = 'stop') => ({
  ...all.find(({ entry }) => entry.on === on && entry.do === word)!,
  atMs,
});

describe('a schedule of four faults, two of which leave the VIP on a dead proxy', () => {
  const found = {
    seed: 3,
    faults: [
      fault('m3/kube-scheduler', 711),
      fault('m2', 1_503, 'power-off'),
      { ...fault('m3/etcd', 4_100), forMs: 5_000 },
      fault('m1/haproxy', 8_321),
    ],
  };
  const shrunk = shrink(checker, found);

  test('is shrunk to these two, at whole seconds', () => {
    expect(shrunk.schedule.faults.map(({ entry, atMs }) => [entry.on, atMs])).toEqual([
      ['m2', 1_000],
      ['m1/haproxy', 8_000],
    ]);
    expect(shrunk.what).toBe('the VIP is on m1, whose proxy is dead, while m3 could serve');
    expect(shrunk.runs).toBeLessThan(12);
  });

  test('is stored as a scenario that shows the same with the standard probers, and with other luck in everything that is not stored', () => {
    const { phases } = checker;
    const run = checker.run(shrunk.schedule).session;
    const data = scenarioOfCounterexample(
      { property: vipOnAWorkingProxy, ...shrunk, phases, session: run },
      { topology },
      'stacked-3',
      SET,
    );
    const read = loadScenario(writeScenario(data), `${data.scenario}.yaml`);
    expect(read.findings).toEqual([]);
    expect(read.scenario?.data).toEqual(data);
    expect(scheduleOf(data.timeline ?? [], { topology }, 3)).toEqual(shrunk.schedule);
    for (const seed of [3, 4]) {
      const again = session(data, seed);
      expect(again.epochUs).toBe(run.epochUs);
      expect(
        vipOnAWorkingProxy.violation(again, failedAt(shrunk.schedule, phases, checker.spec), phases),
      ).toBe(shrunk.what);
    }
  });
});

describe('what is out when all has settled', () => {
  const phases = { settledMs: 60_000, endMs: 60_000 };
  const out = (...faults: ReturnType<typeof fault>[]) =>
    failedAt({ seed: 1, faults }, phases, checker.spec).map(({ what }) => what);
  const boot = { ...fault('m1', 2_000, 'power-off'), forMs: 5_000 };

  test('a unit that was stopped runs again after its host has booted, a static pod does not', () => {
    expect(out(fault('m1/haproxy', 1_000), boot)).toEqual([]);
    expect(out(fault('m1/etcd', 1_000), boot)).toEqual(['m1/etcd']);
  });

  test('but not if it was stopped after that, or another host has booted', () => {
    expect(out({ ...boot, atMs: 500 }, fault('m1/haproxy', 1_000))).toEqual(['m1/haproxy']);
    expect(out(fault('m2/haproxy', 1_000), boot)).toEqual(['m2/haproxy']);
  });

  test('a host that comes back in time is not out, one that stays away is', () => {
    expect(out(boot)).toEqual([]);
    expect(out(fault('m1', 2_000, 'power-off'))).toEqual(['m1']);
  });
});
