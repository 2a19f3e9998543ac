/**
 * A client of etcd itself, for searches and measurements: it puts and gets a few keys, one request after the other, each
 * put with a value that nobody else writes. A request without an answer is given up with its connection, and the next
 * member is asked.
 *
 * Sources: none; a workload as in Jepsen's etcd register test (closed loop, few keys, unique values). Unit: microseconds.
 * Not modelled: TLS, balancing over connections, retries.
 */
import { and, assign, emit, setup } from 'xstate';
import type { Address, Effect, KernelEvent, ProcessInput } from '../../sim/effects.ts';
import { CLIENT_PORT, METHODS } from '../etcd/api.ts';
import { uniform, uniformInteger } from '../uniform.ts';
import type { WireMessage } from '../wire.ts';

export interface EtcdClientConfig {
  /** Unique among clients; part of its values. */
  readonly name: string;
  /** Asked in this order, each when the one before did not answer. */
  readonly members: readonly Address[];
  readonly keys: readonly string[];
  /** Part of the requests that are puts. */
  readonly puts: number;
  /** Between an answer and the next request: least and most. */
  readonly pauseUs: readonly [number, number];
  readonly timeoutUs: number;
}

interface Context {
  readonly config: EtcdClientConfig;
  readonly luck: number;
  /** Starts so far: values of different lives differ. */
  readonly starts: number;
  /** Connections tried, and requests made. */
  readonly connections: number;
  readonly requests: number;
}

type ClientEvent = Extract<KernelEvent, { type: 'connected' | 'connect-failed' | 'received' | 'closed' }>;

const kindOf = (event: ClientEvent): WireMessage['kind'] =>
  ((event as Extract<ClientEvent, { type: 'received' }>).message as WireMessage).kind;
const nameOf = ({ connections }: Context): string => `c${connections}`;

function requestOf({ config, luck, starts, requests }: Context): {
  readonly path: string;
  readonly body: unknown;
} {
  const { keys, name, puts } = config;
  const key = keys[uniformInteger(luck, 'key', requests, 0, keys.length - 1)] as string;
  return uniform(luck, 'what', requests) < puts
    ? { path: METHODS.put, body: { key, value: `${name}.${starts}.${requests}` } }
    : { path: METHODS.range, body: { key } };
}

export const etcdClientMachine = setup({
  types: {
    input: {} as ProcessInput<EtcdClientConfig>,
    context: {} as Context,
    events: {} as ClientEvent,
    emitted: {} as Effect,
  },
  guards: {
    isOurs: ({ context, event }) => event.connection === nameOf(context),
    isResponse: ({ event }) => kindOf(event) === 'response',
    isRefused: ({ event }) => kindOf(event) === 'refused',
  },
  actions: {
    connect: emit(({ context }): Effect => {
      const { members } = context.config;
      const to = members[context.connections % members.length] as Address;
      return { type: 'connect', connection: nameOf(context), to, port: CLIENT_PORT };
    }),
    request: emit(
      ({ context }): Effect => ({
        type: 'transmit',
        connection: nameOf(context),
        message: { kind: 'request', id: context.requests, tls: false, method: 'POST', ...requestOf(context) },
      }),
    ),
    countRequest: assign({ requests: ({ context }) => context.requests + 1 }),
    giveUp: emit(({ context }): Effect => ({ type: 'close', connection: nameOf(context) })),
    tryNext: assign({ connections: ({ context }) => context.connections + 1 }),
  },
  delays: {
    pause: ({ context: { config, luck, requests, connections } }) =>
      uniformInteger(luck, 'pause', requests + connections, ...config.pauseUs),
    timeout: ({ context }) => context.config.timeoutUs,
  },
}).createMachine({
  id: 'etcd-client',
  context: ({ input: { config, luck, starts } }) => ({ config, luck, starts, connections: 0, requests: 0 }),
  initial: 'connecting',
  states: {
    connecting: {
      entry: 'connect',
      on: {
        connected: { guard: 'isOurs', target: 'pausing' },
        'connect-failed': { guard: 'isOurs', target: 'leaving' },
        closed: { guard: 'isOurs', target: 'leaving' },
      },
      after: { timeout: { target: 'leaving', actions: 'giveUp' } },
    },
    pausing: {
      on: { closed: { guard: 'isOurs', target: 'leaving' } },
      after: { pause: 'waiting' },
    },
    waiting: {
      entry: ['request', 'countRequest'],
      on: {
        received: [
          { guard: and(['isOurs', 'isResponse']), target: 'pausing' },
          { guard: and(['isOurs', 'isRefused']), target: 'leaving', actions: 'giveUp' },
        ],
        closed: { guard: 'isOurs', target: 'leaving' },
      },
      after: { timeout: { target: 'leaving', actions: 'giveUp' } },
    },
    /** Not at once to the next: a cluster that refuses everybody is not asked all the time. */
    leaving: {
      entry: 'tryNext',
      after: { pause: 'connecting' },
    },
  },
});
