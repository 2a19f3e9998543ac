/** The page: puts the parts together, listens to keys and files. */
import { html, LitElement, nothing, type TemplateResult } from 'lit';
import '../branches/branch-strip.ts';
import '../break/fault-dialog.ts';
import type { FaultDialog } from '../break/fault-dialog.ts';
import { targetOfLane } from '../break/targets.ts';
import { Engine } from '../engine/engine.ts';
import '../lanes/lanes-view.ts';
import { rowAt, segmentAt } from '../run/run-view.ts';
import { sceneAt } from '../run/scene-at.ts';
import type { Actions } from '../state/actions.ts';
import { Address } from '../state/address.ts';
import { Branches } from '../state/branches.ts';
import { keyFor } from '../state/keys.ts';
import { Opener } from '../state/opener.ts';
import { type Busy, PageState } from '../state/page-state.ts';
import { Player } from '../state/player.ts';
import { Watches } from '../state/watches.ts';
import { shared } from '../styles/shared.ts';
import '../topology/topology-view.ts';
import '../transport/transport-bar.ts';
import '../palette/command-palette.ts';
import type { CommandPalette } from '../palette/command-palette.ts';
import '../share/share-dialog.ts';
import type { ShareDialog } from '../share/share-dialog.ts';
import './announcer.ts';
import './help-dialog.ts';
import type { HelpDialog } from './help-dialog.ts';
import './page-header.ts';
import type { FileChosen, RunAsked } from './page-header.ts';
import './side-panel.ts';
import type { SidePanel } from './side-panel.ts';
import '../watch/watch-dialog.ts';
import type { WatchDialog } from '../watch/watch-dialog.ts';
import { pageStyles } from './styles.ts';

export class QuoratePage extends LitElement {
  static override properties = { dropping: { state: true } };
  declare dropping: boolean;
  static override styles = [shared, pageStyles];

  readonly state = new PageState();
  readonly #engine = new Engine();
  readonly #opener = new Opener(this.state, this.#engine);
  readonly branches = new Branches(this.state, this.#opener);
  readonly watches = new Watches(this.state, this.#engine);
  readonly #address = new Address(this.state, this.#opener);

  constructor() {
    super();
    this.dropping = false;
    new Player(this.state);
    this.#opener.planted = (request) => this.branches.plant(request);
    for (const value of [this.state.busy, this.state.notice, this.state.run]) {
      value.subscribe(() => this.requestUpdate());
    }
    this.state.run.subscribe((run) => {
      const title = this.state.title.get() || (run && `${run.record.scenario}, seed ${run.record.seed}`);
      document.title = title ? `${title} · Quorate` : 'Quorate';
    });
    window.addEventListener('keydown', (event) => this.#key(event));
    window.addEventListener('dragover', (event) => this.#drag(event, true));
    window.addEventListener('dragleave', (event) => this.#drag(event, event.relatedTarget !== null));
    window.addEventListener('drop', (event) => this.#drop(event));
    // In a frame of another page: the drawing, the lanes and time.
    this.toggleAttribute('embed', new URLSearchParams(location.search).has('embed'));
    document.addEventListener('visibilitychange', () => document.hidden && this.state.playing.set(false));
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
        @share-asked=${() => this.#actions.share()}
        @commands-asked=${() => this.#actions.commands()}
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
      <main class=${this.state.run.get() ? '' : 'without'} aria-busy=${busy !== undefined}>
        <topology-view class="panel topology" role="region" aria-label="Cluster at the playhead" .state=${this.state} .actions=${this.#actions}></topology-view>
        <lanes-view class="panel lanes" role="region" aria-label="States over time" .state=${this.state} .actions=${this.#actions}></lanes-view>
        <side-panel class="panel side" role="region" aria-label="Events, result and causes" .state=${this.state} .engine=${this.#engine}></side-panel>
        ${this.state.run.get() === undefined ? empty(busy) : nothing}
      </main>
      <div class="panel transport">
        <branch-strip .state=${this.state} .branches=${this.branches}></branch-strip>
        <transport-bar role="region" aria-label="Time" .state=${this.state} .actions=${this.#actions}></transport-bar>
      </div>
      <fault-dialog .state=${this.state} .branches=${this.branches} .engine=${this.#engine}></fault-dialog>
      <watch-dialog .state=${this.state} .watches=${this.watches}></watch-dialog>
      <share-dialog .state=${this.state} .engine=${this.#engine} .link=${() => this.#address.link()} .views=${this.renderRoot}></share-dialog>
      <command-palette .state=${this.state} .actions=${this.#actions} .branches=${this.branches}></command-palette>
      <event-announcer .state=${this.state}></event-announcer>
      <help-dialog></help-dialog>
      ${this.dropping ? html`<div class="drop"><p>Drop a stored run to open it</p></div>` : nothing}
    `;
  }

  readonly #actions: Actions = {
    breakIt: (on) => {
      const target = on ?? targetOfLane(this.state.selected.get());
      void this.renderRoot.querySelector<FaultDialog>('fault-dialog')?.open(target);
    },
    why: () => this.#why(),
    watch: () => this.renderRoot.querySelector<WatchDialog>('watch-dialog')?.open(),
    prepared: (n) => void this.#prepared(n),
    open: (request) => void this.#opener.openRequest(request),
    share: () => this.renderRoot.querySelector<ShareDialog>('share-dialog')?.open(),
    commands: () => this.renderRoot.querySelector<CommandPalette>('command-palette')?.open(),
    undo: () => void this.branches.undo(),
    redo: () => void this.branches.redo(),
    help: () => this.#help(),
    search: () => void this.renderRoot.querySelector<SidePanel>('side-panel')?.focusSearch(),
  };

  #key(event: KeyboardEvent): void {
    const key = keyFor(event);
    if (key === undefined) return;
    event.preventDefault();
    key.press(this.state, this.#actions, event);
  }

  /** Of the selected lane's state, if something led to it within the scenario; else of the last event. */
  #why(): void {
    const run = this.state.run.get();
    if (run === undefined) return;
    const atMs = this.state.atMs.get();
    const lane = run.lanes.get(this.state.selected.get() ?? '');
    const segment = segmentAt(lane, atMs);
    if (lane !== undefined && segment?.step !== undefined) {
      const where = lane.group === 'cluster' ? lane.label : `${lane.group}: ${lane.label}`;
      this.state.ask({
        step: segment.step,
        text: `${where} is ${segment.state || 'without it'}`,
        atMs: segment.from_ms,
      });
      return;
    }
    const line = rowAt(run.record.story, atMs);
    if (line !== undefined) this.state.ask({ step: line.step, text: line.text, atMs: line.at_ms });
  }

  /** What the number keys do, aimed at whoever does the work at the playhead. */
  async #prepared(n: number): Promise<void> {
    const run = this.state.run.get();
    const scene = run && sceneAt(run, this.state.atMs.get());
    const [holder] = scene?.vipHolders ?? [];
    const on = n === 1 ? scene?.leader : holder;
    if (!on || this.branches.obstacle !== undefined) {
      this.state.complain(this.branches.obstacle ?? 'Nobody has that role at this moment.');
      return;
    }
    const wishes = [
      { do: 'power-off', on },
      { do: 'power-off', on },
      { do: 'kill', on: `${on}/haproxy` },
      { do: 'partition', on },
    ];
    await this.branches.change(wishes[n]!);
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
