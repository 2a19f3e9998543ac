/** The statechart of the machine behind the selected lane, with the state it is in at the playhead, what it knows and waits for. */
import { css, html, nothing, svg, type TemplateResult } from 'lit';
import { targetOfLane } from '../break/targets.ts';
import type { ChartEdge, LiveMachine } from '../engine/chart.ts';
import type { Engine } from '../engine/engine.ts';
import { clockText, lengthText } from '../run/times.ts';
import { PageElement } from '../state/page-element.ts';
import { shared } from '../styles/shared.ts';
import { type ChartLayout, edgePath, layOutChart, type Placed } from './layout.ts';

const WIDTH = 300;
/** Room at the right for lines that lead back. */
const SIDE = 56;
const EDGE = 6;

export class MachinePanel extends PageElement {
  static override properties = {
    ...PageElement.properties,
    engine: { attribute: false },
    live: { state: true },
    problem: { state: true },
    who: { state: true },
  };
  declare engine: Engine;
  declare live: LiveMachine | undefined;
  declare problem: string;
  /** Chosen among the family of the process. */
  declare who: string;

  static override styles = [
    shared,
    css`
      :host {
        overflow: hidden auto;
        padding: 10px 14px 16px;
        scrollbar-width: thin;
      }
      label {
        display: grid;
        gap: 3px;
      }
      label span {
        font-size: 12px;
        font-weight: 650;
      }
      .now {
        margin: 8px 0;
      }
      .chart {
        overflow: auto;
        margin: 8px 0;
      }
      svg {
        display: block;
        max-width: 100%;
        height: auto;
        margin: 0 auto;
        font: 12px var(--font);
      }
      svg text {
        fill: var(--ink);
      }
      .box rect {
        fill: var(--surface);
        stroke: var(--line-strong);
      }
      .box.compound rect {
        fill: var(--sunken);
        stroke-dasharray: 4 3;
      }
      .box.within rect {
        stroke: var(--accent);
        stroke-width: 2;
      }
      .box.live rect {
        fill: var(--accent);
        stroke: var(--accent);
      }
      .box.live text {
        fill: var(--accent-ink);
        font-weight: 700;
      }
      path {
        fill: none;
        stroke: var(--off-edge);
      }
      path.out {
        stroke: var(--accent);
        stroke-width: 2;
      }
      marker path {
        stroke: none;
        fill: var(--line-strong);
      }
      h3 {
        margin: 14px 0 4px;
        font-size: 13px;
      }
      table {
        width: 100%;
        border-collapse: collapse;
        font-size: 12px;
      }
      th {
        padding: 2px 10px 2px 0;
        color: var(--muted);
        font-weight: 400;
        text-align: left;
        vertical-align: top;
      }
      td {
        padding: 2px 0;
        overflow-wrap: anywhere;
      }
      tr.next td {
        font-weight: 650;
      }
      .none {
        color: var(--muted);
      }
    `,
  ];

  constructor() {
    super();
    this.live = undefined;
    this.problem = '';
    this.who = '';
  }

  protected override watched() {
    return [this.state.run];
  }

  override connectedCallback(): void {
    super.connectedCallback();
    for (const value of [this.state.selected, this.state.moment, this.state.run, this.state.tab]) {
      this.listen<unknown>(value as never, () => this.#later());
    }
    this.#later();
  }

  #timer: ReturnType<typeof setTimeout> | undefined;

  /** While the playhead moves it asks now and then only. */
  #later(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      if (this.state.tab.get() === 'machine') void this.#ask();
    }, 60);
  }

  #turn = 0;

  async #ask(): Promise<void> {
    const turn = ++this.#turn;
    const request = this.state.source.get()?.request;
    const target =
      machineOfLane(this.state.selected.get()) ?? firstMachine(this.state.run.get()?.record.processes ?? []);
    const process = target?.split('/').slice(0, 2).join('/');
    const who = process !== undefined && this.who.startsWith(`${process}/`) ? this.who : target;
    if (request === undefined || who === undefined) {
      this.live = undefined;
      this.problem =
        request === undefined
          ? 'A stored run has no machines in it. Open its scenario to look into them.'
          : 'Nothing runs here.';
      return;
    }
    try {
      const live = await this.engine.ask('machine', { request, who, atMs: this.state.atMs.get() });
      if (turn !== this.#turn) return;
      this.live = live;
      this.problem = '';
    } catch (error) {
      if (turn === this.#turn) this.problem = error instanceof Error ? error.message : String(error);
    }
  }

  protected override render() {
    const { live } = this;
    if (this.problem !== '') return html`<p class="none">${this.problem}</p>`;
    if (live === undefined)
      return html`<p class="none">Select a process, or its lane: here is the machine behind it.</p>`;
    const leaving = live.chart.edges
      .filter(({ from }) => isWithin(live.state, from))
      .toSorted((a, b) => Number(a.from === a.to) - Number(b.from === b.to));
    const atMs = this.state.atMs.get();
    return html`
      <label>
        <span>Machine</span>
        <select
          @change=${(event: Event) => {
            this.who = (event.target as HTMLSelectElement).value;
            void this.#ask();
          }}
        >
          ${live.family.map((who) => html`<option value=${who} ?selected=${who === live.who}>${who}</option>`)}
        </select>
      </label>
      <p class="now"><code>${live.chart.id}</code> is ${live.state === undefined ? html`<strong>not running</strong>` : html`in <strong>${live.state}</strong>`}</p>
      <div class="chart" tabindex="0" role="group" aria-label="Statechart; the table below says the same">${drawing(live, leaving)}</div>
      ${this.#timers(live, atMs)}
      ${
        leaving.length === 0
          ? nothing
          : html`<h3>From here</h3>
              <table>
                ${leaving.map(({ label, from, to }) => html`<tr><th scope="row">${label}</th><td>${to === from ? 'stays' : to}</td></tr>`)}
              </table>`
      }
      ${
        live.knows.length === 0
          ? nothing
          : html`<h3>What it knows</h3>
              <table>
                ${live.knows.map(({ field, value }) => html`<tr><th scope="row">${field}</th><td>${value}</td></tr>`)}
              </table>`
      }
    `;
  }

  #timers({ timers }: LiveMachine, atMs: number): TemplateResult | typeof nothing {
    if (timers.length === 0) return nothing;
    return html`<h3>Waits for</h3>
      <table>
        ${timers.map(
          ({ name, at_ms }, index) => html`<tr class=${index === 0 ? 'next' : ''}>
            <th scope="row">${name}</th>
            <td class="number">in ${lengthText(Math.max(0, at_ms - atMs))}, at ${clockText(at_ms)}</td>
          </tr>`,
        )}
      </table>`;
  }
}

customElements.define('machine-panel', MachinePanel);

/** A state is within another if it is that one or lies in it. */
function isWithin(state: string | undefined, other: string): boolean {
  return state !== undefined && (other === '' || state === other || state.startsWith(`${other}.`));
}

/** Lanes of members lead to these, not to their process. */
function machineOfLane(lane: string | undefined): string | undefined {
  if (lane?.startsWith('etcd:')) return `${lane.slice(5)}/etcd/raft`;
  if (lane?.startsWith('vrrp:')) return lane.slice(5).replace('/', '/keepalived/');
  const target = targetOfLane(lane);
  return target?.includes('/') ? target : undefined;
}

function firstMachine(
  processes: readonly { readonly path: string; readonly name: string }[],
): string | undefined {
  return (processes.find(({ name }) => name === 'keepalived') ?? processes[0])?.path;
}

function drawing({ chart, state }: LiveMachine, leaving: readonly ChartEdge[]): TemplateResult {
  const layout = layOutChart(chart, WIDTH);
  const places = new Map(layout.boxes.map((box) => [box.state.path, box]));
  const [width, height] = [layout.width + SIDE + EDGE, layout.height + 24];
  return html`<svg width=${width} height=${height} viewBox="${-EDGE} -12 ${width} ${height}" aria-hidden="true">
    <defs>
      <marker id="tip" viewBox="-7 -4 8 8" markerWidth="8" markerHeight="8" markerUnits="userSpaceOnUse" orient="auto"><path d="M-6,-3.500L0,0L-6,3.500Z" /></marker>
    </defs>
    ${compounds(layout, state, true)}
    ${lines(chart.edges, places, leaving)}
    ${compounds(layout, state, false)}
  </svg>`;
}

function compounds({ boxes }: ChartLayout, live: string | undefined, compound: boolean) {
  return boxes
    .filter((box) => box.compound === compound)
    .map(({ state, x, y, width, height }) => {
      const looks = [
        'box',
        compound ? 'compound' : '',
        state.path === live ? 'live' : isWithin(live, state.path) ? 'within' : '',
      ];
      return svg`<g class=${looks.join(' ')} transform="translate(${x},${y})">
        <rect width=${width} height=${height} rx="7" />
        <text x=${compound ? 10 : width / 2} y=${compound ? 15 : 19.5} text-anchor=${compound ? 'start' : 'middle'}>${state.name}</text>
      </g>`;
    });
}

/** One line for all that leads from one state to another; what is done without leaving has none. */
function lines(
  edges: readonly ChartEdge[],
  places: ReadonlyMap<string, Placed>,
  leaving: readonly ChartEdge[],
) {
  const pairs = new Map<string, { from: Placed; to: Placed; labels: string[]; out: boolean }>();
  for (const edge of edges) {
    const [from, to] = [places.get(edge.from), places.get(edge.to)];
    if (from === undefined || to === undefined || from === to) continue;
    const key = `${edge.from} ${edge.to}`;
    const pair = pairs.get(key) ?? { from, to, labels: [], out: false };
    pair.labels.push(edge.label);
    pair.out ||= leaving.includes(edge);
    pairs.set(key, pair);
  }
  return [...pairs.values()]
    .toSorted((a, b) => Number(a.out) - Number(b.out))
    .map(
      ({ from, to, labels, out }, index) =>
        svg`<path class=${out ? 'out' : ''} d=${edgePath(from, to, index % 5)} marker-end="url(#tip)"><title>${labels.join('\n')}</title></path>`,
    );
}
