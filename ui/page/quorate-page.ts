/** The page: puts the parts together, listens to keys and files. */
import { html, LitElement, nothing, type TemplateResult } from 'lit';
import '../branches/branch-strip.ts';
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
import type { CompareView } from '../compare/compare-view.ts';
import { droppedFiles } from '../files/dropped.ts';
import type { FilesDialog } from '../files/files-dialog.ts';
import type { CommandPalette } from '../palette/command-palette.ts';
import type { RunRequest } from '../run/request.ts';
import type { ShareDialog } from '../share/share-dialog.ts';
import type { HostTerminal } from '../terminal/host-terminal.ts';
import './announcer.ts';
import type { HelpDialog } from './help-dialog.ts';
import './page-header.ts';
import type { FileChosen, RunAsked } from './page-header.ts';
import './side-panel.ts';
import type { WatchDialog } from '../watch/watch-dialog.ts';
import type { SidePanel } from './side-panel.ts';
import { pageStyles } from './styles.ts';

interface Dialogs {
  'fault-dialog': FaultDialog;
  'watch-dialog': WatchDialog;
  'files-dialog': FilesDialog;
  'compare-view': CompareView;
  'share-dialog': ShareDialog;
  'command-palette': CommandPalette;
  'help-dialog': HelpDialog;
  'host-terminal': HostTerminal;
}
type DialogName = keyof Dialogs;

/** What is not needed for the first picture. */
const DIALOGS: Readonly<Record<DialogName, () => Promise<unknown>>> = {
  'fault-dialog': () => import('../break/fault-dialog.ts'),
  'watch-dialog': () => import('../watch/watch-dialog.ts'),
  'files-dialog': () => import('../files/files-dialog.ts'),
  'compare-view': () => import('../compare/compare-view.ts'),
  'share-dialog': () => import('../share/share-dialog.ts'),
  'command-palette': () => import('../palette/command-palette.ts'),
  'help-dialog': () => import('./help-dialog.ts'),
  'host-terminal': () => import('../terminal/host-terminal.ts'),
};

export class QuoratePage extends LitElement {
  static override properties = { dropping: { state: true }, loaded: { state: true } };
  declare dropping: boolean;
  /** Dialogs that were wanted so far: each is fetched when it is. */
  declare loaded: ReadonlySet<DialogName>;
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
    this.loaded = new Set();
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
        @files-asked=${() => this.#actions.files()}
        @terminal-asked=${() => this.#actions.terminal()}
        @compare-asked=${() => this.#actions.compare()}
        @share-asked=${() => this.#actions.share()}
        @commands-asked=${() => this.#actions.commands()}
        @help-asked=${() => this.#actions.help()}
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
        <topology-view class="panel topology" role="region" aria-label="Cluster at the playhead" .state=${this.state} .actions=${this.#actions} .engine=${this.#engine}></topology-view>
        <lanes-view class="panel lanes" role="region" aria-label="States over time" .state=${this.state} .actions=${this.#actions}></lanes-view>
        <side-panel class="panel side" role="region" aria-label="Events, result and causes" .state=${this.state} .engine=${this.#engine} .branches=${this.branches} .actions=${this.#actions}></side-panel>
        ${this.state.run.get() === undefined ? empty(busy) : nothing}
      </main>
      <div class="panel transport">
        ${this.#when('host-terminal', () => html`<host-terminal @terminal-closed=${() => this.removeAttribute('typing')} .state=${this.state} .branches=${this.branches} .engine=${this.#engine}></host-terminal>`)}
        <branch-strip .state=${this.state} .branches=${this.branches}></branch-strip>
        <transport-bar role="region" aria-label="Time" .state=${this.state} .actions=${this.#actions}></transport-bar>
      </div>
      ${this.#when('fault-dialog', () => html`<fault-dialog .state=${this.state} .branches=${this.branches} .engine=${this.#engine}></fault-dialog>`)}
      ${this.#when('watch-dialog', () => html`<watch-dialog .state=${this.state} .watches=${this.watches}></watch-dialog>`)}
      ${this.#when('files-dialog', () => html`<files-dialog .state=${this.state} .engine=${this.#engine} .run=${(request: RunRequest) => void this.#opener.openRequest(request)}></files-dialog>`)}
      ${this.#when('compare-view', () => html`<compare-view .state=${this.state} .branches=${this.branches} .engine=${this.#engine}></compare-view>`)}
      ${this.#when('share-dialog', () => html`<share-dialog .state=${this.state} .engine=${this.#engine} .link=${() => this.#address.link()} .views=${this.renderRoot}></share-dialog>`)}
      ${this.#when('command-palette', () => html`<command-palette .state=${this.state} .actions=${this.#actions} .branches=${this.branches}></command-palette>`)}
      <event-announcer .state=${this.state}></event-announcer>
      ${this.#when('help-dialog', () => html`<help-dialog></help-dialog>`)}
      ${this.dropping ? html`<div class="drop"><p>Drop a stored run, or haproxy.cfg, keepalived.conf and kubeadm-config.yaml</p></div>` : nothing}
    `;
  }

  readonly #actions: Actions = {
    breakIt: (on) => {
      const target = on ?? targetOfLane(this.state.selected.get());
      void this.#dialog('fault-dialog').then((dialog) => dialog.open(target));
    },
    terminal: (host) => {
      const [on] = (targetOfLane(this.state.selected.get()) ?? '').split('/');
      void this.#dialog('host-terminal').then(async (terminal) => {
        this.toggleAttribute('typing', await terminal.open(host ?? (on || undefined)));
      });
    },
    why: () => this.#why(),
    watch: () => void this.#dialog('watch-dialog').then((dialog) => dialog.open()),
    prepared: (n) => void this.#prepared(n),
    open: (request) => void this.#opener.openRequest(request),
    files: () => void this.#dialog('files-dialog').then((dialog) => dialog.open()),
    compare: () => void this.#dialog('compare-view').then((dialog) => dialog.open()),
    share: () => void this.#dialog('share-dialog').then((dialog) => dialog.open()),
    commands: () => void this.#dialog('command-palette').then((dialog) => dialog.open()),
    undo: () => void this.branches.undo(),
    redo: () => void this.branches.redo(),
    help: () => void this.#dialog('help-dialog').then((dialog) => dialog.open()),
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

  /** The dialog, fetched if it was not wanted before. */
  async #dialog<Name extends DialogName>(name: Name): Promise<Dialogs[Name]> {
    await DIALOGS[name]();
    if (!this.loaded.has(name)) {
      this.loaded = new Set([...this.loaded, name]);
      await this.updateComplete;
    }
    return this.renderRoot.querySelector<HTMLElement & Dialogs[Name]>(name)!;
  }

  #when(name: DialogName, template: () => TemplateResult): TemplateResult | typeof nothing {
    return this.loaded.has(name) ? template() : nothing;
  }

  #drag(event: DragEvent, over: boolean): void {
    if (!event.dataTransfer?.types.includes('Files')) return;
    event.preventDefault();
    this.dropping = over;
  }

  #drop(event: DragEvent): void {
    const { dataTransfer } = event;
    if (dataTransfer === null || dataTransfer.files.length === 0) return;
    event.preventDefault();
    this.dropping = false;
    const [first] = dataTransfer.files;
    // A run is stored as JSON; anything else is configuration, of which there are mostly several files.
    if (dataTransfer.files.length === 1 && first !== undefined && /\.json$/i.test(first.name)) {
      void this.#opener.openFile(first);
    } else void this.#bring(droppedFiles(dataTransfer));
  }

  async #bring(files: ReturnType<typeof droppedFiles>): Promise<void> {
    const dialog = await this.#dialog('files-dialog');
    await dialog.add(await files);
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
