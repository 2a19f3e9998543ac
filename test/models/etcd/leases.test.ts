import { describe, expect, test } from 'vitest';
import { Cluster } from './cluster.ts';

function grant(c: Cluster, name: string, ttl: number): number {
  const tag = c.call(name, 'leaseGrant', { ttl, id: 0 });
  c.run(0.2);
  return c.answer(tag)?.body['id'] as number;
}
/** Seconds from now until the key is gone, looked at in a running member; the limit if it stays. */
function livesFor(c: Cluster, name: string, key: string, limit: number): number {
  const from = c.now;
  while (c.now < from + limit && c.server(name).backend.store.keys.has(key)) c.run(0.05);
  return c.now - from;
}
function keep(c: Cluster, name: string, id: number): number | undefined {
  const tag = c.call(name, 'leaseKeepAlive', { id });
  c.run(0.3);
  return c.answer(tag)?.body['ttl'] as number | undefined;
}

describe('leases (ETCD-FACTS section 9)', () => {
  test('a key goes with its lease, within 0.5 s of the time to live', () => {
    const c = new Cluster().runTo(5);
    const id = grant(c, 'm1', 5);
    const granted = c.now;
    c.call('m2', 'put', { key: 'k', value: 1, lease: id });
    c.run(0.1);
    livesFor(c, 'm3', 'k', 10);
    expect(c.now - granted).toBeGreaterThan(4.7);
    expect(c.now - granted).toBeLessThan(5.6);
    expect(keep(c, 'm1', id)).toBe(0);
  });

  test('the least time to live is 1.5 election timeouts, in whole seconds: 2 s', () => {
    const c = new Cluster().runTo(5);
    const tag = c.call('m1', 'leaseGrant', { ttl: 1, id: 7 });
    c.run(0.2);
    expect(c.answer(tag)?.body).toMatchObject({ id: 7, ttl: 2 });
    const again = c.call('m1', 'leaseGrant', { ttl: 1, id: 7 });
    c.run(0.2);
    expect(c.answer(again)?.body['error']).toBe('etcdserver: lease already exists');
  });

  test('a keep-alive through any member renews it: followers forward it to the leader', () => {
    const c = new Cluster().runTo(5);
    const id = grant(c, 'm1', 3);
    c.call('m1', 'put', { key: 'k', value: 1, lease: id });
    for (let i = 0; i < 8; i++) {
      c.run(0.7);
      expect(keep(c, c.names[i % 3] as string, id)).toBe(3);
    }
    expect(c.server('m1').backend.store.keys.has('k')).toBe(true);
  });

  test('a put with a lease that does not exist is refused; a revoked lease takes its keys at once', () => {
    const c = new Cluster().runTo(5);
    const refused = c.call('m1', 'put', { key: 'k', value: 1, lease: 99 });
    const id = grant(c, 'm1', 60);
    c.call('m1', 'put', { key: 'k1', value: 1, lease: id });
    c.call('m1', 'put', { key: 'k2', value: 1, lease: id });
    c.run(0.1);
    c.call('m2', 'leaseRevoke', { id });
    c.run(0.1);
    expect(c.answer(refused)?.body['error']).toBe('etcdserver: requested lease not found');
    expect(c.server('m3').backend.store.keys.size).toBe(0);
  });

  test('a leader change starts each lease again, with the election timeout on top', () => {
    const c = new Cluster().runTo(5);
    const old = c.leader();
    const id = grant(c, old, 6);
    c.call(old, 'put', { key: 'k', value: 1, lease: id });
    c.run(4);
    c.act('stop', old);
    c.run(0.1);
    const left = livesFor(c, c.leader(), 'k', 20);
    expect(left).toBeGreaterThan(6.7);
    expect(left).toBeLessThan(7.7);
  });

  test('nothing expires without a leader', () => {
    const c = new Cluster().runTo(5);
    const leader = c.leader();
    const others = c.followers();
    const id = grant(c, leader, 5);
    c.call(leader, 'put', { key: 'k', value: 1, lease: id });
    c.run(0.2);
    for (const name of others) c.act('kill', name);
    expect(livesFor(c, leader, 'k', 30)).toBeGreaterThan(29);
    for (const name of others) c.act('start', name);
    c.run(3);
    expect(c.server(leader).backend.store.keys.has('k')).toBe(true);
    expect(livesFor(c, leader, 'k', 20)).toBeLessThan(8);
  });

  test('a leader stalled by its disk proves its leadership before it revokes (issue 15247)', () => {
    const c = new Cluster().runTo(5);
    const old = c.leader();
    const other = c.followers()[0] as string;
    const id = grant(c, other, 4);
    c.call(other, 'put', { key: 'k', value: 1, lease: id });
    c.run(0.2);
    c.world.act(c.world.nowUs, { do: 'disk', host: old, hung: true });
    c.put(old, 'stall', 1);
    for (let i = 0; i < 20; i++) {
      c.run(0.7);
      keep(c, other, id);
    }
    c.world.act(c.world.nowUs, { do: 'disk', host: old, hung: false });
    c.run(1);
    expect(c.server(other).backend.store.keys.has('k')).toBe(true);
  });
});
