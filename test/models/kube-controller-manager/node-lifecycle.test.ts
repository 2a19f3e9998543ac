import { describe, expect, test } from 'vitest';
import type { Node } from '../../../models/kube-apiserver/api.ts';
import { hostOf } from '../../../models/leader-election/record.ts';
import { type Cluster, cluster, S } from '../kube-cluster.ts';

/** [second, status] of every write to a node's Ready condition that changed it. */
function readiness(c: Cluster, name: string): [number, string][] {
  const found: [number, string][] = [];
  let last = '';
  for (const step of c.steps) {
    if (step.who !== 'etcd1/etcd' || step.contextAfter === undefined) continue;
    const { store } = step.contextAfter as ReturnType<Cluster['etcd']>;
    const node = store.kvs.get(`/registry/minions/${name}`)?.value as Node | undefined;
    const status = node?.status.conditions.find(({ type }) => type === 'Ready')?.status;
    if (status !== undefined && status !== last) {
      last = status;
      found.push([step.atUs / S, status]);
    }
  }
  return found;
}

function controllerManager(c: Cluster): string {
  return hostOf(c.lease('kube-controller-manager')?.spec.holderIdentity ?? '');
}

describe('the node-lifecycle controller', () => {
  test('30 to 50 s after the crash with grace 40 the node is Unknown', () => {
    const delays: number[] = [];
    for (let seed = 1; seed <= 16; seed++) {
      const c = cluster({ masters: 1, workers: 1, seed });
      c.world.act(60 * S, { do: 'host', host: 'w1', event: { type: 'power-off' } });
      c.run(115);
      const [atS, status] = readiness(c, 'w1').at(-1) ?? [0, ''];
      expect(status).toBe('Unknown');
      delays.push(atS - 60);
    }
    expect(Math.min(...delays)).toBeGreaterThanOrEqual(29);
    expect(Math.max(...delays)).toBeLessThanOrEqual(51);
    expect(Math.max(...delays) - Math.min(...delays)).toBeGreaterThan(5);
  });

  test('40 to 60 s with 50, from 1.32', () => {
    for (let seed = 1; seed <= 6; seed++) {
      const c = cluster({ masters: 1, workers: 1, seed, version: '1.32' });
      c.world.act(60 * S, { do: 'host', host: 'w1', event: { type: 'power-off' } });
      c.run(125);
      const [atS] = readiness(c, 'w1').at(-1) ?? [0];
      expect(atS - 60).toBeGreaterThanOrEqual(39);
      expect(atS - 60).toBeLessThanOrEqual(61);
    }
  });

  test('node returns: Ready within one status sync', () => {
    const c = cluster({ masters: 1, workers: 1, seed: 2 });
    c.world.act(60 * S, { do: 'stop', process: 'w1/kubelet' });
    c.world.act(130 * S, { do: 'start', process: 'w1/kubelet' });
    c.run(145);
    const [, unknown, again] = readiness(c, 'w1');
    expect(unknown?.[1]).toBe('Unknown');
    expect(again?.[1]).toBe('True');
    expect(again?.[0]).toBeLessThan(132);
  });

  test('a node whose link was cut and heals is Ready again within one status sync', () => {
    const c = cluster({ masters: 1, workers: 1, seed: 3 });
    const both = [
      { from: [2], to: [1] },
      { from: [1], to: [2] },
    ];
    both.forEach((way, i) => {
      c.world.act(60 * S, { do: 'rule-add', rule: { id: `cut${i}`, ...way, effect: { kind: 'drop' } } });
      c.world.act(130 * S, { do: 'rule-remove', id: `cut${i}` });
    });
    c.run(150);
    expect(readiness(c, 'w1').map(([, status]) => status)).toEqual(['True', 'Unknown', 'True']);
    expect(readiness(c, 'w1').at(-1)?.[0]).toBeLessThan(142);
  });

  test('after a fail-over every node gets a fresh grace period from that moment', () => {
    for (let seed = 1; seed <= 4; seed++) {
      const c = cluster({ masters: 3, workers: 1, seed, endpoint: { address: '10.0.0.3', port: 6443 } });
      c.run(60);
      const leader = controllerManager(c);
      c.world.act(60 * S, { do: 'stop', process: `${leader}/kube-controller-manager` });
      c.world.act(60 * S, { do: 'host', host: 'w1', event: { type: 'power-off' } });
      c.run(140);
      const taken = c.notes
        .filter(
          ([, , note]) => note['name'] === 'lease-acquired' && note['lease'] === 'kube-controller-manager',
        )
        .at(-1);
      const takenS = (taken?.[0] ?? 0) / 1000;
      expect(takenS).toBeGreaterThan(70);
      const [atS, status] = readiness(c, 'w1').at(-1) ?? [0, ''];
      expect(status).toBe('Unknown');
      expect(atS - takenS).toBeGreaterThan(40);
      expect(atS - takenS).toBeLessThanOrEqual(45.5);
    }
  });

  test('observers are told of what the API object says: NotReady and Ready again', () => {
    const c = cluster({ masters: 3, workers: 1, seed: 3, endpoint: { address: '10.0.0.2', port: 6443 } });
    c.world.act(60 * S, { do: 'stop', process: 'w1/kubelet' });
    c.world.act(130 * S, { do: 'start', process: 'w1/kubelet' });
    c.run(145);
    const told = c.notes.filter(([, , note]) => note['name'] === 'node-status' && note['node'] === 'w1');
    expect(told.map(([, , note]) => note['status'])).toEqual(['Ready', 'NotReady', 'Ready']);
  });

  test('no controller-manager leads: the dead node stays Ready on the screen', () => {
    const c = cluster({ masters: 1, workers: 1, seed: 4 });
    c.world.act(60 * S, { do: 'stop', process: 'm1/kube-controller-manager' });
    c.world.act(60 * S, { do: 'host', host: 'w1', event: { type: 'power-off' } });
    c.run(180);
    expect(c.ready('w1')).toBe('True');
  });

  test('the next pass starts 5 s after the END of the last', () => {
    const c = cluster({ masters: 1, workers: 1, seed: 5 });
    // Answers of the API take a second from here on.
    c.world.act(30 * S, {
      do: 'rule-add',
      rule: { id: 'slow', from: [0], to: [1], effect: { kind: 'delay', latencyUs: S, jitterUs: 0 } },
    });
    c.world.act(60 * S, { do: 'host', host: 'w1', event: { type: 'power-off' } });
    c.run(130);
    const who = 'm1/kube-controller-manager/node-lifecycle';
    const passes = c.steps
      .filter((step) => step.who === who && step.kind === 'timer')
      .map((step) => step.atUs / S);
    const gaps = passes.slice(1).map((at, i) => at - (passes[i] ?? 0));
    expect(gaps.filter((gap) => Math.abs(gap - 5) > 0.001).length).toBe(1);
    expect(Math.max(...gaps)).toBeGreaterThan(6);
  });

  test('two controllers never mark at once: only the leader has one', () => {
    const c = cluster({ masters: 3, workers: 1, seed: 6 });
    c.run(60);
    const running = ['m1', 'm2', 'm3'].filter((name) =>
      c.world.process(`${name}/kube-controller-manager`).members.has('node-lifecycle'),
    );
    expect(running).toEqual([controllerManager(c)]);
  });
});
