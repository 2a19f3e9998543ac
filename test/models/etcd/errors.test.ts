/** ETCD-FACTS section 5: each text a client sees, and when. Those of membership, leases and quota are tested with these. */
import { describe, expect, test } from 'vitest';
import { propose, timeoutError } from '../../../models/etcd/proposals.ts';
import { draftOf } from '../../../models/etcd/server-draft.ts';
import type { Pending, Server } from '../../../models/etcd/server-state.ts';
import { versionRules } from '../../../models/etcd/version.ts';
import { Cluster } from './cluster.ts';

const errorOf = (c: Cluster, tag: string) => {
  const { error, code } = (c.answer(tag)?.body ?? {}) as { error?: string; code?: string };
  return [error, code];
};

describe('time-outs name their cause (server.go parseProposeCtxErr)', () => {
  test('a write that was lost with its leader, begun less than two election timeouts before the next was elected', () => {
    const c = new Cluster().runTo(5);
    const old = c.leader();
    c.act('pause', old);
    const [first] = c.names.filter((name) => name !== old) as [string];
    c.run(0.05);
    const tag = c.put(first, 'k', 1);
    c.run(7.2);
    expect(errorOf(c, tag)).toEqual([
      'etcdserver: request timed out, possibly due to previous leader failure',
      'Unavailable',
    ]);
  });

  const LOST = 'etcdserver: request timed out, possibly due to connection lost';
  const at = (c: Cluster, name: string, change: Partial<Server>) => {
    const startedAtUs = c.server(name).nowUs;
    const pending = { startedAtUs, queued: false } as Pending;
    return timeoutError({ ...c.server(name), electedAtUs: 0, ...change }, pending).error;
  };

  test('a leader whose links to a quorum have not stood since the write began', () => {
    const c = new Cluster().runTo(5);
    const [a = 0, b = 0] = [...c.server(c.leader()).activeSinceUs.keys()];
    const since = (...entries: [number, number][]) => at(c, c.leader(), { activeSinceUs: new Map(entries) });
    expect(since([a, 0], [b, 0])).toBe('etcdserver: request timed out');
    expect(since([a, 0])).toBe('etcdserver: request timed out');
    expect(since([a, 5.1e6], [b, 5.1e6])).toBe(LOST);
    expect(since()).toBe(LOST);
  });

  test('a follower whose link to the leader has not stood since the write began; nobody is to blame without a leader', () => {
    const c = new Cluster().runTo(5);
    const [follower] = c.followers() as [string];
    expect(at(c, follower, {})).toBe('etcdserver: request timed out');
    expect(at(c, follower, { activeSinceUs: new Map() })).toBe(LOST);
    expect(at(c, follower, { activeSinceUs: new Map(), lead: 0 })).toBe('etcdserver: request timed out');
  });
});

describe('requests that are not taken', () => {
  test('larger than --max-request-bytes, 1.5 MiB by default: request is too large', () => {
    const c = new Cluster().runTo(5);
    const large = c.put('m1', 'k', 'x'.repeat(1.5 * 1024 * 1024));
    const small = new Cluster({ flags: { 'max-request-bytes': 1000 } }).runTo(5);
    const tag = small.put('m2', 'k', 'x'.repeat(1001));
    c.run(0.2);
    small.run(0.2);
    expect(errorOf(c, large)).toEqual(['etcdserver: request is too large', 'InvalidArgument']);
    expect(errorOf(small, tag)).toEqual(['etcdserver: request is too large', 'InvalidArgument']);
  });

  test('while more than 5000 entries are committed and not applied: too many requests', () => {
    const c = new Cluster().runTo(5);
    const server = c.server('m1');
    const answerAt = (unapplied: number) => {
      const draft = draftOf({ ...server, commit: server.backend.appliedIndex + unapplied });
      propose(
        draft,
        { kind: 'put', request: { key: 'k', value: 1 } },
        { connection: 'c', id: 1 },
        c.now * 1e6,
      );
      return draft.out.find(({ type }) => type === 'transmit');
    };
    expect(answerAt(5000)).toBeUndefined();
    expect(answerAt(5001)).toMatchObject({
      message: { body: { error: 'etcdserver: too many requests', code: 'ResourceExhausted' } },
    });
  });

  test('entries wait while the member defragments, and are applied afterwards', () => {
    const c = new Cluster({ config: { databaseBytes: 1024 ** 3 } }).runTo(5);
    c.call('m1', 'defragment', {});
    c.run(0.1);
    for (let i = 0; i < 20; i++) c.put('m2', 'k', i);
    c.run(1);
    const unapplied = () => c.server('m1').commit - c.server('m1').backend.appliedIndex;
    expect(unapplied()).toBeGreaterThanOrEqual(20);
    c.run(6);
    expect(unapplied()).toBe(0);
  });

  test('with the alarm CORRUPT writes fail on every member, reads go on: corrupt cluster', () => {
    const c = new Cluster().runTo(5);
    const put = c.put('m1', 'k', 1);
    c.run(0.1);
    c.call('m1', 'alarm', { action: 'activate', memberId: '', alarm: 'CORRUPT' });
    c.run(0.1);
    const refused = c.put('m2', 'k', 2);
    const read = c.get('m3', 'k');
    const status = c.call('m3', 'status', {});
    c.run(0.1);
    expect(c.answer(put)?.body['ok']).toBe(true);
    expect(errorOf(c, refused)).toEqual(['etcdserver: corrupt cluster', 'DataLoss']);
    expect(c.answer(read)?.body['kvs']).toMatchObject([{ value: 1 }]);
    expect(String(c.answer(status)?.body['errors'])).toContain('CORRUPT');
  });
});

describe('bugs that a patch release ended are there in the ones before', () => {
  test('a voter down refuses additions up to 3.5.29 and 3.6.10', () => {
    const needsAll = (version: '3.4' | '3.5' | '3.6', patch?: number) =>
      versionRules(version, patch).addNeedsAll;
    expect([needsAll('3.5', 29), needsAll('3.5', 30), needsAll('3.5')]).toEqual([true, false, false]);
    expect([needsAll('3.6', 10), needsAll('3.6', 11), needsAll('3.4')]).toEqual([true, false, true]);
  });

  test('/livez and /readyz are there since 3.4.29 and 3.5.11', () => {
    for (const [version, patch, status] of [
      ['3.4', 28, 404],
      ['3.4', 29, 200],
      ['3.5', 10, 404],
      ['3.5', 11, 200],
    ] as const) {
      const c = new Cluster({ size: 1, version, config: { patch } }).runTo(5);
      const tag = c.health('m1', '/livez');
      c.run(0.2);
      expect(c.answer(tag)?.status).toBe(status);
    }
  });

  test('status tells the patch release', () => {
    const c = new Cluster({ size: 1, version: '3.5', config: { patch: 12 } }).runTo(5);
    const tag = c.call('m1', 'status', {});
    c.run(0.2);
    expect(c.answer(tag)?.body['version']).toBe('3.5.12');
  });

  test('the retries of a read index have the id of the first try before 3.5.28, and one each after', () => {
    const ids = (patch: number) => {
      const c = new Cluster({ config: { patch } }).runTo(5);
      const old = c.leader();
      const [follower] = c.followers() as [string];
      for (const name of c.names) if (name !== follower) c.act('pause', name);
      expect(old).not.toBe(follower);
      c.get(follower, 'k');
      c.run(2.2);
      const sent = c.lines(follower).flatMap((line) => /sent-request-id: (\d+)/.exec(line)?.[1] ?? []);
      expect(sent.length).toBeGreaterThan(2);
      return new Set(sent).size === 1;
    };
    expect([ids(27), ids(28)]).toEqual([true, false]);
  });
});
