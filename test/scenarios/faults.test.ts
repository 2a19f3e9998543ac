import { describe, expect, test } from 'vitest';
import type { Topology } from '../../models/cluster/topology.ts';
import type { Aim, Fault, FaultContext } from '../../scenarios/fault.ts';
import { aimAt, FAULTS, faultActions, faultContext, faultNamed } from '../../scenarios/faults.ts';
import type { Observations } from '../../scenarios/observations.ts';
import { hostsOfGroup, readTargets, resolveTarget, type Target } from '../../scenarios/targets.ts';
import { topologyNamed } from '../../scenarios/topologies.ts';
import { host, process, SECOND, story } from '../sim/fixture.ts';
import { echoType } from '../sim/machines.ts';

const base = topologyNamed('stacked-3', new Map())!.topology!;
const TOPOLOGY: Topology = {
  ...base,
  hosts: base.hosts.map((each) => ({
    ...each,
    ...(each.name === 'm1' || each.name === 'm2' ? { zone: 'east' } : {}),
  })),
};

/** A world with three hosts and a process on each, up for a second; and what a fault does to it. */
function broken(name: string, parameters: Record<string, unknown>, aim: Partial<Aim> = {}) {
  const { world } = story({
    hosts: [host('m1', 1), host('m2', 2), host('m3', 3)],
    processes: [
      process('m1', echoType, {}, { kind: 'systemd', restart: 'always' }),
      process('m2', echoType),
      process('m3', echoType),
    ],
  });
  world.runUntil(SECOND);
  const fault = faultNamed(name) as Fault;
  const whole: Aim = {
    hosts: ['m1'],
    processes: ['m1/echo'],
    links: [
      { from: ['m1'], to: ['m2'] },
      { from: ['m2'], to: ['m1'] },
    ],
    ...aim,
  };
  const actions = faultActions(
    fault,
    whole,
    fault.parameters.parse(parameters),
    faultContext(world, TOPOLOGY, 'entry'),
  );
  const act = (which: 'begin' | 'end', afterUs = 0) => {
    for (const action of actions[which]) world.act(world.nowUs, action);
    world.runUntil(world.nowUs + afterUs);
  };
  act('begin');
  return { world, act, m1: world.host('m1'), echo: world.process('m1/echo') };
}

describe('the fault palette', () => {
  test('every fault has a name, a line about it and a strict schema', () => {
    expect(new Set(FAULTS.map(({ name }) => name)).size).toBe(FAULTS.length);
    for (const { name, about, parameters, lasts, aim } of FAULTS) {
      expect(name).toMatch(/^[a-z]+(-[a-z]+)*$/);
      expect(about).toMatch(/^[A-Za-z].{10,110}\.$/);
      expect(parameters.safeParse({ nonsense: 1 }).success).toBe(false);
      if (aim === 'none') expect(lasts).toBe(false);
    }
  });

  test('power goes off and comes back', () => {
    const { m1, act } = broken('power-off', {});
    expect(m1.up).toBe(false);
    act('end', SECOND);
    expect(m1.up).toBe(true);
  });

  test('an orderly shutdown takes its time, a reboot comes back by itself, a reset at once', () => {
    const down = broken('shutdown', {});
    down.world.runUntil(2.9 * SECOND);
    expect(down.m1.up).toBe(true);
    down.world.runUntil(3.1 * SECOND);
    expect(down.m1.up).toBe(false);
    const again = broken('reboot', {});
    again.world.runUntil(2 * SECOND);
    expect(again.echo.state).toBe('stopped');
    again.world.runUntil(15 * SECOND);
    expect([again.m1.up, again.echo.state]).toEqual([true, 'running']);
    const reset = broken('reset', {});
    reset.world.runUntil(2 * SECOND);
    expect([reset.m1.up, reset.m1.life]).toEqual([true, reset.m1.life]);
  });

  test('a cable that is out is seen, a port that is off is not', () => {
    const cable = broken('link-down', {});
    expect([cable.m1.carrier, cable.m1.attached]).toEqual([false, true]);
    cable.act('end');
    expect(cable.m1.carrier).toBe(true);
    const port = broken('port-detach', {});
    expect([port.m1.carrier, port.m1.attached]).toEqual([true, false]);
    port.act('end');
    expect(port.m1.attached).toBe(true);
  });

  test('a partition cuts both directions, one-way only the first; the end heals', () => {
    const cut = broken('partition', {});
    expect([
      cut.world.network.isCut(0, 1, 'tcp'),
      cut.world.network.isCut(1, 0, 'tcp'),
      cut.world.network.isCut(0, 2, 'tcp'),
    ]).toEqual([true, true, false]);
    cut.act('end');
    expect(cut.world.network.rules).toEqual([]);
    const refused = broken('firewall', { protocol: 'tcp' });
    expect([
      refused.world.network.isRefused(0, 1, 'tcp'),
      refused.world.network.isRefused(1, 0, 'tcp'),
      refused.world.network.isRefused(0, 1, 'arp'),
      cut.world.network.isRefused(0, 1, 'tcp'),
    ]).toEqual([true, false, false, false]);
    expect(refused.world.network.isCut(1, 0, 'tcp')).toBe(true);
    expect(broken('firewall', { of: 'both' }).world.network.isRefused(1, 0, 'tcp')).toBe(true);
    const oneWay = broken('one-way', { protocol: 'vrrp' });
    expect([
      oneWay.world.network.isCut(0, 1, 'vrrp'),
      oneWay.world.network.isCut(1, 0, 'vrrp'),
      oneWay.world.network.isCut(0, 1, 'tcp'),
    ]).toEqual([true, false, false]);
    oneWay.act('end');
    expect(oneWay.world.network.rules).toEqual([]);
  });

  test.each([
    ['latency', { by: '20ms', jitter: '5ms' }, { kind: 'delay', latencyUs: 20_000, jitterUs: 5_000 }],
    ['latency', { by: '20ms' }, { kind: 'delay', latencyUs: 20_000, jitterUs: 0 }],
    ['jitter', { by: '5ms' }, { kind: 'delay', latencyUs: 0, jitterUs: 5_000 }],
    ['loss', { share: '30%' }, { kind: 'loss', probability: 0.3 }],
    [
      'burst-loss',
      { share: '90%', enter: '1%', leave: '10%' },
      { kind: 'burst-loss', toBad: 0.01, toGood: 0.1, lossGood: 0, lossBad: 0.9 },
    ],
    ['duplicate', { share: '5%' }, { kind: 'duplicate', probability: 0.05 }],
    ['reorder', { share: '5%', by: '3ms' }, { kind: 'reorder', probability: 0.05, delayUs: 3_000 }],
  ])('%s with %j becomes a rule on each direction', (name, parameters, effect) => {
    const { world, act } = broken(name, parameters);
    expect(world.network.rules).toEqual([
      { id: 'entry#0', from: [0], to: [1], effect },
      { id: 'entry#1', from: [1], to: [0], effect },
    ]);
    act('end');
    expect(world.network.rules).toEqual([]);
  });

  test('heal ends one entry’s rules, or everything, cables included', () => {
    const { world } = broken('partition', {});
    for (const action of faultNamed('loss')!.begin(
      { hosts: [], processes: [], links: [{ from: ['m3'], to: ['m1'] }] },
      { share: '1%' },
      faultContext(world, TOPOLOGY, 'other'),
    ))
      world.act(world.nowUs, action);
    world.act(world.nowUs, { do: 'carrier', host: 'm2', on: false });
    world.runUntil(world.nowUs);
    const heal = (parameters: Record<string, unknown>) => {
      for (const action of faultNamed('heal')!.begin(
        { hosts: [], processes: [], links: [] },
        parameters,
        faultContext(world, TOPOLOGY, 'heal'),
      ))
        world.act(world.nowUs, action);
      world.runUntil(world.nowUs);
    };
    heal({ entry: 'other' });
    expect(world.network.rules.map(({ id }) => id)).toEqual(['entry#0', 'entry#1']);
    expect(world.host('m2').carrier).toBe(false);
    heal({});
    expect(world.network.rules).toEqual([]);
    expect(world.host('m2').carrier).toBe(true);
  });

  test('a killed process comes back if its supervisor wants, and not with restart: false', () => {
    const killed = broken('kill', {});
    killed.world.runUntil(2 * SECOND);
    expect(killed.echo.state).toBe('running');
    const dead = broken('kill', { restart: false });
    dead.world.runUntil(2 * SECOND);
    expect(dead.echo.state).toBe('stopped');
    dead.act('end', SECOND);
    expect(dead.echo.state).toBe('running');
  });

  test('of keepalived the parent or the child may be killed alone', () => {
    const aim: Aim = { hosts: [], processes: ['m1/keepalived'], links: [] };
    const context = { entry: 'e' } as unknown as FaultContext;
    const kill = faultNamed('kill')!;
    expect(kill.begin(aim, { part: 'child' }, context)).toEqual([
      { do: 'send', process: 'm1/keepalived', event: { type: 'child-killed' } },
    ]);
    expect(kill.begin(aim, { part: 'all' }, context)).toEqual([{ do: 'kill', process: 'm1/keepalived' }]);
  });

  test('a stopped process stays down until it is started, a paused one keeps its state', () => {
    const stopped = broken('stop', {});
    stopped.world.runUntil(2 * SECOND);
    expect(stopped.echo.state).toBe('stopped');
    stopped.act('end', SECOND);
    expect(stopped.echo.state).toBe('running');
    const paused = broken('pause', {});
    expect(paused.echo.state).toBe('paused');
    paused.act('end');
    expect(paused.echo.state).toBe('running');
    const restarted = broken('restart', {});
    restarted.world.runUntil(2 * SECOND);
    expect([restarted.echo.state, restarted.echo.incarnation > 1]).toEqual(['running', true]);
  });

  test('a disk is as it was before when its fault ends', () => {
    const slow = broken('disk-slow', { latency: '900ms' });
    expect([slow.m1.disk.latencyUs, slow.m1.disk.jitterUs]).toEqual([900_000, 0]);
    slow.act('end');
    expect([slow.m1.disk.latencyUs, slow.m1.disk.jitterUs]).toEqual([500, 500]);
    for (const [name, flag] of [
      ['disk-hang', 'hung'],
      ['disk-full', 'full'],
      ['disk-lie', 'lying'],
    ] as const) {
      const { m1, act } = broken(name, {});
      expect(m1.disk[flag]).toBe(true);
      act('end');
      expect(m1.disk[flag]).toBe(false);
    }
    expect(() => broken('disk-lost', {})).not.toThrow();
    expect(() => broken('disk-lost', { process: 'echo' })).not.toThrow();
  });

  test('clocks stand off, jump, drift, and a CPU is shared out', () => {
    const offset = broken('clock-offset', { by: '-600s' });
    expect(offset.m1.clock.wallOffsetUs).toBe(-600_000_000);
    offset.act('end');
    expect(offset.m1.clock.wallOffsetUs).toBe(0);
    expect(broken('clock-step', { by: '10s' }).m1.clock.wallOffsetUs).toBe(10_000_000);
    const drift = broken('clock-drift', { ppm: 200 });
    expect(drift.m1.clock.driftPpm).toBe(200);
    drift.act('end');
    expect(drift.m1.clock.driftPpm).toBe(0);
    const starved = broken('cpu-starve', { share: '10%', period: '2s' });
    expect(starved.m1.starved).toMatchObject({ periodUs: 2_000_000, shareUs: 200_000 });
    starved.act('end');
    expect(starved.m1.starved).toBeUndefined();
  });
});

describe('targets', () => {
  const read = (text: string) => readTargets(text, TOPOLOGY) as Exclude<Target, { kind: 'role' }>[];
  test('a host, a process, a zone, a link, and several joined by commas', () => {
    expect(read('m1')).toEqual([{ kind: 'host', hosts: ['m1'] }]);
    expect(read('m1/haproxy')).toEqual([{ kind: 'host', hosts: ['m1'], process: 'haproxy' }]);
    expect(read('east')).toEqual([{ kind: 'host', hosts: ['m1', 'm2'] }]);
    expect(read('m1->m2')).toEqual([{ kind: 'link', from: ['m1'], to: ['m2'], both: false }]);
    expect(read('east <-> m3')).toEqual([{ kind: 'link', from: ['m1', 'm2'], to: ['m3'], both: true }]);
    expect(read('m1, m3/etcd')).toHaveLength(2);
    expect(hostsOfGroup('m3,east', TOPOLOGY)).toEqual(['m3', 'm1', 'm2']);
  });

  test('a target that nothing is called by is told with the nearest names', () => {
    expect(readTargets('m4', TOPOLOGY)).toBe('there is no host or zone m4; nearest: m1, m2, m3');
    expect(readTargets('m1/haprxy', TOPOLOGY)).toBe('there is no process haprxy on m1; nearest: haproxy');
    expect(readTargets('a/b/c', TOPOLOGY)).toBe('a/b/c is no target: write HOST, HOST/PROCESS or a role');
    expect(readTargets('lease:', TOPOLOGY)).toBe('lease: needs the name of a lease, lease:kube-scheduler');
    expect(readTargets('', TOPOLOGY)).toMatch(/^there is no host or zone /);
  });

  test('a role is whoever has it at that moment, and nobody if nobody has', () => {
    const member = (role: string, alive = true) => ({ role, alive, term: 1, applied: 1 });
    const router = (state: string, priority: number) => ({ state, priority });
    const observations = {
      vip: {
        holders: ['m2'],
        routers: { m1: router('BACKUP', 100), m2: router('MASTER', 140), m3: router('BACKUP', 120) },
      },
      etcd: {
        leader: 'm1',
        members: { m1: member('leader'), m2: member('follower', false), m3: member('follower') },
      },
      leases: {
        'kube-scheduler': { holder: 'm3', transitions: 1 },
        'kube-controller-manager': { holder: '', transitions: 0 },
      },
    } as unknown as Observations;
    const who = (text: string) => {
      const resolved = resolveTarget((readTargets(text, TOPOLOGY) as Target[])[0]!, observations, TOPOLOGY);
      return resolved?.kind === 'host' ? resolved.hosts[0] : undefined;
    };
    expect(
      [
        'vip-holder',
        'etcd-leader',
        'etcd-follower',
        'lease:kube-scheduler',
        'lease:kube-controller-manager',
        'backup:1',
        'backup:2',
        'backup:3',
      ].map(who),
    ).toEqual(['m2', 'm1', 'm3', 'm3', undefined, 'm3', 'm1', undefined]);
    expect(
      resolveTarget((readTargets('etcd-leader/etcd', TOPOLOGY) as Target[])[0]!, observations, TOPOLOGY),
    ).toEqual({ kind: 'host', hosts: ['m1'], process: 'etcd' });
  });

  test('a fault of the network on a host hits everything to and from it', () => {
    const { links } = aimAt(read('m1'), undefined, TOPOLOGY);
    expect(links).toEqual([
      { from: ['m1'], to: ['m2', 'm3', 'w1', 'outside'] },
      { from: ['m2', 'm3', 'w1', 'outside'], to: ['m1'] },
    ]);
    const sides = { from: ['m1'], to: ['m2', 'm3'] };
    expect(aimAt([], { ...sides, direction: 'both' }, TOPOLOGY).links).toHaveLength(2);
    expect(aimAt([], { ...sides, direction: 'to' }, TOPOLOGY).links).toEqual([sides]);
    expect(aimAt([], { ...sides, direction: 'from' }, TOPOLOGY).links).toEqual([
      { from: sides.to, to: sides.from },
    ]);
    expect(aimAt(read('m1->m2'), undefined, TOPOLOGY).links).toEqual([{ from: ['m1'], to: ['m2'] }]);
    expect(aimAt(read('m1/etcd,m2/etcd'), undefined, TOPOLOGY).processes).toEqual(['m1/etcd', 'm2/etcd']);
  });
});
