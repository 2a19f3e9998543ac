/**
 * The contents of one resource's watch cache: its objects as of a revision, and the last changes. Pure steps.
 *
 * Source: apiserver pkg/storage/cacher/watch_cache.go (at least 100 events are kept: defaultLowerBoundCapacity; a watch from
 * before them is refused).
 */
import { Map as ImmutableMap, List } from 'immutable';
import type { RangeResponse, WatchResponse } from '../etcd/api.ts';
import type { KubeObject, WatchEvent } from './api.ts';
import { fromKeyValue, watchEvent } from './objects.ts';
import { type ApiRequest, keyOf } from './paths.ts';
import type { Pod } from './workloads.ts';

const REMEMBERED_EVENTS = 100;

/** A change, with the revision that made it and the key it is about. */
export interface Change {
  readonly revision: number;
  readonly key: string;
  readonly event: WatchEvent;
}

export interface WatchCache {
  /** By key in etcd. */
  readonly objects: ImmutableMap<string, KubeObject>;
  /** Everything up to this revision is in `objects`. */
  readonly revision: number;
  readonly recent: List<Change>;
  /** Watches may start from here; what came before is forgotten. */
  readonly oldest: number;
}

export const EMPTY_CACHE: WatchCache = {
  objects: ImmutableMap<string, KubeObject>(),
  revision: 0,
  recent: List<Change>(),
  oldest: 0,
};

export function afterList(answer: RangeResponse): WatchCache {
  const { revision } = answer.header;
  return {
    objects: ImmutableMap(answer.kvs.map((kv) => [kv.key, fromKeyValue(kv)] as const)),
    revision,
    oldest: revision,
    recent: List(),
  };
}

/** The cache after a chunk of the etcd watch, and what the chunk changed. */
export function afterChunk(
  cache: WatchCache,
  chunk: WatchResponse,
): WatchCache & { readonly fresh: readonly Change[] } {
  let { objects, recent, oldest } = cache;
  const fresh: Change[] = [];
  for (const { type, kv } of chunk.events) {
    const event = watchEvent({ type, kv }, objects.get(kv.key));
    if (event === undefined) continue;
    objects =
      event.type === 'DELETED' ? objects.delete(kv.key) : objects.set(kv.key, event.object as KubeObject);
    fresh.push({ revision: kv.modRevision, key: kv.key, event });
  }
  recent = recent.concat(fresh);
  while (recent.size > REMEMBERED_EVENTS) {
    oldest = (recent.first() as Change).revision;
    recent = recent.shift();
  }
  // The header of the first answer may be ahead of the events that are still to come.
  const told = chunk.events.length === 0 && chunk.created !== true ? chunk.header.revision : 0;
  const revision = Math.max(cache.revision, told, chunk.events.at(-1)?.kv.modRevision ?? 0);
  return { objects, recent, oldest, revision, fresh };
}

/** Is a change, or an object, of this key what the request is about? */
export function concerns(request: ApiRequest, key: string): boolean {
  const wanted = keyOf(request);
  return request.name === '' ? key.startsWith(wanted) : key === wanted;
}

/** Is this object one that a list or watch of some node's pods wants? */
export function isSelected({ nodeName }: ApiRequest, object: KubeObject): boolean {
  return nodeName === undefined || (object as Pod).spec?.nodeName === nodeName;
}

/** Is a watcher told of this change? One that selects hears from the moment at which it is selected. */
export function isTold(request: ApiRequest, { key, event }: Change): boolean {
  return concerns(request, key) && isSelected(request, event.object as KubeObject);
}

/** The objects that a request is about, in the order of their keys. */
export function select(cache: WatchCache, request: ApiRequest): readonly KubeObject[] {
  if (request.name !== '') {
    const object = cache.objects.get(keyOf(request));
    return object === undefined ? [] : [object];
  }
  const entries = [...cache.objects.entries()].filter(
    ([key, object]) => concerns(request, key) && isSelected(request, object),
  );
  return entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([, object]) => object);
}

/** Revision after which a watch is to begin: 0 or none stands for everything there is. */
function startOf(request: ApiRequest): number {
  return Number(request.resourceVersion ?? 0);
}

/** Events have no watch cache in reality (--watch-cache-sizes): a watch of them reads etcd, from wherever it likes. */
function isUncached({ resource }: ApiRequest): boolean {
  return resource.plural === 'events';
}

export function isTooOld(cache: WatchCache, request: ApiRequest): boolean {
  const start = startOf(request);
  return start !== 0 && start < cache.oldest && !isUncached(request);
}

/** What a new watcher is told at once: what it has missed, or all objects if it knows none. */
export function missed(cache: WatchCache, request: ApiRequest): readonly WatchEvent[] {
  const start = startOf(request);
  if (start === 0) return select(cache, request).map((object) => ({ type: 'ADDED', object }));
  if (start < cache.oldest)
    return select(cache, request)
      .filter(({ metadata }) => Number(metadata.resourceVersion) > start)
      .map((object) => ({ type: 'ADDED', object }));
  return cache.recent
    .filter((change) => change.revision > start && isTold(request, change))
    .map((change) => change.event)
    .toArray();
}
