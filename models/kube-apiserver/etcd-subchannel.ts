/**
 * One endpoint of the etcd client: a gRPC subchannel, which is one HTTP/2 connection over TLS.
 *
 * Sources: grpc-go clientconn.go (addrConn; states by the names of connectivity.State, IDLE is left at once because the
 * round_robin balancer reconnects), grpc doc/connection-backoff.md, internal/transport/http2_client.go (keepalive);
 * apiserver pkg/storage/storagebackend/factory/etcd3.go (keepalive 30 s + 10 s). Unit: microseconds.
 *
 * Not modelled: HTTP/2 flow control and stream limits, keepalive going dormant while no stream is open (an apiserver
 * always has watches open).
 */
import { assign, emit, setup } from 'xstate';
import type { Address, Effect, KernelEvent } from '../../sim/effects.ts';
import { type Timed, tell } from '../family.ts';
import { uniform } from '../uniform.ts';
import type { HttpRequest, WireMessage } from '../wire.ts';
import type { LeavingInput } from './etcd-leaving.ts';
import {
  after,
  CONNECTION,
  cancelEffect,
  deliver,
  failOpen,
  NO_STREAMS,
  type Streams,
  streamOf,
} from './etcd-streams.ts';
import { ETCD_CLIENT, type EtcdCall, type EtcdCancel, type SubchannelState } from './family.ts';

export interface EtcdEndpoint {
  readonly address: Address;
  readonly port: number;
  readonly tls: boolean;
}

/** MinConnectTimeout (connection-backoff.md): at least 20 s for TCP, TLS and HTTP/2 together. */
const MIN_CONNECT_TIMEOUT_US = 20_000_000;
/** grpc backoff.DefaultConfig: base 1 s, multiplier 1.6, jitter 0.2, at most 120 s. */
const BACKOFF_BASE_US = 1_000_000;
const BACKOFF_MULTIPLIER = 1.6;
const BACKOFF_JITTER = 0.2;
const BACKOFF_MAX_US = 120_000_000;
/** etcd3.go keepaliveTime, keepaliveTimeout. */
export const KEEPALIVE_TIME_US = 30_000_000;
export const KEEPALIVE_TIMEOUT_US = 10_000_000;

/** Time in TRANSIENT_FAILURE after the nth failure in a row (0 is the first). */
export function backoffUs(failures: number, draw: number): number {
  if (failures === 0) return BACKOFF_BASE_US;
  const plain = Math.min(BACKOFF_BASE_US * BACKOFF_MULTIPLIER ** failures, BACKOFF_MAX_US);
  return Math.round(plain * (1 + BACKOFF_JITTER * (2 * draw - 1)));
}

/** The member that keeps what is left of the nth connection. */
function leavingId(id: string, nth: number): string {
  return `${id}/left/${nth}`;
}

interface Input {
  readonly index: number;
  readonly id: string;
  readonly endpoint: EtcdEndpoint;
  readonly luck: number;
}
interface Context extends Input {
  /** Failed attempts in a row. */
  readonly failures: number;
  /** Backoffs drawn so far. */
  readonly draws: number;
  readonly open: Streams;
  /** Connections that were told to go away; the last one has a member of its own while calls are open on it. */
  readonly left: number;
  readonly nextStream: number;
  readonly lastReadUs: number;
  readonly pingedAtUs: number;
}
type TcpEvent = Extract<
  KernelEvent,
  { readonly type: 'connected' | 'connect-failed' | 'received' | 'closed' }
>;
type Event = TcpEvent | Timed<EtcdCall | EtcdCancel>;

function received(event: Event): WireMessage {
  return (event as Extract<KernelEvent, { readonly type: 'received' }>).message as WireMessage;
}

function report(context: Context, state: SubchannelState['state']): Effect {
  return tell<SubchannelState>(ETCD_CLIENT, { type: 'subchannel', index: context.index, state });
}

export const etcdSubchannel = setup({
  types: {} as { context: Context; events: Event; input: Input; emitted: Effect },
  guards: {
    isServerHello: ({ event }) => {
      const message = received(event);
      return message.kind === 'tls-answer' && message.what === 'server-hello';
    },
    isPong: ({ event }) => received(event).kind === 'pong',
    isGoAway: ({ event }) => received(event).kind === 'goaway',
    isOpen: ({ context, event }) => streamOf(context.open, (event as EtcdCancel).from) !== undefined,
    hasLeft: ({ context }) => context.left > 0,
    plaintext: ({ context }) => !context.endpoint.tls,
    readLately: ({ context, event }) => context.lastReadUs + KEEPALIVE_TIME_US > event.atUs,
    readSincePing: ({ context }) => context.lastReadUs > context.pingedAtUs,
  },
  actions: {
    /** handleGoAway: open calls stay on the connection, new ones go elsewhere. */
    leave: emit(({ context }): Effect => {
      const { open } = context;
      if (open.size === 0) return { type: 'close', connection: CONNECTION };
      const id = leavingId(context.id, context.left + 1);
      const input: LeavingInput = { open };
      return {
        type: 'batch',
        effects: [
          { type: 'start', machine: 'etcd-leaving', id, input },
          { type: 'hand-over', connection: CONNECTION, to: id, as: CONNECTION },
        ],
      };
    }),
    countLeft: assign({ left: ({ context }) => context.left + 1, open: NO_STREAMS }),
    passOn: emit(({ context, event }) => tell(leavingId(context.id, context.left), event as EtcdCancel)),
  },
  delays: {
    minConnectTimeout: MIN_CONNECT_TIMEOUT_US,
    backoff: ({ context }) =>
      backoffUs(context.failures - 1, uniform(context.luck, context.id, context.draws)),
    keepaliveTime: ({ context, event }) => Math.max(1, context.lastReadUs + KEEPALIVE_TIME_US - event.atUs),
    keepaliveTimeout: KEEPALIVE_TIMEOUT_US,
  },
}).createMachine({
  id: 'kube-apiserver.etcd-subchannel',
  context: ({ input }) => ({
    ...input,
    failures: 0,
    draws: 0,
    open: NO_STREAMS,
    left: 0,
    nextStream: 1,
    lastReadUs: 0,
    pingedAtUs: 0,
  }),
  initial: 'connecting',
  on: { cancel: { guard: 'hasLeft', actions: 'passOn' } },
  states: {
    connecting: {
      id: 'connecting',
      entry: emit(({ context }) => ({
        type: 'batch',
        effects: [
          report(context, 'connecting'),
          {
            type: 'connect',
            connection: CONNECTION,
            to: context.endpoint.address,
            port: context.endpoint.port,
          },
        ],
      })),
      initial: 'dialing',
      states: {
        dialing: {
          on: {
            connected: [
              { guard: 'plaintext', target: '#ready' },
              {
                target: 'handshaking',
                actions: emit({
                  type: 'transmit',
                  connection: CONNECTION,
                  message: { kind: 'tls-hello', version: 'tls' },
                }),
              },
            ],
          },
        },
        handshaking: { on: { received: { guard: 'isServerHello', target: '#ready' } } },
      },
      on: { 'connect-failed': 'transient-failure', closed: 'transient-failure' },
      after: {
        minConnectTimeout: {
          target: 'transient-failure',
          actions: emit({ type: 'close', connection: CONNECTION }),
        },
      },
    },
    ready: {
      id: 'ready',
      entry: [
        assign({ failures: 0, lastReadUs: ({ event }) => event.atUs, open: NO_STREAMS }),
        emit(({ context }) => report(context, 'ready')),
      ],
      initial: 'active',
      states: {
        active: {
          after: {
            keepaliveTime: [{ guard: 'readLately', target: 'active', reenter: true }, { target: 'pinging' }],
          },
        },
        pinging: {
          entry: [
            assign({ pingedAtUs: ({ event }) => event.atUs }),
            emit({ type: 'transmit', connection: CONNECTION, message: { kind: 'ping' } }),
          ],
          on: {
            received: {
              guard: 'isPong',
              target: 'active',
              actions: assign({ lastReadUs: ({ event }) => event.atUs }),
            },
          },
          after: {
            keepaliveTimeout: [
              { guard: 'readSincePing', target: 'active' },
              {
                target: '#connecting',
                actions: emit(({ context }) => ({
                  type: 'batch',
                  effects: [{ type: 'close', connection: CONNECTION }, ...failOpen(context.open)],
                })),
              },
            ],
          },
        },
      },
      on: {
        call: {
          actions: [
            emit(({ context, event }) => {
              const message: HttpRequest = {
                kind: 'request',
                id: context.nextStream,
                tls: context.endpoint.tls,
                method: 'POST',
                path: event.path,
                body: event.body,
              };
              return { type: 'transmit', connection: CONNECTION, message };
            }),
            assign({
              open: ({ context, event }) => context.open.set(context.nextStream, event),
              nextStream: ({ context }) => context.nextStream + 1,
            }),
          ],
        },
        cancel: [
          {
            guard: 'isOpen',
            actions: [
              emit(({ context, event }) => cancelEffect(streamOf(context.open, event.from) as number)),
              assign({
                open: ({ context, event }) =>
                  context.open.delete(streamOf(context.open, event.from) as number),
              }),
            ],
          },
          { guard: 'hasLeft', actions: 'passOn' },
        ],
        received: [
          { guard: 'isGoAway', target: '#connecting', actions: ['leave', 'countLeft'] },
          {
            actions: [
              emit(({ context, event }) => deliver(context.open, event.message as WireMessage, event.atUs)),
              assign(({ context, event }) => ({
                lastReadUs: event.atUs,
                open: after(context.open, event.message as WireMessage),
              })),
            ],
          },
        ],
        closed: {
          target: '#connecting',
          actions: emit(({ context }) => ({ type: 'batch', effects: failOpen(context.open) })),
        },
      },
    },
    'transient-failure': {
      entry: [
        assign({
          failures: ({ context }) => context.failures + 1,
          draws: ({ context }) => context.draws + 1,
        }),
        emit(({ context }) => report(context, 'transient-failure')),
      ],
      after: { backoff: 'connecting' },
    },
  },
});
