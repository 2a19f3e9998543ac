/** The cluster at the playhead: hosts, processes, the VIP, the way of a request. */
import { select } from 'd3';
import { html, nothing, svg } from 'lit';
import type { Engine } from '../engine/engine.ts';
import type { Moment } from '../engine/moment.ts';
import { type Scene, sceneAt } from '../run/scene-at.ts';
import type { Actions } from '../state/actions.ts';
import { PageElement } from '../state/page-element.ts';
import { glyphStyles } from '../styles/glyph.ts';
import { shared } from '../styles/shared.ts';
import { drawHosts, type Layer } from './draw-hosts.ts';
import { drawMessages, drawTimers, wordsOf } from './draw-moment.ts';
import { drawPaths } from './draw-paths.ts';
import { drawServices } from './draw-services.ts';
import { drawVip } from './draw-vip.ts';
import { isOutside, layOut } from './layout.ts';
import { sentenceOf, summaryOf } from './scene-text.ts';
import { topologyStyles } from './styles.ts';

/** Milliseconds for which the playhead has to stand still. */
const STILL_MS = 250;
const ARROWS = ['good', 'bad', 'trap', 'shut'];

export class TopologyView extends PageElement {
  static override properties = {
    ...PageElement.properties,
    actions: { attribute: false },
    engine: { attribute: false },
    moment: { state: true },
  };
  /** Undefined in a replay. */
  declare engine: Engine | undefined;
  /** What goes on where the playhead stands still. */
  declare moment: Moment | undefined;
  /** Undefined in a replay, in which nothing can be done. */
  declare actions: Actions | undefined;
  static override styles = [shared, glyphStyles, topologyStyles];
  #width = 0;
  #scene: Scene | undefined;
  readonly #resized = new ResizeObserver(([entry]) => {
    const width = Math.floor(entry?.contentRect.width ?? 0);
    if (width === this.#width) return;
    this.#width = width;
    this.requestUpdate();
  });

  protected override watched() {
    return [this.state.run, this.state.moment, this.state.selected, this.state.aimed];
  }

  override connectedCallback(): void {
    super.connectedCallback();
    for (const value of [this.state.atMs, this.state.busy, this.state.playing])
      this.listen<unknown>(value as never, () => this.#later());
  }

  #timer: ReturnType<typeof setTimeout> | undefined;

  /** Once the playhead stands still and the run is done. */
  #later(): void {
    clearTimeout(this.#timer);
    if (this.moment !== undefined) this.moment = undefined;
    this.#timer = setTimeout(() => void this.#ask(), STILL_MS);
  }

  async #ask(): Promise<void> {
    const request = this.state.source.get()?.request;
    const atMs = this.state.atMs.get();
    const rests = () => this.state.atMs.get() === atMs && !this.state.playing.get();
    if (this.engine === undefined || request === undefined || this.state.busy.get() !== undefined || !rests())
      return;
    const moment = await this.engine.ask('moment', { request, atMs }).catch(() => undefined);
    if (rests() && this.state.source.get()?.request === request) this.moment = moment;
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#resized.disconnect();
    clearTimeout(this.#timer);
  }

  protected override render() {
    const view = this.state.run.get();
    this.#scene = view && sceneAt(view, this.state.atMs.get());
    const scene = this.#scene;
    return html`
      <header>
        <h2>Cluster</h2>
        <p>${scene ? summaryOf(scene) : ''}</p>
        <span class="space"></span>
        ${this.actions === undefined ? nothing : html`<button title="Break something at the playhead (B)" @click=${() => this.actions?.breakIt()}>Break…</button>`}
      </header>
      <div class="stage">
        <svg class="drawing" aria-hidden="true">
          <defs>
            <pattern id="hatch" width="7" height="7" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
              <rect width="7" height="7"></rect>
              <path d="M0,0V7"></path>
            </pattern>
            ${ARROWS.map(arrow)}
          </defs>
          <g class="paths"></g>
          <g class="messages"></g>
          <g class="hosts"></g>
          <g class="services"></g>
          <g class="flags"></g>
        </svg>
        <ul class="unseen" aria-label="Hosts">
          ${scene?.hosts.map((host) => html`<li>${sentenceOf(host, scene)}</li>`)}
          ${(this.moment?.messages ?? []).map((message) => html`<li>${wordsOf(message)}</li>`)}
        </ul>
        <div class="tools">
          ${(this.actions === undefined ? [] : (scene?.hosts ?? []))
            .filter((host) => !isOutside(host))
            .map(
              ({
                name,
              }) => html`<button class="tool" data-host=${name} data-place="1" title="Terminal on ${name}" aria-label="Terminal on ${name}" @click=${() => this.actions?.terminal(name)}>
                <svg viewBox="0 0 16 16" aria-hidden="true"><path class="line" d="M2.500,4L6.500,8L2.500,12M8,12.500H13.500" /></svg>
              </button><button class="tool" data-host=${name} title="Break ${name}" aria-label="Break ${name}" @click=${() => this.actions?.breakIt(name)}>
                <svg viewBox="0 0 16 16" aria-hidden="true"><path d="M9.5,1L3,9h4.500L6,15l7-8.500H8.500Z" /></svg>
              </button>`,
            )}
        </div>
      </div>
    `;
  }

  protected override firstUpdated(): void {
    this.#resized.observe(this.renderRoot.querySelector('.stage')!);
  }

  protected override updated(): void {
    const scene = this.#scene;
    if (scene === undefined || this.#width === 0) return;
    const layout = layOut(scene, this.#width);
    const drawing = select(this.renderRoot.querySelector<SVGSVGElement>('svg.drawing')!);
    drawing.attr('width', layout.width).attr('height', layout.height);
    const layer = (name: string) => drawing.select<SVGGElement>(`g.${name}`) as unknown as Layer;
    drawPaths(layer('paths'), scene, layout);
    drawHosts(layer('hosts'), layout.boxes, {
      selected: this.state.selected.get(),
      select: (lane) => this.state.select(lane),
      aimed: this.state.aimed.get(),
    });
    // By script, as the policy of the page lets no style stand in its markup.
    for (const tool of this.renderRoot.querySelectorAll<HTMLElement>('.tool')) {
      const box = layout.boxes.find(({ host }) => host.name === tool.dataset['host']);
      if (box === undefined) continue;
      const left =
        drawing.node()!.getBoundingClientRect().left - tool.offsetParent!.getBoundingClientRect().left;
      tool.style.translate = `${left + box.x + box.width - 13 - 28 * Number(tool.dataset['place'] ?? 0)}px ${box.y - 13}px`;
    }
    drawTimers(layer('hosts'), this.moment, this.state.atMs.get());
    drawMessages(layer('messages'), this.moment, layout);
    drawServices(layer('services'), scene, layout);
    drawVip(layer('flags'), scene, layout);
  }
}

customElements.define('topology-view', TopologyView);

function arrow(kind: string) {
  return svg`<marker id="arrow-${kind}" viewBox="-6 -5 8 10" refX="0" markerWidth="9" markerHeight="9" orient="auto" markerUnits="userSpaceOnUse">
      <path d="M-5,-4L0,0L-5,4"></path>
    </marker>`;
}
