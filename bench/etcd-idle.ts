/**
 * An idle etcd cluster in the whole simulator: 5 members, heartbeats each 60 ms, round trips of 10 to 15 ms. To be
 * compared with raft.js (5,050 to 6,600 simulated seconds per CPU second) and RaftScope (105 to 414).
 */

import { etcd } from '../models/etcd/process.ts';
import { hostMachine } from '../models/host/machine.ts';
import { compiledProgram } from '../sim/compiled.ts';
import { World } from '../sim/world.ts';
import type { WorldSpec } from '../sim/world-spec.ts';
import { cpuSeconds, median } from './cpu.ts';

const SECOND_US = 1_000_000;
const MEMBERS = 5;

/** The world, powered on at 0; it has a leader after some 2 s. */
export function idleEtcdWorld(executor: WorldSpec['executor'] = compiledProgram): World {
  const names = Array.from({ length: MEMBERS }, (_, i) => `m${i + 1}`);
  const initialCluster = names.map((name, i) => ({ name, peerAddress: `10.0.0.${i + 1}`, peerPort: 2380 }));
  const world = new World({
    seed: 1,
    hostMachine,
    executor,
    link: () => ({ latencyUs: 5_000, jitterUs: 2_500 }),
    hosts: names.map((name, i) => ({ name, address: `10.0.0.${i + 1}`, bootUs: 0 })),
    processes: names.map((name) => ({
      host: name,
      name: 'etcd',
      type: etcd,
      config: {
        name,
        version: '3.5',
        initialCluster,
        initialClusterState: 'new',
        flags: { 'heartbeat-interval': 60, 'election-timeout': 1000 },
      },
      supervisor: { kind: 'none' },
      enabled: true,
      startDelayUs: [0, 60_000],
    })),
  });
  for (const name of names) world.act(0, { do: 'host', host: name, event: { type: 'power-on' } });
  world.runUntil(5 * SECOND_US);
  return world;
}

export interface IdleEtcd {
  /** Simulated seconds per CPU second. */
  readonly simulatedPerCpu: number;
  /** Kernel steps per simulated second, and per CPU second. */
  readonly stepsPerSimulated: number;
  readonly stepsPerCpu: number;
}

/** @param seconds simulated seconds a round, after twice as many for warming up; the median of the rounds counts */
export function measureIdleEtcd(
  seconds: number,
  executor: WorldSpec['executor'] = compiledProgram,
  rounds = 5,
): IdleEtcd {
  const world = idleEtcdWorld(executor);
  world.runUntil(world.nowUs + 2 * seconds * SECOND_US);
  const steps = world.steps;
  const cpu = median(
    Array.from(
      { length: rounds },
      () => cpuSeconds(() => world.runUntil(world.nowUs + seconds * SECOND_US)).seconds,
    ),
  );
  const taken = (world.steps - steps) / rounds;
  return {
    simulatedPerCpu: seconds / cpu,
    stepsPerSimulated: taken / seconds,
    stepsPerCpu: taken / cpu,
  };
}
