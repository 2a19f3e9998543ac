/** The whole run at a glance under a slider: services, faults, events, the visible stretch. The slider moves the playhead. */
import { css, html, nothing, svg, type TemplateResult } from 'lit';
import type { RunView } from '../run/run-view.ts';
import { linearScale } from '../run/scale.ts';
import { clockText } from '../run/times.ts';
import { PageElement } from '../state/page-element.ts';
import { shared } from '../styles/shared.ts';

const HEIGHT = 34;
/** Half a thumb: the slider's thumb stands this far inside at both ends. */
const INSET = 7;
/** What an arrow key and a page key move, in milliseconds. */
const ARROW_MS = 100;
const PAGE_MS = 5_000;

export class ScrubStrip extends PageElement {
  static override properties = { ...PageElement.properties, width: { state: true } };
  declare width: number;
  readonly #resized = new ResizeObserver(([entry]) => {
    this.width = Math.floor(entry?.contentRect.width ?? 0);
  });

  static override styles = [
    shared,
    css`
      :host {
        position: relative;
        height: ${HEIGHT}px;
      }
      svg {
        position: absolute;
        inset: 0;
        border-radius: 6px;
      }
      .ground {
        fill: var(--sunken);
      }
      .good {
        fill: var(--good-edge);
        opacity: 0.45;
      }
      .changing {
        fill: var(--changing-edge);
      }
      .bad {
        fill: var(--bad-fill);
      }
      .off {
        fill: none;
      }
      .window {
        fill: var(--accent);
        fill-opacity: 0.1;
        stroke: var(--accent);
      }
      .event {
        stroke: var(--line-strong);
      }
      .fault {
        fill: var(--bad);
      }
      .operator {
        fill: var(--changing);
      }
      input {
        position: absolute;
        inset: 0;
        width: 100%;
        height: 100%;
        margin: 0;
        background: none;
        appearance: none;
        cursor: ew-resize;
      }
      input::-webkit-slider-runnable-track {
        height: ${HEIGHT}px;
      }
      input::-moz-range-track {
        height: ${HEIGHT}px;
      }
      input::-webkit-slider-thumb {
        appearance: none;
        width: ${INSET * 2}px;
        height: ${HEIGHT}px;
        border: 3px solid var(--surface);
        border-radius: 7px;
        background: var(--accent);
      }
      input::-moz-range-thumb {
        box-sizing: border-box;
        width: ${INSET * 2}px;
        height: ${HEIGHT}px;
        border: 3px solid var(--surface);
        border-radius: 7px;
        background: var(--accent);
      }
    `,
  ];

  constructor() {
    super();
    this.width = 0;
  }

  protected override watched() {
    return [this.state.run, this.state.atMs, this.state.span];
  }

  protected override firstUpdated(): void {
    this.#resized.observe(this);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#resized.disconnect();
  }

  protected override render() {
    const run = this.state.run.get();
    const until = run?.record.until_ms ?? 1;
    const atMs = this.state.atMs.get();
    return html`
      <svg width=${this.width} height=${HEIGHT} aria-hidden="true">
        <rect class="ground" width=${this.width} height=${HEIGHT}></rect>
        ${run ? this.#picture(run) : nothing}
      </svg>
      <input
        type="range"
        min="0"
        max=${until}
        step="any"
        aria-label="Playhead"
        aria-valuetext=${`${clockText(atMs)} of ${clockText(until)}`}
        ?disabled=${run === undefined}
        .value=${String(atMs)}
        @input=${this.#input}
        @keydown=${this.#key}
      />
    `;
  }

  #drawn: { readonly run: RunView; readonly width: number; readonly picture: TemplateResult[] } | undefined;

  /** Services and events change with the run only; the visible stretch also with every zoom. */
  #picture(run: RunView): TemplateResult[] {
    const x = linearScale([0, run.record.until_ms], [INSET, this.width - INSET]);
    if (this.#drawn?.run !== run || this.#drawn.width !== this.width) {
      this.#drawn = { run, width: this.width, picture: [...services(run, x), ...events(run, x)] };
    }
    const [from, to] = this.state.span.get();
    const whole = to - from >= run.record.until_ms;
    const visible = svg`<rect class="window" x=${x(from)} y="0.5" rx="3" width=${Math.max(2, x(to) - x(from))} height=${HEIGHT - 1} />`;
    return whole ? this.#drawn.picture : [...this.#drawn.picture, visible];
  }

  readonly #input = (event: Event): void => {
    this.state.playing.set(false);
    this.state.jump(Number((event.target as HTMLInputElement).value));
  };

  readonly #key = (event: KeyboardEvent): void => {
    const by = {
      ArrowLeft: -ARROW_MS,
      ArrowDown: -ARROW_MS,
      ArrowRight: ARROW_MS,
      ArrowUp: ARROW_MS,
      PageDown: -PAGE_MS,
      PageUp: PAGE_MS,
    }[event.key];
    if (by === undefined) return;
    event.preventDefault();
    this.state.playing.set(false);
    this.state.jump(this.state.atMs.get() + by);
  };
}

customElements.define('scrub-strip', ScrubStrip);

type Scale = (ms: number) => number;

/** One thin bar a service, so that an outage shows where it is. */
function services({ record, knownMs }: RunView, x: Scale): TemplateResult[] {
  const lanes = record.lanes.filter(({ kind }) => kind === 'service');
  const height = lanes.length === 0 ? 0 : (HEIGHT - 14) / lanes.length;
  return lanes.flatMap(({ segments }, row) =>
    segments.map(({ from_ms, tone }, index) => {
      const to = x(segments[index + 1]?.from_ms ?? knownMs);
      const width = Math.max(1, to - x(from_ms));
      return svg`<rect class=${tone} x=${x(from_ms)} y=${10 + row * height} width=${width} height=${height - 1.5} />`;
    }),
  );
}

function events({ record, marks }: RunView, x: Scale): TemplateResult[] {
  const ticks = new Set(record.story.map(({ at_ms }) => Math.round(x(at_ms))));
  return [
    ...[...ticks].map((at) => svg`<line class="event" x1=${at + 0.5} x2=${at + 0.5} y1="3" y2="7" />`),
    ...marks.map(({ at_ms, kind }) => svg`<path class=${kind} d="M${x(at_ms) - 4},0h8l-4,8Z" />`),
  ];
}
