/** Two runs on one time axis: each lane twice, above the one's, below the other's. Where they part first is marked. */
import { css, html, nothing, type TemplateResult } from 'lit';
import type { RunRecord } from '../../scenarios/run-record.ts';
import type { Engine } from '../engine/engine.ts';
import { paint } from '../lanes/paint.ts';
import { paletteOf } from '../lanes/palette.ts';
import type { Row } from '../lanes/rows.ts';
import { type Comparison, compareRuns } from '../run/compare.ts';
import type { RunRequest } from '../run/request.ts';
import { linearScale } from '../run/scale.ts';
import { clockText, lengthText, tickText } from '../run/times.ts';
import type { Branches } from '../state/branches.ts';
import { PageElement } from '../state/page-element.ts';
import { dialogStyles } from '../styles/dialog.ts';
import { shared } from '../styles/shared.ts';

const HEIGHT = 20;
const GAP = 8;
const NAMES = 230;
/** The pair that people ask about most: etcd on the masters, or on hosts of its own. */
const STACKED_EXTERNAL = ['stacked-3-loses-two', 'external-loses-two-control-planes'] as const;

interface Named {
  readonly name: string;
  readonly record: RunRecord;
}

export class CompareView extends PageElement {
  static override properties = {
    ...PageElement.properties,
    branches: { attribute: false },
    engine: { attribute: false },
    one: { state: true },
    other: { state: true },
    doing: { state: true },
    differing: { state: true },
  };
  declare branches: Branches;
  declare engine: Engine;
  /** Instead of the run that is shown. */
  declare one: Named | undefined;
  declare other: Named | undefined;
  declare doing: string;
  declare differing: boolean;

  static override styles = [
    shared,
    dialogStyles,
    css`
      dialog {
        width: min(1240px, calc(100vw - 24px));
      }
      .with {
        display: flex;
        flex-wrap: wrap;
        gap: 8px;
        align-items: center;
      }
      table {
        margin: 12px 0;
        border-collapse: collapse;
        font-variant-numeric: tabular-nums;
      }
      th,
      td {
        padding: 3px 18px 3px 0;
        text-align: left;
      }
      thead th {
        color: var(--muted);
        font-weight: 400;
      }
      .scroll {
        max-height: 52vh;
        overflow: auto;
        border-top: 1px solid var(--line);
      }
      .lanes {
        display: grid;
        grid-template-columns: ${NAMES}px 1fr;
      }
      ol {
        margin: 0;
        padding: 0;
        list-style: none;
      }
      li {
        height: ${HEIGHT * 2 + GAP}px;
        padding: 3px 8px 0 0;
        font-size: 12px;
        line-height: ${HEIGHT - 2}px;
        white-space: nowrap;
      }
      li span {
        display: block;
        overflow: hidden;
        text-overflow: ellipsis;
      }
      canvas {
        display: block;
        width: 100%;
      }
      .parting button {
        min-height: 26px;
      }
    `,
  ];

  constructor() {
    super();
    this.one = undefined;
    this.other = undefined;
    this.doing = '';
    this.differing = true;
  }

  protected override watched() {
    return [this.state.run];
  }

  open(): void {
    this.one = undefined;
    this.requestUpdate();
    this.renderRoot.querySelector('dialog')?.showModal();
  }

  protected override render() {
    const mine = this.one?.record ?? this.state.record;
    const others = this.branches.all.get().filter(({ id }) => id !== this.branches.current.get());
    const comparison = mine && this.other && compareRuns(mine, this.other.record);
    return html`<dialog aria-labelledby="title">
      <div class="head">
        <h2 id="title">Compare</h2>
        <form method="dialog"><button>Close</button></form>
      </div>
      <div class="with" role="group" aria-label="With what">
        <span>A: <strong>${this.one?.name ?? this.branches.branch?.name ?? mine?.scenario}</strong>. B:</span>
        ${others.map(({ name, request, record }) => html`<button @click=${() => this.#against(name, request, record)}>${name}</button>`)}
        <button @click=${() => this.#seed()}>another seed</button>
        <button title="Two of three control-plane hosts are lost, with etcd on them, and with etcd on hosts of its own" @click=${() => this.#stackedExternal()}>stacked against external</button>
        ${this.other === undefined ? nothing : html`<strong>${this.other.name}</strong>`}
        <span role="status" class="muted">${this.doing}</span>
      </div>
      ${comparison === undefined ? nothing : this.#found(comparison)}
    </dialog>`;
  }

  #found({ partMs, services, pairs }: Comparison): TemplateResult {
    const shown = this.#shown(pairs);
    return html`
      <p class="parting">
        ${
          partMs === undefined
            ? 'No state that both have ever differs.'
            : html`They part first at <button class="number" ?disabled=${this.one !== undefined} @click=${() => this.#go(partMs)}>${clockText(partMs)}</button>`
        }
      </p>
      <table>
        <thead><tr><th>disturbed</th><th>A</th><th>B</th><th>B − A</th></tr></thead>
        <tbody>
          ${services.map(
            ({ name, a, b }) => html`<tr>
              <th scope="row">${name}</th>
              <td>${lengthText(a.lostMs)} in ${a.count}</td>
              <td>${lengthText(b.lostMs)} in ${b.count}</td>
              <td>${b.lostMs === a.lostMs ? 'the same' : `${b.lostMs > a.lostMs ? '+' : '−'}${lengthText(Math.abs(b.lostMs - a.lostMs))}`}</td>
            </tr>`,
          )}
        </tbody>
      </table>
      <label><input type="checkbox" .checked=${this.differing} @change=${(event: Event) => {
        this.differing = (event.target as HTMLInputElement).checked;
      }} /> only lanes that differ</label>
      <div class="scroll" tabindex="0" role="group" aria-label="Lanes of both runs">
        <div class="lanes">
          <ol>
            ${shown.map(
              ({ label, partMs: part }) => html`<li>
                <span title=${label}>A ${label}</span><span class="muted">B ${part === undefined ? '' : `parts at ${clockText(part)}`}</span>
              </li>`,
            )}
          </ol>
          <canvas aria-hidden="true"></canvas>
        </div>
      </div>
    `;
  }

  #shown(pairs: Comparison['pairs']): Comparison['pairs'] {
    return this.differing
      ? pairs.filter(({ a, b, partMs }) => partMs !== undefined || a === undefined || b === undefined)
      : pairs;
  }

  protected override updated(): void {
    const mine = this.one?.record ?? this.state.record;
    const canvas = this.renderRoot.querySelector('canvas');
    const context = canvas?.getContext('2d');
    if (!canvas || !context || mine === undefined || this.other === undefined) return;
    const { pairs, partMs } = compareRuns(mine, this.other.record);
    const shown = this.#shown(pairs);
    const width = canvas.clientWidth || 800;
    const height = Math.max(1, shown.length * (HEIGHT * 2 + GAP));
    const density = window.devicePixelRatio;
    canvas.width = width * density;
    canvas.height = height * density;
    canvas.style.height = `${height}px`;
    context.setTransform(density, 0, 0, density, 0, 0);
    const rows = shown.flatMap(({ id, a, b }, index): Row[] => {
      const y = index * (HEIGHT * 2 + GAP);
      const row = { type: 'lane', id, label: '', height: HEIGHT, open: false } as const;
      return [
        { ...row, lane: a, y },
        { ...row, id: `${id} b`, lane: b, y: y + HEIGHT },
      ];
    });
    const endMs = Math.max(mine.until_ms, this.other.record.until_ms);
    const ticks = linearScale([0, endMs], [0, width]).ticks(8);
    paint(context, {
      rows,
      span: [0, endMs],
      endMs,
      width,
      height,
      scrollTop: 0,
      ticks,
      marks: partMs === undefined ? [] : [partMs],
      selected: undefined,
      palette: paletteOf(this, context),
    });
    context.fillStyle = getComputedStyle(this).getPropertyValue('--muted');
    context.font = '10px sans-serif';
    for (const tick of ticks)
      context.fillText(
        tickText(tick, (ticks[1] ?? 1) - (ticks[0] ?? 0)),
        (tick / endMs) * width + 2,
        height - 3,
      );
  }

  #go(atMs: number): void {
    this.renderRoot.querySelector('dialog')?.close();
    this.state.jump(atMs);
  }

  async #against(name: string, request: RunRequest, record?: RunRecord): Promise<void> {
    try {
      this.one = undefined;
      this.other = { name, record: record ?? (await this.#run(request)) };
      this.doing = '';
    } catch (error) {
      this.doing = error instanceof Error ? error.message : String(error);
    }
  }

  #run(request: RunRequest): Promise<RunRecord> {
    return this.engine.ask('run', { request }, ({ share }) => {
      this.doing = `running, ${Math.round(share * 100)} %`;
    });
  }

  #seed(): Promise<void> {
    const request = this.state.source.get()?.request;
    if (request === undefined) return Promise.resolve();
    const seed = (this.other?.record.seed ?? request.seed) + 1;
    return this.#against(`seed ${seed}`, { ...request, seed });
  }

  /** Both lose two of three control-plane hosts. */
  async #stackedExternal(): Promise<void> {
    try {
      const records: RunRecord[] = [];
      for (const scenario of STACKED_EXTERNAL) records.push(await this.#run({ scenario, seed: 1, set: [] }));
      [this.one, this.other] = records.map((record) => ({ name: record.scenario, record }));
      this.doing = '';
    } catch (error) {
      this.doing = error instanceof Error ? error.message : String(error);
    }
  }
}

customElements.define('compare-view', CompareView);
