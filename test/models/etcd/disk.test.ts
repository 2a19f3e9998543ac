import { describe, expect, test } from 'vitest';
import { Cluster, SECOND } from './cluster.ts';

/** Puts `count` keys through the leader and says which were acknowledged. */
function write(c: Cluster, count: number): string[] {
  const tags = Array.from({ length: count }, (_, i) => [
    `k${i}`,
    c.put(c.names[i % c.names.length] as string, `k${i}`, i),
  ]);
  c.run(0.5);
  return tags.filter(([, tag]) => c.answer(tag as string)?.body['ok'] === true).map(([key]) => key as string);
}

function held(c: Cluster, name: string): string[] {
  let read = c.get(name, 'k', { rangeEnd: 'l' });
  c.run(0.5);
  // The client's connection may be one that a host without power has forgotten.
  if (c.answer(read) === undefined) {
    read = c.get(name, 'k', { rangeEnd: 'l' });
    c.run(0.5);
  }
  const kvs = (c.answer(read)?.body['kvs'] ?? []) as { key: string }[];
  return kvs.map(({ key }) => key).sort();
}

function power(c: Cluster, name: string, type: 'power-off' | 'power-on'): void {
  c.world.act(c.world.nowUs, { do: 'host', host: name, event: { type } });
}

describe('what is acknowledged is on disk', () => {
  test('kill -9 of all members at once loses nothing that was acknowledged', () => {
    for (const version of ['3.4', '3.6'] as const) {
      const c = new Cluster({ version }).runTo(5);
      const acknowledged = write(c, 20);
      expect(acknowledged).toHaveLength(20);
      for (const name of c.names) c.act('kill', name);
      c.run(1);
      for (const name of c.names) c.act('start', name);
      c.run(5);
      for (const name of c.names) expect(held(c, name)).toEqual(acknowledged.toSorted());
    }
  });

  test('a power cut of all members at once loses nothing that was acknowledged', () => {
    for (const seed of [1, 2, 3]) {
      const c = new Cluster({ seed }).runTo(5);
      const acknowledged = write(c, 20);
      const more = Array.from(
        { length: 40 },
        (_, i) => [`k${i + 50}`, c.put('m1', `k${i + 50}`, i)] as const,
      );
      c.run(0.0012);
      const known = more.filter(([, tag]) => c.answer(tag)?.body['ok'] === true).map(([key]) => key);
      for (const name of c.names) power(c, name, 'power-off');
      c.run(2);
      for (const name of c.names) power(c, name, 'power-on');
      c.run(6);
      const kept = held(c, c.leader());
      for (const key of [...acknowledged, ...known]) expect(kept).toContain(key);
    }
  });

  test('a disk that lies loses acknowledged writes at a power cut of all members', () => {
    const c = new Cluster({ unsafe: 'the disks lie' }).runTo(5);
    for (const name of c.names) c.world.act(c.world.nowUs, { do: 'disk', host: name, lying: true });
    const acknowledged = write(c, 20);
    expect(acknowledged).toHaveLength(20);
    for (const name of c.names) power(c, name, 'power-off');
    c.run(2);
    for (const name of c.names) power(c, name, 'power-on');
    c.run(6);
    expect(held(c, c.leader())).toEqual([]);
  });

  test('a restart comes back from its snapshot and the log after it', () => {
    for (const version of ['3.4', '3.6'] as const) {
      const c = new Cluster({ version, flags: { 'snapshot-count': 50 } }).runTo(5);
      const acknowledged = write(c, 180);
      expect(acknowledged).toHaveLength(180);
      const before = c.server('m1').backend;
      expect(c.server('m1').snapshotIndex).toBeGreaterThan(100);
      c.act('kill', 'm1');
      c.run(0.2);
      c.act('start', 'm1');
      c.run(3);
      const after = c.server('m1').backend;
      expect(after.store.revision).toBe(before.store.revision);
      expect(after.store.keys.toJS()).toEqual(before.store.keys.toJS());
    }
  });
});

describe('slow and hung disks (ETCD-SCENARIOS C1, LAB-FINDINGS 39)', () => {
  test('a leader whose disk hangs sends no heartbeats and still believes that it leads; the others elect another', () => {
    const c = new Cluster().runTo(5);
    const old = c.leader();
    c.world.act(c.world.nowUs, { do: 'disk', host: old, hung: true });
    const lost = c.put(old, 'k', 'x');
    c.run(4);
    // Raft behind it has heard of the other, but its Ready handling stands still.
    const leaders = c.names.filter((name) => c.server(name).role === 'leader');
    expect(leaders).toHaveLength(2);
    expect(leaders).toContain(old);
    c.run(4);
    expect(c.answer(lost)?.body['error']).toMatch(/request timed out/);
    expect(c.server(old).role).toBe('leader');
    c.world.act(c.world.nowUs, { do: 'disk', host: old, hung: false });
    c.run(1);
    expect(c.server(old).role).toBe('follower');
  });

  test('an idle leader with a hung disk keeps leading: nothing is to be written', () => {
    const c = new Cluster().runTo(5);
    const old = c.leader();
    c.world.act(c.world.nowUs, { do: 'disk', host: old, hung: true });
    c.run(10);
    expect(c.leaders()).toEqual([old]);
  });

  const slow = (fsyncUs: number) => {
    const c = new Cluster().runTo(5);
    const leader = c.leader();
    c.world.act(c.world.nowUs, { do: 'disk', host: leader, latencyUs: fsyncUs, jitterUs: 0 });
    const tags: string[] = [];
    for (let i = 0; i < 40; i++) {
      tags.push(c.put(leader, `k${i}`, i));
      c.run(0.25);
    }
    return { c, leader, tags };
  };

  test('an fsync of 0.9 s on the leader keeps its leadership', () => {
    const { c, leader } = slow(0.9 * SECOND);
    expect(c.leaders()).toEqual([leader]);
  });

  test('an fsync of 2 s on the leader loses it', () => {
    const { c, leader } = slow(2 * SECOND);
    expect(c.leaders()).not.toEqual([leader]);
  });

  test('a slow follower hurts only its own clients', () => {
    const c = new Cluster().runTo(5);
    const [slowOne, other] = c.followers() as [string, string];
    c.world.act(c.world.nowUs, { do: 'disk', host: slowOne, latencyUs: 900_000, jitterUs: 0 });
    const tags = [c.put(slowOne, 'a', 1), c.put(other, 'b', 1)];
    c.run(3);
    const [own, others] = tags.map(
      (tag) => (c.answer(tag)?.atMs ?? Number.NaN) - (c.answer(tag)?.askedMs ?? 0),
    );
    expect(others).toBeLessThan(10);
    expect(own).toBeGreaterThan(10);
  });

  test('a full disk ends the process at the next write', () => {
    const c = new Cluster().runTo(5);
    const [victim] = c.followers() as [string];
    c.world.act(c.world.nowUs, { do: 'disk', host: victim, full: true });
    c.put(c.leader(), 'k', 1);
    c.run(0.5);
    expect(c.isUp(victim)).toBe(false);
    expect(c.lines(victim).at(-1)).toMatch(/no space left on device/);
  });
});
