/** Signs of the transport buttons, 16 by 16. */
import { html, type TemplateResult } from 'lit';

const SHAPES = {
  play: 'M4,2.5L13.5,8L4,13.5Z',
  pause: 'M4,3h3v10H4ZM9,3h3v10H9Z',
  previous: 'M3,3h2v10H3ZM13,3v10L6,8Z',
  next: 'M11,3h2v10h-2ZM3,3v10L10,8Z',
} as const;

export function icon(name: keyof typeof SHAPES): TemplateResult {
  return html`<svg viewBox="0 0 16 16" aria-hidden="true"><path d=${SHAPES[name]} /></svg>`;
}
