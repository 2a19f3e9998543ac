/** What the run comes down to: figures, services, expectations, requests, and how to repeat it. */
import { css, html, nothing, type TemplateResult } from 'lit';
import type { Outage } from '../../scenarios/result.ts';
import type { RunRecord } from '../../scenarios/run-record.ts';
import type { Engine } from '../engine/engine.ts';
import '../outage/outage-phases.ts';
import { type Figure, headlineOf } from '../run/headline.ts';
import { commandOf } from '../run/request.ts';
import { clockText } from '../run/times.ts';
import { PageElement } from '../state/page-element.ts';
import { shared } from '../styles/shared.ts';
import { availability } from './availability.ts';
import { resultMark } from './mark.ts';
import { resultStyles } from './styles.ts';

export class ResultPanel extends PageElement {
  static override properties = { ...PageElement.properties, engine: { attribute: false } };
  declare engine: Engine;
  static override styles = [
    shared,
    resultStyles,
    css`
      .strip .good {
        fill: var(--good-edge);
      }
      .strip .changing {
        fill: var(--changing-edge);
      }
      .strip .bad {
        fill: var(--bad-fill);
      }
      .strip .off {
        fill: var(--off-fill);
      }
    `,
  ];

  protected override watched() {
    return [this.state.run];
  }

  protected override render() {
    const record = this.state.run.get()?.record;
    if (record === undefined) return nothing;
    const services = record.lanes.filter(({ kind }) => kind === 'service');
    return html`
      <section class="figures" aria-label="In short">${headlineOf(record).map((figure) => this.#figure(figure))}</section>
      <section>
        <h3>Expectations</h3>
        ${record.result.expectations.length === 0 ? html`<p class="muted">The scenario states none.</p>` : nothing}
        <ul>
          ${record.result.expectations.map((each) => this.#expectation(each))}
        </ul>
      </section>
      <section>
        <h3>Services, as clients outside see them</h3>
        <ul>
          ${services.map((lane) => availability(record, lane, this.#jump, this.#phases))}
        </ul>
      </section>
      <section>
        <h3>Requests</h3>
        ${requests(record)}
      </section>
      ${measures(record)}
      <section>
        <h3>Again</h3>
        ${this.#command(record)}
        <p class="muted number">
          Trace <span class="hash">${record.result.trace_hash}</span>, ${record.result.events.toLocaleString('en')} kernel
          events. The same scenario and seed give the same trace.
        </p>
      </section>
    `;
  }

  readonly #jump = (atMs: number): void => {
    this.state.playing.set(false);
    this.state.jump(atMs);
  };

  readonly #phases = (outage: Outage): TemplateResult =>
    html`<outage-phases .state=${this.state} .engine=${this.engine} .outage=${outage}></outage-phases>`;

  #figure({ label, value, tone, atMs }: Figure): TemplateResult {
    return html`<button class=${tone} ?disabled=${atMs === undefined} @click=${() => this.#jump(atMs ?? 0)}>
      <strong class="number">${value}</strong><span>${label}</span>
    </button>`;
  }

  #expectation({ text, ok, at_ms }: RunRecord['result']['expectations'][number]): TemplateResult {
    return html`<li class="expectation">
      ${resultMark(ok)}<code>${text}</code>
      ${
        at_ms === null
          ? nothing
          : html`<button class="jump number" @click=${() => this.#jump(at_ms)}>${clockText(at_ms)}</button>`
      }
    </li>`;
  }

  #command(record: RunRecord): TemplateResult {
    const command = record.command ?? commandOf({ scenario: record.scenario, seed: record.seed, set: [] });
    return html`<div class="command">
      <code>${command}</code>
      <button @click=${() => this.#copy(command)}>Copy</button>
    </div>`;
  }

  async #copy(text: string): Promise<void> {
    try {
      await navigator.clipboard.writeText(text);
      this.state.notice.set({ tone: 'plain', text: 'The command is on the clipboard.' });
    } catch {
      this.state.complain('The browser does not let this page use the clipboard.');
    }
  }
}

customElements.define('result-panel', ResultPanel);

function requests({ result }: RunRecord): TemplateResult {
  const rows = Object.entries(result.requests);
  const all = rows.reduce((sum, [, count]) => sum + count, 0);
  return html`<table>
    ${rows.map(
      ([outcome, count]) => html`<tr>
        <th scope="row">${outcome}</th>
        <td>${count.toLocaleString('en')}</td>
        <td class="muted">${all === 0 ? '' : `${((count / all) * 100).toFixed(2)} %`}</td>
      </tr>`,
    )}
  </table>`;
}

function measures({ result }: RunRecord): TemplateResult | typeof nothing {
  const rows = Object.entries(result.measures);
  if (rows.length === 0) return nothing;
  return html`<section>
    <h3>Measures</h3>
    <table>
      ${rows.map(
        ([name, value]) => html`<tr>
          <th scope="row">${name}</th>
          <td>${value ?? 'never'}</td>
        </tr>`,
      )}
    </table>
  </section>`;
}
