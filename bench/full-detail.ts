/**
 * The whole cluster of bench/full-detail.yaml: simulated seconds and kernel events per CPU second, and which component
 * takes how many events of a simulated second. Nobody watches while the time is taken; the events are counted by
 * component in a run of its own.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../cli/shared.ts';
import type { Topology } from '../models/cluster/topology.ts';
import { findingText } from '../models/finding.ts';
import { composeScenario } from '../scenarios/compose.ts';
import { loadScenario } from '../scenarios/load.ts';
import { type ExecutorName, prepare } from '../scenarios/prepare.ts';
import type { ScenarioData } from '../scenarios/schema.ts';
import { Session, type SessionOptions } from '../scenarios/session.ts';
import { SECOND_US } from '../sim/time.ts';
import type { World } from '../sim/world.ts';
import type { WorldSpec } from '../sim/world-spec.ts';
import { cpuSeconds, median } from './cpu.ts';

export interface FullDetailScenario {
  readonly data: ScenarioData;
  readonly topology: Topology;
  readonly spec: WorldSpec;
}

/** The scenario with its world's spec; the standard probers are left out, its own clients make the load. */
export function fullDetailScenario(executor: ExecutorName = 'compiled'): FullDetailScenario {
  const file = join(packageRoot(), 'bench', 'full-detail.yaml');
  const { scenario, findings } = loadScenario(readFileSync(file, 'utf8'), file);
  const put = scenario === undefined ? { findings } : composeScenario(scenario, new Map());
  if (!('composed' in put) || put.composed === undefined)
    throw new Error(put.findings.map(findingText).join('\n'));
  const { data, topology } = put.composed;
  return { data, topology, spec: prepare(data, topology, { seed: 1, executor, withoutProbers: true }).spec };
}

/** The scenario at its zero. */
export function fullDetailSession(options: SessionOptions = {}, executor?: ExecutorName): Session {
  const { data, topology, spec } = fullDetailScenario(executor);
  return new Session(data, topology, spec, options);
}

/** The world of it, settled, with nobody watching. */
export function fullDetailWorld(executor?: ExecutorName): World {
  const { world } = fullDetailSession({}, executor);
  world.observer = undefined;
  return world;
}

export interface FullDetail {
  /** Simulated seconds per CPU second; the median of the rounds. */
  readonly simulatedPerCpu: number;
  readonly eventsPerCpu: number;
  readonly eventsPerSimulated: number;
  /** Component to its events per simulated second, the busiest first. */
  readonly byComponent: ReadonlyMap<string, number>;
}

/** @param seconds simulated seconds a round, after as many for warming up. */
export function measureFullDetail(seconds = 600, rounds = 5, executor?: ExecutorName): FullDetail {
  const world = fullDetailWorld(executor);
  world.runUntil(world.nowUs + seconds * SECOND_US);
  const steps = world.steps;
  const taken = Array.from({ length: rounds }, () => {
    const before = world.steps;
    const cpu = cpuSeconds(() => world.runUntil(world.nowUs + seconds * SECOND_US)).seconds;
    return { cpu, events: world.steps - before };
  });
  return {
    simulatedPerCpu: seconds / median(taken.map(({ cpu }) => cpu)),
    eventsPerCpu: median(taken.map(({ cpu, events }) => events / cpu)),
    eventsPerSimulated: (world.steps - steps) / (rounds * seconds),
    byComponent: eventsByComponent(world, Math.min(seconds, 300)),
  };
}

/** The events of the next seconds by who took them: a daemon on all its hosts, a client, or the kernel itself. */
function eventsByComponent(world: World, seconds: number): Map<string, number> {
  const counts = new Map<string, number>();
  world.observer = ({ cell }) => {
    const process = cell === undefined ? undefined : world.processes[cell.process];
    const name = cell === undefined ? 'kernel' : process === undefined ? 'host' : process.spec.name;
    counts.set(name, (counts.get(name) ?? 0) + 1);
  };
  world.runUntil(world.nowUs + seconds * SECOND_US);
  world.observer = undefined;
  return new Map([...counts].map(([name, n]) => [name, n / seconds] as const).sort((a, b) => b[1] - a[1]));
}
