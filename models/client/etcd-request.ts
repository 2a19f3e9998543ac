/**
 * A request of a load generator to one member of etcd, over a connection of its own: put a key, read it linearizably or from the
 * member's own store, or ask for the member's status.
 *
 * Source: models/etcd/api.ts. Unit: microseconds. Not modelled: the retries of etcd's client library; what is noted is what
 * the member answered.
 */
import { emit, setup } from 'xstate';
import type { Effect, KernelEvent } from '../../sim/effects.ts';
import { METHODS } from '../etcd/api.ts';
import { isEtcdError } from '../etcd/errors.ts';
import type { HttpRequest, HttpResponse } from '../wire.ts';
import {
  failedToConnect,
  objectName,
  type RequestContext,
  type RequestInput,
  simpleEnding,
} from './request-parts.ts';

const CONNECTION = 'out';

type Event = KernelEvent | { readonly type: 'xstate.after'; readonly atUs: number };
type Received = Extract<KernelEvent, { type: 'received' }>;
const responseOf = (event: Event): HttpResponse => (event as Received).message as HttpResponse;

const transmit = (message: unknown): Effect => ({ type: 'transmit', connection: CONNECTION, message });

function requestOf({ config, value }: RequestContext): HttpRequest {
  const key = config.key ?? objectName(config.name);
  const common = { kind: 'request', id: 1, tls: true, method: 'POST' } as const;
  switch (config.request) {
    case 'etcd-put':
      return { ...common, path: METHODS.put, body: { key, value: String(value) } };
    case 'etcd-status':
      return { ...common, path: METHODS.status, body: {} };
    default:
      return {
        ...common,
        path: METHODS.range,
        body: { key, serializable: config.request === 'etcd-serializable-get' },
      };
  }
}

export const etcdRequestMachine = setup({
  types: {
    input: {} as RequestInput,
    context: {} as RequestContext,
    events: {} as Event,
    emitted: {} as Effect,
  },
  guards: { isResponse: ({ event }) => responseOf(event).kind === 'response' },
  actions: {
    connect: emit(
      ({ context: { config } }): Effect => ({
        type: 'connect',
        connection: CONNECTION,
        to: config.address,
        port: config.port,
      }),
    ),
    greet: emit(transmit({ kind: 'tls-hello', version: 'tls' })),
    ask: emit(({ context }) => transmit(requestOf(context))),
    end: emit(({ context, event }) => {
      const { body } = responseOf(event);
      if (isEtcdError(body)) return simpleEnding(context, event.atUs, 'error', { detail: body.error });
      return simpleEnding(context, event.atUs, 'ok');
    }),
    fail: emit(({ context, event }) => failedToConnect(context, event as KernelEvent)),
    lose: emit(({ context, event }) =>
      simpleEnding(context, event.atUs, (event as Extract<KernelEvent, { type: 'closed' }>).how),
    ),
    timeOut: emit(({ context, event }) => simpleEnding(context, event.atUs, 'timeout')),
  },
  delays: { limit: ({ context: { config } }) => config.timeoutUs },
}).createMachine({
  id: 'client.etcd-request',
  context: ({ input }) => ({ ...input, tries: 0 }),
  initial: 'trying',
  states: {
    trying: {
      initial: 'connecting',
      after: { limit: { actions: 'timeOut' } },
      on: { 'connect-failed': { actions: 'fail' }, closed: { actions: 'lose' } },
      states: {
        connecting: { entry: 'connect', on: { connected: 'greeting' } },
        greeting: { entry: 'greet', on: { received: 'asking' } },
        asking: { entry: 'ask', on: { received: { guard: 'isResponse', actions: 'end' } } },
      },
    },
  },
});
