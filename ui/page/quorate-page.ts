/** The page: puts the parts together, listens to keys and files. */
import { html, LitElement, nothing, type TemplateResult } from 'lit';
import { Engine } from '../engine/engine.ts';
import '../lanes/lanes-view.ts';
import { Address } from '../state/address.ts';
import { keyFor } from '../state/keys.ts';
import { Opener } from '../state/opener.ts';
import { type Busy, PageState } from '../state/page-state.ts';
import { Player } from '../state/player.ts';
import { shared } from '../styles/shared.ts';
import '../topology/topology-view.ts';
import '../transport/transport-bar.ts';
import './announcer.ts';
import './help-dialog.ts';
import type { HelpDialog } from './help-dialog.ts';
import './page-header.ts';
import type { FileChosen, RunAsked } from './page-header.ts';
import './side-panel.ts';
import type { SidePanel } from './side-panel.ts';
import { pageStyles } from './styles.ts';

export class QuoratePage extends LitElement {
  static override properties = { dropping: { state: true } };
  declare dropping: boolean;
  static override styles = [shared, pageStyles];

  readonly state = new PageState();
  readonly #opener = new Opener(this.state, new Engine());
  readonly #address = new Address(this.state, this.#opener);

  constructor() {
    super();
    this.dropping = false;
    new Player(this.state);
    for (const value of [this.state.busy, this.state.notice, this.state.run]) {
      value.subscribe(() => this.requestUpdate());
    }
    this.state.run.subscribe((run) => {
      document.title = run ? `${run.record.scenario}, seed ${run.record.seed} · Quorate` : 'Quorate';
    });
    window.addEventListener('keydown', (event) => this.#key(event));
    window.addEventListener('dragover', (event) => this.#drag(event, true));
    window.addEventListener('dragleave', (event) => this.#drag(event, event.relatedTarget !== null));
    window.addEventListener('drop', (event) => this.#drop(event));
    void this.#opener.start(location.hash);
  }

  protected override render() {
    const notice = this.state.notice.get();
    const busy = this.state.busy.get();
    return html`
      <page-header
        class="panel header"
        role="banner"
        .state=${this.state}
        @run-asked=${({ detail }: RunAsked) => this.#opener.openRequest(detail)}
        @file-chosen=${({ detail }: FileChosen) => this.#opener.openFile(detail)}
        @link-asked=${() => this.#copyLink()}
        @help-asked=${() => this.#help()}
      ></page-header>
      <div class="messages" role="status">
        ${
          notice
            ? html`<p class="notice ${notice.tone}">
              <span>${notice.text}</span>
              <button aria-label="Dismiss" @click=${() => this.state.notice.set(undefined)}>Dismiss</button>
            </p>`
            : nothing
        }
        ${busy && this.state.run.get() ? html`<p class="busy"><span>${busy.text}…</span>${progress(busy)}</p>` : nothing}
      </div>
      <main class=${this.state.run.get() ? '' : 'without'}>
        <topology-view class="panel topology" role="region" aria-label="Cluster at the playhead" .state=${this.state}></topology-view>
        <lanes-view class="panel lanes" role="region" aria-label="States over time" .state=${this.state}></lanes-view>
        <side-panel class="panel side" role="region" aria-label="Events and result" .state=${this.state}></side-panel>
        ${this.state.run.get() === undefined ? empty(busy) : nothing}
      </main>
      <transport-bar class="panel transport" role="region" aria-label="Time" .state=${this.state}></transport-bar>
      <event-announcer .state=${this.state}></event-announcer>
      <help-dialog></help-dialog>
      ${this.dropping ? html`<div class="drop"><p>Drop a stored run to open it</p></div>` : nothing}
    `;
  }

  #key(event: KeyboardEvent): void {
    const target = event.composedPath()[0];
    const typing = target instanceof Element && target.matches('input:not([type="range"]), select');
    const plain = !event.ctrlKey && !event.metaKey && !event.altKey && !typing;
    if (plain && event.key === '?') this.#help();
    else if (plain && event.key === '/') {
      event.preventDefault();
      void this.renderRoot.querySelector<SidePanel>('side-panel')?.focusSearch();
    } else {
      const key = keyFor(event);
      if (key === undefined) return;
      event.preventDefault();
      key.press(this.state);
    }
  }

  #help(): void {
    this.renderRoot.querySelector<HelpDialog>('help-dialog')?.open();
  }

  #drag(event: DragEvent, over: boolean): void {
    if (!event.dataTransfer?.types.includes('Files')) return;
    event.preventDefault();
    this.dropping = over;
  }

  #drop(event: DragEvent): void {
    const file = event.dataTransfer?.files[0];
    if (file === undefined) return;
    event.preventDefault();
    this.dropping = false;
    void this.#opener.openFile(file);
  }

  async #copyLink(): Promise<void> {
    const link = this.#address.link();
    if (link === undefined) return;
    try {
      await navigator.clipboard.writeText(link);
      this.state.notice.set({ tone: 'plain', text: 'The link to this moment is on the clipboard.' });
    } catch {
      this.state.complain('The browser does not let this page use the clipboard; the address is the link.');
    }
  }
}

customElements.define('quorate-page', QuoratePage);

/** In place of the panels while there is nothing to show in them. */
function empty(busy: Busy | undefined): TemplateResult {
  return html`<div class="empty">
    ${
      busy
        ? html`<p><strong>${busy.text}…</strong></p>
            <p>A cluster is started, broken and watched, here in the browser.</p>
            ${progress(busy)}`
        : html`<p><strong>No run is loaded.</strong></p>
            <p>Choose a scenario above, or drop a run stored by <code>quorate run --save</code> here.</p>`
    }
  </div>`;
}

function progress({ text, share }: Busy): TemplateResult | typeof nothing {
  return share === undefined
    ? nothing
    : html`<progress max="1" .value=${share} aria-label=${text}></progress>`;
}
