/** Runs the cases of recordings with many seeds and holds each measure to what was recorded. */
import { libraryTexts } from '../../cli/shared.ts';
import { runScenarios, type ScenarioTask } from '../../plan/runners/scenario-runs.ts';
import type { MeasureValue } from '../../scenarios/result.ts';
import type { MeasureData } from '../../scenarios/schema.ts';
import { type Case, CaseError, givesEach, holdsStart, kindOf, type Notes, noteOf } from './daemons-cases.ts';
import { judge, type Summary } from './daemons-judge.ts';
import { constantBounds, recorder } from './daemons-recorder.ts';
import type { Recording, Sample } from './daemons-recording.ts';

export interface Row {
  readonly id: string;
  readonly measure: string;
  readonly measured: Summary;
  readonly simulated: Summary;
  readonly ks: number | null;
  readonly ksLimit: number | null;
  readonly agrees: boolean;
  readonly outliers: readonly number[];
  /** The cause of a deviation; empty if none is known. */
  readonly note: string;
}

/** A recording, or one measure of it (else `*`), that is not replayed, and why. */
export interface Uncovered {
  readonly id: string;
  readonly measure: string;
  readonly reason: string;
}

export interface Report {
  readonly runs: number;
  readonly rows: readonly Row[];
  readonly uncovered: readonly Uncovered[];
}

export interface RunOptions {
  readonly runs: number;
  readonly progress?: (share: number) => void;
  readonly signal?: AbortSignal;
}

/** Measures of all runs of one case, by the name of the measure. */
type Taken = ReadonlyMap<string, readonly (Sample | null)[]>;

export async function compare(
  recordings: readonly Recording[],
  cases: readonly Case[],
  notes: Notes,
  options: RunOptions,
): Promise<Report> {
  const taken = await runCases(cases, options);
  const rows: Row[] = [];
  const uncovered: Uncovered[] = [];
  for (const recording of recordings) {
    const { id } = recording;
    const own = cases.flatMap((one, i) => (one.recording === id ? [{ one, taken: taken[i] as Taken }] : []));
    if (own.length === 0) {
      uncovered.push({ id, measure: '*', reason: noteOf(notes.uncovered, id, '*') ?? 'there is no case' });
      continue;
    }
    for (const [measure, recorded] of Object.entries(recording.samples)) {
      const found = own.flatMap(({ one, taken: values }) => {
        const data = one.data.measure?.find(({ name }) => plain(name) === plain(measure));
        return data === undefined ? [] : [{ one, data, values: values.get(data.name) ?? [] }];
      })[0];
      if (found === undefined) {
        const reason = noteOf(notes.uncovered, id, measure) ?? 'the case does not measure it';
        uncovered.push({ id, measure, reason });
      } else rows.push(rowOf(recording, measure, recorded, found, notes));
    }
  }
  return { runs: options.runs, rows, uncovered };
}

/** Names of measures have letters, digits, _ and -; those of recordings sometimes more. */
function plain(name: string): string {
  return name.replaceAll(/[^A-Za-z0-9-]+/g, '_').replace(/_$/, '');
}

function rowOf(
  { id, repeatsOf }: Recording,
  measure: string,
  recorded: readonly Sample[],
  { one, data, values }: { one: Case; data: MeasureData; values: readonly (Sample | null)[] },
  notes: Notes,
): Row {
  const verdict = judge({
    kind: kindOf(data),
    recorded,
    repeats: repeatsOf(measure),
    eachRequest: givesEach(data),
    simulated: values,
    holdsStart: holdsStart(data, one.data),
    delaysMs: recorder.delaysMs,
    constantMs: constantBounds(id),
  });
  const deviates = !verdict.agrees || verdict.outliers.length > 0;
  return { id, measure, ...verdict, note: deviates ? (noteOf(notes.deviations, id, measure) ?? '') : '' };
}

async function runCases(
  cases: readonly Case[],
  { runs, progress, signal }: RunOptions,
): Promise<readonly Taken[]> {
  const tasks = cases.flatMap((_, job) =>
    Array.from({ length: runs }, (__, seed): ScenarioTask => ({ job, seed: seed + 1, give: 'measures' })),
  );
  const shared = { library: libraryTexts(), jobs: cases.map(({ job }) => job) };
  const answers = await runScenarios(shared, tasks, {
    answered: (_, __, done) => progress?.(done / tasks.length),
    ...(signal === undefined ? {} : { signal }),
  });
  return cases.map((one, job) => {
    const taken = new Map<string, (Sample | null)[]>();
    for (const answer of answers.slice(job * runs, (job + 1) * runs)) {
      if (!('measures' in answer))
        throw new CaseError('error' in answer ? answer.error : `${one.job.file}: no measures`);
      for (const [name, value] of Object.entries(answer.measures)) {
        taken.set(name, [...(taken.get(name) ?? []), ...each(value)]);
      }
    }
    return taken;
  });
}

function each(value: MeasureValue): readonly (Sample | null)[] {
  if (!Array.isArray(value)) return [value as Sample | null];
  return value.length === 0 ? [null] : (value as readonly Sample[]);
}
