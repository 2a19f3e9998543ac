/** Share: the link with a title and a note, pictures, files, Perfetto. */
import { css, html, nothing } from 'lit';
import type { Engine } from '../engine/engine.ts';
import type { TraceFormat } from '../engine/exports.ts';
import type { LanesView } from '../lanes/lanes-view.ts';
import { PageElement } from '../state/page-element.ts';
import { dialogStyles } from '../styles/dialog.ts';
import { shared } from '../styles/shared.ts';
import { openPerfetto, sendTo } from './perfetto.ts';
import { lanesPng, pngOf, svgText } from './picture.ts';
import { save } from './save.ts';
import { standaloneHtml } from './standalone.ts';

export class ShareDialog extends PageElement {
  static override properties = {
    ...PageElement.properties,
    engine: { attribute: false },
    link: { attribute: false },
    views: { attribute: false },
    said: { state: true },
  };
  declare engine: Engine;
  /** The whole address of what is seen; undefined for a run that only a file holds. */
  declare link: () => string | undefined;
  /** The root in which the drawing and the lanes stand. */
  declare views: ParentNode;
  declare said: string;

  static override styles = [
    shared,
    dialogStyles,
    css`
      .link {
        display: grid;
        grid-template-columns: 1fr auto;
        gap: 8px;
        margin: 12px 0;
      }
      .link input {
        font: 12px var(--mono);
      }
      .files {
        display: flex;
        flex-wrap: wrap;
        gap: 8px;
      }
    `,
  ];

  constructor() {
    super();
    this.said = '';
  }

  protected override watched() {
    return [this.state.run, this.state.title, this.state.note];
  }

  open(): void {
    this.said = '';
    this.requestUpdate();
    this.renderRoot.querySelector('dialog')?.showModal();
  }

  protected override render() {
    const link = this.link();
    const made = this.state.source.get()?.request !== undefined;
    const trace = (format: TraceFormat, words: string) =>
      html`<button ?disabled=${!made} title="Of the visible stretch of time" @click=${() => this.#trace(format)}>${words}</button>`;
    return html`<dialog aria-labelledby="title">
      <div class="head">
        <h2 id="title">Share this moment</h2>
        <form method="dialog"><button>Close</button></form>
      </div>
      <div class="fields">
        <label class="field"><span>Title</span><input .value=${this.state.title.get()} maxlength="120" @input=${(event: Event) => this.state.title.set((event.target as HTMLInputElement).value)} /></label>
        <label class="field"><span>Note</span><input .value=${this.state.note.get()} maxlength="1000" @input=${(event: Event) => this.state.note.set((event.target as HTMLInputElement).value)} /></label>
      </div>
      ${
        link === undefined
          ? html`<p class="muted">A run from your own file has no link: send the file.</p>`
          : html`<div class="link">
              <input readonly aria-label="Link" .value=${link} @focus=${(event: Event) => (event.target as HTMLInputElement).select()} />
              <button class="primary" autofocus @click=${() => this.#copy(link)}>Copy link</button>
            </div>`
      }
      <h3>Pictures</h3>
      <div class="files">
        <button @click=${() => this.#drawing(false)}>Cluster, SVG</button>
        <button @click=${() => this.#drawing(true)}>Cluster, PNG</button>
        <button @click=${() => this.#lanes()}>Lanes, PNG</button>
      </div>
      <h3>The run</h3>
      <div class="files">
        <button @click=${() => this.#standalone()}>Standalone HTML</button>
        <button @click=${() => this.#run()}>Stored run, JSON</button>
        <button ?disabled=${!made} title="For quorate run FILE" @click=${() => this.#scenario()}>Scenario, YAML</button>
        ${trace('lines', 'Trace, NDJSON')} ${trace('chrome', 'Chrome trace')}
        <button ?disabled=${!made} title="In another tab; the trace does not leave the browser" @click=${() => this.#perfetto()}>Open in Perfetto</button>
      </div>
      <p class="muted" role="status">${this.said === '' ? nothing : this.said}</p>
    </dialog>`;
  }

  get #name(): string {
    const record = this.state.record;
    return `${record?.scenario ?? 'run'}-${record?.seed ?? 1}`;
  }

  async #attempt(work: () => Promise<string> | string): Promise<void> {
    try {
      this.said = await work();
    } catch (error) {
      this.said = error instanceof Error ? error.message : String(error);
    }
  }

  #copy(link: string): Promise<void> {
    return this.#attempt(async () => {
      try {
        await navigator.clipboard.writeText(link);
        return 'The link is on the clipboard.';
      } catch {
        return 'The browser does not let this page use the clipboard; copy the link by hand.';
      }
    });
  }

  #drawing(asPng: boolean): Promise<void> {
    return this.#attempt(async () => {
      const drawing = this.views
        .querySelector('topology-view')!
        .shadowRoot!.querySelector<SVGSVGElement>('svg.drawing')!;
      const text = svgText(drawing);
      const { width, height } = drawing.getBoundingClientRect();
      if (asPng) save(`${this.#name}.png`, await pngOf(text, width, height));
      else save(`${this.#name}.svg`, text, 'image/svg+xml');
      return 'The picture is saved.';
    });
  }

  #lanes(): Promise<void> {
    return this.#attempt(async () => {
      const { canvas, names } = this.views.querySelector<LanesView>('lanes-view')!.picture();
      save(`${this.#name}-lanes.png`, await lanesPng(canvas, names));
      return 'The picture is saved.';
    });
  }

  #standalone(): Promise<void> {
    return this.#attempt(async () => {
      const answer = await fetch('./replay.js');
      const { record } = this.state;
      if (!answer.ok || record === undefined)
        throw new Error('The replay element is not where this page is.');
      const title = this.state.title.get() || `${record.scenario}, seed ${record.seed}`;
      const text = standaloneHtml(record, await answer.text(), title, this.state.atMs.get());
      save(`${this.#name}.html`, text, 'text/html');
      return 'The file is saved. It needs no network.';
    });
  }

  #run(): Promise<void> {
    return this.#attempt(() => {
      save(`${this.#name}.json`, JSON.stringify(this.state.record), 'application/json');
      return 'The run is saved.';
    });
  }

  #scenario(): Promise<void> {
    return this.#attempt(() => {
      save(`${this.state.record?.scenario ?? 'run'}.yaml`, this.state.record?.scenario_text ?? '');
      return 'The scenario is saved, with what was done on the page.';
    });
  }

  async #fetchTrace(format: TraceFormat): Promise<string> {
    const request = this.state.source.get()?.request;
    if (request === undefined) throw new Error('A stored run has no trace in it.');
    const [fromMs, toMs] = this.state.span.get();
    const { text, steps, cut } = await this.engine.ask('trace', { request, format, fromMs, toMs });
    this.said = `${steps.toLocaleString('en')} steps${cut ? '; the rest is left out' : ''}.`;
    return text;
  }

  #trace(format: TraceFormat): Promise<void> {
    return this.#attempt(async () => {
      const text = await this.#fetchTrace(format);
      save(`${this.#name}.${format === 'lines' ? 'ndjson' : 'trace.json'}`, text, 'application/json');
      return `The trace is saved: ${this.said}`;
    });
  }

  #perfetto(): Promise<void> {
    const perfetto = openPerfetto();
    return this.#attempt(async () => {
      if (perfetto === null) throw new Error('The browser does not let this page open another tab.');
      await sendTo(perfetto, await this.#fetchTrace('chrome'), this.state.title.get() || this.#name);
      return 'Perfetto has the trace.';
    });
  }
}

customElements.define('share-dialog', ShareDialog);
