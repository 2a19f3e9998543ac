/**
 * A world at a scenario's zero, kept, so that many runs can go on from it without each paying the warm-up. It is never
 * stepped itself: each run takes a copy (sim/snapshot.ts), and gives the same as a run that was started cold with the same seed.
 *
 * Unit: microseconds of world time.
 */
import type { Topology } from '../models/cluster/topology.ts';
import { fork } from '../sim/snapshot.ts';
import { World } from '../sim/world.ts';
import type { WorldSpec } from '../sim/world-spec.ts';
import { Facts } from './facts.ts';
import type { StartData } from './schema.ts';
import { startSettled } from './start.ts';

export interface Settled {
  readonly world: World;
  readonly facts: Facts;
  readonly epochUs: number;
  readonly seed: number | string;
}

/** Starts a world and runs it to the scenario's zero. */
export function settle(topology: Topology, spec: WorldSpec, start: StartData = {}): Settled {
  const world = new World(spec);
  const facts = new Facts(world, topology);
  world.observer = (step) => {
    facts.observe(step);
  };
  const epochUs = startSettled(world, topology, start, facts);
  world.observer = undefined;
  return { world, facts, epochUs, seed: spec.seed };
}

/** A world and its facts that go on by themselves; nothing is observed yet. */
export function goOn(settled: Settled): Settled {
  const world = fork(settled.world);
  return { world, facts: settled.facts.copyFor(world), epochUs: settled.epochUs, seed: settled.seed };
}
