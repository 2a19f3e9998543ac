/** One outage as a bar, cut into its phases, each with its length and the parameter behind it. */
import { css, html, nothing, type PropertyValues, svg, type TemplateResult } from 'lit';
import type { Outage } from '../../scenarios/result.ts';
import type { Engine } from '../engine/engine.ts';
import type { PhaseLines } from '../engine/phase-lines.ts';
import { PHASES, type Phase, phasesOf } from '../run/phases.ts';
import { lengthText } from '../run/times.ts';
import { PageElement } from '../state/page-element.ts';
import { shared } from '../styles/shared.ts';

const WIDTH = 400;
const HEIGHT = 20;
const LETTERS: Readonly<Record<Phase['name'], string>> = {
  detection: 'D',
  takeover: 'T',
  ARP: 'A',
  election: 'E',
  'backend check': 'B',
  retry: 'R',
  client: 'C',
};

export class OutagePhases extends PageElement {
  static override properties = {
    ...PageElement.properties,
    engine: { attribute: false },
    outage: { attribute: false },
    lines: { state: true },
  };
  declare engine: Engine;
  declare outage: Outage;
  declare lines: readonly PhaseLines[];

  static override styles = [
    shared,
    css`
      svg {
        display: block;
        width: 100%;
        height: ${HEIGHT}px;
      }
      rect {
        stroke: var(--surface);
      }
      rect.even {
        fill: var(--bad-fill);
      }
      rect.odd {
        fill: var(--bad-edge);
      }
      rect.client {
        fill: var(--changing-fill);
        stroke: var(--changing-edge);
      }
      text {
        fill: var(--bad-ink);
        font: 700 11px var(--font);
        text-anchor: middle;
        dominant-baseline: central;
      }
      text.client {
        fill: var(--changing-ink);
      }
      ol {
        margin: 6px 0 0;
        padding: 0;
        list-style: none;
      }
      li {
        display: grid;
        grid-template-columns: 20px 74px 1fr;
        gap: 2px 6px;
        align-items: baseline;
        padding: 3px 0;
        font-size: 12px;
      }
      li > :nth-child(n + 4) {
        grid-column: 3;
      }
      button {
        min-height: 24px;
        padding: 0;
        border: 0;
        background: none;
        color: var(--accent);
        font-weight: 600;
        text-align: left;
        text-decoration: underline;
        text-underline-offset: 3px;
      }
      code {
        display: block;
        font: 12px var(--mono);
        overflow-wrap: anywhere;
      }
    `,
  ];

  constructor() {
    super();
    this.lines = [];
  }

  protected override watched() {
    return [this.state.run];
  }

  #phases: readonly Phase[] = [];

  protected override willUpdate(changed: PropertyValues<this>): void {
    const run = this.state.run.get();
    if (run === undefined || !(changed.has('outage') || changed.size === 0)) return;
    this.#phases = phasesOf(run, this.outage);
    void this.#ask();
  }

  async #ask(): Promise<void> {
    const request = this.state.source.get()?.request;
    const phases = this.#phases;
    if (request === undefined) return;
    const asked = phases.map(({ name, host }) => ({ name, host }));
    const lines = await this.engine.ask('phases', { request, phases: asked }).catch(() => []);
    if (phases === this.#phases) this.lines = lines;
  }

  protected override render() {
    const end = this.#phases.at(-1)?.toMs ?? 1;
    const start = this.#phases[0]?.fromMs ?? 0;
    const x = (ms: number) => ((ms - start) / Math.max(1e-3, end - start)) * WIDTH;
    return html`
      <svg viewBox="0 0 ${WIDTH} ${HEIGHT}" preserveAspectRatio="none" aria-hidden="true">
        ${this.#phases.map(({ name, fromMs, toMs }, index) => {
          const width = Math.max(1.5, x(toMs) - x(fromMs));
          const look = name === 'client' ? 'client' : index % 2 === 0 ? 'even' : 'odd';
          const letter =
            width < 14
              ? nothing
              : svg`<text class=${look} x=${x(fromMs) + width / 2} y=${HEIGHT / 2 + 0.5}>${LETTERS[name]}</text>`;
          return svg`<rect class=${look} x=${x(fromMs)} width=${width} height=${HEIGHT} />${letter}`;
        })}
      </svg>
      <ol aria-label="Phases of the outage">
        ${this.#phases.map((phase, index) => this.#phase(phase, this.lines[index]))}
      </ol>
    `;
  }

  #phase({ name, fromMs, toMs }: Phase, known: PhaseLines | undefined): TemplateResult {
    return html`<li>
      <strong>${LETTERS[name]}</strong>
      <button class="number" title="Go there" @click=${() => this.state.jump(fromMs)}>${lengthText(toMs - fromMs)}</button>
      <span><strong>${name}</strong>: ${PHASES[name]}</span>
      ${known === undefined ? nothing : html`<span class="muted">${known.parameter}</span>`}
      ${known?.lines.map(({ file, line, text }) => html`<code title=${file}><span class="muted">${file.split('/').at(-1)}:${line}</span> ${text}</code>`)}
    </li>`;
  }
}

customElements.define('outage-phases', OutagePhases);
