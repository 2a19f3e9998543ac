/** The cluster at the playhead: hosts, processes, the VIP, the way of a request. */
import { select } from 'd3';
import { html, nothing, svg } from 'lit';
import { type Scene, sceneAt } from '../run/scene-at.ts';
import type { Actions } from '../state/actions.ts';
import { PageElement } from '../state/page-element.ts';
import { glyphStyles } from '../styles/glyph.ts';
import { shared } from '../styles/shared.ts';
import { drawHosts, type Layer } from './draw-hosts.ts';
import { drawPaths } from './draw-paths.ts';
import { drawServices } from './draw-services.ts';
import { drawVip } from './draw-vip.ts';
import { isOutside, layOut } from './layout.ts';
import { sentenceOf, summaryOf } from './scene-text.ts';
import { topologyStyles } from './styles.ts';

const ARROWS = ['good', 'bad', 'trap', 'shut'];

export class TopologyView extends PageElement {
  static override properties = { ...PageElement.properties, actions: { attribute: false } };
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

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#resized.disconnect();
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
          <g class="hosts"></g>
          <g class="services"></g>
          <g class="flags"></g>
        </svg>
        <ul class="unseen" aria-label="Hosts">
          ${scene?.hosts.map((host) => html`<li>${sentenceOf(host, scene)}</li>`)}
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
