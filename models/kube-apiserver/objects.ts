/**
 * Objects on their way into and out of etcd: the resource version is not stored, it is the key's modification revision.
 *
 * Source: apiserver pkg/storage/etcd3/store.go, api_object_versioner.go.
 */
import type { EtcdEvent, KeyValue } from '../etcd/api.ts';
import type { KubeObject, WatchEvent } from './api.ts';

/** What is stored: the object without its resource version. */
export function toStored(object: KubeObject): KubeObject {
  const { resourceVersion: _, ...metadata } = object.metadata;
  return { ...object, metadata };
}

/** What is answered: the stored object with the revision that wrote it. */
export function withVersion(stored: KubeObject, revision: number): KubeObject {
  return { ...stored, metadata: { ...stored.metadata, resourceVersion: String(revision) } };
}

export function fromKeyValue(kv: KeyValue): KubeObject {
  return withVersion(kv.value as KubeObject, kv.modRevision);
}

/**
 * The object that an update stores: of an update to `status` only the status counts, of another one everything but the
 * status (apiserver: the strategies' PrepareForUpdate); creation time and identity stay.
 */
export function updated(base: KubeObject, body: KubeObject, subresource: string): KubeObject {
  const next = subresource === 'status' ? { ...base, status: body.status } : { ...body, status: base.status };
  const { creationTimestampUs, uid, deletionTimestampUs } = base.metadata;
  const metadata = {
    ...body.metadata,
    ...(creationTimestampUs === undefined ? {} : { creationTimestampUs }),
    ...(uid === undefined ? {} : { uid }),
    ...(deletionTimestampUs === undefined ? {} : { deletionTimestampUs }),
  };
  const object = { ...next, metadata };
  if (object.status !== undefined) return toStored(object as KubeObject);
  const { status: _, ...rest } = object;
  return toStored(rest);
}

/** JSON merge patch (RFC 7396): objects are merged, null removes, everything else replaces. */
export function mergePatch(base: unknown, patch: unknown): unknown {
  if (typeof patch !== 'object' || patch === null || Array.isArray(patch)) return patch;
  const target = typeof base === 'object' && base !== null && !Array.isArray(base) ? base : {};
  const result: Record<string, unknown> = { ...target };
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key];
    else result[key] = mergePatch(result[key], value);
  }
  return result;
}

/** What a watcher is told of a change in etcd; `before` is what the cache held. */
export function watchEvent(event: EtcdEvent, before: KubeObject | undefined): WatchEvent | undefined {
  if (event.type === 'PUT') {
    return { type: before === undefined ? 'ADDED' : 'MODIFIED', object: fromKeyValue(event.kv) };
  }
  return before === undefined
    ? undefined
    : { type: 'DELETED', object: withVersion(before, event.kv.modRevision) };
}
