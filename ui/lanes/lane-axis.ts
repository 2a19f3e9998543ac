/** The time axis over the lanes: ticks, what was done to the cluster, and the playhead's handle. Dragging it scrubs. */
import { axisTop, bisectRight, select } from 'd3';
import { css, html } from 'lit';
import type { StoryLine } from '../../scenarios/run-record.ts';
import { type LinearScale, linearScale } from '../run/scale.ts';
import { clockText, tickText } from '../run/times.ts';
import { PageElement } from '../state/page-element.ts';
import type { PageState } from '../state/page-state.ts';
import { shared } from '../styles/shared.ts';
import { addScrubbing } from './gestures.ts';

export const AXIS_HEIGHT = 58;
/** Room for a tick's label. */
const TICK_WIDTH = 84;
const MOST_GHOSTS = 500;

export function scaleOf(state: PageState, width: number): LinearScale {
  return linearScale(state.span.get(), [0, width]);
}

export function ticksOf(state: PageState, width: number): number[] {
  return scaleOf(state, width).ticks(Math.max(2, Math.floor(width / TICK_WIDTH)));
}

export class LaneAxis extends PageElement {
  static override properties = { ...PageElement.properties, width: { type: Number } };
  declare width: number;

  static override styles = [
    shared,
    css`
      :host {
        position: relative;
        overflow: hidden;
        cursor: ew-resize;
        touch-action: none;
        user-select: none;
      }
      svg {
        display: block;
        font: 11px var(--font);
        font-variant-numeric: tabular-nums;
      }
      svg :is(.domain, .tick line) {
        stroke: var(--line-strong);
      }
      text {
        fill: var(--muted);
      }
      .mark line {
        stroke: var(--bad);
      }
      .mark text {
        fill: var(--bad);
        font-weight: 650;
      }
      .mark.operator :is(line, text) {
        stroke-opacity: 0.8;
      }
      .ghosts circle {
        fill: none;
        stroke: var(--accent);
      }
      .handle[hidden] {
        display: none;
      }
      .handle {
        position: absolute;
        top: 18px;
        left: 0;
        padding: 1px 7px;
        border-radius: 9px;
        background: var(--accent);
        color: var(--accent-ink);
        font-size: 11px;
        font-weight: 650;
        font-variant-numeric: tabular-nums;
        white-space: nowrap;
      }
    `,
  ];

  /** Events at or before the playhead, as last drawn. */
  #moment = -1;

  protected override watched() {
    return [this.state.run, this.state.span];
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.listen(this.state.atMs, () => this.#moveHandle());
  }

  protected override render() {
    return html`
      <svg height=${AXIS_HEIGHT} width=${this.width} aria-hidden="true">
        <g class="axis" transform="translate(0,${AXIS_HEIGHT - 1})"></g>
        <g class="ghosts"></g>
        <g class="marks"></g>
      </svg>
      <div class="handle" aria-hidden="true"></div>
    `;
  }

  protected override firstUpdated(): void {
    const at = (clientX: number) =>
      scaleOf(this.state, this.width).invert(clientX - this.getBoundingClientRect().left);
    addScrubbing(this, at, this.state);
    this.addEventListener(
      'wheel',
      (event) => {
        event.preventDefault();
        this.state.zoom(1.0015 ** event.deltaY, at(event.clientX));
      },
      { passive: false },
    );
  }

  protected override updated(): void {
    const scale = scaleOf(this.state, this.width);
    const ticks = ticksOf(this.state, this.width);
    const stepMs = (ticks[1] ?? 0) - (ticks[0] ?? 0);
    const axis = axisTop<number>(scale as never)
      .tickValues(ticks)
      .tickSizeOuter(0)
      .tickFormat((ms) => tickText(ms, stepMs));
    const drawing = select(this.renderRoot.querySelector('svg')!);
    drawing.select<SVGGElement>('g.axis').call(axis as never);
    // The outermost labels stay inside.
    drawing
      .selectAll<SVGTextElement, number>('g.axis .tick text')
      .attr('text-anchor', (ms) =>
        scale(ms) < 16 ? 'start' : scale(ms) > this.width - 16 ? 'end' : 'middle',
      );
    this.#drawGhosts(scale);
    drawMarks(
      drawing.select<SVGGElement>('g.marks') as never,
      this.state.run.get()?.marks ?? [],
      scale,
      this.width,
    );
    this.#moveHandle();
  }

  /** What is to come if nobody touches anything: hollow ticks after the playhead. */
  #drawGhosts(scale: LinearScale): void {
    const run = this.state.run.get();
    const atMs = this.state.atMs.get();
    const places = (run?.storyTimes ?? [])
      .filter((ms) => ms > atMs)
      .map(scale)
      .filter((x) => x >= 0 && x <= this.width);
    select(this.renderRoot.querySelector<SVGGElement>('g.ghosts')!)
      .selectAll('circle')
      .data(places.slice(0, MOST_GHOSTS))
      .join('circle')
      .attr('r', 2.5)
      .attr('cx', (x) => x)
      .attr('cy', AXIS_HEIGHT - 24);
  }

  #moveHandle(): void {
    const handle = this.renderRoot.querySelector<HTMLElement>('.handle');
    if (handle === null) return;
    const x = scaleOf(this.state, this.width)(this.state.atMs.get());
    const moment = bisectRight(this.state.run.get()?.storyTimes ?? [], this.state.atMs.get());
    if (moment !== this.#moment) {
      this.#moment = moment;
      this.#drawGhosts(scaleOf(this.state, this.width));
    }
    handle.textContent = clockText(this.state.atMs.get());
    handle.hidden = x < -1 || x > this.width + 1;
    const half = handle.offsetWidth / 2;
    const inside = Math.min(Math.max(x, half), Math.max(half, this.width - half));
    handle.style.transform = `translateX(${inside - half}px)`;
  }
}

customElements.define('lane-axis', LaneAxis);

type Layer = ReturnType<typeof select<SVGGElement, unknown>>;

/** A flag with as many of the first letters as fit before the next one; lines only where none would. */
function drawMarks(layer: Layer, lines: readonly StoryLine[], scale: LinearScale, width: number): void {
  const places: { line: StoryLine; x: number; text: string }[] = [];
  for (const line of lines) {
    const x = scale(line.at_ms);
    const last = places.at(-1);
    if (x < 0 || x > width) continue;
    // What happens together is told together.
    if (last !== undefined && x - last.x < 2) last.text += `, ${line.text}`;
    else places.push({ line, x, text: line.text });
  }
  const placed = places.map(({ line, x, text }, index) => {
    const room = (places[index + 1]?.x ?? width) - x - 10;
    return { line, x, text: cut(text, Math.min(MOST_LETTERS, room / LETTER)) };
  });
  const marks = layer
    .selectAll<SVGGElement, (typeof placed)[number]>('g')
    .data(placed)
    .join((enter) => {
      const added = enter.append('g');
      added.append('line').attr('y1', 2).attr('y2', AXIS_HEIGHT);
      added.append('text').attr('x', 5).attr('y', 12);
      return added;
    })
    .attr('class', ({ line }) => `mark ${line.kind}`)
    .attr('transform', ({ x }) => `translate(${Math.round(x) + 0.5},0)`);
  marks.select('text').text(({ text }) => text);
}

const MOST_LETTERS = 40;
/** Pixels that a letter of the flags takes, on average. */
const LETTER = 6.2;

function cut(text: string, letters: number): string {
  if (text.length <= letters) return text;
  return letters < 5 ? '' : `${text.slice(0, Math.floor(letters) - 1)}…`;
}
