/** A few of the fault schedules of which `npm run soak -- raft` draws 100,000, and that the watching itself changes nothing. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Checker } from '../../properties/check-run.ts';
import { runSchedule, type Schedule, schedules } from '../../properties/etcd/fault-schedules.ts';
import { lightWorld } from '../../properties/etcd/light-world.ts';
import { ETCD_WATCHES, EtcdSafety, Unsafe } from '../../properties/etcd/safety.ts';
import { etcdReadsAreNeverStale } from '../../properties/etcd-reads-are-never-stale.ts';
import { topologyNamed } from '../../scenarios/topologies.ts';
import { LIBRARY } from '../scenarios/library.ts';

const SENTENCES = ETCD_WATCHES.map(({ sentence }) => sentence).join(' ');

test(`Whatever fails within Raft's assumptions: ${SENTENCES}`, () => {
  const sum = { elections: 0, puts: 0, gets: 0, judged: 0 };
  const numRuns = 40;
  fc.assert(
    fc.property(schedules, (schedule) => {
      const seen = runSchedule(schedule);
      sum.elections += seen.elections;
      sum.puts += seen.puts;
      sum.gets += seen.gets;
      sum.judged += Number(seen.judged);
    }),
    { seed: 5, numRuns },
  );
  // The runs were not empty.
  expect(sum.elections).toBeGreaterThan(numRuns);
  expect(sum.puts).toBeGreaterThan(5 * numRuns);
  expect(sum.gets).toBeGreaterThan(20 * numRuns);
  expect(sum.judged).toBeGreaterThan(numRuns / 2);
}, 300_000);

const DISASTER: Schedule = {
  shape: { members: 3, preVote: true, start: 1 },
  seed: 9,
  lateMs: 20,
  fsyncMs: 20,
  drifts: [],
  faults: [{ fault: 'power-off', members: 7, atMs: 1_000, forMs: 500 }],
};

test('a schedule run twice is the same, and copies of a prepared start do not disturb each other', () => {
  const once = runSchedule(DISASTER);
  runSchedule({ ...DISASTER, seed: 10 });
  expect(runSchedule(DISASTER)).toEqual(once);
});

test('a key that was there before anybody looked, and is only read, is not judged', () => {
  const topology = topologyNamed('stacked-2', LIBRARY)!.topology!;
  const checker = new Checker({ topology }, [etcdReadsAreNeverStale]);
  expect(checker.run({ faults: [], seed: 1 }).violations).toEqual([]);
});

test('an acknowledged put that a lying disk lost is seen', () => {
  const world = lightWorld(DISASTER.shape, 3);
  const safety = new EtcdSafety(world);
  world.observer = (step) => safety.see(step);
  const startUs = world.nowUs;
  for (const host of ['m1', 'm2', 'm3']) {
    world.act(startUs, { do: 'disk', host, lying: true });
    world.act(startUs + 2_000_000, { do: 'host', host, event: { type: 'power-off' } });
    world.act(startUs + 2_500_000, { do: 'host', host, event: { type: 'power-on' } });
  }
  expect(() => {
    world.runUntil(startUs + 8_000_000);
    safety.end();
  }).toThrow(Unsafe);
});
