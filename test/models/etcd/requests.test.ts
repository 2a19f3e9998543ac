import { describe, expect, test } from 'vitest';
import { Cluster } from './cluster.ts';

const TIMED_OUT = 'etcdserver: request timed out';

describe('writes (ETCD-FACTS section 3)', () => {
  test('a write through any member is answered once it is applied there, and read by all', () => {
    const c = new Cluster().runTo(5);
    c.names.forEach((name, i) => {
      const tag = c.put(name, `k${i}`, i);
      c.run(0.1);
      expect(c.answer(tag)?.body['ok']).toBe(true);
      expect((c.answer(tag)?.atMs ?? 0) - (c.answer(tag)?.askedMs ?? 0)).toBeLessThan(5);
      for (const other of c.names) {
        const read = c.get(other, `k${i}`);
        c.run(0.1);
        expect(c.answer(read)?.body['kvs']).toMatchObject([{ key: `k${i}`, value: i, version: 1 }]);
      }
    });
  });

  test('a compare that does not hold makes a transaction run its failure part', () => {
    const c = new Cluster().runTo(5);
    const create = {
      compare: [{ key: 'k', modRevision: 0 }],
      success: [{ op: 'put', request: { key: 'k', value: 1 } }],
    };
    const failure = [{ op: 'range', request: { key: 'k' } }];
    const first = c.call('m1', 'txn', { ...create, failure });
    c.run(0.1);
    const second = c.call('m2', 'txn', { ...create, failure });
    c.run(0.1);
    expect(c.answer(first)?.body).toMatchObject({ succeeded: true });
    expect(c.answer(second)?.body).toMatchObject({ succeeded: false });
    expect(c.answer(second)?.body['responses']).toMatchObject([{ op: 'range', response: { count: 1 } }]);
  });

  test('a write sent while there is no leader waits, and succeeds when one appears', () => {
    const c = new Cluster().runTo(5);
    const old = c.leader();
    const [survivor] = c.followers() as [string];
    c.act('kill', old);
    // The survivor has forgotten its leader once it campaigns or votes.
    while (c.raft(survivor).lead !== 0) c.run(0.001);
    const tag = c.put(survivor, 'k', 1);
    c.run(3);
    expect(c.answer(tag)?.body['ok']).toBe(true);
  });

  test('a write lost with its leader is answered after 7 s, though a new leader has been there for long', () => {
    for (const seed of [1, 2, 3, 4]) {
      const c = new Cluster({ seed }).runTo(5);
      const old = c.leader();
      const survivors = c.followers();
      c.act('kill', old);
      c.run(0.5);
      const tags = survivors.map((name) => c.put(name, 'k', 1));
      c.run(6.9);
      for (const tag of tags) expect(c.answer(tag)).toBeUndefined();
      c.run(0.2);
      const leader = c.leader();
      survivors.forEach((name, i) => {
        const answer = c.answer(tags[i] as string);
        // server.go:2487: the member that was elected itself knows why; E5.
        const due = name === leader ? `${TIMED_OUT}, possibly due to previous leader failure` : TIMED_OUT;
        expect(answer?.body).toEqual({ error: due, code: 'Unavailable' });
        expect((answer?.atMs ?? 0) - (answer?.askedMs ?? 0)).toBeCloseTo(7000, -1);
      });
    }
  });

  test('without quorum writes end after 7 s, with the text of the cause', () => {
    const c = new Cluster({ version: '3.4' }).runTo(5);
    const leader = c.leader();
    for (const name of c.followers()) c.act('kill', name);
    c.run(0.2);
    const believed = c.put(leader, 'a', 1);
    c.run(3);
    const leaderless = c.put(leader, 'b', 1);
    c.run(8);
    expect(c.answer(believed)?.body['error']).toBe(TIMED_OUT);
    // E10 and E5 with 3.4: HTTP 500, code 2.
    expect(c.answer(leaderless)?.body).toEqual({ error: 'context deadline exceeded', code: 'Unknown' });
  });

  test('a timed-out write on a leader without quorum is committed after recovery if that log survives', () => {
    const c = new Cluster().runTo(5);
    const leader = c.leader();
    const others = c.followers();
    for (const name of others) c.act('kill', name);
    c.run(0.1);
    const tag = c.put(leader, 'ghost', 1);
    c.run(8);
    expect(c.answer(tag)?.body['error']).toBe(TIMED_OUT);
    // One is enough, and with one the longer log has to win.
    c.act('start', others[0] as string);
    c.run(5);
    const read = c.get(leader, 'ghost');
    c.run(0.2);
    expect(c.answer(read)?.body['count']).toBe(1);
  });

  test('and vanishes if the majority moved on', () => {
    const c = new Cluster().runTo(5);
    const old = c.leader();
    c.cut('p', [old], c.followers());
    c.run(0.1);
    const ghost = c.put(old, 'ghost', 1);
    c.run(8);
    expect(c.answer(ghost)?.body['error']).toMatch(TIMED_OUT);
    const kept = c.put(c.leader(), 'kept', 1);
    c.run(0.2);
    expect(c.answer(kept)?.body['ok']).toBe(true);
    c.heal('p');
    c.run(8);
    const reads = ['ghost', 'kept'].map((key) => c.get(old, key));
    c.run(1);
    expect(reads.map((tag) => c.answer(tag)?.body['count'])).toEqual([0, 1]);
  });
});

describe('reads (ETCD-FACTS section 4)', () => {
  test('each survivor answers one round of linearizable reads of a failover with `leader changed`', () => {
    const c = new Cluster().runTo(5);
    const old = c.leader();
    const survivors = c.followers();
    c.act('kill', old);
    c.run(0.3);
    const first = survivors.map((name) => c.get(name, 'k'));
    c.run(0.2);
    const second = survivors.map((name) => c.get(name, 'k'));
    c.run(3);
    for (const tag of first) expect(c.answer(tag)?.body['error']).toBe('etcdserver: leader changed');
    for (const tag of second) expect(c.answer(tag)?.body['ok']).toBe(true);
  });

  test('without quorum reads run in rounds of 7 s', () => {
    const c = new Cluster().runTo(5);
    const leader = c.leader();
    for (const name of c.followers()) c.act('kill', name);
    c.run(3);
    const first = c.get(leader, 'k');
    c.run(1);
    const second = c.get(leader, 'k');
    c.run(20);
    const took = (tag: string) => (c.answer(tag)?.atMs ?? 0) - (c.answer(tag)?.askedMs ?? 0);
    expect(c.answer(first)?.body['error']).toBe(TIMED_OUT);
    expect(took(first)).toBeCloseTo(7000, -1);
    expect(c.answer(second)?.body['error']).toBe(TIMED_OUT);
    expect(took(second)).toBeCloseTo(13_000, -1);
  });

  test('a read index request is sent again every 500 ms', () => {
    const c = new Cluster().runTo(5);
    const leader = c.leader();
    for (const name of c.followers()) c.act('kill', name);
    c.run(3);
    c.get(leader, 'k');
    c.run(2.1);
    const retries = c
      .lines(leader)
      .filter((line) => line.includes('waiting for ReadIndex response took too long'));
    expect(retries).toHaveLength(4);
  });

  test('serializable reads, Status and (3.4) the member list are answered without quorum', () => {
    const c = new Cluster({ version: '3.4' }).runTo(5);
    const write = c.put('m1', 'k', 1);
    c.run(0.2);
    expect(c.answer(write)?.body['ok']).toBe(true);
    const leader = c.leader();
    for (const name of c.followers()) c.act('kill', name);
    c.run(3);
    const tags = [
      c.get(leader, 'k', { serializable: true }),
      c.call(leader, 'status', {}),
      c.call(leader, 'memberList', { linearizable: true }),
    ];
    c.run(0.1);
    expect(tags.map((tag) => c.answer(tag)?.body['ok'])).toEqual([true, true, true]);
    expect(c.answer(tags[1] as string)?.body).toMatchObject({
      leader: '',
      errors: ['etcdserver: no leader'],
    });
  });

  test('MemberList is linearizable since 3.5: it fails without quorum', () => {
    const c = new Cluster({ version: '3.5' }).runTo(5);
    const leader = c.leader();
    for (const name of c.followers()) c.act('kill', name);
    c.run(3);
    const linearizable = c.call(leader, 'memberList', { linearizable: true });
    const serializable = c.call(leader, 'memberList', { linearizable: false });
    c.run(7.1);
    expect(c.answer(linearizable)?.body['error']).toBe(TIMED_OUT);
    expect(c.answer(serializable)?.body['members']).toHaveLength(3);
  });

  test('the one cut off serves serializable reads for as long as it is cut, and no linearizable one', () => {
    const c = new Cluster().runTo(5);
    const old = c.leader();
    c.put(old, 'k', 'old');
    c.run(0.2);
    c.cut('p', [old], c.followers());
    c.run(4);
    c.put(c.leaders().find((name) => name !== old) as string, 'k', 'new');
    c.run(0.5);
    const stale = c.get(old, 'k', { serializable: true });
    const fresh = c.get(old, 'k');
    c.run(0.5);
    expect(c.answer(stale)?.body['kvs']).toMatchObject([{ value: 'old' }]);
    expect(c.answer(fresh)).toBeUndefined();
  });
});

describe('health endpoints (ETCD-FACTS section 10, LAB-FINDINGS 36)', () => {
  test('all of them are well in a healthy cluster', () => {
    const c = new Cluster().runTo(5);
    const tags = ['/health', '/livez', '/readyz'].map((path) => c.health('m1', path));
    c.run(0.2);
    expect(tags.map((tag) => c.answer(tag)?.status)).toEqual([200, 200, 200]);
    expect(c.answer(tags[0] as string)?.body).toEqual({ health: 'true', reason: '' });
    expect(c.answer(tags[1] as string)?.body).toBe('ok\n');
  });

  test('/health is 503 after 1 s (3.4) while a dead leader is still believed, at once when leaderless', () => {
    const c = new Cluster({ version: '3.4', flags: { 'election-timeout': 4000 } }).runTo(10);
    const leader = c.leader();
    for (const name of c.followers()) c.act('kill', name);
    c.run(0.05);
    const believed = c.health(leader);
    c.run(1.2);
    const answer = c.answer(believed);
    expect(answer?.status).toBe(503);
    expect((answer?.atMs ?? 0) - (answer?.askedMs ?? 0)).toBeCloseTo(1000, -1);
    c.run(10);
    const leaderless = c.health(leader);
    c.run(0.01);
    expect(c.answer(leaderless)?.status).toBe(503);
  });

  test('quorum lost: /livez is ok, /readyz fails by its linearizable read', () => {
    const c = new Cluster().runTo(5);
    const leader = c.leader();
    for (const name of c.followers()) c.act('kill', name);
    c.run(3);
    const tags = ['/livez', '/readyz', '/readyz/serializable_read'].map((path) => c.health(leader, path));
    c.run(7.2);
    expect(tags.map((tag) => c.answer(tag)?.status)).toEqual([200, 503, 200]);
    expect(c.answer(tags[1] as string)?.body).toContain('[-]linearizable_read failed: ');
  });

  test('a member that has never had a leader accepts no clients, but its metrics port answers', () => {
    const c = new Cluster({ version: '3.4' });
    c.act('stop', 'm2');
    c.act('stop', 'm3');
    c.runTo(10);
    const live = c.health('m1', '/livez');
    const read = c.get('m1', 'k', { serializable: true });
    c.run(0.2);
    expect(c.answer(live)?.status).toBe(200);
    expect(c.answer(read)).toBeUndefined();
  });
});
