/** All lanes over time: names on the left, a canvas with the visible stretch on the right, the playhead over it. */
import { html, nothing } from 'lit';
import type { RunView } from '../run/run-view.ts';
import type { LaneName } from '../share/picture.ts';
import type { Actions } from '../state/actions.ts';
import { PageElement } from '../state/page-element.ts';
import { GROUPINGS, type Grouping } from '../state/page-state.ts';
import { shared } from '../styles/shared.ts';
import { addGestures } from './gestures.ts';
import './lane-axis.ts';
import { scaleOf, ticksOf } from './lane-axis.ts';
import './lane-labels.ts';
import { paint } from './paint.ts';
import { type Palette, paletteOf } from './palette.ts';
import { heightOf, LANE_HEIGHT, pinnedRows, type Row, rowsOf } from './rows.ts';
import { lanesStyles } from './styles.ts';

export class LanesView extends PageElement {
  static override properties = { ...PageElement.properties, actions: { attribute: false } };
  /** Undefined in a replay, in which nothing can be done. */
  declare actions: Actions | undefined;
  static override styles = [shared, lanesStyles];
  #rows: readonly Row[] = [];
  #pins: readonly Row[] = [];
  #palette: Palette | undefined;
  #size = { width: 0, height: 0 };
  readonly #dark = matchMedia('(prefers-color-scheme: dark)');
  readonly #resized = new ResizeObserver(() => this.#measure());

  protected override watched() {
    const { run, span, grouping, pinned, collapsed, selected } = this.state;
    return [run, span, grouping, pinned, collapsed, selected];
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#dark.addEventListener('change', this.#recolour);
    // The playhead moves with every frame; nothing else is drawn again for it.
    this.listen(this.state.atMs, () => this.#movePlayhead());
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#dark.removeEventListener('change', this.#recolour);
    this.#resized.disconnect();
  }

  protected override render() {
    const run = this.state.run.get();
    this.#rows = run ? rowsOf(run.record, this.state.grouping.get(), this.state.collapsed.get()) : [];
    this.#pins = run ? pinnedRows(run.record, this.state.pinned.get()) : [];
    const selected = this.state.selected.get();
    const isPinned = this.state.pinned.get().includes(selected ?? '');
    return html`
      <header>
        <h2>Lanes</h2>
        <label>
          <span class="muted">by</span>
          <select aria-label="Group lanes by" @change=${this.#group}>
            ${GROUPINGS.map(
              (each) =>
                html`<option value=${each} ?selected=${each === this.state.grouping.get()}>${each}</option>`,
            )}
          </select>
        </label>
        <span class="space"></span>
        <button ?disabled=${selected === undefined} aria-pressed=${isPinned} title="The selected lane stays at the top (G)" @click=${() => selected && this.state.pin(selected)}>${isPinned ? 'Unpin' : 'Pin'}</button>
        ${this.actions === undefined ? nothing : html`<button title="Why is it so? (Y)" @click=${() => this.actions?.why()}>Why?</button>`}
        <button class="icon" title="Zoom out (S)" aria-label="Zoom out" @click=${() => this.#zoom(1.6)}>
          <svg viewBox="0 0 16 16" aria-hidden="true"><path d="M3,7h10v2H3Z" /></svg>
        </button>
        <button class="icon" title="Zoom in (W)" aria-label="Zoom in" @click=${() => this.#zoom(1 / 1.6)}>
          <svg viewBox="0 0 16 16" aria-hidden="true"><path d="M7,3h2v4h4v2h-4v4h-2v-4h-4v-2h4Z" /></svg>
        </button>
        <button title="The whole run (F)" @click=${() => this.state.look([0, Number.MAX_SAFE_INTEGER])}>Fit</button>
      </header>
      <div class="axis">
        <lane-axis .state=${this.state} .width=${this.#size.width}></lane-axis>
      </div>
      <div class="pins" role="group" aria-label="Pinned lanes" ?hidden=${this.#pins.length === 0}>
        <lane-labels .state=${this.state} .rows=${this.#pins}></lane-labels>
        <canvas aria-hidden="true"></canvas>
      </div>
      <div class="scroll" tabindex="0" role="group" aria-label="Lanes over time" @scroll=${() => this.#draw()}>
        <lane-labels .state=${this.state} .rows=${this.#rows}></lane-labels>
        <div class="stage" @click=${this.#click}>
          <canvas aria-hidden="true"></canvas>
          <div class="playhead"></div>
        </div>
      </div>
    `;
  }

  protected override firstUpdated(): void {
    this.#resized.observe(this.#stage);
    this.#resized.observe(this.#scroll);
    addGestures(this.#stage, this.state);
  }

  protected override updated(): void {
    this.#draw();
    this.#movePlayhead();
    this.#reveal();
  }

  get #stage(): HTMLElement {
    return this.renderRoot.querySelector<HTMLElement>('.stage')!;
  }

  get #scroll(): HTMLElement {
    return this.renderRoot.querySelector<HTMLElement>('.scroll')!;
  }

  readonly #recolour = (): void => {
    this.#palette = undefined;
    this.#draw();
  };

  #measure(): void {
    const width = this.#stage.clientWidth;
    const height = this.#scroll.clientHeight;
    if (width === this.#size.width && height === this.#size.height) return;
    this.#size = { width, height };
    this.requestUpdate();
  }

  #draw(): void {
    const run = this.state.run.get();
    const { width, height } = this.#size;
    if (run === undefined || width === 0) return;
    const stageHeight = `${Math.max(height, heightOf(this.#rows))}px`;
    if (this.#stage.style.height !== stageHeight) this.#stage.style.height = stageHeight;
    // A canvas without any height makes no patterns.
    if (this.#pins.length > 0) this.#paint(this.#canvas('.pins'), this.#pins, run, heightOf(this.#pins), 0);
    this.#paint(this.#canvas('.stage'), this.#rows, run, height, this.#scroll.scrollTop);
  }

  #canvas(within: string): HTMLCanvasElement {
    return this.renderRoot.querySelector<HTMLCanvasElement>(`${within} canvas`)!;
  }

  #paint(
    canvas: HTMLCanvasElement,
    rows: readonly Row[],
    run: RunView,
    height: number,
    scrollTop: number,
  ): void {
    const context = canvas.getContext('2d');
    const { width } = this.#size;
    if (context === null) return;
    const density = window.devicePixelRatio;
    if (canvas.width !== Math.round(width * density) || canvas.height !== Math.round(height * density)) {
      canvas.width = Math.round(width * density);
      canvas.height = Math.round(height * density);
      canvas.style.width = `${width}px`;
      canvas.style.height = `${height}px`;
    }
    context.setTransform(density, 0, 0, density, 0, 0);
    this.#palette ??= paletteOf(this, context);
    paint(context, {
      rows,
      span: this.state.span.get(),
      endMs: run.knownMs,
      width,
      height,
      scrollTop,
      ticks: ticksOf(this.state, width),
      marks: run.marks.map(({ at_ms }) => at_ms),
      selected: this.state.selected.get(),
      palette: this.#palette,
    });
  }

  /** What a picture of the lanes is made of. */
  picture(): { canvas: HTMLCanvasElement; names: LaneName[] } {
    const { scrollTop } = this.#scroll;
    const names = this.#rows.map(({ label, y, height, type }) => ({
      text: type === 'group' ? label : `   ${label}`,
      y: y - scrollTop,
      height,
    }));
    return { canvas: this.#canvas('.stage'), names };
  }

  #movePlayhead(): void {
    const line = this.renderRoot.querySelector<HTMLElement>('.playhead');
    if (line === null) return;
    const x = scaleOf(this.state, this.#size.width)(this.state.atMs.get());
    line.hidden = x < -1 || x > this.#size.width + 1;
    line.style.transform = `translateX(${x}px)`;
  }

  #revealed: string | undefined;

  /** Scrolls a newly selected lane into sight. */
  #reveal(): void {
    const id = this.state.selected.get();
    if (id === this.#revealed) return;
    this.#revealed = id;
    const row = this.#rows.find((candidate) => candidate.lane?.id === id);
    if (row === undefined) return;
    const { scrollTop, clientHeight } = this.#scroll;
    const [top, bottom] = [row.y - LANE_HEIGHT, row.y + row.height + LANE_HEIGHT];
    if (top < scrollTop) this.#scroll.scrollTop = top;
    else if (bottom > scrollTop + clientHeight) this.#scroll.scrollTop = bottom - clientHeight;
  }

  readonly #group = (event: Event): void => {
    this.state.collapsed.set(new Set());
    this.state.grouping.set((event.target as HTMLSelectElement).value as Grouping);
  };

  #zoom(factor: number): void {
    this.state.zoom(factor, this.state.atMs.get());
  }

  readonly #click = (event: MouseEvent): void => {
    const bounds = this.#stage.getBoundingClientRect();
    this.state.playing.set(false);
    this.state.seek(scaleOf(this.state, this.#size.width).invert(event.clientX - bounds.left));
    const y = event.clientY - bounds.top;
    const row = this.#rows.find((candidate) => y >= candidate.y && y < candidate.y + candidate.height);
    if (row?.lane) this.state.select(row.lane.id);
  };
}

customElements.define('lanes-view', LanesView);
