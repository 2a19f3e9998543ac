/** The way of a request: from outside to whoever has the VIP, and from its balancer to the servers it believes in. */
import { path } from 'd3';
import type { Scene } from '../run/scene-at.ts';
import type { Layer } from './draw-hosts.ts';
import { type Box, balances, isOutside, type Layout } from './layout.ts';

interface Line {
  readonly key: string;
  readonly shape: string;
  /** `trap`: the balancer still sends requests there, and nobody answers. */
  readonly kind: 'good' | 'bad' | 'trap' | 'shut';
  /** Where a word about it can stand, and the word. */
  readonly label?: Point;
  readonly word?: string;
}

type Point = readonly [x: number, y: number];

export function drawPaths(layer: Layer, scene: Scene, layout: Layout): void {
  const lines = [...entryLines(scene, layout), ...staleLines(scene, layout), ...serverLines(scene, layout)];
  layer
    .selectAll<SVGPathElement, Line>('path.line')
    .data(lines, ({ key }) => key)
    .join('path')
    .attr('class', ({ kind }) => `line ${kind}`)
    .attr('marker-end', ({ kind }) => `url(#arrow-${kind})`)
    .attr('d', ({ shape }) => shape);
  layer
    .selectAll<SVGTextElement, Line>('text.warning')
    .data(
      lines.filter(({ kind }) => kind === 'trap'),
      ({ key }) => key,
    )
    .join('text')
    .attr('class', 'warning')
    .attr('x', ({ label }) => label?.[0] ?? 0)
    .attr('y', ({ label }) => label?.[1] ?? 0)
    .text(({ word }) => word ?? 'no answer');
}

/** Hosts at which requests arrive: the VIP's holders, else the balancers, else every apiserver. */
function entries(scene: Scene, layout: Layout): readonly Box[] {
  const inside = layout.boxes.filter(({ host }) => !isOutside(host));
  if (scene.vip !== null) return inside.filter(({ host }) => host.holdsVip);
  const balancers = inside.filter(({ host }) => balances(host));
  if (balancers.length > 0) return balancers;
  return inside.filter(({ host }) => host.processes.some(({ name }) => name === 'kube-apiserver'));
}

function entryLines(scene: Scene, layout: Layout): Line[] {
  const client = layout.boxes.find(({ host }) => isOutside(host));
  if (client === undefined) return [];
  const way = (to: Point) => wayIn(client, to, layout.rail);
  const doors = entries(scene, layout);
  if (doors.length === 0) {
    const { x, y } = layout.nowhere;
    const to: Point = layout.rail === undefined ? [x, y - 15] : [x - 118, y];
    return [{ key: 'entry', kind: 'bad', shape: way(to) }];
  }
  const flag = scene.vip === null ? 3 : 16;
  return doors.map((door) => ({
    key: doors.length === 1 ? 'entry' : `entry ${door.host.name}`,
    kind: door.host.power.tone === 'off' || (scene.vip !== null && doors.length > 1) ? 'bad' : 'good',
    shape: way([door.x + door.width / 2, door.y - flag]),
  }));
}

/** Where the outside world still sends what is for the VIP, by its ARP cache, though another host or none has it. */
function staleLines(scene: Scene, layout: Layout): Line[] {
  const client = layout.boxes.find(({ host }) => isOutside(host));
  const to = client?.host.arp;
  const box = layout.boxes.find(({ host }) => host.name === to);
  if (client === undefined || box === undefined || scene.vipHolders.includes(box.host.name)) return [];
  const shape = wayIn(client, [box.x + 40, box.y - 3], layout.rail);
  return [{ key: 'arp', kind: 'trap', shape, label: [box.x + 70, box.y - 8], word: 'ARP' }];
}

/** Down from a client above, or along the rail from one beside. */
function wayIn(client: Box, to: Point, rail: number | undefined): string {
  if (rail === undefined) return curve([client.x + client.width / 2, client.y + client.height], to);
  const line = path();
  line.moveTo(client.x + client.width, rail);
  if (to[1] > rail) line.arcTo(to[0], rail, to[0], to[1], 8);
  line.lineTo(...to);
  return line.toString();
}

function serverLines(scene: Scene, layout: Layout): Line[] {
  const lines: Line[] = [];
  for (const door of entries(scene, layout)) {
    for (const backend of door.host.backends) {
      const target = layout.boxes.find(({ host }) => host.name === backend.host);
      if (target === undefined) continue;
      const shape = between(door, target);
      if (shape === undefined) continue;
      const sends = backend.tone !== 'bad';
      const kind = sends ? (backend.reachable ? 'good' : 'trap') : 'shut';
      const label: Point = [target.x + target.width / 2 + 44, target.y + target.height + 22];
      lines.push({ key: `${door.host.name} ${backend.server}`, kind, shape, label });
    }
  }
  return lines;
}

/** Beside each other: under both boxes. The server further down: straight to it. Otherwise the drawing would only get muddled. */
function between(door: Box, target: Box): string | undefined {
  const bottom = door.y + door.height;
  const startX = door.x + door.width / 2;
  if (target.tier > door.tier) {
    return curve([startX, bottom], [target.x + target.width / 2, target.y - 5]);
  }
  if (target.y !== door.y) return undefined;
  const self = target === door;
  const endX = target.x + target.width / 2 + (self ? 22 : 0);
  const busY = bottom + 18;
  const line = path();
  line.moveTo(startX, bottom);
  line.arcTo(startX, busY, endX, busY, 8);
  line.arcTo(endX, busY, endX, bottom, 8);
  line.lineTo(endX, bottom + 5);
  return line.toString();
}

function curve([x1, y1]: Point, [x2, y2]: Point): string {
  const line = path();
  line.moveTo(x1, y1);
  const middle = (y1 + y2) / 2;
  line.bezierCurveTo(x1, middle, x2, middle, x2, y2);
  return line.toString();
}
