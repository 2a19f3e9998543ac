/** A survival table as a picture: a tile for each set of hosts, a grid of hosts and processes. A cell opens its run. */
import { html, nothing, type TemplateResult } from 'lit';
import type { FailureOrder, Verdict } from '../../properties/survival.ts';
import type { SurvivalRow } from '../../properties/survival-table.ts';
import type { Survived } from '../engine/survival.ts';
import type { Tone } from '../run/run-view.ts';
import { glyph } from '../styles/glyph.ts';

const TONES: Readonly<Record<Verdict, Tone>> = {
  write: 'good',
  degraded: 'changing',
  'read-only from cache': 'bad',
  'VIP without API': 'bad',
  nothing: 'off',
};

type Open = (failure: FailureOrder) => void;

export function survivalPicture(survived: Survived, open: Open): TemplateResult {
  const { hosts, processes, rows } = survived;
  const ofHosts = rows.filter(({ kind }) => kind === 'hosts');
  const ofProcesses = new Map(
    rows.filter(({ kind }) => kind === 'processes').map((row) => [row.failed.join(), row]),
  );
  return html`
    <h4>Hosts without power</h4>
    <ul class="tiles">
      ${ofHosts.map((row) => html`<li>${tile(row, hosts, open)}</li>`)}
    </ul>
    ${
      ofProcesses.size === 0
        ? nothing
        : html`<h4>Processes that are stopped</h4>
            <table class="grid">
              <thead><tr><td></td>${hosts.map((host) => html`<th scope="col">${host}</th>`)}</tr></thead>
              <tbody>
                ${processes.map(
                  (process) => html`<tr>
                    <th scope="row">${process}</th>
                    ${hosts.map((host) => html`<td>${cell(ofProcesses.get(`${host}/${process}`), open)}</td>`)}
                  </tr>`,
                )}
              </tbody>
            </table>`
    }
  `;
}

const words = ({ failed, verdict }: SurvivalRow): string =>
  `${failed.length === 0 ? 'nothing fails' : `without ${failed.join(', ')}`}: ${verdict}`;

const failureOf = ({ failed, order }: SurvivalRow): FailureOrder => ({ failed, how: order ?? 'together' });

/** A dot for each host, a cross for one that is lost; the verdict under them. */
function tile(row: SurvivalRow, hosts: readonly string[], open: Open): TemplateResult {
  return html`<button title="${words(row)}. Opens the run." aria-label=${words(row)} @click=${() => open(failureOf(row))}>
    <span class="dots" aria-hidden="true">${hosts.map((host) => html`<i class=${row.failed.includes(host) ? 'lost' : ''}>${row.failed.includes(host) ? '✕' : '●'}</i>`)}</span>
    ${glyph(row.verdict, TONES[row.verdict])}
  </button>`;
}

function cell(row: SurvivalRow | undefined, open: Open): TemplateResult | typeof nothing {
  if (row === undefined) return nothing;
  return html`<button title="${words(row)}. Opens the run." aria-label=${words(row)} @click=${() => open(failureOf(row))}>
    ${glyph(row.verdict, TONES[row.verdict])}
  </button>`;
}

/** What the marks say, those that are there. */
export function legend(rows: readonly SurvivalRow[]): TemplateResult {
  const seen = (Object.keys(TONES) as Verdict[]).filter((verdict) =>
    rows.some((row) => row.verdict === verdict),
  );
  return html`<ul class="legend">
    ${seen.map((verdict) => html`<li>${glyph(verdict, TONES[verdict])} ${verdict}</li>`)}
  </ul>`;
}

/** `any 1 host may fail` */
export function toleranceText({ summary, tried, of }: Survived): string {
  if (summary === undefined) return `${tried} of ${of} sets tried`;
  const { hostTolerance: hosts, singlePoints } = summary;
  const lost =
    hosts < 0
      ? 'not every write is served even when nothing fails'
      : hosts === 0
        ? 'not any host may fail'
        : `any ${hosts} ${hosts === 1 ? 'host' : 'hosts'} may fail and every write is served`;
  return singlePoints.length === 0
    ? `${lost}; no single point of failure`
    : `${lost}; single points: ${singlePoints.map(({ what }) => what).join(', ')}`;
}
