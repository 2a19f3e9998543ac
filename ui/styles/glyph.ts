/** The mark of a state as a template, and how marks look wherever they are drawn. */
import { css, html, type TemplateResult } from 'lit';
import { letterOf, outlineOf } from '../run/glyph.ts';
import type { Tone } from '../run/run-view.ts';

export function glyph(state: string, tone: Tone, active = false): TemplateResult {
  return html`<svg class="glyph ${tone} ${active ? 'active' : ''}" viewBox="-9 -9 18 18" aria-hidden="true">
    <path d=${outlineOf(tone)} />
    <text y="0.5">${letterOf(state)}</text>
  </svg>`;
}

export const glyphStyles = css`
  svg.glyph {
    width: 18px;
    height: 18px;
    flex: none;
  }
  .glyph path {
    stroke-width: 1.2;
  }
  .glyph text {
    font: 700 9px var(--font);
    text-anchor: middle;
    dominant-baseline: central;
    stroke: none;
  }
  .glyph.good path {
    fill: var(--good-fill);
    stroke: var(--good);
  }
  .glyph.good text {
    fill: var(--good-ink);
  }
  .glyph.good.active path {
    fill: var(--good);
  }
  .glyph.good.active text {
    fill: var(--surface);
  }
  .glyph.changing path {
    fill: var(--changing-fill);
    stroke: var(--changing);
  }
  .glyph.changing text {
    fill: var(--changing-ink);
  }
  .glyph.bad path {
    fill: var(--bad-fill);
    stroke: var(--bad-fill);
  }
  .glyph.bad text {
    fill: var(--bad-ink);
  }
  .glyph.off path {
    fill: var(--surface);
    stroke: var(--off);
    stroke-dasharray: 2.5 2;
  }
  .glyph.off text {
    fill: var(--off);
  }
`;
