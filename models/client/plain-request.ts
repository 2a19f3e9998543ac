/**
 * A request of a load generator in plain HTTP/1.1 over a connection of its own, as curl makes it: connect (with a limit of its
 * own), GET, read the answer, close. Which server answered is noted with the outcome.
 *
 * Sources: RFC 9112. Unit: microseconds. Not modelled: redirects, retries, TLS.
 */
import { emit, setup } from 'xstate';
import type { Effect, KernelEvent } from '../../sim/effects.ts';
import type { WebAnswer } from '../web-server/config.ts';
import type { HttpRequest, HttpResponse } from '../wire.ts';
import { failedToConnect, type RequestContext, type RequestInput, simpleEnding } from './request-parts.ts';

const CONNECTION = 'out';

const get: HttpRequest = { kind: 'request', id: 1, tls: false, method: 'GET', path: '/' };

type Event = KernelEvent | { readonly type: 'xstate.after'; readonly atUs: number };
type Received = Extract<KernelEvent, { type: 'received' }>;
const responseOf = (event: Event): HttpResponse => (event as Received).message as HttpResponse;

export const plainRequestMachine = setup({
  types: {
    input: {} as RequestInput,
    context: {} as RequestContext,
    events: {} as Event,
    emitted: {} as Effect,
  },
  guards: { isResponse: ({ event }) => responseOf(event).kind === 'response' },
  actions: {
    connect: emit(
      ({ context: { config, addresses } }): Effect => ({
        type: 'connect',
        connection: CONNECTION,
        to: addresses[0] ?? config.address,
        port: config.port,
      }),
    ),
    ask: emit({ type: 'transmit', connection: CONNECTION, message: get } as Effect),
    end: emit(({ context, event }) => {
      const { status, body } = responseOf(event);
      const server = (body as WebAnswer | undefined)?.server;
      return simpleEnding(context, event.atUs, status < 400 ? 'ok' : 'error', { server });
    }),
    fail: emit(({ context, event }) => failedToConnect(context, event as KernelEvent)),
    lose: emit(({ context, event }) =>
      simpleEnding(context, event.atUs, (event as Extract<KernelEvent, { type: 'closed' }>).how),
    ),
    timeOut: emit(({ context, event }) => simpleEnding(context, event.atUs, 'timeout')),
    hang: emit(({ context, event }) =>
      simpleEnding(context, event.atUs, 'timeout', { detail: 'connected, no answer' }),
    ),
  },
  delays: {
    connectLimit: ({ context: { config } }) =>
      Math.min(config.connectTimeoutUs ?? config.timeoutUs, config.timeoutUs),
    limit: ({ context: { config } }) => config.timeoutUs,
  },
}).createMachine({
  id: 'client.plain-request',
  context: ({ input }) => ({ ...input, tries: 0 }),
  initial: 'connecting',
  states: {
    connecting: {
      entry: 'connect',
      after: { connectLimit: { actions: 'timeOut' } },
      on: { 'connect-failed': { actions: 'fail' }, connected: 'waiting' },
    },
    waiting: {
      entry: 'ask',
      after: { limit: { actions: 'hang' } },
      on: { received: { guard: 'isResponse', actions: 'end' }, closed: { actions: 'lose' } },
    },
  },
});
