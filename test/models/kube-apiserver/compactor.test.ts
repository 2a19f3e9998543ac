import { describe, expect, test } from 'vitest';
import { fullDetailWorld } from '../../../bench/full-detail.ts';
import type { Store } from '../../../models/etcd/store.ts';
import type { World } from '../../../sim/world.ts';
import { etcdContext, lab, S } from './fixture.ts';

const KEY = 'compact_rev_key';

function storeOn(world: World, host: string): Store {
  const { context } = world.lead(world.process(`${host}/etcd`)) as { readonly context: unknown };
  return (context as { readonly server: { readonly backend: { readonly store: Store } } }).server.backend
    .store;
}

describe('the compactor of etcd', () => {
  test('compacts each round up to the revision of the round before, the first round nothing', () => {
    const l = lab({ 'etcd-compaction-interval': 10 * S });
    const compactions = () => etcdContext(l.world).served['/etcdserverpb.KV/Compact'] ?? 0;
    const version = () => etcdContext(l.world).store.kvs.get(KEY)?.version ?? 0;
    l.run(14);
    expect([version(), compactions()]).toEqual([1, 0]);
    l.run(24);
    expect([version(), compactions()]).toEqual([2, 1]);
  });

  test('--etcd-compaction-interval 0 disables it', () => {
    const l = lab({ 'etcd-compaction-interval': 0 });
    l.run(700);
    expect(etcdContext(l.world).store.kvs.has(KEY)).toBe(false);
  });

  test('of three apiservers one a round compacts: every member keeps five to ten minutes of history', () => {
    const world = fullDetailWorld();
    const from = storeOn(world, 'm1').revision;
    const rounds = () => storeOn(world, 'm1').keys.get(KEY)?.version ?? 0;
    world.runUntil(world.nowUs + 310 * S);
    const [middle, before] = [storeOn(world, 'm1').revision, rounds()];
    world.runUntil(world.nowUs + 300 * S);
    expect(rounds() - before).toBe(1);
    for (const host of ['m1', 'm2', 'm3']) {
      const { compactRevision, history, revision } = storeOn(world, host);
      expect(compactRevision).toBeGreaterThan(middle - (middle - from) / 2);
      expect(history.size).toBeLessThanOrEqual(revision - compactRevision + 1);
    }
  });
});
