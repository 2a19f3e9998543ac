/** The story of a run for a terminal: what happened, how available the API was, and whether the expectations hold. */
import type { Lane, RunRecord, StoryLine } from '../scenarios/run-record.ts';
import type { Style } from './style.ts';
import { wrap } from './wrap.ts';

/** Slices of the availability strip, if the terminal is wide enough. */
const MOST_SLICES = 60;
const FEWEST_SLICES = 20;

/** `10.000 s`, or the time since the last fault, `+2.614 s`; right-aligned. */
function timeText(line: StoryLine): string {
  const since = line.since_fault_ms;
  const text =
    line.kind === 'fault' || since === null
      ? `${(line.at_ms / 1000).toFixed(3)} s`
      : `+${(since / 1000).toFixed(3)} s`;
  return text.padStart(12);
}

const MARKS: Readonly<Record<StoryLine['kind'], string>> = {
  fault: '▲',
  vip: '◆',
  election: '★',
  lease: '●',
  backend: '⇄',
  node: '▣',
  client: '▸',
  process: '○',
  host: '□',
  operator: '>',
  log: ' ',
};

/** @param columns of the terminal; longer lines are broken between words */
export function storyText(
  record: RunRecord,
  about: string | undefined,
  style: Style,
  columns: number,
): string {
  const lines = [style.bold(`${record.scenario} on ${record.topology}, seed ${record.seed}`)];
  if (about !== undefined) lines.push(wrap(about, columns));
  lines.push('');
  for (const line of record.story) {
    const head = `${timeText(line)}  ${MARKS[line.kind]} `;
    // What a command printed is shown as it is: its columns are its own.
    const text = line.kind === 'log' ? `${head}${line.text}` : wrap(line.text, columns, head);
    lines.push(line.kind === 'fault' ? style.bold(text) : text);
  }
  if (record.story.length === 0) lines.push('  nothing happened');
  const shown = strips(record, style, columns);
  lines.push('', ...shown, ...(shown.length === 0 ? [] : ['']), ...verdict(record, style, columns));
  return `${lines.join('\n')}\n`;
}

/** One character a slice: full while up, half while degraded, low while down (the worst of the slice). */
function strips(record: RunRecord, style: Style, columns: number): string[] {
  const services = record.lanes.filter(({ kind }) => kind === 'service');
  if (services.length === 0) return [];
  const width = Math.max(0, ...services.map(({ label }) => label.length));
  const texts = services.map(({ label }) => downText(record, label));
  const widest = Math.max(0, ...texts.map((text) => text.length));
  const slices = Math.max(FEWEST_SLICES, Math.min(MOST_SLICES, columns - width - widest - 6));
  const end = `${record.until_ms / 1000} s`;
  const head = `  ${''.padEnd(width)}  0 s${end.padStart(slices - 3)}`;
  return [
    `availability  ${style.green('█')} up  ${style.yellow('▄')} degraded  ${style.red('_')} down`,
    head,
    ...services.map((lane, i) =>
      `  ${lane.label.padEnd(width)}  ${strip(lane, record.until_ms, style, slices)}  ${texts[i]}`.trimEnd(),
    ),
  ];
}

function strip(lane: Lane, untilMs: number, style: Style, slices: number): string {
  const marks = Array.from({ length: slices }, (_, i) => {
    const fromMs = (untilMs * i) / slices;
    const toMs = (untilMs * (i + 1)) / slices;
    const tones = lane.segments
      .filter(({ from_ms }, j) => from_ms < toMs && (lane.segments[j + 1]?.from_ms ?? untilMs) > fromMs)
      .map(({ tone }) => tone);
    return tones.includes('bad') ? '_' : tones.includes('changing') ? '▄' : '█';
  }).join('');
  return marks
    .replaceAll(/_+/g, (run) => style.red(run))
    .replaceAll(/▄+/g, (run) => style.yellow(run))
    .replaceAll(/█+/g, (run) => style.green(run));
}

function downText(record: RunRecord, service: string): string {
  const outages = record.result.outages.filter((outage) => outage.service === service);
  if (outages.length === 0) return '';
  const open = outages.some(({ to_ms }) => to_ms === null);
  const sum = outages.reduce(
    (total, { from_ms, to_ms }) => total + ((to_ms ?? record.until_ms) - from_ms),
    0,
  );
  return `${(sum / 1000).toFixed(1)} s not good${open ? ', and still' : ''}`;
}

function verdict(record: RunRecord, style: Style, columns: number): string[] {
  const { expectations, requests } = record.result;
  const failed = Object.entries(requests).filter(([outcome, count]) => outcome !== 'ok' && count > 0);
  const lines = [
    `requests  ${requests.ok} ok${failed.map(([outcome, count]) => `, ${count} ${outcome}`).join('')}`,
  ];
  for (const { text, ok, at_ms } of expectations) {
    const when = at_ms === null ? '' : ` (at ${(at_ms / 1000).toFixed(3)} s)`;
    const [first = '', ...rest] = wrap(`${text}${when}`, columns - 4).split('\n');
    const mark = ok ? style.green('✓') : style.red('✗');
    const told = (part: string): string => (ok ? part : style.red(part));
    lines.push(`  ${mark} ${told(first)}`, ...rest.map((part) => `    ${told(part)}`));
  }
  const broken = expectations.filter(({ ok }) => !ok).length;
  if (expectations.length > 0) {
    lines.push(
      broken === 0
        ? style.green(`all ${expectations.length} expectations hold`)
        : style.red(`${broken} of ${expectations.length} expectations do not hold`),
    );
  }
  return lines;
}
