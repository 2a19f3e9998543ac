/**
 * One request of a load generator, from its connection to its outcome: exactly one of ok, refused, timeout, eof, reset,
 * error. A write is a compare-and-swap of one ConfigMap: created if it is not there, else updated at the version
 * known; on a conflict (another write of this client came first, or one counted as failed was committed after all) it is
 * read and tried again, as client-go's RetryOnConflict does. A read is a linearizable GET. A connect ends when TCP is connected.
 *
 * Sources: client-go util/retry (RetryOnConflict), net/http (one TLS connection a request with keep-alives off).
 * Unit: microseconds. Not modelled: retries of kubectl (10 a second apart on EOF for GET), redirects, HTTP/2 ping.
 */
import { and, assign, emit, setup } from 'xstate';
import type { Effect, KernelEvent } from '../../sim/effects.ts';
import { shareUs } from '../dns/resolve.ts';
import { isStatus } from '../kube-apiserver/api.ts';
import { EXPIRED, hasExpired } from '../tls.ts';
import type { HttpResponse, WireMessage } from '../wire.ts';
import {
  apiRequest,
  CONFLICT_PAUSE_US,
  CONFLICT_TRIES,
  type Ending,
  ending,
  type RequestContext,
  type RequestInput,
  versionOf,
} from './request-parts.ts';

const CONNECTION = 'out';
const transmit = (message: unknown): Effect => ({ type: 'transmit', connection: CONNECTION, message });

/** How a response ends the request. A missing object is a good answer to a read: the API has spoken. */
function judged(context: RequestContext, response: HttpResponse): Ending {
  const good = response.status < 300 || (context.config.request !== 'write' && response.status === 404);
  if (good) return { outcome: 'ok', resourceVersion: versionOf(response.body) };
  const message = isStatus(response.body) ? response.body.message : '';
  return { outcome: 'error', detail: `${response.status} ${message}`.trim() };
}

interface DiallingContext extends RequestContext {
  /** Addresses that were dialled in vain. */
  readonly dialled: number;
}

type ConnectFailed = Extract<KernelEvent, { type: 'connect-failed' }>;

function failed(context: RequestContext, { atUs, reason }: ConnectFailed): Effect {
  return ending(
    context,
    atUs,
    reason === 'no-route' ? { outcome: 'error', detail: 'no route to host' } : { outcome: reason },
  );
}

type Received = Extract<KernelEvent, { type: 'received' }>;
const responseOf = (event: Received): HttpResponse => event.message as HttpResponse;

export const requestMachine = setup({
  types: {
    input: {} as RequestInput,
    context: {} as DiallingContext,
    events: {} as KernelEvent,
    emitted: {} as Effect,
  },
  guards: {
    hasSeveral: ({ context }) => context.dialled + 1 < context.addresses.length,
    isExpired: ({ event }) =>
      hasExpired((event as Received).message as WireMessage, (event as Received).atUs),
    onlyConnects: ({ context }) => context.config.request === 'connect',
    reads: ({ context }) => context.config.request !== 'write',
    isResponse: ({ event }) =>
      (event as Received).message !== undefined && responseOf(event as Received).kind === 'response',
    /** A write met a newer version, or an object that is already there. */
    isConflict: ({ event }) => responseOf(event as Received).status === 409,
    mayTryAgain: ({ context }) => context.tries < CONFLICT_TRIES,
    wasFound: ({ event }) => responseOf(event as Received).status === 200,
  },
  actions: {
    end: emit(({ context, event }) =>
      ending(context, (event as Received).atUs, judged(context, responseOf(event as Received))),
    ),
    connect: emit(({ context: { config, addresses, dialled } }) => ({
      ...{ type: 'connect', connection: CONNECTION, port: config.port },
      to: addresses[dialled] ?? config.address,
    })),
    giveUpAddress: assign({ dialled: ({ context }) => context.dialled + 1 }),
    hangUp: emit({ type: 'close', connection: CONNECTION }),
    fail: emit(({ context, event }) => failed(context, event as ConnectFailed)),
    refuse: emit(({ context, event }) =>
      ending(context, (event as Received).atUs, { outcome: 'error', detail: EXPIRED }),
    ),
    succeed: emit(({ context, event }) => ending(context, event.atUs, { outcome: 'ok' })),
    sayHello: emit(transmit({ kind: 'tls-hello', version: 'tls' })),
    write: emit(({ context }) => transmit(apiRequest(context, false))),
    read: emit(({ context }) => transmit(apiRequest(context, true))),
    count: assign({ tries: ({ context }) => context.tries + 1 }),
    remember: assign({ resourceVersion: ({ event }) => versionOf(responseOf(event as Received).body) }),
  },
  delays: {
    limit: ({ context }) => context.config.timeoutUs,
    share: ({ context: { config, addresses, dialled, startedAtUs }, event }) =>
      shareUs(
        startedAtUs + config.timeoutUs - ((event as { atUs?: number }).atUs ?? startedAtUs),
        addresses.length - dialled,
      ),
    conflictPause: CONFLICT_PAUSE_US,
  },
}).createMachine({
  id: 'client.request',
  context: ({ input }) => ({ ...input, tries: 0, dialled: 0 }),
  initial: 'trying',
  states: {
    trying: {
      initial: 'resolving',
      after: {
        limit: {
          actions: emit(({ context, event }) =>
            ending(context, (event as { atUs?: number }).atUs ?? 0, { outcome: 'timeout' }),
          ),
        },
      },
      on: {
        'connect-failed': { actions: 'fail' },
        closed: {
          actions: emit(({ context, event }) => ending(context, event.atUs, { outcome: event.how })),
        },
      },
      states: {
        resolving: { always: [{ guard: 'hasSeveral', target: 'dialling' }, { target: 'connecting' }] },
        /** One address of several; the next one when this one fails or its share of the time is over. */
        dialling: {
          entry: 'connect',
          on: {
            'connect-failed': { target: 'resolving', actions: 'giveUpAddress' },
            connected: [
              { guard: 'onlyConnects', actions: 'succeed' },
              { target: 'hello', actions: 'sayHello' },
            ],
          },
          after: { share: { target: 'resolving', actions: ['hangUp', 'giveUpAddress'] } },
        },
        connecting: {
          entry: 'connect',
          on: {
            connected: [
              { guard: 'onlyConnects', actions: 'succeed' },
              { target: 'hello', actions: 'sayHello' },
            ],
          },
        },
        hello: {
          on: {
            received: [
              { guard: 'isExpired', actions: 'refuse' },
              { guard: 'reads', target: 'reading' },
              { target: 'writing' },
            ],
          },
        },
        writing: {
          entry: ['count', 'write'],
          on: {
            received: [
              { guard: and(['isResponse', 'isConflict', 'mayTryAgain']), target: 'backing-off' },
              { guard: 'isResponse', actions: 'end' },
            ],
          },
        },
        'backing-off': { after: { conflictPause: 'rereading' } },
        /** The object as it is now, so that the write can be tried at its version. */
        rereading: {
          entry: 'read',
          on: {
            received: [
              { guard: and(['isResponse', 'wasFound']), target: 'writing', actions: 'remember' },
              { guard: 'isResponse', actions: 'end' },
            ],
          },
        },
        reading: {
          entry: 'read',
          on: { received: { guard: 'isResponse', actions: 'end' } },
        },
      },
    },
  },
});
