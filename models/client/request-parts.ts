/**
 * What the requests of a load generator share, whether each has its own connection or all have one: what they write and
 * read, and how they end.
 */
import type { Address, Effect, KernelEvent } from '../../sim/effects.ts';
import { collectionPath, configMapPath, type KubeObject } from '../kube-apiserver/api.ts';
import type { HttpRequest } from '../wire.ts';
import type { ClientConfig } from './config.ts';

/** client-go util/retry DefaultRetry: 5 steps, 10 ms apart (its jitter of a tenth is left out). */
export const CONFLICT_TRIES = 5;
export const CONFLICT_PAUSE_US = 10_000;

export type Outcome = 'ok' | 'refused' | 'timeout' | 'eof' | 'reset' | 'error';

export interface RequestInput {
  readonly config: ClientConfig;
  readonly id: string;
  /** Number of the request; what a write writes. */
  readonly value: number;
  /** Version of the object as last seen; empty: it has to be created. */
  readonly resourceVersion: string;
  readonly startedAtUs: number;
  /** Where it dials, one after the other. */
  readonly addresses: readonly Address[];
}

export interface RequestContext extends RequestInput {
  readonly tries: number;
}

/** To the lead: the version that a write or read has seen. */
export interface Finished {
  readonly type: 'finished';
  readonly resourceVersion: string;
}

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

/** The request that a client makes: what it writes, or the read of the same object. */
export function apiRequest(context: RequestContext, reading: boolean): HttpRequest {
  const path = configMapPath(NAMESPACE, objectName(context.config.name));
  const common = { kind: 'request', id: context.tries, tls: true } as const;
  if (reading) {
    const query = context.config.request === 'serializable-read' ? '?resourceVersion=0' : '';
    return { ...common, method: 'GET', path: `${path}${query}` };
  }
  return context.resourceVersion === ''
    ? { ...common, method: 'POST', path: collectionPath('configmaps', NAMESPACE), body: probeObject(context) }
    : { ...common, method: 'PUT', path, body: probeObject(context) };
}

export interface Ending {
  readonly outcome: Outcome;
  readonly detail?: string;
  readonly resourceVersion?: string;
  /** Who answered. */
  readonly server?: string;
}

/** The note that observers count, the word to the lead, and the end of the member (which closes the connection). */
export function ending(
  context: RequestContext,
  atUs: number,
  { outcome, detail, resourceVersion, server }: Ending,
): Effect {
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
    ...(server === undefined ? {} : { server }),
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

/** An end that has to do with no object. */
export function simpleEnding(
  context: RequestContext,
  atUs: number,
  outcome: Outcome,
  { detail, server }: { readonly detail?: string | undefined; readonly server?: string | undefined } = {},
): Effect {
  return ending(context, atUs, {
    outcome,
    ...(detail === undefined ? {} : { detail }),
    ...(server === undefined ? {} : { server }),
  });
}

/** The connection was not made. */
export function failedToConnect(context: RequestContext, event: KernelEvent): Effect {
  const { reason, atUs } = event as Extract<KernelEvent, { type: 'connect-failed' }>;
  if (reason === 'no-route') return simpleEnding(context, atUs, 'error', { detail: 'no route to host' });
  return simpleEnding(context, atUs, reason);
}

export function versionOf(body: unknown): string {
  return (body as KubeObject | undefined)?.metadata?.resourceVersion ?? '';
}
