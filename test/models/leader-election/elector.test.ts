import { describe, expect, test } from 'vitest';
import { hostOf } from '../../../models/leader-election/record.ts';
import { type Cluster, cluster, S } from '../kube-cluster.ts';

/** [second, host] of each change of hands. */
function holders(c: Cluster, lease: string): [number, string][] {
  return c.notes
    .filter(([, , note]) => note['name'] === 'lease-acquired' && note['lease'] === lease)
    .map(([ms, , note]) => [ms / 1000, hostOf(note['holder'] as string)]);
}

function lost(c: Cluster, lease: string): [number, string][] {
  return c.notes
    .filter(([, , note]) => note['name'] === 'lease-lost' && note['lease'] === lease)
    .map(([ms, , note]) => [ms / 1000, hostOf(note['holder'] as string)]);
}

/** A cluster that has run for a minute, and who leads the scheduler in it. */
function settled(seed: number, version = '1.20'): [Cluster, string] {
  const c = cluster({ workers: 0, seed, version });
  c.run(60);
  const holder = c.lease('kube-scheduler')?.spec.holderIdentity ?? '';
  return [c, hostOf(holder)];
}

describe('leader election over a lease', () => {
  test('after a success wait exactly RetryPeriod, then renew with one update and no read', () => {
    const [c, leader] = settled(1);
    const calls = c.steps
      .filter((step) => step.who === `${leader}/kube-scheduler/rest-client` && step.atUs > 30 * S)
      .filter((step) => step.event?.type === 'call')
      .map((step) => [step.atUs, (step.event as unknown as { method: string }).method] as const);
    expect(new Set(calls.map(([, method]) => method))).toEqual(new Set(['PUT']));
    for (let i = 1; i < calls.length; i++) {
      const gapUs = (calls[i]?.[0] ?? 0) - (calls[i - 1]?.[0] ?? 0);
      expect(gapUs).toBeGreaterThanOrEqual(2 * S);
      expect(gapUs).toBeLessThan(2.005 * S);
    }
  });

  test('takeover after a crash of the leader: at least 15 s and at most 23.8 s from its last renewal', () => {
    const delays: number[] = [];
    for (let seed = 1; seed <= 12; seed++) {
      const [c, leader] = settled(seed);
      c.world.act(60 * S, { do: 'host', host: leader, event: { type: 'power-off' } });
      const renewedAtUs = c.lease('kube-scheduler')?.spec.renewTimeUs ?? 0;
      c.run(90);
      const [atS, next] = holders(c, 'kube-scheduler').at(-1) ?? [0, ''];
      expect(next).not.toBe(leader);
      delays.push(atS - renewedAtUs / S);
    }
    expect(Math.min(...delays)).toBeGreaterThanOrEqual(15);
    expect(Math.max(...delays)).toBeLessThanOrEqual(23.8);
  });

  test('a leader that loses its local apiserver gives up after 10 s, exits 1 and comes back as a follower', () => {
    const [c, leader] = settled(3);
    c.world.act(60 * S, { do: 'stop', process: `${leader}/kube-apiserver` });
    c.run(62);
    const renewedAtS = (c.lease('kube-scheduler')?.spec.renewTimeUs ?? 0) / S;
    c.run(120);
    const [[lostAtS, who] = [0, '']] = lost(c, 'kube-scheduler');
    expect(who).toBe(leader);
    // Two seconds until the next round, then its ten.
    expect(lostAtS - renewedAtS).toBeGreaterThanOrEqual(12);
    expect(lostAtS - renewedAtS).toBeLessThan(12.1);
    const exits = c.steps.filter(
      (step) => step.kind === 'process-exit' && step.who === `${leader}/kube-scheduler`,
    );
    expect(exits.map((step) => step.detail)).toEqual([{ code: 1 }]);
    expect(c.logs(`${leader}/kube-scheduler`).map(([, line]) => line)).toContain('leaderelection lost');
    expect(c.world.process(`${leader}/kube-scheduler`).state).toBe('running');
    expect(holders(c, 'kube-scheduler').at(-1)?.[1]).not.toBe(leader);
  });

  test('the leader stops before others may start', () => {
    for (let seed = 1; seed <= 6; seed++) {
      const [c, leader] = settled(seed);
      c.world.act(60 * S, { do: 'stop', process: `${leader}/kube-apiserver` });
      c.run(100);
      const [stoppedAtS] = lost(c, 'kube-scheduler').at(-1) ?? [Number.POSITIVE_INFINITY];
      const [takenAtS] = holders(c, 'kube-scheduler').at(-1) ?? [0];
      expect(takenAtS).toBeGreaterThan(stoppedAtS);
    }
  });

  test('a non-leader never exits for this reason; it just logs errors', () => {
    const [c, leader] = settled(4);
    const other = leader === 'm1' ? 'm2' : 'm1';
    c.world.act(60 * S, { do: 'stop', process: `${other}/kube-apiserver` });
    c.run(120);
    expect(
      c.steps.some((step) => step.kind === 'process-exit' && step.who === `${other}/kube-scheduler`),
    ).toBe(false);
    expect(c.logs(`${other}/kube-scheduler`).at(-1)?.[1]).toBe(
      `error retrieving resource lock kube-system/kube-scheduler: Get "https://10.0.0.${other.slice(1)}:6443/apis/coordination.k8s.io/v1/namespaces/kube-system/leases/kube-scheduler": dial tcp 10.0.0.${other.slice(1)}:6443: connect: connection refused`,
    );
  });

  test('a call without an answer is given up after 5 s, and the leadership after the 10 s of its round', () => {
    const [c, leader] = settled(5);
    c.world.act(60 * S, { do: 'pause', process: `${leader}/kube-apiserver` });
    c.run(60.1);
    const renewedAtS = (c.lease('kube-scheduler')?.spec.renewTimeUs ?? 0) / S;
    c.run(80);
    expect(lost(c, 'kube-scheduler')[0]?.[0]).toBeCloseTo(renewedAtS + 12, 1);
    const late = c.logs(`${leader}/kube-scheduler`).filter(([atS]) => atS > 60);
    expect(late[0]?.[0]).toBeCloseTo(renewedAtS + 7, 1);
    expect(late[0]?.[1]).toContain('context deadline exceeded');
  });

  test('without quorum both leaders exit after 10 s and nobody leads until there is one again', () => {
    const [c] = settled(6);
    c.quorum(60, false);
    c.run(100);
    expect(lost(c, 'kube-scheduler').length + lost(c, 'kube-controller-manager').length).toBe(2);
    const before = holders(c, 'kube-scheduler').length;
    c.quorum(100, true);
    c.run(130);
    expect(holders(c, 'kube-scheduler').length).toBe(before + 1);
  });

  test('a clean stop waits out the lease as well (ReleaseOnCancel is off)', () => {
    const [c, leader] = settled(7);
    c.world.act(60 * S, { do: 'stop', process: `${leader}/kube-scheduler` });
    c.run(60.5);
    const renewedAtS = (c.lease('kube-scheduler')?.spec.renewTimeUs ?? 0) / S;
    c.run(90);
    const [atS] = holders(c, 'kube-scheduler').at(-1) ?? [0];
    expect(atS - renewedAtS).toBeGreaterThanOrEqual(15);
  });

  test('conflict means that someone else won: of many cold starts each has one leader at a time', () => {
    for (let seed = 20; seed < 32; seed++) {
      const c = cluster({ workers: 0, seed });
      c.run(40);
      for (const lease of ['kube-scheduler', 'kube-controller-manager']) {
        expect(holders(c, lease).length).toBe(1);
        expect(c.lease(lease)?.spec.leaseTransitions).toBe(0);
      }
    }
  });

  test('kube-scheduler releases its lease when it is asked to end (1.22): another has it after one retry', () => {
    for (let seed = 40; seed < 46; seed++) {
      const [c, leader] = settled(seed, '1.30');
      c.world.act(60 * S, { do: 'stop', process: `${leader}/kube-scheduler` });
      c.run(60.2);
      expect(c.lease('kube-scheduler')?.spec).toMatchObject({ holderIdentity: '', leaseDurationSeconds: 1 });
      const exits = c.steps.filter(
        ({ kind, who }) => kind === 'process-exit' && who === `${leader}/kube-scheduler`,
      );
      expect(exits.map(({ detail }) => detail)).toEqual([{ code: 0 }]);
      c.run(66);
      const [atS, next] = holders(c, 'kube-scheduler').at(-1) ?? [0, leader];
      expect(next).not.toBe(leader);
      expect(atS).toBeLessThan(64.5);
    }
  });

  test('kube-controller-manager does so from 1.37 on', () => {
    for (const [version, released] of [
      ['1.36', false],
      ['1.37', true],
    ] as const) {
      const c = cluster({ workers: 0, seed: 47, version });
      c.run(60);
      const leader = hostOf(c.lease('kube-controller-manager')?.spec.holderIdentity ?? '');
      c.world.act(60 * S, { do: 'stop', process: `${leader}/kube-controller-manager` });
      c.run(61);
      expect(c.lease('kube-controller-manager')?.spec.holderIdentity === '').toBe(released);
    }
  });

  test('a leader that releases tries to after its loss, too, and exits that much later', () => {
    const exitAtS = (version: string) => {
      const [c, leader] = settled(48, version);
      c.quorum(60, false);
      c.run(100);
      const [lostAtS = 0] = lost(c, 'kube-scheduler')[0] ?? [];
      const exit = c.steps.find(
        ({ kind, who }) => kind === 'process-exit' && who === `${leader}/kube-scheduler`,
      );
      return (exit?.atUs ?? 0) / S - lostAtS;
    };
    expect(exitAtS('1.20')).toBe(0);
    // Its read of the lease hangs; each call is given up after 5 s at its place in the loop, this one after renewDeadline.
    expect(exitAtS('1.30')).toBeCloseTo(10, 1);
  });

  test('a candidate that is asked to end leaves the lease alone', () => {
    const [c, leader] = settled(49, '1.30');
    const other = leader === 'm1' ? 'm2' : 'm1';
    c.world.act(60 * S, { do: 'stop', process: `${other}/kube-scheduler` });
    c.run(61);
    expect(hostOf(c.lease('kube-scheduler')?.spec.holderIdentity ?? '')).toBe(leader);
    expect(c.world.process(`${other}/kube-scheduler`).state).toBe('stopped');
  });
});
