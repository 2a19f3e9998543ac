import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Action } from '../../sim/faults.ts';
import { History } from '../../sim/history.ts';
import { fork, restore, snapshot } from '../../sim/snapshot.ts';
import { toRecord, traceLine } from '../../sim/trace.ts';
import type { World } from '../../sim/world.ts';
import { host, process, SECOND, story } from './fixture.ts';
import { askerType, echoType, spawnerType, writerType } from './machines.ts';

function world(seed: number): World {
  const s = story({
    seed,
    hosts: [
      host('a', 1, { bootUs: SECOND }),
      host('b', 2, { bootUs: SECOND }),
      host('c', 3, { bootUs: SECOND }),
    ],
    processes: [
      process('b', echoType, {}, { kind: 'systemd', restart: 'always' }),
      process('a', askerType, { to: '10.0.0.2', everyUs: 130_000 }, { kind: 'systemd', restart: 'always' }),
      process('a', writerType, {}, { kind: 'static-pod', requires: 'asker' }),
      process('c', spawnerType),
      process('c', askerType, { to: '10.0.0.3', everyUs: 310_000 }, { kind: 'systemd', restart: 'always' }),
    ],
  });
  s.world.observer = undefined;
  return s.world;
}

/** Runs to the time and returns the trace of it. */
function traced(from: World, run: (world: World) => void): string[] {
  const lines: string[] = [];
  from.observer = (step) => {
    lines.push(traceLine(toRecord(step), 0));
  };
  run(from);
  from.observer = undefined;
  return lines;
}

const hosts = fc.constantFrom('a', 'b', 'c');
const processes = fc.constantFrom('b/echo', 'a/asker', 'a/writer', 'c/spawner', 'c/asker');
const links = fc.uniqueArray(fc.nat(2), { minLength: 1 });
const action: fc.Arbitrary<Action> = fc.oneof(
  fc.record({
    do: fc.constant('host' as const),
    host: hosts,
    event: fc.constantFrom(
      { type: 'power-off' },
      { type: 'power-on' },
      { type: 'shutdown' },
      { type: 'reset' },
    ),
  }),
  fc.record({
    do: fc.constantFrom(
      'stop' as const,
      'start' as const,
      'kill' as const,
      'pause' as const,
      'resume' as const,
    ),
    process: processes,
  }),
  fc.record({
    do: fc.constant('rule-add' as const),
    rule: fc.record({
      id: fc.constantFrom('x', 'y'),
      from: links,
      to: links,
      effect: fc.oneof(
        fc.constant({ kind: 'drop' as const }),
        fc.record({
          kind: fc.constant('loss' as const),
          probability: fc.double({ min: 0, max: 1, noNaN: true }),
        }),
        fc.constant({ kind: 'burst-loss' as const, toBad: 0.1, toGood: 0.3, lossGood: 0, lossBad: 0.8 }),
        fc.constant({ kind: 'delay' as const, latencyUs: 40_000, jitterUs: 20_000 }),
      ),
    }),
  }),
  fc.record({ do: fc.constant('rule-remove' as const), id: fc.constantFrom('x', 'y') }),
  fc.record({ do: fc.constantFrom('carrier' as const, 'attached' as const), host: hosts, on: fc.boolean() }),
  fc.record({ do: fc.constant('disk' as const), host: hosts, hung: fc.boolean() }),
  fc.record({
    do: fc.constant('clock' as const),
    host: hosts,
    driftPpm: fc.integer({ min: -200_000, max: 200_000 }),
  }),
  fc.constant({ do: 'starve' as const, host: 'a', periodUs: 100_000, shareUs: 30_000 }),
  fc.constant({ do: 'feed' as const, host: 'a' }),
);
const schedule = fc.array(fc.record({ atUs: fc.integer({ min: 0, max: 20 * SECOND }), action }), {
  maxLength: 12,
});
const moment = fc.integer({ min: 0, max: 20 * SECOND });
const UNTIL = 25 * SECOND;

function scheduled(seed: number, actions: readonly { atUs: number; action: Action }[]): World {
  const made = world(seed);
  for (const one of actions) made.act(one.atUs, one.action);
  return made;
}

describe('snapshots and forks, over random schedules of faults', () => {
  test('the same seed gives the same trace', () => {
    fc.assert(
      fc.property(fc.nat(1000), schedule, (seed, actions) => {
        const run = () => traced(scheduled(seed, actions), (w) => w.runUntil(UNTIL));
        expect(run()).toEqual(run());
      }),
      { seed: 11, numRuns: 15 },
    );
  });

  test('what follows a restore equals the straight run', () => {
    fc.assert(
      fc.property(fc.nat(1000), schedule, moment, (seed, actions, at) => {
        const straight = scheduled(seed, actions);
        straight.runUntil(at);
        const kept = snapshot(straight);
        const rest = traced(straight, (w) => w.runUntil(UNTIL));
        expect(traced(restore(kept), (w) => w.runUntil(UNTIL))).toEqual(rest);
        // The first restore has not touched what was kept.
        expect(traced(restore(kept), (w) => w.runUntil(UNTIL))).toEqual(rest);
      }),
      { seed: 12, numRuns: 25 },
    );
  });

  test('a snapshot shares with the last one what has not changed since, and nothing else', () => {
    const own = world(3);
    own.runUntil(5 * SECOND);
    const first = snapshot(own);
    const again = snapshot(own, first);
    expect(again.world.cells.filter((cell, i) => cell !== first.world.cells[i])).toEqual([]);
    expect([...again.world.connections.values()]).toEqual([...first.world.connections.values()]);
    expect(again.world.connections.size).toBeGreaterThan(0);
    for (const [id, connection] of again.world.connections)
      expect(first.world.connections.get(id)).toBe(connection);
    own.runUntil(5 * SECOND + 400_000);
    const later = snapshot(own, first);
    const kept = later.world.cells.filter((cell, i) => cell !== undefined && cell === first.world.cells[i]);
    expect(kept.length).toBeGreaterThan(0);
    expect(kept.length).toBeLessThan(later.world.cells.length);
    const alone = snapshot(own);
    expect(later.world.cells).toEqual(alone.world.cells);
    expect([...later.world.connections]).toEqual([...alone.world.connections]);
    expect(later.world.processes).toEqual(alone.world.processes);
    const lines = traced(restore(alone), (copy) => copy.runUntil(8 * SECOND));
    expect(traced(restore(later), (copy) => copy.runUntil(8 * SECOND))).toEqual(lines);
  });

  test('a fork and its origin do not see each other', () => {
    fc.assert(
      fc.property(fc.nat(1000), schedule, moment, action, (seed, actions, at, other) => {
        const origin = scheduled(seed, actions);
        origin.runUntil(at);
        const twin = fork(origin);
        const branch = fork(origin);
        branch.act(at, other);
        branch.runUntil(UNTIL);
        expect(traced(origin, (w) => w.runUntil(UNTIL))).toEqual(traced(twin, (w) => w.runUntil(UNTIL)));
      }),
      { seed: 13, numRuns: 25 },
    );
  });
});

describe('time travel', () => {
  test('seeking back and forth gives the worlds of the straight run', () => {
    fc.assert(
      fc.property(
        fc.nat(1000),
        schedule,
        fc.array(moment, { minLength: 1, maxLength: 4 }),
        (seed, actions, moments) => {
          const history = new History(world(seed), SECOND);
          for (const one of [...actions].sort((x, y) => x.atUs - y.atUs)) {
            history.runUntil(one.atUs);
            history.act(one.action);
          }
          history.runUntil(UNTIL);
          const last = fork(history.world);
          for (const at of moments) {
            const there = history.at(at);
            expect(there.nowUs).toBe(at);
            const late = fork(there);
            // Going on from there with the same actions leads to the same end.
            for (const one of [...actions].filter((x) => x.atUs > at).sort((x, y) => x.atUs - y.atUs)) {
              late.runUntil(one.atUs);
              late.act(one.atUs, one.action);
            }
            late.runUntil(UNTIL);
            expect(late.steps).toBe(last.steps);
            expect(late.cells.map((cell) => cell?.context)).toEqual(last.cells.map((cell) => cell?.context));
          }
        },
      ),
      { seed: 14, numRuns: 25 },
    );
  });

  test('a branch keeps its parent, and what is before its beginning is the parent', () => {
    const history = new History(world(1), SECOND);
    history.runUntil(10 * SECOND);
    const branch = history.branch(6 * SECOND);
    branch.act({ do: 'host', host: 'b', event: { type: 'power-off' } });
    branch.runUntil(10 * SECOND);
    expect(branch.at(5 * SECOND).host('b').up).toBe(true);
    expect(branch.at(7 * SECOND).host('b').up).toBe(false);
    expect(history.at(7 * SECOND).host('b').up).toBe(true);
  });
});
