/** `quorate measure SCENARIO --runs N`: runs a scenario many times, on all cores, and sums up its measures. */
import type { Command } from 'commander';
import { runScenarios, type ScenarioAnswer, type ScenarioTask } from '../plan/runners/scenario-runs.ts';
import { countsOf, type NumberSummary, summaryOf } from '../plan/summary.ts';
import type { MeasureData } from '../scenarios/schema.ts';
import { EXIT_INTERRUPTED, Failure } from './failure.ts';
import { Progress } from './progress.ts';
import { addScenarioFlags, readyScenario, type ScenarioFlags } from './scenario.ts';

interface MeasureFlags extends ScenarioFlags {
  readonly runs: string;
  readonly json?: boolean;
}

/** Of one measure over all runs: of numbers a summary and every sample, of words how often each came. */
export type MeasureSummary =
  /** `samples` are in the order of the seeds (of requests, each gives one); null where the moment never came, which `n` does not count. */
  | (Partial<NumberSummary> & { readonly n: number; readonly samples: readonly (number | null)[] })
  | { readonly n: number; readonly counts: Readonly<Record<string, number>> };

/** What `measure --json` prints. */
export interface MeasureReport {
  readonly scenario: string;
  readonly topology: string;
  /** Of the first run; each further run has the next one. */
  readonly seed: number;
  readonly runs: number;
  readonly measures: Readonly<Record<string, MeasureSummary>>;
}

/** More would not fit in memory, and no distribution needs them. */
const MOST_RUNS = 1_000_000;

export function addMeasure(program: Command): void {
  addScenarioFlags(
    program.command('measure').description('run a scenario many times and sum up its measures'),
  )
    .option('--runs <number>', 'how many runs; the seeds count up from --seed', '100')
    .option('--json', 'print one JSON object instead of the table')
    .action(async (scenario: string, flags: MeasureFlags) => {
      await measure(scenario, flags);
    });
}

async function measure(name: string, flags: MeasureFlags): Promise<void> {
  const runs = runsOf(flags.runs);
  const { composed, job, library, seed: first } = readyScenario(name, flags);
  const measures = composed.data.measure ?? [];
  if (measures.length === 0) throw new Failure(`scenario ${name} has no measure: nothing can be summed up`);
  const tasks = Array.from(
    { length: runs },
    (_, i): ScenarioTask => ({ job: 0, seed: first + i, give: 'measures' }),
  );
  const progress = new Progress(`${composed.data.scenario}:`);
  const abort = new AbortController();
  const onInterrupt = (): void => abort.abort(new Failure('interrupted', EXIT_INTERRUPTED));
  process.once('SIGINT', onInterrupt);
  let answers: ScenarioAnswer[];
  try {
    answers = await runScenarios({ library, jobs: [job] }, tasks, {
      signal: abort.signal,
      answered: (_, answer, done) => {
        if ('error' in answer) abort.abort(new Failure(answer.error));
        progress.show(done / runs);
      },
    });
  } finally {
    progress.done();
    process.removeListener('SIGINT', onInterrupt);
  }
  const values = answers.map((answer) => ('measures' in answer ? answer.measures : {}));
  const report: MeasureReport = {
    scenario: composed.data.scenario,
    topology: composed.topology.topology,
    seed: first,
    runs,
    measures: Object.fromEntries(
      measures.map((one) => [one.name, summed(values.flatMap((taken) => taken[one.name] ?? null))]),
    ),
  };
  process.stdout.write(flags.json === true ? `${JSON.stringify(report)}\n` : reportText(report, measures));
}

function runsOf(text: string): number {
  const runs = /^\d{1,8}$/.test(text) ? Number(text) : 0;
  if (runs < 1 || runs > MOST_RUNS)
    throw new Failure(`--runs ${text}: a number of runs is a whole number from 1 to ${MOST_RUNS}`);
  return runs;
}

function summed(values: readonly (number | string | null)[]): MeasureSummary {
  const words = values.filter((value) => typeof value === 'string');
  if (words.length > 0) {
    const all = values.filter((value) => value !== null).map(String);
    return { n: all.length, counts: countsOf(all) };
  }
  const samples = values as readonly (number | null)[];
  const taken = samples.filter((value) => value !== null);
  return { n: taken.length, ...summaryOf(taken), samples };
}

function reportText(report: MeasureReport, measures: readonly MeasureData[]): string {
  const { scenario, topology, runs, seed } = report;
  const last = seed + runs - 1;
  const seeds = runs === 1 ? `seed ${seed}` : `seeds ${seed} to ${last}`;
  const rows = [['measure', 'n', 'min', 'p50', 'p90', 'max']];
  const words: string[] = [];
  for (const { name, until } of measures) {
    const summary = report.measures[name] as MeasureSummary;
    if ('counts' in summary) {
      const counts = Object.entries(summary.counts).map(([word, count]) => `${word}: ${count}`);
      words.push(`${name}  n ${summary.n}  ${counts.join(', ')}`);
      continue;
    }
    const { n, min, p50, p90, max } = summary;
    const shown = [min, p50, p90, max].map((value) => (value === undefined ? '-' : String(value)));
    rows.push([until === undefined ? name : `${name} (ms)`, String(n), ...shown]);
  }
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  const lines = rows.map((row) =>
    row
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join('  '),
  );
  const head = `${scenario} on ${topology}, ${runs} ${runs === 1 ? 'run' : 'runs'}, ${seeds}`;
  return `${[head, ...(rows.length > 1 ? ['', ...lines] : []), ...(words.length > 0 ? ['', ...words] : [])].join('\n')}\n`;
}
