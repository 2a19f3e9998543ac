import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Scene, SceneHost } from '../../ui/run/scene-at.ts';
import { type Box, layOut } from '../../ui/topology/layout.ts';
import { messageWay } from '../../ui/topology/message-way.ts';

function hostOf(name: string, role: string, processes: readonly string[]): SceneHost {
  return {
    name,
    address: '10.0.0.1',
    zone: '',
    arp: undefined,
    role,
    power: { state: 'up', tone: 'good' },
    holdsVip: false,
    node: undefined,
    processes: processes.map((process) => ({
      path: `${name}/${process}`,
      name: process,
      state: 'running',
      tone: 'good',
      active: false,
    })),
    backends: [],
  };
}

function sceneOf(counts: Readonly<Record<string, number>>): Scene {
  const processes: Readonly<Record<string, readonly string[]>> = {
    client: [],
    'load-balancer': ['haproxy', 'keepalived'],
    'control-plane': ['haproxy', 'keepalived', 'etcd', 'kube-apiserver', 'kube-scheduler', 'kubelet'],
    etcd: ['etcd'],
    worker: ['kubelet'],
  };
  const hosts = Object.entries(counts).flatMap(([role, count]) =>
    Array.from({ length: count }, (_, index) => hostOf(`${role}-${index}`, role, processes[role] ?? [])),
  );
  const services = ['vip', 'api.read', 'api.write'].map(
    (name) => ({ name, state: 'up', tone: 'good' }) as const,
  );
  return { hosts, services, vip: '10.0.0.100', vipHolders: [], leader: null, term: null };
}

const scenes = fc
  .record({
    client: fc.integer({ min: 0, max: 1 }),
    'load-balancer': fc.nat({ max: 3 }),
    'control-plane': fc.nat({ max: 7 }),
    etcd: fc.nat({ max: 5 }),
    worker: fc.nat({ max: 20 }),
  })
  .map(sceneOf);
const widths = fc.integer({ min: 280, max: 2_000 });

function apart(a: Box, b: Box): boolean {
  return a.x + a.width <= b.x || b.x + b.width <= a.x || a.y + a.height <= b.y || b.y + b.height <= a.y;
}

describe('the drawing of a cluster', () => {
  it('shows every host once, inside of the drawing, and no two over each other', () => {
    fc.assert(
      fc.property(scenes, widths, (scene, width) => {
        const { boxes, height } = layOut(scene, width);
        expect(boxes.map(({ host }) => host.name).toSorted()).toEqual(
          scene.hosts.map(({ name }) => name).toSorted(),
        );
        for (const [index, box] of boxes.entries()) {
          expect(box.x).toBeGreaterThanOrEqual(0);
          expect(box.x + box.width).toBeLessThanOrEqual(width);
          expect(box.y + box.height).toBeLessThanOrEqual(height);
          for (const other of boxes.slice(0, index)) expect(apart(box, other)).toBe(true);
        }
      }),
      { seed: 1, numRuns: 300 },
    );
  });

  it('does not move when states change', () => {
    const up = sceneOf({ client: 1, 'control-plane': 3, worker: 1 });
    const off: Scene = {
      ...up,
      hosts: up.hosts.map((host) => ({ ...host, power: { state: 'off', tone: 'off' }, backends: [] })),
    };
    const places = (scene: Scene) =>
      layOut(scene, 1_000).boxes.map(({ x, y, width, height }) => [x, y, width, height]);
    expect(places(off)).toEqual(places(up));
  });

  it('puts the outside world over the hosts where it would take their room beside them', () => {
    const yOf = (scene: Scene, width: number) => layOut(scene, width).rail;
    expect(yOf(sceneOf({ client: 1, 'control-plane': 3 }), 1_000)).toBeDefined();
    expect(yOf(sceneOf({ client: 1, 'control-plane': 5 }), 1_000)).toBeUndefined();
    expect(yOf(sceneOf({ client: 1, 'control-plane': 3 }), 360)).toBeUndefined();
  });

  it('lets a message go from the edge of one box to the edge of the other, in through neither', () => {
    const within = (at: number, start: number, length: number) => at >= start && at <= start + length;
    const onEdge = ([x, y]: readonly [number, number], box: Box): boolean =>
      ([box.x, box.x + box.width].includes(x) && within(y, box.y, box.height)) ||
      ([box.y, box.y + box.height].includes(y) && within(x, box.x, box.width));
    fc.assert(
      fc.property(scenes, widths, fc.nat(), fc.nat(), (scene, width, first, second) => {
        const { boxes } = layOut(scene, width);
        const [from, to] = [boxes[first % boxes.length], boxes[second % boxes.length]];
        fc.pre(from !== undefined && to !== undefined && from !== to);
        const way = messageWay(from!, to!, 'etcd');
        expect(onEdge(way.from, from!)).toBe(true);
        expect(onEdge(way.to, to!)).toBe(true);
        const middle = [0, 1].map((axis) => (way.from[axis]! + way.to[axis]!) / 2);
        for (const box of [from!, to!]) {
          const inside =
            middle[0]! > box.x &&
            middle[0]! < box.x + box.width &&
            middle[1]! > box.y &&
            middle[1]! < box.y + box.height;
          expect(inside).toBe(false);
        }
      }),
      { seed: 1, numRuns: 1_000 },
    );
  });
});
