/** Ticks that a follower makes up for (models/etcd/raft-ticks.ts) are as good as ticks that are counted one by one. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { RAFT } from '../../../models/etcd/family.ts';
import { effectsOf } from '../../../properties/etcd/watch.ts';
import type { Action } from '../../../sim/faults.ts';
import type { MachineEvent } from '../../../sim/machine.ts';
import type { Cell } from '../../../sim/state.ts';
import { Cluster, SECOND } from './cluster.ts';

const NAMES = ['m1', 'm2', 'm3'];

/** Has every tick counted when it comes, from the members' first moment on. */
function countEachTick({ world }: Cluster): void {
  const tell = world.observer;
  world.observer = (step) => {
    tell?.(step);
    const { cell, event } = step as {
      readonly cell?: Cell;
      readonly event?: MachineEvent & { atUs?: number };
    };
    if (cell?.member !== RAFT || (event !== undefined && event.type !== 'steady')) return;
    const atUs = world.localUs(world.hosts[cell.host]!);
    world.tell(cell, { type: 'unsteady', atUs } as MachineEvent);
  };
}

/** All that anybody does, but for the timers. */
function doings({ story }: Cluster): string[] {
  return story.steps.flatMap(({ atUs, who, effects }) =>
    [...effectsOf(effects)].map((effect) => `${atUs} ${who} ${JSON.stringify(effect)}`),
  );
}

/** What happens, and what ends it. */
type Trouble = (name: string) => readonly [Action, Action | undefined];
const processOf = (name: string) => `${name}/etcd`;
const TROUBLES: Readonly<Record<string, Trouble>> = {
  kill: (name) => [
    { do: 'kill', process: processOf(name) },
    { do: 'start', process: processOf(name) },
  ],
  pause: (name) => [
    { do: 'pause', process: processOf(name) },
    { do: 'resume', process: processOf(name) },
  ],
  starve: (host) => [
    { do: 'starve', host, periodUs: 700_000, shareUs: 90_000 },
    { do: 'feed', host },
  ],
  'starve a little': (host) => [
    { do: 'starve', host, periodUs: 130_000, shareUs: 70_000 },
    { do: 'feed', host },
  ],
  'hung disk': (host) => [
    { do: 'disk', host, hung: true },
    { do: 'disk', host, hung: false },
  ],
  'slow disk': (host) => [
    { do: 'disk', host, latencyUs: 250_000 },
    { do: 'disk', host, latencyUs: 2_000 },
  ],
  carrier: (host) => [
    { do: 'carrier', host, on: false },
    { do: 'carrier', host, on: true },
  ],
  'leader handed over': (name) => [
    {
      do: 'send',
      process: processOf(name),
      member: RAFT,
      event: { type: 'transfer-leader', to: 1, atUs: 0 } as MachineEvent,
    },
    undefined,
  ],
};

interface Entry {
  readonly trouble: string;
  readonly on: string;
  readonly atMs: number;
  readonly forMs: number;
}

const entries: fc.Arbitrary<readonly Entry[]> = fc.array(
  fc.record({
    trouble: fc.constantFrom(...Object.keys(TROUBLES)),
    on: fc.constantFrom(...NAMES),
    atMs: fc.integer({ min: 2_500, max: 9_000 }),
    forMs: fc.integer({ min: 50, max: 3_500 }),
  }),
  { minLength: 1, maxLength: 5 },
);

function life(seed: number, version: '3.4' | '3.5', schedule: readonly Entry[], eachTick: boolean): string[] {
  const cluster = new Cluster({ seed, version, unsafe: 'two lives of one seed, compared' });
  if (eachTick) countEachTick(cluster);
  for (const { trouble, on, atMs, forMs } of schedule) {
    const [begin, end] = TROUBLES[trouble]!(on);
    // Tickers of two members that fire in the same microsecond may do so in either order.
    const atUs = atMs * 1_000 + 333 * NAMES.indexOf(on);
    cluster.world.act(atUs, begin);
    if (end !== undefined) cluster.world.act(atUs + forMs * 1_000, end);
  }
  cluster.runTo(3);
  for (let second = 3; second < 13; second++) {
    for (const name of NAMES) cluster.put(name, `k${second}`, name);
    cluster.runTo(second + 1);
  }
  return doings(cluster);
}

test('followers do the same at the same moments', () => {
  const runs = Number(process.env['QUORATE_RUNS'] ?? 25);
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 1_000_000 }),
      fc.constantFrom('3.4', '3.5'),
      entries,
      (seed, version, schedule) => {
        const [madeUp, each] = [false, true].map((eachTick) => life(seed, version, schedule, eachTick));
        const at = each!.findIndex((line, index) => line !== madeUp![index]);
        if (at >= 0) expect(madeUp!.slice(at - 5, at + 5)).toEqual(each!.slice(at - 5, at + 5));
        expect(madeUp!.length).toBe(each!.length);
      },
    ),
    { seed: 1, numRuns: runs },
  );
});

test('a clock that begins to run at another pace takes the wait with it', () => {
  const electionAtMs = (eachTick: boolean, driftPpm: number): number => {
    const cluster = new Cluster({ unsafe: 'two lives of one seed, compared' });
    if (eachTick) countEachTick(cluster);
    cluster.runTo(4);
    cluster.act('kill', cluster.leader());
    cluster.run(0.4);
    for (const host of NAMES) cluster.world.act(cluster.world.nowUs, { do: 'clock', host, driftPpm });
    cluster.run(4);
    return cluster.story.notes.filter(([atMs, , { role }]) => atMs > 4_000 && role === 'leader')[0]![0];
  };
  for (const driftPpm of [-400_000, 0, 300_000]) {
    // A delay is rounded to microseconds of the world: once for a long one, each time for short ones.
    expect(Math.abs(electionAtMs(false, driftPpm) - electionAtMs(true, driftPpm))).toBeLessThan(0.01);
  }
  expect(electionAtMs(false, -400_000)).toBeGreaterThan(electionAtMs(false, 0) + 200);
  expect(electionAtMs(false, 300_000)).toBeLessThan(electionAtMs(false, 0) - 50);
});

test('an idle follower takes a step in a second or two for its ticks, in place of ten a second', () => {
  const cluster = new Cluster().runTo(5);
  const [follower] = cluster.followers();
  const before = cluster.story.steps.length;
  cluster.run(20);
  const ticks = cluster.story.steps
    .slice(before)
    .filter(
      ({ who, event }) =>
        who === `${follower}/etcd/${RAFT}` && ['tick', 'election-timeout'].includes(event?.type ?? ''),
    );
  expect(ticks.length).toBeGreaterThan(5);
  expect(ticks.length).toBeLessThan(25);
  expect(cluster.now * SECOND).toBe(25 * SECOND);
});
