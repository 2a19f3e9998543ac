import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  changesFrom,
  compact,
  defragmented,
  deleteRange,
  done,
  EMPTY_STORE,
  edit,
  put,
  range,
  type Store,
} from '../../../models/etcd/store.ts';

const SEED = 20261121;

function withPut(store: Store, key: string, value: unknown, lease = 0): Store {
  const changing = edit(store);
  put(changing, key, value, lease);
  return done(store, changing);
}
function without(store: Store, key: string, rangeEnd?: string): Store {
  const changing = edit(store);
  deleteRange(changing, key, rangeEnd);
  return done(store, changing);
}
function keysAt(store: Store, revision: number): unknown {
  const found = range(store, { key: '', rangeEnd: '\0', revision });
  return typeof found === 'string' ? found : found.kvs.map(({ key, value }) => [key, value]);
}

describe('the key space (api_guarantees.md, mvcc/kvstore.go)', () => {
  test('revisions begin at 1, and each change makes the next', () => {
    expect(EMPTY_STORE.revision).toBe(1);
    const store = withPut(withPut(EMPTY_STORE, 'a', 1), 'a', 2);
    expect(store.revision).toBe(3);
    expect(range(store, { key: 'a' })).toMatchObject({
      kvs: [{ key: 'a', value: 2, createRevision: 2, modRevision: 3, version: 2 }],
    });
  });

  test('a deletion that finds nothing makes no revision', () => {
    expect(without(EMPTY_STORE, 'a').revision).toBe(1);
  });

  test('all changes of a transaction share one revision', () => {
    const changing = edit(EMPTY_STORE);
    put(changing, 'a', 1, 0);
    put(changing, 'b', 2, 0);
    const store = done(EMPTY_STORE, changing);
    expect(store.revision).toBe(2);
    expect(changesFrom(store, 2)).toHaveLength(2);
  });

  test('a key that is created anew counts its versions anew', () => {
    const store = withPut(without(withPut(EMPTY_STORE, 'a', 1), 'a'), 'a', 2);
    expect(range(store, { key: 'a' })).toMatchObject({ kvs: [{ createRevision: 4, version: 1 }] });
  });

  test('a range is half open, sorted, and says how many there are beyond the limit', () => {
    const store = ['b', 'a', 'c', 'd'].reduce((s, key) => withPut(s, key, key), EMPTY_STORE);
    const found = range(store, { key: 'a', rangeEnd: 'd', limit: 2 });
    expect(found).toMatchObject({ kvs: [{ key: 'a' }, { key: 'b' }], more: true, count: 3 });
  });

  test('a revision of the future is refused, and one below the compaction, too', () => {
    const store = [1, 2, 3, 4].reduce((s, value) => withPut(s, 'a', value), EMPTY_STORE);
    expect(range(store, { key: 'a', revision: 6 })).toBe('future-revision');
    const compacted = compact(store, 4) as Store;
    expect(range(compacted, { key: 'a', revision: 3 })).toBe('compacted');
    expect(range(compacted, { key: 'a', revision: 4 })).toMatchObject({ kvs: [{ value: 3 }] });
    expect(compact(compacted, 4)).toBe('compacted');
    expect(compact(compacted, 6)).toBe('future-revision');
  });

  test('compaction frees bytes in the file; only defragmentation makes the file smaller', () => {
    const store = Array.from({ length: 100 }, (_, i) => i).reduce(
      (s, i) => withPut(s, 'a', `${i}`),
      EMPTY_STORE,
    );
    const compacted = compact(store, store.revision) as Store;
    expect(compacted.bytesInUse).toBeLessThan(store.bytesInUse);
    expect(compacted.fileBytes).toBe(store.fileBytes);
    expect(defragmented(compacted).fileBytes).toBe(compacted.bytesInUse);
  });

  test('every revision can be read as it was until it is compacted', () => {
    const change = fc.record({
      kind: fc.constantFrom('put', 'put', 'put', 'delete', 'delete-all'),
      key: fc.constantFrom('a', 'b', 'c', 'd'),
      value: fc.integer(),
    });
    fc.assert(
      fc.property(
        fc.array(change, { maxLength: 40 }),
        fc.integer({ min: 1, max: 40 }),
        (changes, compactAt) => {
          let store = EMPTY_STORE;
          const plain = new Map<string, number>();
          const was = new Map<number, unknown>([[1, []]]);
          for (const { kind, key, value } of changes) {
            if (kind === 'put') {
              store = withPut(store, key, value);
              plain.set(key, value);
            } else if (kind === 'delete') {
              store = without(store, key);
              plain.delete(key);
            } else {
              store = without(store, '', '\0');
              plain.clear();
            }
            was.set(
              store.revision,
              [...plain].sort(([a], [b]) => (a < b ? -1 : 1)),
            );
          }
          const compacted = compact(store, compactAt);
          const from = typeof compacted === 'string' ? 1 : compactAt;
          const now = typeof compacted === 'string' ? store : compacted;
          for (let revision = from; revision <= store.revision; revision++) {
            expect(keysAt(now, revision)).toEqual(was.get(revision));
          }
        },
      ),
      { seed: SEED, numRuns: 200 },
    );
  });

  test('replaying the changes from any revision on gives the newest state', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.option(fc.integer())), { maxLength: 30 }),
        fc.nat(30),
        (changes, from) => {
          let store = EMPTY_STORE;
          const at: Store[] = [store];
          for (const [key, value] of changes) {
            store = value === null ? without(store, key) : withPut(store, key, value);
            at[store.revision - 1] = store;
          }
          const start = at[Math.min(from, at.length - 1)] as Store;
          const replayed = new Map(start.keys);
          for (const { type, kv } of changesFrom(store, start.revision + 1)) {
            if (type === 'PUT') replayed.set(kv.key, kv);
            else replayed.delete(kv.key);
          }
          expect(Object.fromEntries(replayed)).toEqual(store.keys.toObject());
        },
      ),
      { seed: SEED, numRuns: 200 },
    );
  });
});
