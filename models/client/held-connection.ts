/**
 * A connection of a load generator that is held open: idle, as a watch is for most of its life, or with a plain HTTP request at
 * a fixed distance. What is noted is how it ended; one that is still open at the limit is well.
 *
 * Sources: RFC 9112. Unit: microseconds. Not modelled: answers that fail to come (TCP's own give-up ends the connection).
 */
import { assign, emit, setup } from 'xstate';
import type { Effect, KernelEvent } from '../../sim/effects.ts';
import type { WebAnswer } from '../web-server/config.ts';
import type { HttpRequest, HttpResponse } from '../wire.ts';
import { failedToConnect, type RequestContext, type RequestInput, simpleEnding } from './request-parts.ts';

const CONNECTION = 'out';

type Event = KernelEvent | { readonly type: 'xstate.after'; readonly atUs: number };
type Received = Extract<KernelEvent, { type: 'received' }>;

interface HeldContext extends RequestContext {
  /** Who answered; empty before the first answer. */
  readonly server: string;
}

export const heldConnectionMachine = setup({
  types: {
    input: {} as RequestInput,
    context: {} as HeldContext,
    events: {} as Event,
    emitted: {} as Effect,
  },
  guards: {
    talks: ({ context }) => context.config.talkUs !== undefined,
  },
  actions: {
    connect: emit(
      ({ context: { config, addresses } }): Effect => ({
        type: 'connect',
        connection: CONNECTION,
        to: addresses[0] ?? config.address,
        port: config.port,
      }),
    ),
    count: assign({ tries: ({ context }) => context.tries + 1 }),
    ask: emit(({ context }): Effect => {
      const message: HttpRequest = {
        kind: 'request',
        id: context.tries,
        tls: false,
        method: 'GET',
        path: '/',
      };
      return { type: 'transmit', connection: CONNECTION, message };
    }),
    hear: assign({
      server: ({ context, event }) => {
        const { body } = (event as Received).message as HttpResponse;
        return (body as WebAnswer | undefined)?.server ?? context.server;
      },
    }),
    fail: emit(({ context, event }) => failedToConnect(context, event as KernelEvent)),
    lose: emit(({ context, event }) =>
      simpleEnding(context, event.atUs, (event as Extract<KernelEvent, { type: 'closed' }>).how, {
        server: context.server,
      }),
    ),
    timeOut: emit(({ context, event }) => simpleEnding(context, event.atUs, 'timeout')),
    end: emit(({ context, event }) => simpleEnding(context, event.atUs, 'ok', { server: context.server })),
  },
  delays: {
    connectLimit: ({ context: { config } }) =>
      Math.min(config.connectTimeoutUs ?? config.timeoutUs, config.timeoutUs),
    limit: ({ context: { config } }) => config.timeoutUs,
    distance: ({ context: { config } }) => config.talkUs ?? config.timeoutUs,
  },
}).createMachine({
  id: 'client.held-connection',
  context: ({ input }) => ({ ...input, tries: 0, server: '' }),
  initial: 'connecting',
  states: {
    connecting: {
      entry: 'connect',
      after: { connectLimit: { actions: 'timeOut' } },
      on: { 'connect-failed': { actions: 'fail' }, connected: 'held' },
    },
    held: {
      initial: 'greeting',
      after: { limit: { actions: 'end' } },
      on: { closed: { actions: 'lose' }, received: { actions: 'hear' } },
      states: {
        /** One request at first, so that it is known who is at the other end. */
        greeting: { entry: ['count', 'ask'], always: [{ guard: 'talks', target: 'talking' }, 'idle'] },
        idle: {},
        talking: {
          after: { distance: { target: 'talking', reenter: true, actions: ['count', 'ask'] } },
        },
      },
    },
  },
});
