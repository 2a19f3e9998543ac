/** Runs the cases of recordings with many seeds and holds each measure to what was recorded. */
import { libraryTexts } from '../../cli/shared.ts';
import { runScenarios, type ScenarioAnswer, type ScenarioTask } from '../../plan/runners/scenario-runs.ts';
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
  /** Seeds a case; of several reports put together the fewest, and the most if that is another number. */
  readonly runs: number;
  readonly mostRuns?: number;
  readonly rows: readonly Row[];
  readonly uncovered: readonly Uncovered[];
}

export interface RunOptions {
  readonly runs: number;
  readonly progress?: (share: number) => void;
  /** Told of each recording when its last run has ended. */
  readonly compared?: (id: string, report: Report) => void;
  readonly signal?: AbortSignal;
}

/** Measures of all runs of one case, by the name of the measure. */
type Taken = ReadonlyMap<string, readonly (Sample | null)[]>;

interface TakenCase {
  readonly case: Case;
  readonly taken: Taken;
}

export async function compare(
  recordings: readonly Recording[],
  cases: readonly Case[],
  notes: Notes,
  options: RunOptions,
): Promise<Report> {
  const { runs, progress, compared, signal } = options;
  const reports = new Map<string, Report>();
  const conclude = (recording: Recording, own: readonly TakenCase[]): void => {
    const report = { runs, ...compareOne(recording, own, notes) };
    reports.set(recording.id, report);
    compared?.(recording.id, report);
  };
  const waiting = new Map<string, TakenCase[]>();
  for (const recording of recordings) {
    if (cases.every((one) => one.recording !== recording.id)) conclude(recording, []);
    else waiting.set(recording.id, []);
  }
  await runCases(cases, {
    runs,
    ...(progress === undefined ? {} : { progress }),
    ...(signal === undefined ? {} : { signal }),
    taken: (one) => {
      const { recording: id } = one.case;
      const own = [...(waiting.get(id) ?? []), one];
      waiting.set(id, own);
      const recording = recordings.find((other) => other.id === id);
      if (recording !== undefined && own.length === cases.filter((other) => other.recording === id).length)
        conclude(recording, own);
    },
  });
  return together(recordings.flatMap(({ id }) => reports.get(id) ?? []));
}

/** One report of several. */
export function together(reports: readonly Report[]): Report {
  const runs = reports.map((report) => report.runs);
  const [fewest, most] = [Math.min(...runs), Math.max(...runs)];
  return {
    runs: fewest,
    ...(most === fewest ? {} : { mostRuns: most }),
    rows: reports.flatMap(({ rows }) => rows),
    uncovered: reports.flatMap(({ uncovered }) => uncovered),
  };
}

function compareOne(
  recording: Recording,
  cases: readonly TakenCase[],
  notes: Notes,
): Pick<Report, 'rows' | 'uncovered'> {
  const { id } = recording;
  if (cases.length === 0) {
    const reason = noteOf(notes.uncovered, id, '*') ?? 'there is no case';
    return { rows: [], uncovered: [{ id, measure: '*', reason }] };
  }
  const rows: Row[] = [];
  const uncovered: Uncovered[] = [];
  for (const [measure, recorded] of Object.entries(recording.samples)) {
    const found = cases.flatMap(({ case: one, taken }) => {
      const data = one.data.measure?.find(({ name }) => plain(name) === plain(measure));
      return data === undefined ? [] : [{ one, data, values: taken.get(data.name) ?? [] }];
    })[0];
    if (found === undefined) {
      const reason = noteOf(notes.uncovered, id, measure) ?? 'the case does not measure it';
      uncovered.push({ id, measure, reason });
    } else rows.push(rowOf(recording, measure, recorded, found, notes));
  }
  return { rows, uncovered };
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

/** Every case with every seed; `taken` is told of each case when its last run has ended. */
async function runCases(
  cases: readonly Case[],
  { runs, progress, taken, signal }: Omit<RunOptions, 'compared'> & { taken(one: TakenCase): void },
): Promise<void> {
  const tasks = cases.flatMap((_, job) =>
    Array.from({ length: runs }, (__, seed): ScenarioTask => ({ job, seed: seed + 1, give: 'measures' })),
  );
  const answers = cases.map(() => ({ bySeed: new Array<ScenarioAnswer>(runs), count: 0 }));
  const shared = { library: libraryTexts(), jobs: cases.map(({ job }) => job) };
  await runScenarios(shared, tasks, {
    answered: (index, answer, done) => {
      progress?.(done / tasks.length);
      const job = Math.floor(index / runs);
      const own = answers[job] as (typeof answers)[number];
      own.bySeed[index % runs] = answer;
      own.count++;
      if (own.count === runs)
        taken({ case: cases[job] as Case, taken: measuresOf(cases[job] as Case, own.bySeed) });
    },
    ...(signal === undefined ? {} : { signal }),
  });
}

function measuresOf({ job }: Case, answers: readonly ScenarioAnswer[]): Taken {
  const taken = new Map<string, (Sample | null)[]>();
  for (const answer of answers) {
    if (!('measures' in answer))
      throw new CaseError('error' in answer ? answer.error : `${job.file}: no measures`);
    for (const [name, value] of Object.entries(answer.measures)) {
      taken.set(name, [...(taken.get(name) ?? []), ...each(value)]);
    }
  }
  return taken;
}

function each(value: MeasureValue): readonly (Sample | null)[] {
  if (!Array.isArray(value)) return [value as Sample | null];
  return value.length === 0 ? [null] : (value as readonly Sample[]);
}
