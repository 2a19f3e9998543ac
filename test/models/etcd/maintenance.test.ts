import { describe, expect, test } from 'vitest';
import type { Backend } from '../../../models/etcd/backend.ts';
import { restoredDisk } from '../../../models/etcd/first-members.ts';
import { Cluster } from './cluster.ts';

const NOSPACE = 'etcdserver: mvcc: database space exceeded';
const BIG = 'x'.repeat(100_000);

function fill(c: Cluster): void {
  for (let i = 0; i < 25; i++) {
    c.put('m1', 'big', BIG);
    c.run(0.05);
  }
}

describe('the quota (ETCD-FACTS section 8, ETCD-SCENARIOS C3)', () => {
  const full = () => {
    const c = new Cluster({ flags: { 'quota-backend-bytes': 2_000_000 } }).runTo(5);
    fill(c);
    return c;
  };

  test('with the alarm puts, transactions with puts and leases fail on every member; deletes and reads work', () => {
    const c = full();
    const tags = c.names.flatMap((name) => [
      c.put(name, 'k', 1),
      c.call(name, 'txn', {
        compare: [],
        success: [{ op: 'put', request: { key: 'k', value: 1 } }],
        failure: [],
      }),
      c.call(name, 'leaseGrant', { ttl: 5, id: 0 }),
    ]);
    const works = [
      c.get('m2', 'big'),
      c.call('m3', 'deleteRange', { key: 'other' }),
      c.call('m1', 'compact', { revision: 3 }),
    ];
    c.run(0.5);
    for (const tag of tags) expect(c.answer(tag)?.body['error']).toBe(NOSPACE);
    for (const tag of works) expect(c.answer(tag)?.body['ok']).toBe(true);
    const health = c.health('m2');
    const ready = c.health('m2', '/readyz');
    c.run(0.3);
    expect(c.answer(health)?.body).toEqual({ health: 'false', reason: 'ALARM NOSPACE' });
    expect(c.answer(ready)?.status).toBe(200);
  });

  test('the alarm stays until it is disarmed, also after space is free: compact, defragment each, disarm', () => {
    const c = full();
    const revision = c.server('m1').backend.store.revision;
    c.call('m1', 'compact', { revision });
    c.run(0.2);
    for (const name of c.names) c.call(name, 'defragment', {});
    c.run(1);
    const still = c.put('m1', 'k', 1);
    c.run(0.2);
    expect(c.answer(still)?.body['error']).toBe(NOSPACE);
    const alarms = c.call('m2', 'alarm', { action: 'get', memberId: '', alarm: 'NONE' });
    c.run(0.2);
    const disarmed = c.call('m2', 'alarm', { action: 'deactivate', memberId: '', alarm: 'NOSPACE' });
    c.run(0.2);
    expect(c.answer(alarms)?.body['alarms']).toMatchObject([{ alarm: 'NOSPACE' }]);
    expect(c.answer(disarmed)?.body['alarms']).toHaveLength(1);
    const after = c.put('m1', 'k', 1);
    c.run(0.2);
    expect(c.answer(after)?.body['ok']).toBe(true);
  });

  test('the write that crosses the limit where it is applied is applied, yet answered with the error', () => {
    const c = full();
    expect(c.server('m1').backend.alarms).toHaveLength(1);
    expect(c.server('m1').backend.store.fileBytes).toBeGreaterThan(1_900_000);
  });
});

describe('defragmentation (ETCD-SCENARIOS C4)', () => {
  test('it blocks the reads and writes of its member, whose Raft goes on; the others serve', () => {
    const c = new Cluster({ flags: { 'quota-backend-bytes': -1 } }).runTo(5);
    for (let i = 0; i < 150; i++) {
      c.put('m1', `big${i}`, 'x'.repeat(1_000_000));
      c.run(0.02);
    }
    const leader = c.leader();
    const { term } = c.raft(leader);
    const [other] = c.followers() as [string];
    const tag = c.call(leader, 'defragment', {});
    c.run(0.01);
    const [write, read, elsewhere] = [
      c.put(leader, 'k', 1),
      c.get(leader, 'k', { serializable: true }),
      c.put(other, 'l', 1),
    ];
    c.run(0.3);
    expect(c.answer(tag)).toBeUndefined();
    expect(c.answer(write)).toBeUndefined();
    expect(c.answer(read)).toBeUndefined();
    expect(c.answer(elsewhere)?.body['ok']).toBe(true);
    c.run(1);
    for (const done of [tag, write, read]) expect(c.answer(done)?.body['ok']).toBe(true);
    expect(c.raft(c.leader()).term).toBe(term);
  });
});

describe('snapshot and restore', () => {
  test('a restored snapshot moves the revision back and changes the cluster’s id', () => {
    const c = new Cluster({ unsafe: 'what came after the snapshot is lost' }).runTo(5);
    for (let i = 0; i < 5; i++) c.put('m1', `k${i}`, i);
    c.run(0.3);
    const tag = c.call('m2', 'snapshot', {});
    c.run(0.1);
    const db = c.answer(tag)?.body['db'] as Backend;
    for (let i = 0; i < 5; i++) c.put('m1', `late${i}`, i);
    c.run(0.3);
    const before = c.server('m1').backend;
    for (const name of c.names) c.act('stop', name);
    // The leader waits 7 s for a successor that has stopped, too.
    c.run(8);
    const token = 'restored';
    for (const name of c.names) {
      c.reconfigure(name, { initialClusterToken: token });
      const values = restoredDisk(db, c.config(name));
      c.world.act(c.world.nowUs, { do: 'disk-put', host: name, process: 'etcd', values });
      c.act('start', name);
    }
    c.run(4);
    const after = c.server('m1').backend;
    expect(after.store.revision).toBe(6);
    expect(after.clusterId).not.toBe(before.clusterId);
    expect(after.store.keys.has('late0')).toBe(false);
    const write = c.put('m3', 'new', 1);
    c.run(0.3);
    expect(c.answer(write)?.body).toMatchObject({ ok: true, header: { revision: 7 } });
    // A watch from a revision that is now in the future hangs silently.
    const watch = c.call('m1', 'watch', {
      key: 'new',
      startRevision: before.store.revision + 1,
      requireLeader: true,
    });
    c.run(1);
    expect(c.answers(watch)).toHaveLength(1);
  });

  test('with a bumped revision marked as compacted every old watch ends', () => {
    const c = new Cluster({ version: '3.6', unsafe: 'what came after the snapshot is lost' }).runTo(5);
    for (let i = 0; i < 5; i++) c.put('m1', `k${i}`, i);
    c.run(0.3);
    const tag = c.call('m2', 'snapshot', {});
    c.run(0.1);
    const db = c.answer(tag)?.body['db'] as Backend;
    for (const name of c.names) c.act('stop', name);
    // The leader waits 7 s for a successor that has stopped, too.
    c.run(8);
    for (const name of c.names) {
      const values = restoredDisk(db, c.config(name), { bumpRevision: 1_000_000, markCompacted: true });
      c.world.act(c.world.nowUs, { do: 'disk-put', host: name, process: 'etcd', values });
      c.act('start', name);
    }
    c.run(4);
    const watch = c.call('m1', 'watch', { key: 'k1', startRevision: 12, requireLeader: true });
    c.run(0.3);
    expect(c.answers(watch).some(({ body }) => body['canceled'] === true)).toBe(true);
  });

  test('--force-new-cluster makes a one-member cluster of local data', () => {
    const c = new Cluster().runTo(5);
    c.put('m1', 'k', 1);
    c.run(0.3);
    for (const name of c.names) c.act('kill', name);
    c.run(0.1);
    c.reconfigure('m1', { flags: { 'force-new-cluster': true } });
    c.act('start', 'm1');
    c.run(4);
    expect(c.leaders()).toEqual(['m1']);
    expect(c.server('m1').backend.members).toHaveLength(1);
    const [read, write] = [c.get('m1', 'k'), c.put('m1', 'l', 1)];
    c.run(0.2);
    expect(c.answer(read)?.body['count']).toBe(1);
    expect(c.answer(write)?.body['ok']).toBe(true);
  });
});
