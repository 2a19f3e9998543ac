/**
 * The key space: every change makes a new revision, old revisions can be read and watched until they are compacted.
 *
 * Sources: etcd v3.6.14 server/storage/mvcc/kvstore.go, kvstore_txn.go, watchable_store.go, index.go; api_guarantees.md.
 * A value: every function gives a new store. Revisions begin at 1, the first change makes 2. All changes of a
 * transaction share one revision.
 *
 * Not modelled: the tree index and the database's pages. Bytes are an estimate: key, value as JSON, and OVERHEAD
 * for each revision. Ranges look at every key, in no order, and sort what they find.
 */
import { Map as ImmutableMap, List } from 'immutable';
import type { EtcdEvent, KeyValue, RangeRequest } from './api.ts';

/** Bytes of a revision beside key and value: the key of the database's own tree (17), the lengths and numbers of the record (assumption). */
const OVERHEAD_BYTES = 64;
/** A fresh database (recorded with 3.4 and 3.5: 20 kB). */
const EMPTY_DB_BYTES = 20_480;

/** A change, as a watch reports it. Of a put, `prevKv` is what it replaced. */
export interface Change extends EtcdEvent {
  readonly bytes: number;
}

export interface Store {
  readonly revision: number;
  /** Revisions below this are gone; -1: nothing was compacted. */
  readonly compactRevision: number;
  readonly keys: ImmutableMap<string, KeyValue>;
  /** Changes since the compaction, by revision. */
  readonly history: List<Change>;
  /** In use; what is freed stays in the file until it is defragmented. */
  readonly bytesInUse: number;
  readonly fileBytes: number;
}

export const EMPTY_STORE: Store = {
  revision: 1,
  compactRevision: -1,
  keys: ImmutableMap(),
  history: List(),
  bytesInUse: EMPTY_DB_BYTES,
  fileBytes: EMPTY_DB_BYTES,
};

/** Lengths of values as JSON: each member of a cluster stores the same value. */
const LENGTHS = new WeakMap<object, number>();

/** Of a value as JSON. */
export function lengthOf(value: unknown): number {
  if (typeof value === 'string') return value.length;
  if (typeof value !== 'object' || value === null) return (JSON.stringify(value) ?? '').length;
  let length = LENGTHS.get(value);
  if (length === undefined) {
    length = JSON.stringify(value).length;
    LENGTHS.set(value, length);
  }
  return length;
}

function bytesOf(key: string, value: unknown): number {
  return OVERHEAD_BYTES + key.length + lengthOf(value);
}

/** Whether a key lies in [key, rangeEnd), or is the one key. A rangeEnd of NUL is "to the end". */
export function isInRange(key: string, from: string, rangeEnd: string | undefined): boolean {
  if (rangeEnd === undefined || rangeEnd === '') return key === from;
  return key >= from && (rangeEnd === '\0' || key < rangeEnd);
}

// --- reading

export interface Found {
  readonly kvs: readonly KeyValue[];
  readonly more: boolean;
  readonly count: number;
}

export type RangeFailure = 'compacted' | 'future-revision';

/** The keys of a range at its revision, sorted. */
export function range(store: Store, request: RangeRequest): Found | RangeFailure {
  const { key, rangeEnd, limit = 0, revision = 0 } = request;
  if (revision > store.revision) return 'future-revision';
  if (revision > 0 && revision < store.compactRevision) return 'compacted';
  const found =
    revision > 0 && revision < store.revision
      ? findAt(store, key, rangeEnd, revision)
      : find(store, key, rangeEnd);
  const count = found.length;
  const more = limit > 0 && count > limit;
  if (request.countOnly === true) return { kvs: [], more: false, count };
  const taken = more ? found.slice(0, limit) : found;
  const kvs = request.keysOnly === true ? taken.map((kv) => ({ ...kv, value: null })) : taken;
  return { kvs, more, count };
}

function find(store: Store, key: string, rangeEnd: string | undefined): KeyValue[] {
  if (rangeEnd === undefined || rangeEnd === '') {
    const kv = store.keys.get(key);
    return kv === undefined ? [] : [kv];
  }
  const found: KeyValue[] = [];
  store.keys.forEach((kv, name) => {
    if (isInRange(name, key, rangeEnd)) found.push(kv);
  });
  return found.sort(byKey);
}

function byKey(a: KeyValue, b: KeyValue): number {
  return a.key < b.key ? -1 : 1;
}

/** As it was: today's keys with every later change undone, newest first. */
function findAt(store: Store, key: string, rangeEnd: string | undefined, revision: number): KeyValue[] {
  const found = new Map(find(store, key, rangeEnd).map((kv) => [kv.key, kv]));
  for (let i = store.history.size - 1; i >= 0; i--) {
    const { kv, prevKv } = store.history.get(i) as Change;
    if (kv.modRevision <= revision) break;
    if (!isInRange(kv.key, key, rangeEnd)) continue;
    if (prevKv === undefined) found.delete(kv.key);
    else found.set(kv.key, prevKv);
  }
  return [...found.values()].sort(byKey);
}

/** Position of the first change with this revision or a later one. */
function positionOf(store: Store, revision: number): number {
  let low = 0;
  let high = store.history.size;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((store.history.get(middle) as Change).kv.modRevision < revision) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Changes from this revision on, oldest first. Those below the compaction are gone (compare with compactRevision). */
export function changesFrom(store: Store, revision: number): readonly Change[] {
  const at = positionOf(store, revision);
  return at >= store.history.size ? [] : store.history.skip(at).toArray();
}

// --- changing

/** The changes of one revision in the making. */
export interface Edit {
  readonly revision: number;
  keys: ImmutableMap<string, KeyValue>;
  readonly changes: Change[];
}

export function edit(store: Store): Edit {
  return { revision: store.revision + 1, keys: store.keys, changes: [] };
}

export function put(edit: Edit, key: string, value: unknown, lease: number): Change {
  const prevKv = edit.keys.get(key);
  const kv: KeyValue = {
    key,
    value,
    createRevision: prevKv?.createRevision ?? edit.revision,
    modRevision: edit.revision,
    version: (prevKv?.version ?? 0) + 1,
    lease,
  };
  const bytes = bytesOf(key, value);
  const change: Change =
    prevKv === undefined ? { type: 'PUT', kv, bytes } : { type: 'PUT', kv, prevKv, bytes };
  edit.keys = edit.keys.set(key, kv);
  edit.changes.push(change);
  return change;
}

/** How many there were to delete. */
export function deleteRange(edit: Edit, key: string, rangeEnd: string | undefined): readonly KeyValue[] {
  const gone: KeyValue[] = [];
  if (rangeEnd === undefined || rangeEnd === '') {
    const kv = edit.keys.get(key);
    if (kv !== undefined) gone.push(kv);
  } else {
    edit.keys.forEach((kv, name) => {
      if (isInRange(name, key, rangeEnd)) gone.push(kv);
    });
    gone.sort(byKey);
  }
  for (const prevKv of gone) {
    const kv: KeyValue = {
      ...prevKv,
      value: null,
      modRevision: edit.revision,
      createRevision: 0,
      version: 0,
      lease: 0,
    };
    edit.changes.push({ type: 'DELETE', kv, prevKv, bytes: bytesOf(prevKv.key, '') });
  }
  if (gone.length > 0) edit.keys = edit.keys.deleteAll(gone.map((kv) => kv.key));
  return gone;
}

/** The store with the edit done; the same one if nothing changed. */
export function done(store: Store, { revision, keys, changes }: Edit): Store {
  if (changes.length === 0) return store;
  let bytes = 0;
  for (const change of changes) bytes += change.bytes;
  const bytesInUse = store.bytesInUse + bytes;
  return {
    revision,
    compactRevision: store.compactRevision,
    keys,
    history: changes.length === 1 ? store.history.push(changes[0] as Change) : store.history.concat(changes),
    bytesInUse,
    fileBytes: Math.max(store.fileBytes, bytesInUse),
  };
}

/** Forgets what was superseded before this revision. */
export function compact(store: Store, revision: number): Store | RangeFailure {
  if (revision <= store.compactRevision) return 'compacted';
  if (revision > store.revision) return 'future-revision';
  const at = positionOf(store, revision);
  let freed = 0;
  store.history.take(at).forEach((change) => {
    // Of a key that still lives, its newest change stays.
    if (store.keys.get(change.kv.key)?.modRevision !== change.kv.modRevision) freed += change.bytes;
  });
  return {
    ...store,
    compactRevision: revision,
    history: store.history.skip(at),
    bytesInUse: store.bytesInUse - freed,
  };
}

/** Gives the freed pages of the file back. */
export function defragmented(store: Store): Store {
  return { ...store, fileBytes: store.bytesInUse };
}
