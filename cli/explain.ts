/** `quorate explain SCENARIO --at T`: why something happened, backwards through the causes, in words. */
import type { Command } from 'commander';
import { durationMistake, durationUs } from '../scenarios/durations.ts';
import { chainOf, type Link } from '../scenarios/explain.ts';
import type { StoryLine } from '../scenarios/run-record.ts';
import type { TraceRecord } from '../sim/trace.ts';
import { Failure } from './failure.ts';
import { repeatCommand } from './run.ts';
import { addScenarioFlags, readyScenario, runReady, type ScenarioFlags } from './scenario.ts';
import { type Style, styleOf } from './style.ts';
import { UNLIMITED, wrap } from './wrap.ts';

interface ExplainFlags extends ScenarioFlags {
  readonly at?: string;
  readonly event?: string;
  readonly limit: string;
  readonly json?: boolean;
}

/** Steps kept while the scenario runs; a chain that leads further back ends there and says so. */
const MOST_RECORDS = 2_000_000;

export function addExplain(program: Command): void {
  addScenarioFlags(
    program
      .command('explain')
      .description('say why something happened: the chain of its causes, the newest first'),
  )
    .option('--at <time>', 'the last line of the story at or before this time, as 12.9s')
    .option('--event <id>', 'the step with this id, as a trace and the page show it')
    .option('--limit <number>', 'most links of the chain that are shown', '25')
    .option('--json', 'print one JSON object')
    .action(async (name: string, flags: ExplainFlags) => {
      await explain(name, flags);
    });
}

async function explain(name: string, flags: ExplainFlags): Promise<void> {
  const limit = wholeNumber('--limit', flags.limit);
  const event = flags.event === undefined ? undefined : wholeNumber('--event', flags.event);
  if (flags.at === undefined && event === undefined)
    throw new Failure('say what is to be explained: --at 12.9s or --event ID');
  const mistake = flags.at === undefined ? undefined : durationMistake(flags.at);
  if (mistake !== undefined) throw new Failure(`--at ${mistake}`);
  const ready = readyScenario(name, flags);
  const records = new Map<number, TraceRecord>();
  const { record, session } = await runReady(ready, {
    record: (step) => {
      // What is reported while a step is carried out has the step's own id: the step itself comes first.
      if (!records.has(step.id)) records.set(step.id, { ...step, contextAfter: undefined });
      if (records.size > MOST_RECORDS) records.delete(records.keys().next().value as number);
    },
  });
  const line = event === undefined ? lastLine(record.story, durationUs(flags.at ?? '0s') / 1000) : undefined;
  if (event === undefined && line === undefined)
    throw new Failure(
      `nothing has happened by ${flags.at}: the first line of the story is at ${(record.story[0]?.at_ms ?? 0) / 1000} s`,
    );
  const id = event ?? line?.step ?? 0;
  if (!records.has(id)) throw new Failure(`there is no step ${id} from the scenario's zero to its end`);
  const chain = chainOf(id, records, session.epochUs);
  const shown = chain.slice(0, limit);
  const told = line ?? record.story.find(({ step }) => step === id);
  if (flags.json === true) {
    const { scenario, topology, seed } = record;
    process.stdout.write(
      `${JSON.stringify({ scenario, topology, seed, event: id, line: told ?? null, links: chain.length, chain: shown })}\n`,
    );
    return;
  }
  const style = styleOf(process.stdout);
  const columns = process.stdout.columns ?? UNLIMITED;
  process.stdout.write(
    `${style.bold(`${record.scenario} on ${record.topology}, seed ${record.seed}: why?`)}\n`,
  );
  if (told !== undefined) process.stdout.write(`${wrap(told.text, columns, `${atText(told.at_ms)}  `)}\n`);
  process.stdout.write('\nbecause, the newest first:\n');
  for (const [i, link] of shown.entries()) {
    // Whatever happens again and again, such as an advert a second, is told twice: the last one and the first.
    if (same(link, shown[i - 1]) && same(link, shown[i + 1])) {
      if (!same(link, shown[i - 2])) process.stdout.write(`${''.padStart(14)}... and so on, back to:\n`);
    } else process.stdout.write(`${linkText(link, columns, style)}\n`);
  }
  process.stdout.write(
    `${endText(chain, shown.length)}\n\nthe whole story: ${repeatCommand(name, flags, ready.seed)}\n`,
  );
}

function wholeNumber(flag: string, text: string): number {
  if (!/^\d{1,15}$/.test(text) || text === '0')
    throw new Failure(`${flag} ${text}: it is a whole number from 1 on`);
  return Number(text);
}

function lastLine(story: readonly StoryLine[], atMs: number): StoryLine | undefined {
  return story.filter(({ at_ms }) => at_ms <= atMs).at(-1);
}

const same = (a: Link, b: Link | undefined): boolean =>
  b !== undefined && a.who === b.who && a.text === b.text;

const atText = (atMs: number): string => `${(atMs / 1000).toFixed(3)} s`.padStart(12);

function linkText({ id, at_ms, who, text }: Link, columns: number, style: Style): string {
  const where = who === '' ? '' : `${who}: `;
  const wrapped = wrap(`${where}${text}`, columns, `${atText(at_ms)}  `);
  return `${wrapped}${style.dim(` #${id}`)}`;
}

function endText(chain: readonly Link[], shown: number): string {
  const rest = chain.length - shown;
  if (rest === 0) return `${''.padStart(14)}before that: from outside, or before the scenario's zero`;
  const last = chain[chain.length - 1] as Link;
  return `${''.padStart(14)}and ${rest} more links, back to ${(last.at_ms / 1000).toFixed(3)} s (--limit shows more)`;
}
