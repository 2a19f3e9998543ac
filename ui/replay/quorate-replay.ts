/**
 * `<quorate-replay>`: a stored run to play and look at, for any page. It brings everything with it and asks nobody.
 *
 * Attributes: `src` (address of a run as `quorate run --save` stores it; or the run stands in the element, in a script of type
 * application/json), `at` (where the playhead stands, `12.5s`), `speed` (5 is five times real time), `autoplay`, `view` (`all`,
 * `cluster` or `lanes`). It pauses while it is not in sight, and moves in steps where the visitor wants little motion.
 */
import { css, html, LitElement, nothing, unsafeCSS } from 'lit';
import { durationMistake, durationUs } from '../../scenarios/durations.ts';
import { readStoredRun } from '../engine/stored-run.ts';
import '../lanes/lanes-view.ts';
import { PageState } from '../state/page-state.ts';
import { Player } from '../state/player.ts';
import { step } from '../state/steps.ts';
import { shared } from '../styles/shared.ts';
import theme from '../styles/theme.css?inline';
import '../topology/topology-view.ts';
import '../transport/transport-bar.ts';

export class QuorateReplay extends LitElement {
  static override properties = {
    src: { type: String },
    at: { type: String },
    speed: { type: Number },
    autoplay: { type: Boolean },
    view: { type: String },
    problem: { state: true },
  };
  declare src: string | null;
  declare at: string | null;
  declare speed: number | null;
  declare autoplay: boolean;
  declare view: string | null;
  declare problem: string;

  static override styles = [
    unsafeCSS(theme.replaceAll(':root', ':host').replaceAll('body', '.replay')),
    shared,
    css`
      :host {
        display: block;
        min-height: 320px;
        color: var(--ink);
        font: 14px/1.45 var(--font);
      }
      .replay {
        display: grid;
        grid-template-rows: minmax(0, auto) minmax(140px, 1fr) auto;
        height: 100%;
        min-height: inherit;
        overflow: hidden;
        border: 1px solid var(--line);
        border-radius: var(--radius);
        background: var(--surface);
      }
      .replay.cluster,
      .replay.lanes {
        grid-template-rows: minmax(0, 1fr) auto;
      }
      topology-view {
        border-bottom: 1px solid var(--line);
      }
      .replay.all topology-view {
        max-height: 420px;
      }
      transport-bar {
        border-top: 1px solid var(--line);
      }
      p {
        margin: 0;
        padding: 16px;
      }
    `,
  ];

  readonly state = new PageState();
  readonly #seen = new IntersectionObserver(([entry]) => {
    if (entry?.isIntersecting === false) this.state.playing.set(false);
  });

  constructor() {
    super();
    this.problem = '';
    new Player(this.state);
    this.state.run.subscribe(() => this.requestUpdate());
    this.addEventListener('keydown', (event) => this.#key(event));
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#seen.observe(this);
    void this.#load();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#seen.disconnect();
    this.state.playing.set(false);
  }

  async #load(): Promise<void> {
    try {
      const text = this.src === null || this.src === undefined ? this.#inside() : await textOf(this.src);
      const record = readStoredRun(this.src ?? 'The run', text);
      const at = this.at ?? '0s';
      const mistake = durationMistake(at);
      if (mistake !== undefined) throw new Error(`at: ${mistake}`);
      this.state.show(record, undefined, durationUs(at) / 1_000);
      if (this.speed) this.state.speed.set(this.speed);
      if (this.autoplay) this.state.playing.set(true);
    } catch (error) {
      this.problem = error instanceof Error ? error.message : String(error);
    }
  }

  /** The run that stands in the element. */
  #inside(): string {
    const script = this.querySelector('script[type="application/json"]');
    if (script === null)
      throw new Error('There is no run: neither a src nor a script of type application/json.');
    return script.textContent ?? '';
  }

  protected override render() {
    if (this.problem !== '') return html`<div class="replay"><p role="alert">${this.problem}</p></div>`;
    if (this.state.run.get() === undefined)
      return html`<div class="replay"><p role="status">Loading…</p></div>`;
    const view = this.view === 'cluster' || this.view === 'lanes' ? this.view : 'all';
    return html`<div class="replay ${view}" role="group" aria-label="Replay of a run">
      ${view === 'lanes' ? nothing : html`<topology-view .state=${this.state}></topology-view>`}
      ${view === 'cluster' ? nothing : html`<lanes-view .state=${this.state}></lanes-view>`}
      <transport-bar .state=${this.state}></transport-bar>
    </div>`;
  }

  /** Its keys work while something in it has the focus. */
  #key(event: KeyboardEvent): void {
    const target = event.composedPath()[0];
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (target instanceof Element && target.matches('button, input, select')) return;
    if (event.key === ' ') this.state.playing.set(!this.state.playing.get());
    else if (event.key === '.' || event.key === ',') step(this.state, 'event', event.key === '.');
    else return;
    event.preventDefault();
  }
}

customElements.define('quorate-replay', QuorateReplay);

async function textOf(address: string): Promise<string> {
  const answer = await fetch(address).catch(() => undefined);
  if (!answer?.ok) throw new Error(`${address} could not be loaded.`);
  return answer.text();
}
