import { describe, expect, test } from 'vitest';
import { Cluster } from './cluster.ts';

const SEEDS = [1, 2, 3, 4, 5, 6, 7, 8];

/** Milliseconds from now until a member other than `old` leads; runs at most so many seconds. */
function newLeaderAfterMs(cluster: Cluster, old: string, limit = 8): number {
  const from = cluster.now;
  while (cluster.now < from + limit) {
    cluster.run(0.005);
    if (cluster.leaders().some((name) => name !== old)) return (cluster.now - from) * 1000;
  }
  return Number.POSITIVE_INFINITY;
}

describe('elections (LAB-FINDINGS 25 to 34, ground-truth E1 to E17)', () => {
  test('three members that start together elect within a second or so, for most of the timeout is fast-forwarded', () => {
    const times = SEEDS.map((seed) => {
      const c = new Cluster({ seed, spreadUs: 5_000 });
      while (c.now < 5 && c.leaders().length === 0) c.run(0.01);
      return c.now;
    });
    // E14a: 227 / 446 / 1100 / 2531 ms.
    for (const time of times) expect(time).toBeLessThan(3);
    expect(times.toSorted((a, b) => a - b)[4]).toBeLessThan(0.9);
  });

  test('after kill -9 of the leader a follower leads within 0.8 to 2.9 s, with the next term', () => {
    for (const version of ['3.4', '3.5'] as const) {
      for (const seed of SEEDS) {
        const c = new Cluster({ seed, version }).runTo(5);
        const old = c.leader();
        const { term } = c.raft(old);
        c.act('kill', old);
        const ms = newLeaderAfterMs(c, old);
        expect(ms).toBeGreaterThan(800);
        expect(ms).toBeLessThan(2900);
        expect(c.raft(c.leader()).term - term).toBeLessThanOrEqual(2);
      }
    }
  });

  test('followers go on naming the dead leader until their own timer fires or a vote arrives', () => {
    const c = new Cluster().runTo(5);
    const old = c.leader();
    const id = c.raft(old).lead;
    c.act('kill', old);
    c.run(0.5);
    for (const name of c.followersOf(old)) expect(c.raft(name).lead).toBe(id);
    newLeaderAfterMs(c, old);
    c.run(0.1);
    for (const name of c.followersOf(old)) expect(c.raft(name).lead).not.toBe(id);
  });

  test('SIGTERM hands the leadership over at once: no write gap', () => {
    for (const seed of SEEDS) {
      const c = new Cluster({ seed }).runTo(5);
      const old = c.leader();
      c.act('stop', old);
      // E2: 0.4 to 15 ms.
      expect(newLeaderAfterMs(c, old)).toBeLessThan(30);
      const tag = c.put(c.leaders().find((name) => name !== old) as string, 'k', 1);
      c.run(0.3);
      expect(c.answer(tag)?.body['ok']).toBe(true);
      // took 102.695609ms in the recorded log: one poll a tick.
      expect(c.isUp(old)).toBe(false);
      expect(c.lines(old).join('\n')).toMatch(/starts leadership transfer from/);
    }
  });

  test('SIGTERM waits up to 7 s for open watches before it hands the leadership over', () => {
    const c = new Cluster().runTo(5);
    const old = c.leader();
    c.call(old, 'watch', { key: 'k', startRevision: 0, requireLeader: true });
    c.run(0.1);
    c.act('stop', old);
    // embed/etcd.go stopServers: `took too long, manually close open transports e.g. watch streams`.
    const ms = newLeaderAfterMs(c, old, 10);
    expect(ms).toBeGreaterThan(6990);
    expect(ms).toBeLessThan(7050);
  });

  test('the leader cut off steps down after 1 to 2 s, and both sides lead for a while', () => {
    const c = new Cluster({ version: '3.5' }).runTo(5);
    const old = c.leader();
    c.cut('p', [old], c.followersOf(old));
    const from = c.now;
    const both: number[] = [];
    let steppedDown = 0;
    while (c.now < from + 4) {
      c.run(0.01);
      if (c.leaders().length === 2) both.push(c.now);
      if (steppedDown === 0 && !c.leaders().includes(old)) steppedDown = c.now - from;
    }
    expect(steppedDown).toBeGreaterThan(0.9);
    expect(steppedDown).toBeLessThan(2.1);
    expect(c.leaders()).toHaveLength(1);
  });

  test('without pre-vote a follower cut off burns about a term each 1.5 s and deposes the leader when it is back', () => {
    const c = new Cluster({ version: '3.4' }).runTo(5);
    const leader = c.leader();
    const [victim] = c.followers() as [string];
    const { term } = c.raft(leader);
    c.cut(
      'p',
      [victim],
      c.names.filter((name) => name !== victim),
    );
    c.run(10);
    expect(c.leaders()).toEqual([leader]);
    // E10: 6 or 7 candidacies in 10 s.
    expect(c.raft(victim).term - term).toBeGreaterThanOrEqual(5);
    expect(c.raft(victim).term - term).toBeLessThanOrEqual(8);
    const burnt = c.raft(victim).term;
    c.heal('p');
    c.run(6);
    expect(c.raft(c.leader()).term).toBeGreaterThan(burnt);
  });

  test('with pre-vote a follower cut off changes no term, and nothing happens when it is back', () => {
    const c = new Cluster({ version: '3.5' }).runTo(5);
    const leader = c.leader();
    const [victim] = c.followers() as [string];
    const { term } = c.raft(leader);
    c.cut(
      'p',
      [victim],
      c.names.filter((name) => name !== victim),
    );
    c.run(10);
    expect(c.raft(victim).term).toBe(term);
    c.heal('p');
    c.run(6);
    expect(c.leaders()).toEqual([leader]);
    expect(c.raft(leader).term).toBe(term);
    expect(c.raft(victim).lead).toBe(c.server(leader).id);
  });

  test('a pause burns no terms', () => {
    const c = new Cluster({ version: '3.4' }).runTo(5);
    const [victim] = c.followers() as [string];
    const { term } = c.raft(victim);
    c.act('pause', victim);
    c.run(10);
    c.act('resume', victim);
    c.run(3);
    expect(c.raft(victim).term).toBe(term);
  });

  test('a lone survivor of three never becomes leader', () => {
    const c = new Cluster({ version: '3.5' }).runTo(5);
    const [victim, other] = [c.leader(), c.followers()[0] as string];
    c.act('kill', victim);
    c.act('kill', other);
    c.run(20);
    expect(c.leaders()).toEqual([]);
  });

  test('the leader of a two-member cluster steps down 1 to 2 s after the other is gone', () => {
    const c = new Cluster({ size: 2 }).runTo(6);
    const leader = c.leader();
    c.act('kill', c.followers()[0] as string);
    c.run(0.95);
    expect(c.leaders()).toEqual([leader]);
    c.run(1.2);
    expect(c.leaders()).toEqual([]);
  });

  test('a follower that lost only the leader causes no election and serves nothing: there is no relay', () => {
    const c = new Cluster({ version: '3.4' }).runTo(5);
    const leader = c.leader();
    const [victim, third] = c.followers() as [string, string];
    const { term } = c.raft(leader);
    c.cut('p', [victim], [leader]);
    c.run(3);
    const write = c.put(victim, 'k', 1);
    c.run(8);
    expect(c.raft(leader).term).toBe(term);
    expect(c.leaders()).toEqual([leader]);
    expect(c.raft(third).term).toBe(term);
    expect(c.answer(write)?.body['ok']).not.toBe(true);
  });

  test('a single member elects itself; its restart waits for the election timeout', () => {
    const c = new Cluster({ size: 1, version: '3.4', supervisor: { kind: 'none' } }).runTo(5);
    expect(c.leaders()).toEqual(['m1']);
    c.act('kill', 'm1');
    c.act('start', 'm1');
    const from = c.now;
    c.run(0.001);
    while (c.now < from + 5 && c.leaders().length === 0) c.run(0.01);
    // E14c: 1033 / 1631 / 1847 / 1954 ms.
    expect(c.now - from).toBeGreaterThan(0.9);
    expect(c.now - from).toBeLessThan(2.1);
  });
});

// server.go TransferLeadership: bounded by the request time-out.
test('a leader that cannot hand over its office ends all the same', () => {
  const c = new Cluster().runTo(5);
  const leader = c.leader();
  c.cut('alone', [leader], c.followersOf(leader));
  c.act('stop', leader);
  c.run(12);
  expect(c.isUp(leader)).toBe(false);
});
