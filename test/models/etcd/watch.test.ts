import { describe, expect, test } from 'vitest';
import type { EtcdEvent, WatchResponse } from '../../../models/etcd/api.ts';
import { type Answer, Cluster } from './cluster.ts';

function eventsOf(answers: readonly Answer[]): EtcdEvent[] {
  return answers.flatMap(({ body }) => [...((body as unknown as WatchResponse).events ?? [])]);
}
const watch = (c: Cluster, name: string, startRevision: number, more: object = {}) =>
  c.call(name, 'watch', { key: 'k', rangeEnd: 'l', startRevision, requireLeader: true, ...more });

describe('watches (api/v3rpc/watch.go)', () => {
  test('a watch from now on hears each later change once and in order, on any member', () => {
    const c = new Cluster().runTo(5);
    c.put('m1', 'k0', 'before');
    c.run(0.2);
    const tags = c.names.map((name) => watch(c, name, 0));
    c.run(0.1);
    c.put('m1', 'k1', 1);
    c.run(0.1);
    c.put('m2', 'k1', 2);
    c.put('m2', 'other', 2);
    c.run(0.1);
    c.call('m3', 'deleteRange', { key: 'k1' });
    c.run(0.2);
    for (const tag of tags) {
      expect(eventsOf(c.answers(tag)).map(({ type, kv }) => [type, kv.key, kv.value])).toEqual([
        ['PUT', 'k1', 1],
        ['PUT', 'k1', 2],
        ['DELETE', 'k1', null],
      ]);
    }
  });

  test('a watch from an older revision gets what lies between, and prevKv if it wants', () => {
    const c = new Cluster().runTo(5);
    for (const value of [1, 2, 3]) {
      c.put('m1', 'k', value);
      c.run(0.1);
    }
    const tag = watch(c, 'm2', 3, { prevKv: true });
    c.run(0.1);
    expect(eventsOf(c.answers(tag)).map(({ kv, prevKv }) => [kv.value, prevKv?.value])).toEqual([
      [2, 1],
      [3, 2],
    ]);
  });

  test('a watch from a compacted revision is cancelled with the revision of the compaction', () => {
    const c = new Cluster().runTo(5);
    for (const value of [1, 2, 3]) c.put('m1', 'k', value);
    c.run(0.3);
    c.call('m1', 'compact', { revision: 4 });
    c.run(0.2);
    const tag = watch(c, 'm3', 2);
    c.run(0.1);
    expect(
      c.answers(tag).some(({ body }) => body['canceled'] === true && body['compactRevision'] === 4),
    ).toBe(true);
  });

  test('with require-leader it ends after three checks without one, an election timeout apart', () => {
    const c = new Cluster().runTo(5);
    const leader = c.leader();
    const [bound, free] = [watch(c, leader, 0), watch(c, leader, 0, { requireLeader: false })];
    c.run(0.1);
    for (const name of c.followers()) c.act('kill', name);
    while (c.raft(leader).lead !== 0) c.run(0.01);
    const lostMs = c.now * 1000;
    c.run(4);
    const end = c.answers(bound).at(-1);
    expect(end?.body['error']).toBe('etcdserver: no leader');
    expect((end?.atMs ?? 0) - lostMs).toBeGreaterThan(2000);
    expect((end?.atMs ?? 0) - lostMs).toBeLessThan(3100);
    expect(c.answers(free)).toHaveLength(1);
    const refused = watch(c, leader, 0);
    c.run(0.1);
    expect(c.answer(refused)?.body['error']).toBe('etcdserver: no leader');
  });

  test('progress is notified when nothing else was said for the interval', () => {
    const c = new Cluster({ flags: { 'watch-progress-notify-interval': 5000 } }).runTo(5);
    const tag = watch(c, 'm1', 0, { progressNotify: true });
    c.run(6);
    expect(c.answers(tag)).toHaveLength(2);
    c.put('m1', 'k', 1);
    c.run(5);
    // The event, and no notification at the moment that came after it.
    expect(c.answers(tag)).toHaveLength(3);
    c.run(5);
    expect(c.answers(tag)).toHaveLength(4);
    expect(c.answers(tag).at(-1)?.body).toMatchObject({ events: [], header: { revision: 2 } });
  });

  test('a watch lives through a change of the leader without a gap or a repetition', () => {
    const c = new Cluster().runTo(5);
    const old = c.leader();
    const [survivor] = c.followers() as [string];
    const tag = watch(c, survivor, 0);
    c.run(0.1);
    c.put(old, 'k', 1);
    c.run(0.1);
    c.act('kill', old);
    c.run(3);
    c.put(survivor, 'k', 2);
    c.run(0.2);
    expect(eventsOf(c.answers(tag)).map(({ kv }) => kv.value)).toEqual([1, 2]);
  });

  test('a follower that is brought up to date by a snapshot tells its watchers what lay between', () => {
    const c = new Cluster({ version: '3.6' }).runTo(5);
    const [victim] = c.followers() as [string];
    const tag = watch(c, victim, 0);
    c.run(0.1);
    c.cut(
      'p',
      [victim],
      c.names.filter((name) => name !== victim),
    );
    const leader = c.leader();
    for (let i = 0; i < 52; i++) {
      for (let j = 0; j < 100; j++) c.put(leader, 'k', i * 100 + j);
      c.run(0.05);
    }
    c.heal('p');
    c.run(6);
    expect(c.server(victim).backend.appliedIndex).toBe(c.server(leader).backend.appliedIndex);
    expect(c.server(victim).snapshotIndex).toBeGreaterThan(5000);
    expect(eventsOf(c.answers(tag))).toHaveLength(5200);
  });
});
