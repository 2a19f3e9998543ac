/**
 * The API client of a Go program (client-go over net/http): one HTTP/2 connection over TLS to one address, shared by all
 * members of the process; dialled when it is needed. A member has one call at a time and limits its time itself.
 *
 * Sources: client-go transport/cache.go:122, 149 (dial 30 s, TLS handshake 10 s), rest/with_retry.go
 * (1 s between tries, as every Retry-After here asks; rest-calls.ts says of what); apimachinery pkg/util/net/http.go:145-176 (ping after 30 s without a read,
 * 15 s to answer); k/k kubelet closeAllConns.
 * Unit: microseconds.
 *
 * Not modelled: --kube-api-qps, IdleConnTimeout 90 s (no client here is idle for that long), GOAWAY.
 */
import { Map as ImmutableMap } from 'immutable';
import { assign, emit, raise, setup } from 'xstate';
import type { Effect, KernelEvent } from '../../sim/effects.ts';
import type { Timed } from '../family.ts';
import { EXPIRED, hasExpired } from '../tls.ts';
import type { WireMessage } from '../wire.ts';
import {
  type ApiServerAddress,
  type CallTable,
  type CloseConnections,
  CONNECTION,
  cancelEffect,
  cancelled,
  deliver,
  dialError,
  dialShareUs,
  failLost,
  failQueued,
  isThrottled,
  keepLost,
  lookUp,
  NO_CALLS,
  type Pending,
  postponed,
  type RestCall,
  type RestCancel,
  sendEffect,
  sent,
  transmit,
} from './rest-calls.ts';

const DIAL_TIMEOUT_US = 30_000_000;
const TLS_HANDSHAKE_TIMEOUT_US = 10_000_000;
const READ_IDLE_TIMEOUT_US = 30_000_000;
const PING_TIMEOUT_US = 15_000_000;
const RETRY_AFTER_US = 1_000_000;

interface Context extends CallTable {
  readonly lastReadUs: number;
  readonly pingedAtUs: number;
}
type TcpEvent = Extract<
  KernelEvent,
  { readonly type: 'connected' | 'connect-failed' | 'received' | 'closed' }
>;
type Event = TcpEvent | Timed<RestCall | RestCancel | CloseConnections> | Timed<{ readonly type: 'retry' }>;

function messageOf(event: Event): WireMessage {
  return (event as Extract<Event, { readonly type: 'received' }>).message as WireMessage;
}

/** Why a connection that was in use ended, in Go's words. */
function lossOf(event: Event): string {
  switch (event.type) {
    case 'closed':
      return event.how === 'eof' ? 'EOF' : 'read: connection reset by peer';
    case 'close-connections':
      return 'http2: client connection force closed via ClientConn.Close';
    default:
      return 'http2: client connection lost';
  }
}

export const restClient = setup({
  types: {} as {
    context: Context;
    events: Event;
    input: ApiServerAddress;
    emitted: Effect;
  },
  actions: {
    queue: assign({
      queued: ({ context, event }) =>
        context.queued.set((event as RestCall).from, { call: event as RestCall, retries: 0 }),
    }),
    forget: assign(({ context, event }) => cancelled(context, (event as RestCancel).from)),
    lookUp: assign(({ context, event }) => lookUp(context, event.atUs, DIAL_TIMEOUT_US)),
    dial: emit(({ context: { address, port } }) => ({
      ...{ type: 'connect', connection: CONNECTION, to: address, port },
    })),
    nextAddress: assign(({ context: { address, others } }) => ({
      address: others[0] ?? address,
      others: others.slice(1),
    })),
    hangUp: emit({ type: 'close', connection: CONNECTION }),
    /** Calls that are to be tried again join those that wait for the connection. */
    requeue: assign(({ context }) => ({
      queued: context.retrying.reduce((queued, pending, from) => queued.set(from, pending), context.queued),
      retrying: NO_CALLS,
    })),
    dropQueued: assign({ queued: NO_CALLS }),
    failLost: emit(({ context, event }) => failLost(context, lossOf(event))),
    keepLost: assign(({ context }) => keepLost(context)),
    postpone: assign(({ context, event }) => ({
      lastReadUs: event.atUs,
      ...postponed(context, messageOf(event)),
    })),
    planRetry: raise({ type: 'retry' } as Event, { id: 'retry', delay: 'retryAfter' }),
  },
  guards: {
    isServerHello: ({ event }) => {
      const message = messageOf(event);
      return message.kind === 'tls-answer' && message.what === 'server-hello';
    },
    isExpired: ({ event }) => hasExpired(messageOf(event), event.atUs),
    isPong: ({ event }) => messageOf(event).kind === 'pong',
    moreAddresses: ({ context }) => context.others.length > 0,
    isThrottled: ({ context, event }) => isThrottled(context, messageOf(event)),
    anyToRetry: ({ context }) => context.retrying.size > 0,
    readLately: ({ context, event }) => context.lastReadUs + READ_IDLE_TIMEOUT_US > event.atUs,
    readSincePing: ({ context }) => context.lastReadUs > context.pingedAtUs,
  },
  delays: {
    dialTimeout: ({ context, event }) => dialShareUs(context, event.atUs, DIAL_TIMEOUT_US),
    handshakeTimeout: TLS_HANDSHAKE_TIMEOUT_US,
    readIdleTimeout: ({ context, event }) =>
      Math.max(1, context.lastReadUs + READ_IDLE_TIMEOUT_US - event.atUs),
    pingTimeout: PING_TIMEOUT_US,
    retryAfter: RETRY_AFTER_US,
  },
}).createMachine({
  id: 'rest-client',
  context: ({ input }) => ({
    ...input,
    others: [],
    lookups: 0,
    dialUntilUs: 0,
    queued: NO_CALLS,
    open: ImmutableMap<number, Pending>(),
    retrying: NO_CALLS,
    nextStream: 1,
    lastReadUs: 0,
    pingedAtUs: 0,
  }),
  initial: 'idle',
  states: {
    idle: {
      id: 'idle',
      on: {
        call: { target: 'connecting', actions: 'queue' },
        retry: { guard: 'anyToRetry', target: 'connecting', actions: 'requeue' },
        cancel: { actions: 'forget' },
      },
    },
    connecting: {
      entry: 'lookUp',
      initial: 'dialing',
      states: {
        dialing: {
          entry: 'dial',
          on: {
            connected: {
              target: 'handshaking',
              actions: emit(transmit({ kind: 'tls-hello', version: 'tls' })),
            },
            'connect-failed': [
              { guard: 'moreAddresses', target: 'dialing', reenter: true, actions: 'nextAddress' },
              {
                target: '#idle',
                actions: [
                  emit(({ context, event }) => failQueued(context, dialError(context, event.reason))),
                  'dropQueued',
                ],
              },
            ],
          },
          after: {
            dialTimeout: [
              {
                ...{ guard: 'moreAddresses', target: 'dialing', reenter: true },
                actions: ['hangUp', 'nextAddress'],
              },
              {
                target: '#idle',
                actions: [
                  'hangUp',
                  emit(({ context }) => failQueued(context, dialError(context, 'limit'))),
                  'dropQueued',
                ],
              },
            ],
          },
        },
        handshaking: {
          on: {
            received: [
              {
                ...{ guard: 'isExpired', target: '#idle' },
                actions: ['hangUp', emit(({ context }) => failQueued(context, EXPIRED)), 'dropQueued'],
              },
              { guard: 'isServerHello', target: '#ready' },
            ],
            closed: { target: '#idle', actions: ['failLost', 'keepLost', 'planRetry'] },
          },
          after: {
            handshakeTimeout: {
              target: '#idle',
              actions: [
                'hangUp',
                emit(({ context }) => failQueued(context, 'net/http: TLS handshake timeout')),
                'dropQueued',
              ],
            },
          },
        },
      },
      on: {
        call: { actions: 'queue' },
        retry: { actions: 'requeue' },
        cancel: { actions: 'forget' },
      },
    },
    ready: {
      id: 'ready',
      entry: [
        emit(({ context }) => sendEffect(context, [...context.queued.values()])),
        assign(({ context, event }) => ({
          ...sent(context, [...context.queued.values()]),
          queued: NO_CALLS,
          lastReadUs: event.atUs,
        })),
      ],
      initial: 'active',
      states: {
        active: {
          after: {
            readIdleTimeout: [
              { guard: 'readLately', target: 'active', reenter: true },
              { target: 'pinging' },
            ],
          },
        },
        pinging: {
          entry: [assign({ pingedAtUs: ({ event }) => event.atUs }), emit(transmit({ kind: 'ping' }))],
          on: {
            received: {
              guard: 'isPong',
              target: 'active',
              actions: assign({ lastReadUs: ({ event }) => event.atUs }),
            },
          },
          after: {
            pingTimeout: [
              { guard: 'readSincePing', target: 'active' },
              { target: '#idle', actions: ['hangUp', 'failLost', 'keepLost', 'planRetry'] },
            ],
          },
        },
      },
      on: {
        call: {
          actions: [
            emit(({ context, event }) => sendEffect(context, [{ call: event, retries: 0 }])),
            assign(({ context, event }) => sent(context, [{ call: event, retries: 0 }])),
          ],
        },
        retry: {
          actions: [
            emit(({ context }) => sendEffect(context, [...context.retrying.values()])),
            assign(({ context }) => ({
              ...sent(context, [...context.retrying.values()]),
              retrying: NO_CALLS,
            })),
          ],
        },
        cancel: {
          actions: [emit(({ context, event }) => cancelEffect(context, event.from)), 'forget'],
        },
        received: [
          { guard: 'isThrottled', actions: ['postpone', 'planRetry'] },
          {
            actions: [
              emit(({ context, event }) => deliver(context, messageOf(event))),
              assign(({ context, event }) => {
                const message = messageOf(event);
                return message.kind === 'response'
                  ? { lastReadUs: event.atUs, open: context.open.delete(message.id) }
                  : { lastReadUs: event.atUs };
              }),
            ],
          },
        ],
        closed: { target: '#idle', actions: ['failLost', 'keepLost', 'planRetry'] },
        'close-connections': {
          target: '#idle',
          actions: ['hangUp', 'failLost', 'keepLost', 'planRetry'],
        },
      },
    },
  },
});
