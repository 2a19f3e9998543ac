/** Passed or failed: a disc with a tick, an octagon with a cross. */
import { html, svg, type TemplateResult } from 'lit';

export function resultMark(ok: boolean): TemplateResult {
  return html`<svg class="mark ${ok ? 'ok' : 'failed'}" viewBox="-9 -9 18 18" role="img" aria-label=${ok ? 'holds' : 'does not hold'}>
    ${
      ok
        ? svg`<path d="M8,0A8,8,0,1,1,-8,0A8,8,0,1,1,8,0Z" /><path d="M-3.8,0.3L-1.2,3L3.8,-2.8" />`
        : svg`<path d="M-3.3,-8H3.3L8,-3.3V3.3L3.3,8H-3.3L-8,3.3V-3.3Z" /><path d="M-3,-3L3,3M3,-3L-3,3" />`
    }
  </svg>`;
}
