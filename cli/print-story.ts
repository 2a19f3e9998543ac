/** The story of a run for a terminal: what happened, how available the API was, and whether the expectations hold. */
import type { Lane, RunRecord, StoryLine } from '../scenarios/run-record.ts';
import type { Style } from './style.ts';

const STRIP_WIDTH = 60;

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
  fault: '✗',
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

export function storyText(record: RunRecord, about: string | undefined, style: Style): string {
  const lines = [style.bold(`${record.scenario} on ${record.topology}, seed ${record.seed}`)];
  if (about !== undefined) lines.push(about);
  lines.push('');
  for (const line of record.story) {
    const text = `${timeText(line)}  ${MARKS[line.kind]} ${line.text}`;
    lines.push(line.kind === 'fault' ? style.bold(text) : text);
  }
  if (record.story.length === 0) lines.push('  nothing happened');
  lines.push('', ...strips(record, style), '', ...verdict(record, style));
  return `${lines.join('\n')}\n`;
}

/** One character a slice: full while up, half while degraded, low while down (the worst of the slice). */
function strips(record: RunRecord, style: Style): string[] {
  const services = record.lanes.filter(({ kind }) => kind === 'service');
  const width = Math.max(0, ...services.map(({ label }) => label.length));
  const end = `${record.until_ms / 1000} s`;
  const head = `  ${''.padEnd(width)}  0 s${end.padStart(STRIP_WIDTH - 3)}`;
  return [
    `availability  ${style.green('█')} up  ${style.yellow('▄')} degraded  ${style.red('_')} down`,
    head,
    ...services.map((lane) =>
      `  ${lane.label.padEnd(width)}  ${strip(lane, record.until_ms, style)}  ${downText(record, lane.label)}`.trimEnd(),
    ),
  ];
}

function strip(lane: Lane, untilMs: number, style: Style): string {
  let text = '';
  for (let i = 0; i < STRIP_WIDTH; i++) {
    const fromMs = (untilMs * i) / STRIP_WIDTH;
    const toMs = (untilMs * (i + 1)) / STRIP_WIDTH;
    const tones = lane.segments
      .filter(({ from_ms }, j) => from_ms < toMs && (lane.segments[j + 1]?.from_ms ?? untilMs) > fromMs)
      .map(({ tone }) => tone);
    text += tones.includes('bad')
      ? style.red('_')
      : tones.includes('changing')
        ? style.yellow('▄')
        : style.green('█');
  }
  return text;
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

function verdict(record: RunRecord, style: Style): string[] {
  const { expectations, requests } = record.result;
  const failed = Object.entries(requests).filter(([outcome, count]) => outcome !== 'ok' && count > 0);
  const lines = [
    `requests  ${requests.ok} ok${failed.map(([outcome, count]) => `, ${count} ${outcome}`).join('')}`,
  ];
  for (const { text, ok, at_ms } of expectations) {
    const when = at_ms === null ? '' : ` (at ${(at_ms / 1000).toFixed(3)} s)`;
    lines.push(
      ok
        ? `  ${style.green('✓')} ${text}${style.dim(when)}`
        : `  ${style.red('✗')} ${style.red(text)}${when}`,
    );
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
