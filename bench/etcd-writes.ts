/**
 * Writes through a three-member etcd cluster: 1,000 a second, a third to each member, in the whole simulator. It has to
 * run faster than real time.
 */
import { assign, emit, raise, setup } from 'xstate';
import { METHODS } from '../models/etcd/api.ts';
import { etcd } from '../models/etcd/process.ts';
import { hostMachine } from '../models/host/machine.ts';
import { compiledProgram } from '../sim/compiled.ts';
import type { Effect, KernelEvent, ProcessInput } from '../sim/effects.ts';
import { World } from '../sim/world.ts';
import { cpuSeconds } from './cpu.ts';

const SECOND_US = 1_000_000;
const KEYS = 500;

interface WriterConfig {
  readonly to: string;
  readonly everyUs: number;
}
interface WriterContext {
  readonly config: WriterConfig;
  readonly sent: number;
  readonly acknowledged: number;
}
type WriterEvent =
  | Extract<KernelEvent, { type: 'connected' | 'received' }>
  | { readonly type: 'write'; readonly atUs: number };

/** Open loop: a put each `everyUs` over one connection. */
const writer = setup({
  types: {
    input: {} as ProcessInput<WriterConfig>,
    context: {} as WriterContext,
    events: {} as WriterEvent,
    emitted: {} as Effect,
  },
  actions: {
    arm: raise({ type: 'write' } as WriterEvent, {
      id: 'write',
      delay: ({ context }) => context.config.everyUs,
    }),
    count: assign({ sent: ({ context }) => context.sent + 1 }),
    put: emit(
      ({ context: { sent } }): Effect => ({
        type: 'transmit',
        connection: 'etcd',
        message: {
          kind: 'request',
          id: sent,
          tls: false,
          method: 'POST',
          path: METHODS.put,
          body: { key: `/bench/${sent % KEYS}`, value: { n: sent } },
        },
      }),
    ),
  },
}).createMachine({
  id: 'bench.etcd-writer',
  context: ({ input }) => ({ config: input.config, sent: 0, acknowledged: 0 }),
  initial: 'connecting',
  states: {
    connecting: {
      entry: emit(
        ({ context }): Effect => ({ type: 'connect', connection: 'etcd', to: context.config.to, port: 2379 }),
      ),
      on: { connected: 'writing' },
    },
    writing: {
      entry: 'arm',
      on: {
        write: { actions: ['count', 'put', 'arm'] },
        received: { actions: assign({ acknowledged: ({ context }) => context.acknowledged + 1 }) },
      },
    },
  },
});

export interface EtcdWrites {
  readonly simulatedPerCpu: number;
  readonly stepsPerWrite: number;
  readonly acknowledged: number;
  readonly sent: number;
}

/** @param perSecond writes a second in all. */
export function measureEtcdWrites(seconds = 30, perSecond = 1000): EtcdWrites {
  const names = ['m1', 'm2', 'm3'];
  const addressOf = (i: number) => `10.0.0.${i + 1}`;
  const initialCluster = names.map((name, i) => ({ name, peerAddress: addressOf(i), peerPort: 2380 }));
  const common = { supervisor: { kind: 'none' }, enabled: true } as const;
  const world = new World({
    seed: 1,
    hostMachine,
    executor: compiledProgram,
    hosts: [...names, 'outside'].map((name, i) => ({ name, address: addressOf(i), bootUs: 0 })),
    processes: names.flatMap((name, i) => [
      {
        ...common,
        host: name,
        name: 'etcd',
        type: etcd,
        config: { name, version: '3.6', initialCluster, initialClusterState: 'new', tls: false },
        startDelayUs: [0, 10_000] as const,
      },
      {
        ...common,
        host: 'outside',
        name: `writer-${name}`,
        type: { name: 'writer', lead: writer },
        config: { to: addressOf(i), everyUs: Math.round((SECOND_US * names.length) / perSecond) },
        startDelayUs: [3_000_000, 3_100_000] as const,
      },
    ]),
  });
  for (const { name } of world.hosts) world.act(0, { do: 'host', host: name, event: { type: 'power-on' } });
  world.runUntil(5 * SECOND_US);
  const before = world.steps;
  const { seconds: cpu } = cpuSeconds(() => world.runUntil(world.nowUs + seconds * SECOND_US));
  const writers = names.map(
    (name) => world.lead(world.process(`outside/writer-${name}`))?.context as WriterContext,
  );
  return {
    simulatedPerCpu: seconds / cpu,
    stepsPerWrite: (world.steps - before) / (seconds * perSecond),
    acknowledged: writers.reduce((sum, { acknowledged }) => sum + acknowledged, 0),
    sent: writers.reduce((sum, { sent }) => sum + sent, 0),
  };
}
