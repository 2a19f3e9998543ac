/** Commands typed on hosts of a running world: what they print, how long they hang, what they change. */
import { describe, expect, test } from 'vitest';
import type { ParameterMap } from '../../models/cluster/parameters.ts';
import { advance } from '../../models/console/console.ts';
import type { Typed } from '../../scenarios/console.ts';
import { prepare } from '../../scenarios/prepare.ts';
import type { ScenarioData } from '../../scenarios/schema.ts';
import { Session } from '../../scenarios/session.ts';
import { SECOND_US } from '../../sim/time.ts';
import { composed, run } from './runs.ts';

class Shell {
  readonly session: Session;

  constructor(topology: string, set: ParameterMap = {}, timeline: ScenarioData['timeline'] = []) {
    const scenario: ScenarioData = { scenario: 'console', version: 1, topology, until: '600s', timeline };
    const { data, topology: found } = composed(scenario, { set });
    const { spec } = prepare(data, found, { seed: 1, console: true });
    this.session = new Session(data, found, spec, { commands: advance });
  }

  after(seconds: number): this {
    this.session.runUntil(this.session.nowUs + seconds * SECOND_US);
    return this;
  }

  /** Types a line and waits for its end. */
  type(host: string, line: string): Typed {
    const typed = this.session.type(host, line);
    for (let i = 0; i < 400 && typed.result === undefined; i++) this.after(0.1);
    return typed;
  }

  get leader(): string {
    return this.session.observations.etcd.leader;
  }

  get follower(): string {
    return ['m1', 'm2', 'm3'].find((name) => name !== this.leader) as string;
  }
}

const ENDPOINTS = '--endpoints=https://10.0.0.11:2379,https://10.0.0.12:2379,https://10.0.0.13:2379';

function idOf(shell: Shell, name: string, on = 'm1'): string {
  const line = shell.type(on, `etcdctl member list | grep ', ${name},'`).text;
  return line.split(',')[0] as string;
}

describe('endpoint status and health', () => {
  test('3.4 prints ten columns, 3.6 sixteen', () => {
    const old = new Shell('etcd-3', { 'etcd.version': '3.4' }).type(
      'm1',
      `etcdctl ${ENDPOINTS} endpoint status`,
    );
    const [line = ''] = old.text.split('\n');
    expect(line).toMatch(
      /^https:\/\/10\.0\.0\.11:2379, [0-9a-f]+, 3\.4\.23, \d+ kB, (true|false), false, \d+, \d+, \d+, $/,
    );
    const recent = new Shell('etcd-3', { 'etcd.version': '3.6' }).type('m1', 'etcdctl endpoint status');
    expect(recent.text).toMatch(
      /^https:\/\/127\.0\.0\.1:2379, [0-9a-f]+, 3\.6\.14, 3\.6\.0, \d+ kB, \d+ kB, \d+%, 0 B, /,
    );
  });

  test('a dead endpoint is told on stderr after 5 s, the others are printed, exit code 1', () => {
    const shell = new Shell('etcd-3', {}, [
      { do: 'kill', on: 'm3/etcd', restart: false, at: '1s' } as never,
    ]).after(5);
    const { text, result } = shell.type('m1', `etcdctl ${ENDPOINTS} endpoint status`);
    expect(text).toContain(
      'Failed to get the status of endpoint https://10.0.0.13:2379 (context deadline exceeded)\n',
    );
    expect(text.split('\n').filter((line) => line.startsWith('https://'))).toHaveLength(2);
    expect(result?.exitCode).toBe(1);
    expect(result?.hungUs).toBeGreaterThanOrEqual(5_000_000);
    expect(result?.hungUs).toBeLessThan(5_200_000);
  });

  test('without quorum status works and says no leader; health needs quorum and fails after 5 s', () => {
    const kills = ['m2', 'm3'].map(
      (on) => ({ do: 'kill', on: `${on}/etcd`, restart: false, at: '1s' }) as never,
    );
    const shell = new Shell('etcd-3', { 'etcd.version': '3.4' }, kills).after(10);
    const status = shell.type('m1', 'etcdctl endpoint status');
    expect(status.result?.exitCode).toBe(0);
    expect(status.text).toMatch(/, etcdserver: no leader\n$/);
    const health = shell.type('m1', 'etcdctl endpoint health');
    expect(health.text).toContain(
      'https://127.0.0.1:2379 is unhealthy: failed to commit proposal: context deadline exceeded\n',
    );
    expect(health.text).toMatch(/Error: unhealthy cluster\n$/);
    expect(health.result).toMatchObject({ exitCode: 1 });
    expect(health.result?.hungUs).toBeGreaterThanOrEqual(5_000_000);
    // 3.4: member list is answered from the member's own store.
    expect(shell.type('m1', 'etcdctl member list').result).toMatchObject({ exitCode: 0 });
    // A command that goes through Raft hangs: alarm list does in every version.
    expect(shell.type('m1', 'etcdctl alarm list').text).toMatch(/Error: context deadline exceeded\n$/);
  });

  test('since 3.5 member list fails without quorum, but for --consistency=s', () => {
    const kills = ['m2', 'm3'].map(
      (on) => ({ do: 'kill', on: `${on}/etcd`, restart: false, at: '1s' }) as never,
    );
    const shell = new Shell('etcd-3', { 'etcd.version': '3.6' }, kills).after(10);
    expect(shell.type('m1', 'etcdctl member list')).toMatchObject({ result: { exitCode: 1 } });
    expect(shell.type('m1', 'etcdctl member list --consistency=s')).toMatchObject({
      result: { exitCode: 0 },
    });
  });

  test('a healthy cluster: each endpoint with its time, exit code 0; as JSON with numbers for ids', () => {
    const shell = new Shell('etcd-3');
    const { text, result } = shell.type('m1', 'etcdctl endpoint health --cluster');
    expect(text.match(/is healthy: successfully committed proposal: took = [\d.]+(ms|µs)\n/g)).toHaveLength(
      3,
    );
    expect(result).toMatchObject({ exitCode: 0 });
    const json = JSON.parse(shell.type('m1', 'etcdctl endpoint status -w json').text);
    expect(json[0].Endpoint).toBe('https://127.0.0.1:2379');
    expect(Object.keys(json[0].Status)).toEqual(
      expect.arrayContaining([
        'header',
        'version',
        'dbSize',
        'leader',
        'raftIndex',
        'raftTerm',
        'raftAppliedIndex',
        'dbSizeInUse',
      ]),
    );
    expect(typeof json[0].Status.leader).toBe('number');
  });
});

describe('membership', () => {
  test('3 members, 1 down: adding a voter or a learner is refused, removing the dead one is allowed', () => {
    const shell = new Shell('etcd-3+1', {}, [
      { do: 'kill', on: 'm3/etcd', restart: false, at: '1s' } as never,
    ]).after(15);
    for (const learner of ['', ' --learner']) {
      const { text, result } = shell.type(
        'm1',
        `etcdctl member add m4 --peer-urls=https://10.0.0.14:2380${learner}`,
      );
      expect(text).toMatch(/Error: etcdserver: unhealthy cluster\n$/);
      expect(result?.exitCode).toBe(1);
    }
    const id = idOf(shell, 'm3');
    const removed = shell.type('m1', `etcdctl member remove ${id}`);
    expect(removed.text).toMatch(new RegExp(`^Member +${id} removed from cluster +[0-9a-f]+\n$`));
  });

  test('a dead member is replaced: removed, added, started without data', () => {
    const shell = new Shell('etcd-3', {}, [
      { do: 'kill', on: 'm3/etcd', restart: false, at: '1s' } as never,
    ]).after(15);
    shell.type('m1', `etcdctl member remove ${idOf(shell, 'm3')}`);
    shell.after(6);
    const added = shell.type('m1', 'etcdctl member add m3 --peer-urls=https://10.0.0.13:2380');
    expect(added.text).toContain('ETCD_NAME="m3"\n');
    expect(added.text).toContain('ETCD_INITIAL_CLUSTER_STATE="existing"\n');
    expect(shell.type('m1', 'etcdctl member list').text).toContain(
      ', unstarted, , https://10.0.0.13:2380, , false\n',
    );
    const initial = /ETCD_INITIAL_CLUSTER="(.*)"/.exec(added.text)?.[1];
    shell.type(
      'm3',
      `rm -rf /var/lib/etcd; etcd --name m3 --initial-cluster ${initial} --initial-cluster-state existing`,
    );
    shell.after(10);
    expect(shell.type('m1', 'etcdctl member list | grep -c started').text).toBe('3\n');
    expect(shell.type('m3', 'etcdctl put a b').text).toBe('OK\n');
  });

  test('a learner is added, promoted too early refused by nobody once it is in sync, and votes', () => {
    const shell = new Shell('etcd-1+1', { 'etcd.version': '3.6' });
    const added = shell.type('m1', 'etcdctl member add m2 --learner --peer-urls=https://10.0.0.12:2380');
    expect(added.text).toMatch(/^Member +[0-9a-f]+ added as learner to cluster +[0-9a-f]+\n/);
    // Nothing stops: the quorum is still one.
    expect(shell.type('m1', 'etcdctl put a b').text).toBe('OK\n');
    const id = idOf(shell, '');
    expect(shell.type('m1', `etcdctl member promote ${id}`).text).toContain(
      'Error: etcdserver: can only promote a learner member which is in sync with leader\n',
    );
    const initial = /ETCD_INITIAL_CLUSTER="(.*)"/.exec(added.text)?.[1];
    shell.type('m2', `etcd --name m2 --initial-cluster ${initial} --initial-cluster-state existing`);
    shell.after(10);
    expect(shell.type('m2', 'etcdctl put a c').text).toContain(
      'Error: etcdserver: rpc not supported for learner\n',
    );
    expect(shell.type('m1', `etcdctl member promote ${id}`).text).toMatch(
      /^Member +[0-9a-f]+ promoted in cluster/,
    );
    expect(shell.type('m2', 'etcdctl put a c').text).toBe('OK\n');
  });

  test('move-leader must reach the leader among the endpoints', () => {
    const shell = new Shell('etcd-3');
    const { leader, follower } = shell;
    const target = idOf(shell, follower);
    const wrong = shell.type(follower, `etcdctl move-leader ${target}`);
    expect(wrong.text).toBe('Error: no leader endpoint given at [https://127.0.0.1:2379]\n');
    expect(wrong.result?.exitCode).toBe(128);
    const from = idOf(shell, leader);
    const moved = shell.type(leader, `etcdctl move-leader ${target}`);
    expect(moved.text).toBe(`Leadership transferred from ${from} to ${target}\n`);
    expect(shell.after(1).leader).toBe(follower);
  });

  test('words that are no ids and missing arguments are exit code 128', () => {
    const shell = new Shell('etcd-1');
    expect(shell.type('m1', 'etcdctl member remove xyz')).toMatchObject({
      text: 'Error: bad member ID arg (strconv.ParseUint: parsing "xyz": invalid syntax), expecting ID in Hex\n',
      result: { exitCode: 128 },
    });
    expect(shell.type('m1', 'etcdctl member add')).toMatchObject({ result: { exitCode: 128 } });
    expect(shell.type('m1', 'etcdctl member remove 1234')).toMatchObject({
      text: expect.stringContaining('Error: etcdserver: member not found\n'),
      result: { exitCode: 1 },
    });
  });
});

describe('backup and restore', () => {
  test('a snapshot restored into three new members holds what was there when it was taken', () => {
    const shell = new Shell('etcd-3', { 'etcd.version': '3.4' });
    shell.type('m1', 'etcdctl put before 1');
    expect(shell.type('m1', 'etcdctl snapshot save /b.db').text).toContain('Snapshot saved at /b.db\n');
    expect(shell.type('m1', 'etcdctl snapshot status /b.db -w table').text).toContain(
      '| TOTAL KEYS | TOTAL SIZE |',
    );
    shell.type('m1', 'etcdctl put after 1');
    for (const other of ['m2', 'm3']) shell.type('m1', `scp /b.db ${other}:/b.db`);
    const cluster = ['m1', 'm2', 'm3'].map((name, i) => `${name}=https://10.0.0.1${i + 1}:2380`).join(',');
    for (const name of ['m1', 'm2', 'm3']) {
      const restore = `etcdctl snapshot restore /b.db --name ${name} --initial-cluster ${cluster} --initial-cluster-token again --data-dir /restored`;
      expect(shell.type(name, restore).result?.exitCode).toBe(0);
    }
    for (const name of ['m1', 'm2', 'm3']) shell.session.type(name, 'etcd --data-dir /restored');
    shell.after(20);
    expect(shell.type('m2', 'etcdctl get before').text).toBe('before\n1\n');
    expect(shell.type('m2', 'etcdctl get after').text).toBe('');
    expect(shell.type('m2', 'etcdctl put more 1').text).toBe('OK\n');
  });

  test('after the loss of the majority --force-new-cluster makes one member of what is left', () => {
    const kills = ['m2', 'm3'].map(
      (on) => ({ do: 'kill', on: `${on}/etcd`, restart: false, at: '1s' }) as never,
    );
    const shell = new Shell('etcd-3', {}, kills).after(10);
    expect(shell.type('m1', 'etcdctl put a b').result?.exitCode).toBe(1);
    shell.type('m1', 'etcd --force-new-cluster');
    shell.after(10);
    expect(shell.type('m1', 'etcdctl put a b').text).toBe('OK\n');
    expect(shell.type('m1', 'etcdctl member list | wc -l').text).toBe('1\n');
  });
});

test('NOSPACE: a put is refused, the alarm is listed; compaction, defrag and disarm end it', () => {
  const shell = new Shell('etcd-1', { 'etcd.quota-backend-bytes': 30_000, 'etcd.version': '3.4' });
  let put = shell.type('m1', 'etcdctl put k 1');
  for (let i = 0; i < 200 && put.result?.exitCode === 0; i++)
    put = shell.type('m1', `etcdctl put k ${'x'.repeat(500)}`);
  expect(put.text).toMatch(/Error: etcdserver: mvcc: database space exceeded\n$/);
  expect(shell.type('m1', 'etcdctl alarm list').text).toMatch(/^memberID:\d+ alarm:NOSPACE \n$/);
  expect(shell.type('m1', 'etcdctl endpoint health').text).toContain('Active Alarm(s): NOSPACE ');
  const revision = JSON.parse(shell.type('m1', 'etcdctl endpoint status -w json').text)[0].Status.header
    .revision;
  expect(shell.type('m1', `etcdctl compaction ${revision}`).text).toBe(`compacted revision ${revision}\n`);
  expect(shell.type('m1', 'etcdctl defrag').text).toBe(
    'Finished defragmenting etcd member[https://127.0.0.1:2379]\n',
  );
  expect(shell.type('m1', 'etcdctl put k 1').result?.exitCode).toBe(1);
  shell.type('m1', 'etcdctl alarm disarm');
  expect(shell.type('m1', 'etcdctl put k 1').text).toBe('OK\n');
});

test('a command on a host without power, and one whose host loses it', () => {
  const shell = new Shell('etcd-3', {}, [{ do: 'power-off', on: 'm2', at: '3s' } as never]);
  const cut = shell.session.type('m2', 'sleep 10');
  shell.after(5);
  expect(cut).toMatchObject({ text: 'Connection to m2 closed by remote host.\n', result: { exitCode: 255 } });
  expect(shell.type('m2', 'etcdctl member list')).toMatchObject({
    text: 'ssh: connect to host m2 port 22: No route to host\n',
    result: { exitCode: 255 },
  });
});

test('a run entry of the timeline stands in the story, the result and the observations', () => {
  const scenario: ScenarioData = {
    scenario: 'operated',
    version: 1,
    topology: 'etcd-3',
    until: '10s',
    timeline: [{ name: 'list', at: '1s', run: 'etcdctl member list', on: 'm2' }],
    expect: [
      { eventually: "steps['list'].done && steps['list'].exit_code == 0", within: '1s', after: 'list' },
    ],
  };
  const { record } = run(scenario, 1);
  expect(record.result.operator).toMatchObject([
    { name: 'list', host: 'm2', command: 'etcdctl member list', exit_code: 0, at_ms: 1000 },
  ]);
  expect(record.result.expectations).toMatchObject([{ ok: true }]);
  expect(record.story.map(({ text }) => text)).toContain('m2$ etcdctl member list');
  expect(record.story.filter(({ text }) => text.includes(', started, '))).toHaveLength(3);
  expect(record.processes.map(({ path }) => path)).toEqual(['m1/etcd', 'm2/etcd', 'm3/etcd']);
});

test('commands are the same in both executors and in a repeated run', () => {
  const scenario: ScenarioData = {
    scenario: 'operated',
    version: 1,
    topology: 'etcd-3',
    until: '10s',
    timeline: [{ at: '1s', run: 'etcdctl endpoint health --cluster; etcdctl put a b', on: 'm1' }],
  };
  const hashes = [run(scenario, 7), run(scenario, 7), run(scenario, 7, { executor: 'reference' })].map(
    ({ record }) => record.result.trace_hash,
  );
  expect(new Set(hashes).size).toBe(1);
});

test('etcdctl lease grants, renews once and revokes; a key goes with its lease', () => {
  const shell = new Shell('etcd-1', {});
  const granted = shell.type('m1', 'etcdctl lease grant 60').text;
  expect(granted).toMatch(/^lease [0-9a-f]{16} granted with TTL\(60s\)\n$/);
  const id = granted.split(' ')[1] as string;
  expect(shell.type('m1', `etcdctl put k v --lease=${id}`).text).toBe('OK\n');
  expect(shell.type('m1', `etcdctl lease keep-alive --once ${id}`).text).toBe(
    `lease ${id} keepalived with TTL(60)\n`,
  );
  expect(shell.type('m1', `etcdctl lease revoke ${id}`).text).toBe(`lease ${id} revoked\n`);
  expect(shell.type('m1', 'etcdctl get k').text).toBe('');
  const gone = shell.type('m1', `etcdctl lease keep-alive --once ${id}`);
  expect(gone.text).toContain('Error: etcdserver: requested lease not found');
  expect(shell.type('m1', 'etcdctl lease revoke xyz').text).toContain('expecting ID in Hex');
});
