/**
 * One request of a load generator, from its connection to its outcome: exactly one of ok, refused, timeout, eof, reset,
 * error. A write is a compare-and-swap of one ConfigMap: created if it is not there, else updated at the version
 * known; on a conflict (an earlier write, counted as failed, was committed after all) it is read and tried once more, as
 * client-go's RetryOnConflict does. A read is a linearizable GET. A connect ends when TCP is connected.
 *
 * Sources: client-go util/retry (RetryOnConflict), net/http (one TLS connection a request with keep-alives off).
 * Unit: microseconds. Not modelled: retries of kubectl (10 a second apart on EOF for GET), redirects, HTTP/2 ping.
 */
import { and, assign, emit, setup } from 'xstate';
import type { Effect, KernelEvent } from '../../sim/effects.ts';
import { collectionPath, configMapPath, isStatus, type KubeObject } from '../kube-apiserver/api.ts';
import type { HttpRequest, HttpResponse } from '../wire.ts';
import type { ClientConfig } from './config.ts';

export type Outcome = 'ok' | 'refused' | 'timeout' | 'eof' | 'reset' | 'error';

export interface RequestInput {
  readonly config: ClientConfig;
  readonly id: string;
  /** Number of the request; what a write writes. */
  readonly value: number;
  /** Version of the object as last seen; empty: it has to be created. */
  readonly resourceVersion: string;
  readonly startedAtUs: number;
}

interface RequestContext extends RequestInput {
  readonly tries: number;
}

/** To the lead: the version that a write or read has seen. */
export interface Finished {
  readonly type: 'finished';
  readonly resourceVersion: string;
}

const CONNECTION = 'out';
const NAMESPACE = 'default';

/** Name of the ConfigMap that a client writes. */
export function objectName(client: string): string {
  return `probe-${client.replace(/[^a-z0-9-]/g, '-')}`;
}

function probeObject(context: RequestContext): KubeObject & { readonly data: object } {
  const { config, value, resourceVersion } = context;
  const metadata = { name: objectName(config.name), namespace: NAMESPACE };
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: resourceVersion === '' ? metadata : { ...metadata, resourceVersion },
    data: { value: String(value) },
  };
}

function apiRequest(context: RequestContext, reading: boolean): HttpRequest {
  const path = configMapPath(NAMESPACE, objectName(context.config.name));
  const common = { kind: 'request', id: context.tries, tls: true } as const;
  if (reading) return { ...common, method: 'GET', path };
  return context.resourceVersion === ''
    ? { ...common, method: 'POST', path: collectionPath('configmaps', NAMESPACE), body: probeObject(context) }
    : { ...common, method: 'PUT', path, body: probeObject(context) };
}

const transmit = (message: unknown): Effect => ({ type: 'transmit', connection: CONNECTION, message });

interface Ending {
  readonly outcome: Outcome;
  readonly detail?: string;
  readonly resourceVersion?: string;
}

/** The note that observers count, the word to the lead, and the end of the member (which closes the connection). */
function ending(context: RequestContext, atUs: number, { outcome, detail, resourceVersion }: Ending): Effect {
  const { config, startedAtUs, value } = context;
  const note: Effect = {
    type: 'note',
    name: 'request',
    client: config.name,
    request: config.request,
    outcome,
    startedAtUs,
    endedAtUs: atUs,
    ...(detail === undefined ? {} : { detail }),
    ...(config.request === 'write' && outcome === 'ok'
      ? { key: objectName(config.name), value, revision: resourceVersion }
      : {}),
  };
  const finished: Finished = { type: 'finished', resourceVersion: resourceVersion ?? '' };
  const effects: Effect[] = [note];
  if (resourceVersion !== undefined) effects.push({ type: 'tell', to: '', event: finished });
  effects.push({ type: 'exit', code: 0 });
  return { type: 'batch', effects };
}

function versionOf(body: unknown): string {
  return (body as KubeObject | undefined)?.metadata?.resourceVersion ?? '';
}

/** How a response ends the request. A missing object is a good answer to a read: the API has spoken. */
function judged(context: RequestContext, response: HttpResponse): Ending {
  const good = response.status < 300 || (context.config.request === 'read' && response.status === 404);
  if (good) return { outcome: 'ok', resourceVersion: versionOf(response.body) };
  const message = isStatus(response.body) ? response.body.message : '';
  return { outcome: 'error', detail: `${response.status} ${message}`.trim() };
}

type Received = Extract<KernelEvent, { type: 'received' }>;
const responseOf = (event: Received): HttpResponse => event.message as HttpResponse;

export const requestMachine = setup({
  types: {
    input: {} as RequestInput,
    context: {} as RequestContext,
    events: {} as KernelEvent,
    emitted: {} as Effect,
  },
  guards: {
    onlyConnects: ({ context }) => context.config.request === 'connect',
    reads: ({ context }) => context.config.request === 'read',
    isResponse: ({ event }) =>
      (event as Received).message !== undefined && responseOf(event as Received).kind === 'response',
    /** A write met a newer version, or an object that is already there. */
    isConflict: ({ event }) => responseOf(event as Received).status === 409,
    mayTryAgain: ({ context }) => context.tries < 2,
    wasFound: ({ event }) => responseOf(event as Received).status === 200,
  },
  actions: {
    end: emit(({ context, event }) =>
      ending(context, (event as Received).atUs, judged(context, responseOf(event as Received))),
    ),
    sayHello: emit(transmit({ kind: 'tls-hello', version: 'tls' })),
    write: emit(({ context }) => transmit(apiRequest(context, false))),
    read: emit(({ context }) => transmit(apiRequest(context, true))),
    count: assign({ tries: ({ context }) => context.tries + 1 }),
    remember: assign({ resourceVersion: ({ event }) => versionOf(responseOf(event as Received).body) }),
  },
  delays: { limit: ({ context }) => context.config.timeoutUs },
}).createMachine({
  id: 'client.request',
  context: ({ input }) => ({ ...input, tries: 0 }),
  initial: 'trying',
  states: {
    trying: {
      initial: 'connecting',
      after: {
        limit: {
          actions: emit(({ context, event }) =>
            ending(context, (event as { atUs?: number }).atUs ?? 0, { outcome: 'timeout' }),
          ),
        },
      },
      on: {
        'connect-failed': {
          actions: emit(({ context, event }) =>
            ending(
              context,
              event.atUs,
              event.reason === 'no-route'
                ? { outcome: 'error', detail: 'no route to host' }
                : { outcome: event.reason },
            ),
          ),
        },
        closed: {
          actions: emit(({ context, event }) => ending(context, event.atUs, { outcome: event.how })),
        },
      },
      states: {
        connecting: {
          entry: emit(
            ({ context: { config } }) =>
              ({ type: 'connect', connection: CONNECTION, to: config.address, port: config.port }) as Effect,
          ),
          on: {
            connected: [
              {
                guard: 'onlyConnects',
                actions: emit(({ context, event }) => ending(context, event.atUs, { outcome: 'ok' })),
              },
              { target: 'hello', actions: 'sayHello' },
            ],
          },
        },
        hello: {
          on: {
            received: [{ guard: 'reads', target: 'reading' }, { target: 'writing' }],
          },
        },
        writing: {
          entry: ['count', 'write'],
          on: {
            received: [
              { guard: and(['isResponse', 'isConflict', 'mayTryAgain']), target: 'rereading' },
              { guard: 'isResponse', actions: 'end' },
            ],
          },
        },
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
