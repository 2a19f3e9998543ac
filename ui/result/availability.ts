/** One service over the whole run as a strip, and its outages in words. */
import { html, nothing, svg, type TemplateResult } from 'lit';
import type { Outage } from '../../scenarios/result.ts';
import type { Lane, RunRecord } from '../../scenarios/run-record.ts';
import { linearScale } from '../run/scale.ts';
import { clockText, lengthText } from '../run/times.ts';

const WIDTH = 400;

export function availability(
  record: RunRecord,
  lane: Lane,
  jump: (atMs: number) => void,
  phases: (outage: Outage) => TemplateResult,
): TemplateResult {
  const outages = record.result.outages.filter(({ service }) => service === lane.label);
  return html`<li class="service">
    <p>
      <strong>${lane.label}</strong>
      <span class="muted">${outages.length === 0 ? 'served all the time' : countOf(outages.length)}</span>
    </p>
    ${strip(lane, record.until_ms)}
    <ul>
      ${outages.map(
        (outage) => html`<li>
          <button class="outage number" @click=${() => jump(outage.from_ms)}>${wordsOf(outage, record.until_ms)}</button>
          ${phases(outage)}
        </li>`,
      )}
    </ul>
  </li>`;
}

function countOf(outages: number): string {
  return outages === 1 ? '1 outage' : `${outages} outages`;
}

function strip(lane: Lane, untilMs: number): TemplateResult {
  const x = linearScale([0, untilMs], [0, WIDTH]);
  return html`<svg class="strip" viewBox="0 0 ${WIDTH} 16" preserveAspectRatio="none" aria-hidden="true">
    ${lane.segments.map(({ from_ms, tone }, index) => {
      const from = x(from_ms);
      const to = x(lane.segments[index + 1]?.from_ms ?? untilMs);
      // Lower while degraded, lowest while down: the shape says it, too.
      const height = tone === 'good' ? 16 : tone === 'changing' ? 9 : 16;
      return svg`<rect class=${tone} x=${from} y=${16 - height} width=${Math.max(1.5, to - from)} height=${height} />`;
    })}
  </svg>`;
}

function wordsOf(outage: Outage, untilMs: number): TemplateResult {
  const { from_ms, to_ms, degraded_from_ms, share_ok } = outage;
  const end = to_ms ?? untilMs;
  const served = Math.round(share_ok * 100);
  return html`<strong>${lengthText(end - from_ms)}</strong> from ${clockText(from_ms)}${
    to_ms === null ? ' to the end of the run' : nothing
  }${
    degraded_from_ms === null
      ? nothing
      : html`; the last ${lengthText(end - degraded_from_ms)} with ${served} % of requests served`
  }`;
}
