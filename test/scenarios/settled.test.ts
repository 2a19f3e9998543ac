/** Runs that go on from a kept world, and runs whose draws are given. */
import { expect, test } from 'vitest';
import { prepare } from '../../scenarios/prepare.ts';
import type { ScenarioData } from '../../scenarios/schema.ts';
import { Session } from '../../scenarios/session.ts';
import { settle } from '../../scenarios/settled.ts';
import { TraceHash } from '../../sim/hash.ts';
import { toRecord } from '../../sim/trace.ts';
import { composed } from './runs.ts';

const SCENARIO: ScenarioData = {
  scenario: 'settled',
  version: 1,
  topology: 'stacked-2',
  until: '20s',
  timeline: [{ name: 'cut', between: ['1s', '5s'], do: 'power-off', on: 'm2' }],
};

function traceHash(session: Session): string {
  const hash = new TraceHash();
  const { facts, world, epochUs } = session;
  world.observer = (step) => {
    facts.observe(step);
    hash.add(toRecord(step), epochUs);
  };
  session.runUntil(session.untilUs);
  return hash.digest();
}

test('a run that goes on from a kept world is the run from the cold start, and leaves the kept world as it was', () => {
  const { data, topology } = composed(SCENARIO);
  const { spec } = prepare(data, topology, { seed: 5 });
  const kept = settle(topology, spec);
  const whole = new Session(data, topology, spec);
  const first = new Session(data, topology, kept);
  const second = new Session(data, topology, kept);
  const hash = traceHash(whole);
  expect(traceHash(first)).toBe(hash);
  expect(traceHash(second)).toBe(hash);
  expect(second.facts.requests.list).toEqual(whole.facts.requests.list);
  expect(second.facts.vip.list).toEqual(whole.facts.vip.list);
  expect(kept.world.nowUs).toBe(kept.epochUs);
});

test('every phase that is stored under vary comes again, whatever the seed; all the rest is the seed’s', () => {
  const { data, topology } = composed(SCENARIO);
  const own = new Session(data, topology, prepare(data, topology, { seed: 5 }).spec);
  own.runUntil(own.untilUs);
  const draws = own.world.streams.drawn((name) => !name.startsWith('link/') && !name.startsWith('disk/'));
  expect(Object.keys(draws)).toContain('faults/cut');
  const stored = composed({ ...SCENARIO, vary: { seed: 5, draws } });
  const spec = (seed: number) => prepare(stored.data, stored.topology, { seed }).spec;
  expect(traceHash(new Session(stored.data, stored.topology, spec(5)))).toBe(
    traceHash(new Session(data, topology, prepare(data, topology, { seed: 5 }).spec)),
  );
  const other = new Session(stored.data, stored.topology, spec(6));
  other.runUntil(other.untilUs);
  expect(other.epochUs).toBe(own.epochUs);
  expect(other.moments.get('cut')).toBe(own.moments.get('cut'));
  expect(other.world.streams.drawn((name) => name.startsWith('luck/'))).toEqual(
    own.world.streams.drawn((name) => name.startsWith('luck/')),
  );
  expect(other.facts.requests.list.at(-1)).not.toEqual(own.facts.requests.list.at(-1));
});
