/**
 * Checks: what the run was to show, properties that are searched for counterexamples, and what is left after which failures.
 * All that is found opens as a run.
 */
import { html, nothing, type TemplateResult } from 'lit';
import type { FailureOrder } from '../../properties/survival.ts';
import type { RunRecord } from '../../scenarios/run-record.ts';
import type { CheckedProperty, DesignCheck } from '../engine/design-check.ts';
import type { Engine } from '../engine/engine.ts';
import type { Survived } from '../engine/survival.ts';
import type { RunRequest } from '../run/request.ts';
import { clockText } from '../run/times.ts';
import type { Actions } from '../state/actions.ts';
import type { Branches } from '../state/branches.ts';
import { PageElement } from '../state/page-element.ts';
import { glyph, glyphStyles } from '../styles/glyph.ts';
import { shared } from '../styles/shared.ts';
import { checksStyles } from './styles.ts';
import { legend, survivalPicture, toleranceText } from './survival-picture.ts';

/** Runs of a search on the page; quorate check has all cores and all the time. */
const MOST_RUNS = 60;

export class ChecksPanel extends PageElement {
  static override properties = {
    ...PageElement.properties,
    engine: { attribute: false },
    branches: { attribute: false },
    actions: { attribute: false },
    check: { state: true },
    tables: { state: true },
    topologies: { state: true },
    doing: { state: true },
    problem: { state: true },
  };
  declare engine: Engine;
  declare branches: Branches;
  declare actions: Actions | undefined;
  declare check: DesignCheck | undefined;
  /** That of the run's own topology, and of one to compare it with. */
  declare tables: readonly (Survived | undefined)[];
  declare topologies: readonly string[];
  declare doing: 'check' | 'survive' | undefined;
  declare problem: string;
  static override styles = [shared, glyphStyles, checksStyles];

  /** What the findings are about: it may not be shown any more when they come. */
  #request: RunRequest | undefined;
  #other: string | undefined;

  constructor() {
    super();
    this.check = undefined;
    this.tables = [];
    this.topologies = [];
    this.doing = undefined;
    this.problem = '';
  }

  protected override watched() {
    return [this.state.run, this.state.atMs];
  }

  protected override firstUpdated(): void {
    void this.engine.ask('topologies', {}).then((names) => {
      this.topologies = names;
    });
  }

  protected override render(): TemplateResult | typeof nothing {
    const record = this.state.run.get()?.record;
    if (record === undefined) return nothing;
    const [own, other] = this.tables;
    return html`
      <section>
        <h3>This run</h3>
        ${record.result.expectations.length === 0 ? html`<p class="muted">The scenario states nothing.</p>` : nothing}
        <ul class="list">${record.result.expectations.map((each) => this.#expectation(each))}</ul>
      </section>
      <section>
        <h3>Properties of the design</h3>
        <p class="muted">Every single failure of power, cable or process, then several: does any break one of these?</p>
        <p class="do">
          ${this.#button('check', 'Search', () => this.#search())}
          <span role="status" class="number">${this.check === undefined ? '' : `${this.check.runs} of ${this.check.of} runs`}</span>
        </p>
        <ul class="list">${(this.check?.properties ?? []).map((each) => this.#property(each))}</ul>
      </section>
      <section>
        <h3>What survives</h3>
        <p class="muted">What is left of the API after each failure for good. A cell opens its run.</p>
        <p class="do">
          ${this.#button('survive', 'Try all', () => this.#survive(0, undefined))}
          <label>compare with
            <select ?disabled=${this.doing !== undefined} @change=${this.#compare}>
              <option value="">nothing</option>
              ${this.topologies.map((name) => html`<option ?selected=${name === this.#other}>${name}</option>`)}
            </select>
          </label>
        </p>
        ${this.problem === '' ? nothing : html`<p class="problem" role="alert">${this.problem}</p>`}
        ${own === undefined ? nothing : this.#table(own, undefined)}
        ${other === undefined ? nothing : this.#table(other, this.#other)}
        ${own === undefined && other === undefined ? nothing : legend([...(own?.rows ?? []), ...(other?.rows ?? [])])}
      </section>
    `;
  }

  #button(kind: 'check' | 'survive', text: string, start: () => void): TemplateResult {
    const going = this.doing === kind;
    return html`<button
      class=${going ? '' : 'primary'}
      ?disabled=${this.doing !== undefined && !going}
      @click=${going ? () => void this.engine.ask('stop', { what: kind }) : start}
    >
      ${going ? 'Stop' : text}
    </button>`;
  }

  /** Whether it holds, and on which side of the playhead that was decided. */
  #expectation({ text, ok, at_ms }: RunRecord['result']['expectations'][number]): TemplateResult {
    const [tense = ''] = text.split(/[\s:]/);
    const before = at_ms !== null && at_ms <= this.state.atMs.get();
    return html`<li>
      ${glyph(tense, ok ? 'good' : 'bad')}
      <span><code>${text}</code> ${ok ? 'holds' : 'does not hold'}
        ${
          at_ms === null
            ? nothing
            : html`<button class="jump number" title="Goes there" @click=${() => this.state.jump(at_ms)}>${before ? '←' : '→'} ${clockText(at_ms)}</button>`
        }
      </span>
    </li>`;
  }

  #property({ name, tense, sentence, held, counterexample }: CheckedProperty): TemplateResult {
    const runs = this.check?.runs ?? 0;
    const tone = counterexample ? 'bad' : tense === 'sometimes' && held === 0 ? 'changing' : 'good';
    const so =
      tense === 'sometimes'
        ? held === 0
          ? 'not yet'
          : `in ${held} of ${runs} runs`
        : `holds in ${held} of ${runs} runs`;
    return html`<li data-property=${name}>
      ${glyph(tense, tone)}
      <span>
        <strong>${tense}</strong> ${sentence} <span class="muted number">${so}</span>
        ${
          counterexample === undefined
            ? nothing
            : html`<span class="found">${counterexample.faults}: ${counterexample.what}.
                <button @click=${() => this.#show(counterexample.request)}>Open the run</button></span>`
        }
      </span>
    </li>`;
  }

  #table(table: Survived, named: string | undefined): TemplateResult {
    return html`<div class="survived">
      <p><strong>${table.topology}</strong> <span class="muted">${toleranceText(table)}</span></p>
      ${survivalPicture(table, (failure) => void this.#replay(failure, named))}
    </div>`;
  }

  /** Opens it, and plays it at once. */
  #show(request: RunRequest): void {
    const end = this.state.source.subscribe((source) => {
      end();
      if (source?.request === request) queueMicrotask(() => this.state.playing.set(true));
    });
    this.actions?.open(request);
  }

  /** The trunk of what is shown; undefined, and a word why, if there is none. */
  #subject(): RunRequest | undefined {
    const request = this.branches.branch?.request;
    if (request === undefined) {
      this.state.complain(this.branches.obstacle ?? 'No run is loaded.');
      return undefined;
    }
    const { changes: _, ...trunk } = request;
    this.#request = trunk;
    return trunk;
  }

  async #search(): Promise<void> {
    const request = this.#subject();
    if (request === undefined) return;
    await this.#during('check', async () => {
      this.check = await this.engine.ask('check', { request, most: MOST_RUNS }, (news) => {
        this.check = news;
      });
    });
  }

  async #survive(place: number, topology: string | undefined): Promise<void> {
    const request = this.#subject();
    if (request === undefined) return;
    const put = (table: Survived) => {
      this.tables = place === 0 ? [table, this.tables[1]] : [this.tables[0], table];
    };
    await this.#during('survive', async () =>
      put(await this.engine.ask('survive', { request, topology }, put)),
    );
  }

  readonly #compare = async (event: Event): Promise<void> => {
    const name = (event.target as HTMLSelectElement).value;
    this.#other = name === '' ? undefined : name;
    this.tables = [this.tables[0], undefined];
    if (this.#other === undefined) return;
    if (this.tables[0]?.summary === undefined) await this.#survive(0, undefined);
    await this.#survive(1, this.#other);
  };

  async #during(kind: 'check' | 'survive', work: () => Promise<void>): Promise<void> {
    this.doing = kind;
    this.problem = '';
    try {
      await work();
    } catch (error) {
      this.problem = error instanceof Error ? error.message : String(error);
    } finally {
      this.doing = undefined;
    }
  }

  async #replay(failure: FailureOrder, topology: string | undefined): Promise<void> {
    if (this.#request === undefined) return;
    this.#show(await this.engine.ask('replay', { request: this.#request, topology, failure }));
  }
}

customElements.define('checks-panel', ChecksPanel);
