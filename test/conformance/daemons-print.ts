/** The table of measured against simulated, for the terminal and for docs/fidelity.md. */
import type { Summary } from './daemons-judge.ts';
import { recorder } from './daemons-recorder.ts';
import type { Report, Row } from './daemons-rows.ts';

/** So many of all rows must agree. */
export const SHARE_THAT_AGREES = 0.95;

/** Enough rows agree, and whatever deviates has its cause beside it. */
export function passes({ rows }: Report): boolean {
  const agreeing = rows.filter(({ agrees }) => agrees).length;
  return rows.length > 0 && agreeing >= SHARE_THAT_AGREES * rows.length && rows.every(isExplained);
}

function isExplained({ agrees, outliers, note }: Row): boolean {
  return (agrees && outliers.length === 0) || note !== '';
}

const number = (value: number): string => String(Math.round(value * 10) / 10);

function words(counts: Readonly<Record<string, number>>, n: number, asShares: boolean): string {
  const one = ([word, count]: [string, number]): string =>
    `${word}: ${asShares ? `${Math.round((100 * count) / n)} %` : count}`;
  const all = Object.entries(counts).sort((a, b) => b[1] - a[1]);
  const shown = all.slice(0, 4).map(one);
  return [...shown, ...(all.length > 4 ? [`${all.length - 4} more`] : [])].join(', ');
}

function summaryText(summary: Summary, asShares: boolean): string {
  if ('counts' in summary && summary.counts !== undefined) return words(summary.counts, summary.n, asShares);
  if (!('p50' in summary)) return 'never';
  return `${number(summary.p50)} / ${number(summary.p90)}`;
}

function ratio({ measured, simulated }: Row): string {
  if (!('p50' in measured && 'p50' in simulated) || measured.p50 === 0) return '';
  return (simulated.p50 / measured.p50).toFixed(3);
}

function ksText({ ks, ksLimit }: Row): string {
  return ks === null || ksLimit === null ? '' : `${ks.toFixed(2)} of ${ksLimit.toFixed(2)}`;
}

function verdictText(row: Row): string {
  const outside = row.outliers.length === 0 ? '' : `, ${row.outliers.length} far outside`;
  return `${row.agrees ? 'agrees' : 'DIFFERS'}${outside}`;
}

const HEAD = ['recording', 'measure', 'n', 'measured', 'simulated', 'ratio', 'KS', 'verdict'];

function cells(row: Row): string[] {
  return [
    row.id,
    row.measure,
    String(row.measured.n),
    summaryText(row.measured, false),
    summaryText(row.simulated, true),
    ratio(row),
    ksText(row),
    verdictText(row),
  ];
}

/** In one line: how many rows agree. */
export function countText({ rows, runs, mostRuns }: Report): string {
  const agreeing = rows.filter(({ agrees }) => agrees).length;
  const share = rows.length === 0 ? 0 : Math.floor((1000 * agreeing) / rows.length) / 10;
  const recordings = new Set(rows.map(({ id }) => id)).size;
  return `${agreeing} of ${rows.length} rows agree (${share} %), ${recordings} recordings, ${mostRuns === undefined ? runs : `${runs} to ${mostRuns}`} runs each`;
}

export function reportText(report: Report): string {
  const rows = [HEAD, ...report.rows.map(cells)];
  const widths = HEAD.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const lines = rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  const notes = report.rows
    .filter(({ note }) => note !== '')
    .map(({ id, measure, note }) => `  ${id} ${measure}: ${note}`);
  const missing = report.uncovered.map(
    ({ id, measure, reason }) => `  ${id}${measure === '*' ? '' : ` ${measure}`}: ${reason}`,
  );
  return `${[
    'Times in ms, p50 / p90; of words how often each came.',
    '',
    ...lines,
    ...(notes.length > 0 ? ['', 'Known deviations:', ...notes] : []),
    ...(missing.length > 0 ? ['', 'Not replayed:', ...missing] : []),
    '',
    countText(report),
  ].join('\n')}\n`;
}

/** The page docs/fidelity.md. */
export function fidelityPage(report: Report): string {
  const cell = (text: string): string => text.replaceAll('|', '\\|');
  const line = (row: readonly string[]): string => `| ${row.map(cell).join(' | ')} |`;
  const deviations = report.rows.filter((row) => row.note !== '');
  return `${[
    '<!-- Made by `npm run conformance -- daemons --write-docs`; changes by hand are lost. -->',
    '',
    '# How faithful',
    '',
    'Real keepalived, HAProxy and etcd daemons were recorded on Linux while something was done to them. Each recording has a case: an ordinary scenario with the same configuration text, the same fault at a random phase, and measures of the same names. The cases are run with many seeds, and each measure is compared. Repeat it with `npm run conformance -- daemons`; look at one case with `quorate run test/conformance/daemons/A1c_link_down.yaml`.',
    '',
    `**${countText(report)}.**`,
    '',
    '## How it is judged',
    '',
    '- **Words** (who won, why a server is DOWN, a sequence of servers): every recorded word must occur in the simulation, and no word may occur so often there that the recording could not have missed it (1 %).',
    '- **Times that vary in the daemon** (simulated p95 minus p5 over 100 ms) and counts: the two-sample Kolmogorov-Smirnov test at 1 %. Before it each simulated time is given a delay of the recorder.',
    '- **Times that are constant in the daemon**: measured minus simulated median between -5 and +60 ms, of etcd (recorded on a loaded machine) between -100 and +100 ms; +150 ms where the start of a process is inside.',
    '- A single recorded time more than 400 ms outside of everything that was simulated needs its cause, too.',
    '',
    `The delays of the recorder come from one recording whose true value is exact, ${recorder.recording} (${recorder.measure}, ${recorder.trueMs} ms in the repeats that m2 won), and are used for this comparison only: ${recorder.delaysMs.join(', ')} ms.`,
    '',
    'Times are in milliseconds, p50 / p90; of words how often each came, in the simulation as a share.',
    '',
    '## The table',
    '',
    line(HEAD),
    line(HEAD.map(() => '---')),
    ...report.rows.map((row) => line(cells(row))),
    '',
    '## Known deviations',
    '',
    ...(deviations.length === 0
      ? ['None.']
      : deviations.map((row) => `- **${row.id}, ${row.measure}** (${verdictText(row)}): ${row.note}`)),
    '',
    '## Not replayed',
    '',
    ...report.uncovered.map(
      ({ id, measure, reason }) => `- **${id}${measure === '*' ? '' : `, ${measure}`}**: ${reason}`,
    ),
  ].join('\n')}\n`;
}
