/** The names beside the lanes, with the state of each at the playhead: the lanes as a list, for those who do not see the canvas. */
import { css, html, nothing, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import { type Segment, segmentAt } from '../run/run-view.ts';
import { PageElement } from '../state/page-element.ts';
import { glyph, glyphStyles } from '../styles/glyph.ts';
import { shared } from '../styles/shared.ts';
import { GROUP_HEIGHT, LANE_HEIGHT, type Row } from './rows.ts';

export class LaneLabels extends PageElement {
  static override properties = { ...PageElement.properties, rows: { attribute: false } };
  declare rows: readonly Row[];

  static override styles = [
    shared,
    glyphStyles,
    css`
      ul {
        margin: 0;
        padding: 0;
        list-style: none;
      }
      button {
        display: flex;
        align-items: center;
        gap: 6px;
        width: 100%;
        min-height: 0;
        height: ${LANE_HEIGHT}px;
        padding: 0 10px 0 22px;
        border: 0;
        border-radius: 0;
        background: none;
        font-size: 12px;
        text-align: left;
      }
      button:focus-visible {
        outline-offset: -2px;
      }
      button:hover:not([aria-expanded]) {
        background: var(--sunken);
      }
      button[aria-pressed='true'] {
        background: var(--accent-soft);
      }
      button[aria-expanded] {
        height: ${GROUP_HEIGHT}px;
        padding-left: 4px;
        background: var(--sunken);
        font-size: 13px;
        font-weight: 650;
      }
      .caret {
        width: 12px;
        height: 12px;
        fill: var(--muted);
        transition: transform 120ms;
      }
      [aria-expanded='true'] .caret {
        transform: rotate(90deg);
      }
      .label {
        flex: 1;
        min-width: 0;
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
      }
      .state {
        flex: none;
        max-width: 45%;
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
        color: var(--muted);
        font-weight: 400;
      }
      .state.bad {
        color: var(--bad);
        font-weight: 650;
      }
      .blank {
        flex: none;
        width: 16px;
      }
      svg.glyph {
        width: 16px;
        height: 16px;
      }
      @media (max-width: 700px) {
        button {
          padding-left: 12px;
        }
        .state {
          display: none;
        }
      }
      @media (prefers-reduced-motion: reduce) {
        .caret {
          transition: none;
        }
      }
    `,
  ];

  protected override watched() {
    return [this.state.moment, this.state.selected, this.state.run];
  }

  protected override render() {
    return html`<ul aria-label="Lanes">
      ${repeat(
        this.rows,
        ({ type, id }) => `${type} ${id}`,
        (row) => html`<li>${row.type === 'group' ? this.#group(row) : this.#lane(row)}</li>`,
      )}
    </ul>`;
  }

  #group(row: Row): TemplateResult {
    const now = segmentAt(row.lane, this.state.atMs.get());
    return html`<button aria-expanded=${row.open} @click=${() => this.state.toggleGroup(row.id)}>
      <svg class="caret" viewBox="0 0 12 12" aria-hidden="true"><path d="M4,2L9,6L4,10Z" /></svg>
      <span class="label">${row.label}</span>
      ${now ? stateOf(now) : nothing}
    </button>`;
  }

  #lane(row: Row): TemplateResult {
    const { selected } = this.state;
    const chosen = selected.get() === row.id;
    const now = segmentAt(row.lane, this.state.atMs.get());
    return html`<button
      title=${row.label}
      aria-pressed=${chosen}
      @click=${() => this.state.select(chosen ? undefined : row.id)}
    >
      ${now ? glyph(now.state, now.tone) : html`<span class="blank"></span>`}
      <span class="label">${row.label}</span>
      ${now ? stateOf(now) : nothing}
    </button>`;
  }
}

customElements.define('lane-labels', LaneLabels);

function stateOf({ state, tone }: Segment): TemplateResult {
  return html`<span class="state ${tone}">${state}</span>`;
}
