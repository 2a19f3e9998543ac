/** Worlds with a fake etcd and kube-apiservers, and a client that asks and remembers the answers. */
import { assign, emit, setup } from 'xstate';
import { DEFAULTS, type KubeApiserverConfig } from '../../../models/kube-apiserver/config.ts';
import { kubeApiserverProcess } from '../../../models/kube-apiserver/process.ts';
import type { WireMessage } from '../../../models/wire.ts';
import { compiledProgram } from '../../../sim/compiled.ts';
import type { Effect, KernelEvent } from '../../../sim/effects.ts';
import type { ProcessType } from '../../../sim/process-type.ts';
import type { World } from '../../../sim/world.ts';
import { host, process, type Story, story } from '../../sim/fixture.ts';
import { type FakeEtcdContext, fakeEtcd } from '../fake-etcd.ts';

interface Told {
  readonly atMs: number;
  readonly message: WireMessage;
}
interface AskerContext {
  readonly told: readonly Told[];
  readonly closed: readonly { readonly atMs: number; readonly how: string }[];
  readonly nextId: number;
}
type AskerEvent =
  | KernelEvent
  | {
      readonly type: 'ask';
      readonly method: string;
      readonly path: string;
      readonly body?: unknown;
      readonly atUs: number;
    }
  | { readonly type: 'say'; readonly message: unknown; readonly atUs: number };

/** Keeps one TLS connection to its target and sends what it is told to. */
const askerMachine = setup({
  types: {} as {
    context: AskerContext & { readonly to: string; readonly port: number };
    events: AskerEvent;
    input: { readonly config: { readonly to: string; readonly port: number } };
    emitted: Effect;
  },
}).createMachine({
  id: 'asker',
  context: ({ input }) => ({ ...input.config, told: [], closed: [], nextId: 1 }),
  initial: 'open',
  entry: emit(({ context }) => ({ type: 'connect', connection: 'c', to: context.to, port: context.port })),
  states: {
    open: {
      on: {
        connected: {
          actions: emit({
            type: 'transmit',
            connection: 'c',
            message: { kind: 'tls-hello', version: 'tls' },
          }),
        },
        received: {
          actions: assign({
            told: ({ context, event }) => [
              ...context.told,
              { atMs: event.atUs / 1000, message: event.message as WireMessage },
            ],
          }),
        },
        closed: {
          actions: assign({
            closed: ({ context, event }) => [...context.closed, { atMs: event.atUs / 1000, how: event.how }],
          }),
        },
        ask: {
          actions: [
            emit(({ context, event }) => ({
              type: 'transmit',
              connection: 'c',
              message: {
                kind: 'request',
                id: context.nextId,
                tls: true,
                method: event.method,
                path: event.path,
                body: event.body,
              },
            })),
            assign({ nextId: ({ context }) => context.nextId + 1 }),
          ],
        },
        say: {
          actions: emit(({ event }) => ({ type: 'transmit', connection: 'c', message: event.message })),
        },
      },
    },
  },
});
export const asker: ProcessType = { name: 'asker', lead: askerMachine };

export const MS = 1000;
export const S = 1_000_000;

export interface Lab extends Story {
  /** Sends a request at this second on the asker's connection; ids count from 1. */
  ask(atS: number, method: string, path: string, body?: unknown): void;
  say(atS: number, message: unknown): void;
  quorum(atS: number, present: boolean): void;
  run(untilS: number): void;
  told(): readonly Told[];
  /** The answer to the nth request: [status, body, milliseconds]. */
  answer(id: number): { readonly status: number; readonly body: unknown; readonly atMs: number } | undefined;
  closed(): AskerContext['closed'];
}

export function etcdContext(world: World, path = 'etcd1/etcd'): FakeEtcdContext {
  return world.lead(world.process(path))?.context as FakeEtcdContext;
}

/** One fake etcd on `etcd1`, one apiserver on `m1`, an asker on `c` whose connection opens at second 5. */
export function lab(config: Partial<KubeApiserverConfig> = {}): Lab {
  const s = story({
    executor: compiledProgram,
    hosts: [host('etcd1', 9), host('m1', 1), host('c', 50)],
    processes: [
      process('etcd1', fakeEtcd),
      process('m1', kubeApiserverProcess, {
        ...DEFAULTS,
        'etcd-servers': [{ address: '10.0.0.9', port: 2379, tls: true }],
        ...config,
      }),
      { ...process('c', asker, { to: '10.0.0.1', port: 6443 }), startDelayUs: [5 * S, 5 * S] },
    ],
  });
  const context = () => s.world.lead(s.world.process('c/asker'))?.context as AskerContext;
  return {
    ...s,
    ask: (atS, method, path, body) =>
      s.world.act(Math.round(atS * S), {
        do: 'send',
        process: 'c/asker',
        event: { type: 'ask', method, path, ...(body === undefined ? {} : { body }) } as never,
      }),
    say: (atS, message) =>
      s.world.act(Math.round(atS * S), {
        do: 'send',
        process: 'c/asker',
        event: { type: 'say', message } as never,
      }),
    quorum: (atS, present) =>
      s.world.act(Math.round(atS * S), {
        do: 'send',
        process: 'etcd1/etcd',
        event: { type: 'quorum', present } as never,
      }),
    run: (untilS) => s.world.runUntil(untilS * S),
    told: () => context().told,
    answer: (id) => {
      for (const { atMs, message } of context().told) {
        if (message.kind === 'response' && message.id === id) {
          return { status: message.status, body: message.body, atMs };
        }
      }
      return undefined;
    },
    closed: () => context().closed,
  };
}
