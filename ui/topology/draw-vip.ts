/** The VIP as a flag on whoever holds it: one host, several (which is wrong), or none. */
import type { Scene } from '../run/scene-at.ts';
import type { Layer } from './draw-hosts.ts';
import type { Layout } from './layout.ts';

interface Flag {
  readonly key: string;
  readonly x: number;
  readonly y: number;
  readonly kind: 'held' | 'twice' | 'nobody';
  readonly text: string;
}

const HEIGHT = 26;

export function drawVip(layer: Layer, scene: Scene, layout: Layout): void {
  const flags = layer
    .selectAll<SVGGElement, Flag>('g.vip')
    .data(flagsOf(scene, layout), ({ key }) => key)
    .join((enter) => {
      const added = enter.append('g');
      added
        .append('rect')
        .attr('height', HEIGHT)
        .attr('rx', HEIGHT / 2)
        .attr('y', -HEIGHT / 2);
      added.append('text').attr('y', 0.5);
      return added;
    })
    .attr('class', ({ kind }) => `vip ${kind}`)
    // A style, not an attribute, so that the move can be seen as one.
    .style('transform', ({ x, y }) => `translate(${x}px,${y}px)`);
  flags.select('text').text(({ text }) => text);
  flags
    .select('rect')
    .attr('width', ({ text }) => flagWidth(text))
    .attr('x', ({ text }) => -flagWidth(text) / 2);
}

function flagWidth(text: string): number {
  return text.length * 6.8 + 26;
}

function flagsOf(scene: Scene, layout: Layout): Flag[] {
  if (scene.vip === null) return [];
  const holders = layout.boxes.filter(({ host }) => host.holdsVip);
  if (holders.length === 0) {
    return [{ key: '0', ...layout.nowhere, kind: 'nobody', text: `VIP ${scene.vip} on no host` }];
  }
  return holders.map((box, index) => ({
    key: String(index),
    x: box.x + box.width / 2,
    y: box.y,
    kind: holders.length > 1 ? 'twice' : 'held',
    text: `VIP ${scene.vip}${holders.length > 1 ? ` (${index + 1} of ${holders.length})` : ''}`,
  }));
}
