/** The mark of a state in an SVG that D3 keeps. */
import type { BaseType, Selection } from 'd3';
import { letterOf, outlineOf } from '../run/glyph.ts';
import type { SceneState } from '../run/scene-at.ts';

export type Marked = SceneState & { readonly active?: boolean };

/** Appends an empty mark to each element. */
export function appendGlyph<Datum>(
  parents: Selection<SVGGElement, Datum, BaseType, unknown>,
): Selection<SVGGElement, Datum, BaseType, unknown> {
  const marks = parents.append('g').attr('class', 'glyph');
  marks.append('path');
  marks.append('text').attr('y', 0.5);
  return marks;
}

/** Gives the marks the states of their data. */
export function updateGlyph<Datum>(
  marks: Selection<SVGGElement, Datum, BaseType, unknown>,
  marked: (datum: Datum) => Marked,
): void {
  marks.attr('class', (datum) => {
    const { tone, active } = marked(datum);
    return `glyph ${tone} ${active === true ? 'active' : ''}`;
  });
  marks.select('path').attr('d', (datum) => outlineOf(marked(datum).tone));
  marks.select('text').text((datum) => letterOf(marked(datum).state));
}
