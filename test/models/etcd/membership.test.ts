import { describe, expect, test } from 'vitest';
import { peerUrl } from '../../../models/etcd/ids.ts';
import { Cluster } from './cluster.ts';

const UNHEALTHY = 'etcdserver: unhealthy cluster';
const urlOf = (number: number) => [peerUrl(`10.0.0.${number}`, 2380)];

function idOf(c: Cluster, name: string): string {
  return c.server(name).hexId;
}
function add(c: Cluster, via: string, number: number, isLearner = false): string {
  return c.call(via, 'memberAdd', { peerUrls: urlOf(number), isLearner });
}
function members(c: Cluster, via: string) {
  return c
    .server(via)
    .backend.members.map(({ name, isLearner }) => `${name}${isLearner ? ' (learner)' : ''}`)
    .sort();
}

describe('adding (ETCD-FACTS section 7)', () => {
  test('a member is added, joins without data, gets the log, publishes its name and serves', () => {
    const c = new Cluster({ joiners: 1 }).runTo(8);
    c.put('m1', 'k', 1);
    const tag = add(c, c.followers()[0] as string, 4);
    c.run(0.3);
    expect(c.answer(tag)?.body).toMatchObject({ ok: true, member: { name: '', isLearner: false } });
    c.act('start', 'm4');
    c.run(3);
    expect(members(c, 'm1')).toEqual(['m1', 'm2', 'm3', 'm4']);
    const read = c.get('m4', 'k');
    c.run(0.3);
    expect(c.answer(read)?.body['count']).toBe(1);
    expect(c.raft(c.leader()).members.voters).toHaveLength(4);
  });

  test('a member counts as connected only 5 s after its link stands', () => {
    for (const version of ['3.4', '3.5'] as const) {
      const c = new Cluster({ version, joiners: 1 }).runTo(3);
      const early = add(c, 'm1', 4);
      c.run(4);
      const late = add(c, 'm1', 4);
      c.run(0.3);
      expect(c.answer(early)?.body['error']).toBe(UNHEALTHY);
      expect(c.answer(late)?.body['ok']).toBe(true);
    }
  });

  test('three members, one down: adding a voter or a learner is refused in every version', () => {
    for (const version of ['3.4', '3.5', '3.6'] as const) {
      const c = new Cluster({ version, joiners: 1 }).runTo(8);
      const [down, asked] = c.followers() as [string, string];
      c.act('kill', down);
      c.run(1);
      const tags = [add(c, asked, 4), add(c, asked, 4, true)];
      c.run(0.3);
      for (const tag of tags) expect(c.answer(tag)?.body['error']).toBe(UNHEALTHY);
    }
  });

  test('five members, one down: adding is refused in 3.4 and allowed in 3.5 and 3.6', () => {
    for (const [version, allowed] of [
      ['3.4', false],
      ['3.5', true],
      ['3.6', true],
    ] as const) {
      const c = new Cluster({ version, size: 5, joiners: 1 }).runTo(8);
      const [down, asked] = c.followers() as [string, string];
      c.act('kill', down);
      c.run(1);
      const tag = add(c, asked, 6);
      c.run(0.3);
      expect(c.answer(tag)?.body['ok'] === true).toBe(allowed);
    }
  });

  test('growing from one to two succeeds at once and stops all writes until the second is up', () => {
    const c = new Cluster({ size: 1, joiners: 1 }).runTo(8);
    const tag = add(c, 'm1', 2);
    c.run(0.3);
    expect(c.answer(tag)?.body['ok']).toBe(true);
    const write = c.put('m1', 'k', 1);
    c.run(3);
    expect(c.answer(write)).toBeUndefined();
    expect(c.leaders()).toEqual([]);
    c.act('start', 'm2');
    c.run(3.5);
    expect(c.answer(write)?.body['ok']).toBe(true);
  });

  test('an address that is there already is refused when the change is applied', () => {
    const c = new Cluster().runTo(8);
    const tag = add(c, 'm1', 2);
    c.run(0.3);
    expect(c.answer(tag)?.body['error']).toBe('etcdserver: Peer URLs already exists');
  });

  test('a joining member that reaches nobody does not start', () => {
    const c = new Cluster({ joiners: 1 }).runTo(8);
    for (const name of ['m1', 'm2', 'm3']) c.act('kill', name);
    c.act('start', 'm4');
    c.run(1);
    expect(c.isUp('m4')).toBe(false);
    expect(c.lines('m4').at(-1)).toMatch(/could not retrieve cluster information from the given URLs/);
  });

  test('a joining member that nobody has added finds the member count unequal', () => {
    const c = new Cluster({ joiners: 1 }).runTo(8);
    c.act('start', 'm4');
    c.run(1);
    expect(c.lines('m4').at(-1)).toMatch(/member count is unequal/);
  });
});

describe('learners', () => {
  const withLearner = (version: '3.4' | '3.5' = '3.5') => {
    const c = new Cluster({ version, joiners: 1 }).runTo(8);
    for (let i = 0; i < 30; i++) c.put('m1', `k${i}`, i);
    c.run(0.2);
    const tag = add(c, 'm1', 4, true);
    c.run(0.2);
    const { id } = (c.answer(tag)?.body['member'] ?? { id: '' }) as { id: string };
    return { c, id };
  };

  test('a learner answers serializable reads and Status, and nothing else', () => {
    const { c } = withLearner();
    c.act('start', 'm4');
    c.run(3);
    const refused = c.get('m4', 'k1');
    const write = c.put('m4', 'x', 1);
    const stale = c.get('m4', 'k1', { serializable: true });
    const status = c.call('m4', 'status', {});
    const health = c.health('m4');
    c.run(0.3);
    expect(c.answer(refused)?.body['error']).toBe('etcdserver: rpc not supported for learner');
    expect(c.answer(write)?.body['error']).toBe('etcdserver: rpc not supported for learner');
    expect(c.answer(stale)?.body['count']).toBe(1);
    expect(c.answer(status)?.body['isLearner']).toBe(true);
    // LAB-FINDINGS 36.
    expect(c.answer(health)?.status).toBe(200);
    const ready = c.health('m4', '/readyz/non_learner');
    c.run(0.1);
    expect(c.answer(ready)?.status).toBe(503);
  });

  test('a learner is promoted once its log is 90 % of the leader’s, through a follower as well', () => {
    const { c, id } = withLearner();
    const early = c.call(c.leader(), 'memberPromote', { id });
    c.run(0.2);
    expect(c.answer(early)?.body['error']).toBe(
      'etcdserver: can only promote a learner member which is in sync with leader',
    );
    c.act('start', 'm4');
    c.run(3);
    const follower = c.followers().find((name) => name !== 'm4') as string;
    const promoted = c.call(follower, 'memberPromote', { id });
    c.run(0.5);
    expect(c.answer(promoted)?.body['ok']).toBe(true);
    expect(members(c, 'm1')).toEqual(['m1', 'm2', 'm3', 'm4']);
    const again = c.call(c.leader(), 'memberPromote', { id });
    c.run(0.2);
    expect(c.answer(again)?.body['error']).toBe('etcdserver: can only promote a learner member');
  });

  test('a second learner is one too many', () => {
    const { c } = withLearner();
    const tag = add(c, 'm1', 5, true);
    c.run(0.3);
    expect(c.answer(tag)?.body['error']).toBe('etcdserver: too many learner members in cluster');
  });

  test('adding a learner stops nothing while it is down', () => {
    const { c } = withLearner();
    c.act('kill', c.followers().find((name) => name !== 'm4') as string);
    c.run(2);
    const write = c.put(c.leader(), 'x', 1);
    c.run(0.3);
    expect(c.answer(write)?.body['ok']).toBe(true);
  });
});

describe('removing', () => {
  test('a removed member exits within 1 s, and exits again on every restart', () => {
    const c = new Cluster().runTo(8);
    const [victim] = c.followers() as [string];
    const tag = c.call(c.leader(), 'memberRemove', { id: idOf(c, victim) });
    c.run(0.3);
    expect(c.answer(tag)?.body['ok']).toBe(true);
    c.run(0.8);
    expect(c.isUp(victim)).toBe(false);
    expect(c.lines(victim).at(-1)).toBe('the member has been permanently removed from the cluster');
    c.act('start', victim);
    c.run(2);
    expect(c.isUp(victim)).toBe(false);
  });

  test('removing the leader costs an election timeout', () => {
    const c = new Cluster().runTo(8);
    const leader = c.leader();
    const tag = c.call(leader, 'memberRemove', { id: idOf(c, leader) });
    c.run(0.7);
    expect(c.answer(tag)?.body['ok']).toBe(true);
    expect(c.leaders().filter((name) => name !== leader)).toEqual([]);
    c.run(3);
    expect(c.leaders()).toHaveLength(1);
    expect(c.leaders()).not.toContain(leader);
  });

  test('a member that is down may be removed from three, one that is up may not while another is down', () => {
    const c = new Cluster().runTo(8);
    const [down, other] = c.followers() as [string, string];
    const downId = idOf(c, down);
    const otherId = idOf(c, other);
    c.act('kill', down);
    c.run(1);
    const refused = c.call(c.leader(), 'memberRemove', { id: otherId });
    const allowed = c.call(c.leader(), 'memberRemove', { id: downId });
    c.run(0.3);
    expect(c.answer(refused)?.body['error']).toBe(UNHEALTHY);
    expect(c.answer(allowed)?.body['ok']).toBe(true);
  });

  test('ids are never used again: the removed one is not found', () => {
    const c = new Cluster().runTo(8);
    const [victim] = c.followers() as [string];
    const id = idOf(c, victim);
    c.call(c.leader(), 'memberRemove', { id });
    c.run(2);
    const tag = c.call(c.leader(), 'memberRemove', { id });
    c.run(0.2);
    expect(c.answer(tag)?.body['error']).toBe('etcdserver: member not found');
  });

  test('two members, one down: removal passes the checks and hangs', () => {
    const c = new Cluster({ size: 2 }).runTo(8);
    const [down] = c.followers() as [string];
    const id = idOf(c, down);
    const leader = c.leader();
    c.act('kill', down);
    c.run(0.1);
    const tag = c.call(leader, 'memberRemove', { id });
    c.run(20);
    expect(c.answer(tag)).toBeUndefined();
    expect(c.server(leader).backend.members).toHaveLength(2);
  });
});

describe('a wiped member under its old identity (LAB-FINDINGS 42, ETCD-SCENARIOS A7)', () => {
  const wiped = () => {
    const c = new Cluster().runTo(8);
    c.put('m1', 'k', 1);
    c.run(0.2);
    const [victim] = c.followers() as [string];
    c.act('kill', victim);
    c.run(0.1);
    c.world.act(c.world.nowUs, { do: 'disk-lost', host: victim, process: 'etcd' });
    return { c, victim };
  };

  test('with state `new` it refuses to start: it has already been bootstrapped', () => {
    const { c, victim } = wiped();
    c.act('start', victim);
    c.run(2);
    expect(c.isUp(victim)).toBe(false);
    expect(c.lines(victim).at(-1)).toMatch(/^member [0-9a-f]+ has already been bootstrapped$/);
  });

  test('with state `existing` it panics: the leader remembers more of its log than there is', () => {
    const { c, victim } = wiped();
    c.reconfigure(victim, { initialClusterState: 'existing' });
    c.act('start', victim);
    c.run(3);
    expect(c.isUp(victim)).toBe(false);
    expect(c.lines(victim).at(-1)).toMatch(
      /^tocommit\(\d+\) is out of range \[lastIndex\(0\)\]\. Was the raft log corrupted/,
    );
  });
});

describe('moving the leadership (ETCD-FACTS section 6)', () => {
  test('the leader moves it within a round trip and answers within a tick or so', () => {
    const c = new Cluster().runTo(8);
    const target = c.followers()[1] as string;
    const tag = c.call(c.leader(), 'moveLeader', { targetId: idOf(c, target) });
    c.run(0.03);
    expect(c.leaders()).toEqual([target]);
    c.run(0.2);
    expect(c.answer(tag)?.body['ok']).toBe(true);
  });

  test('a follower is not the one to ask', () => {
    const c = new Cluster().runTo(8);
    const [follower] = c.followers() as [string];
    const tag = c.call(follower, 'moveLeader', { targetId: idOf(c, follower) });
    c.run(0.2);
    expect(c.answer(tag)?.body).toEqual({ error: 'etcdserver: not leader', code: 'FailedPrecondition' });
  });

  test('an unknown target is a bad transferee; one that does not answer takes too long', () => {
    const c = new Cluster().runTo(8);
    const leader = c.leader();
    const [down] = c.followers() as [string];
    const id = idOf(c, down);
    const bad = c.call(leader, 'moveLeader', { targetId: '1' });
    c.act('pause', down);
    c.run(0.1);
    const slow = c.call(leader, 'moveLeader', { targetId: id });
    c.run(8);
    expect(c.answer(bad)?.body['error']).toBe('etcdserver: bad leader transferee');
    expect(c.answer(slow)?.body['error']).toBe(
      'etcdserver: request timed out, leader transfer took too long',
    );
    expect(c.leaders()).toEqual([leader]);
  });

  test('a proposal in the middle of a transfer is dropped', () => {
    const c = new Cluster().runTo(8);
    const leader = c.leader();
    const [down] = c.followers() as [string];
    const id = idOf(c, down);
    c.act('pause', down);
    c.run(0.1);
    c.call(leader, 'moveLeader', { targetId: id });
    c.run(0.1);
    const write = c.put(leader, 'k', 1);
    c.run(0.1);
    expect(c.answer(write)?.body).toEqual({ error: 'raft proposal dropped', code: 'Unknown' });
    // Given up after an election timeout.
    c.run(1.2);
    const later = c.put(leader, 'k', 1);
    c.run(0.1);
    expect(c.answer(later)?.body['ok']).toBe(true);
  });
});
