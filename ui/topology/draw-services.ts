/** In the box of the outside world: which services answer, one mark each. */
import type { Scene, SceneService } from '../run/scene-at.ts';
import { appendGlyph, updateGlyph } from './draw-glyph.ts';
import type { Layer } from './draw-hosts.ts';
import { type Box, HEAD, isOutside, type Layout, ROW } from './layout.ts';

const WIDTH = 62;

export function drawServices(layer: Layer, scene: Scene, layout: Layout): void {
  const outside = layout.boxes.find(({ host }) => isOutside(host));
  const beside = layout.rail !== undefined;
  const marks = layer
    .selectAll<SVGGElement, SceneService>('g.service')
    .data(outside === undefined ? [] : scene.services, ({ name }) => name)
    .join((enter) => {
      const added = enter.append('g');
      appendGlyph(added);
      added.append('text').attr('class', 'label').attr('y', 4);
      added.append('text').attr('class', 'state').attr('y', 4).attr('text-anchor', 'end');
      added.append('title');
      return added;
    })
    .attr('class', ({ tone }) => `service ${tone}`)
    .attr('transform', (_, index) => place(outside!, index, scene.services.length, beside));
  marks
    .select('.label')
    .attr('x', beside ? 16 : 13)
    .text(({ name }) => (beside ? name : name.replace(/^api\./, '')));
  marks
    .select('.state')
    .attr('x', (outside?.width ?? 0) - 32)
    .text(({ state }) => (beside ? state.split(/[ ,]/)[0]! : ''));
  marks.select('title').text(({ name, state }) => `${name}: ${state}`);
  updateGlyph(marks.select<SVGGElement>('.glyph'), (service) => service);
}

/** Below each other in a box beside the hosts, in a row in one above them. */
function place({ x, y, width }: Box, index: number, count: number, beside: boolean): string {
  if (beside) return `translate(${x + 20},${y + HEAD + index * ROW + ROW / 2})`;
  return `translate(${x + width - (count - index) * WIDTH},${y + 24})`;
}
