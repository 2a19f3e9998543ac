/**
 * A world of nothing but etcd and a few clients, for searching: members with their disks, streams and network, started
 * cold and run until they have a leader. It is made once for each shape and luck; a search goes on from copies of it.
 *
 * Unit: microseconds. Heartbeats of 100 ms and an election timeout of 500 ms, the least that etcd takes with them, so that
 * a few simulated seconds hold several elections.
 */
import { type EtcdClientConfig, etcdClientMachine } from '../../models/client/etcd-client.ts';
import type { EtcdConfig } from '../../models/etcd/config.ts';
import { etcd } from '../../models/etcd/process.ts';
import { hostMachine } from '../../models/host/machine.ts';
import { compiledProgram } from '../../sim/compiled.ts';
import type { ProcessType } from '../../sim/process-type.ts';
import { fork } from '../../sim/snapshot.ts';
import { Streams } from '../../sim/streams.ts';
import { World } from '../../sim/world.ts';

const SECOND_US = 1_000_000;
/** All have a leader by then. */
const WARM_US = 3 * SECOND_US;

/**
 * Part of puts of each client. Who only reads stays with a member that cannot write any more, and goes on asking it.
 * Client i asks member i first.
 */
const PUTS = [0, 0.1, 0, 1];
const KEYS = ['x', 'y'];
const etcdClient: ProcessType = { name: 'client', lead: etcdClientMachine };

export interface Shape {
  readonly members: number;
  readonly preVote: boolean;
  /** Which of the prepared starts. */
  readonly start: number;
}

export function memberNames(members: number): string[] {
  return Array.from({ length: members }, (_, i) => `m${i + 1}`);
}

function coldWorld({ members, preVote, start }: Shape): World {
  const names = memberNames(members);
  const addressOf = (i: number): string => `10.0.0.${i + 1}`;
  const initialCluster = names.map((name, i) => ({ name, peerAddress: addressOf(i), peerPort: 2380 }));
  const common = { supervisor: { kind: 'none' }, enabled: true } as const;
  const world = new World({
    seed: `light/${start}`,
    hostMachine,
    executor: compiledProgram,
    hosts: [
      ...names.map((name, i) => ({ name, address: addressOf(i), bootUs: 100_000 })),
      { name: 'outside', address: '10.0.0.100', bootUs: 0 },
    ],
    processes: [
      ...names.map((name) => ({
        ...common,
        host: name,
        name: 'etcd',
        type: etcd,
        config: {
          name,
          version: '3.5',
          initialCluster,
          initialClusterState: 'new',
          tls: false,
          flags: { 'heartbeat-interval': 100, 'election-timeout': 500, 'pre-vote': preVote },
        } satisfies EtcdConfig,
        startDelayUs: [0, 100_000] as const,
      })),
      ...PUTS.map((puts, i) => ({
        ...common,
        host: 'outside',
        name: `client-${i + 1}`,
        type: etcdClient,
        config: {
          name: `c${i + 1}`,
          members: names.map((_, j) => addressOf((i + j) % members)),
          keys: KEYS,
          puts,
          pauseUs: [40_000, 400_000],
          timeoutUs: 1_500_000,
        } satisfies EtcdClientConfig,
        startDelayUs: [WARM_US, WARM_US + 100_000] as const,
      })),
    ],
  });
  for (const { name } of world.hosts) world.act(0, { do: 'host', host: name, event: { type: 'power-on' } });
  world.runUntil(WARM_US);
  return world;
}

const prepared = new Map<string, World>();

/** A world of its own that goes on from the prepared start under a luck of its own. */
export function lightWorld(shape: Shape, seed: number): World {
  const key = JSON.stringify(shape);
  let start = prepared.get(key);
  if (start === undefined) {
    start = coldWorld(shape);
    prepared.set(key, start);
  }
  const world = fork(start);
  world.streams = new Streams(seed);
  world.network = start.network.clone(world.streams);
  return world;
}
