/**
 * Do simulated and recorded samples agree? DESIGN section 6: what varies in the daemon by the two-sample Kolmogorov-Smirnov
 * test at 1 %, after each simulated sample was given a delay of the recorder; what is constant by its median; words by what
 * can occur.
 *
 * Source of the test: Kolmogorov-Smirnov's asymptotic critical value, c(0.01) = sqrt(-ln(0.01 / 2) / 2) = 1.628.
 * Unit: milliseconds.
 */
import { uniform } from '../../models/uniform.ts';
import { countsOf, type NumberSummary, quantile, summaryOf } from '../../plan/summary.ts';
import type { MeasureKind } from './daemons-cases.ts';
import type { Sample } from './daemons-recording.ts';

export type Summary =
  | NumberSummary
  | { readonly n: number; readonly counts?: Readonly<Record<string, number>> };

export interface Verdict {
  readonly measured: Summary;
  readonly simulated: Summary;
  /** The greatest distance of the two distributions, and the one allowed; null where it is not asked for. */
  readonly ks: number | null;
  readonly ksLimit: number | null;
  readonly agrees: boolean;
  /** Recorded times more than 400 ms outside of everything that was simulated. */
  readonly outliers: readonly number[];
}

export interface Question {
  readonly kind: MeasureKind;
  readonly recorded: readonly Sample[];
  /** How often the recorded thing was done. */
  readonly repeats: number;
  /** Null where it did not happen in a run. */
  readonly simulated: readonly (Sample | null)[];
  readonly holdsStart: boolean;
  /** Each request gives a sample. */
  readonly eachRequest: boolean;
  readonly delaysMs: readonly number[];
  /** How much earlier and later than simulated a constant time may have been recorded. */
  readonly constantMs: Bounds;
}

export interface Bounds {
  readonly early: number;
  readonly late: number;
  /** In place of `late` where the start of a process is inside. */
  readonly lateStart: number;
}

const KS_FACTOR = Math.sqrt(-Math.log(0.01 / 2) / 2);
/** Below this a daemon's time counts as constant. */
const CONSTANT_MS = 100;
/** A count of requests that start at a fixed distance may differ by one with the phase. */
const CONSTANT_COUNT = 2;
const OUTSIDE_MS = 400;
/** What is as rare as this may be absent from a recording, or present in it, by chance. */
const CHANCE = 0.01;

export function judge(question: Question): Verdict {
  const { kind, recorded, simulated } = question;
  const happened = simulated.filter((value) => value !== null);
  if (recorded.length === 0) return judgeNever(question, happened);
  if (kind === 'word') return judgeWords(question, happened.map(String));
  const numbers = (list: readonly Sample[]) => list.map(Number).sort((a, b) => a - b);
  return judgeNumbers(question, numbers(recorded), numbers(happened));
}

/** It was not seen in any repeat: then it must be rare. */
function judgeNever({ kind, repeats, simulated }: Question, happened: readonly Sample[]): Verdict {
  const share = happened.length / simulated.length;
  const sum = kind === 'word' ? wordSummary(happened.map(String)) : summaryOf(happened.map(Number));
  return {
    measured: { n: 0 },
    simulated: sum ?? { n: 0 },
    ks: null,
    ksLimit: null,
    agrees: (1 - share) ** repeats >= CHANCE,
    outliers: [],
  };
}

const wordSummary = (words: readonly string[]): Summary => ({ n: words.length, counts: countsOf(words) });

/** Each recorded word must be possible; each simulated one must have been possible to miss. */
function judgeWords({ recorded }: Question, simulated: readonly string[]): Verdict {
  const words = recorded.map(String);
  const counts = countsOf(simulated);
  const seen = new Set(words);
  const possible = [...seen].every((word) => (counts[word] ?? 0) > 0);
  const missed = Object.entries(counts).every(
    ([word, count]) => seen.has(word) || (1 - count / simulated.length) ** words.length >= CHANCE,
  );
  return {
    measured: wordSummary(words),
    simulated: wordSummary(simulated),
    ks: null,
    ksLimit: null,
    agrees: possible && missed,
    outliers: [],
  };
}

function judgeNumbers(
  question: Question,
  recorded: readonly number[],
  simulated: readonly number[],
): Verdict {
  const { kind, holdsStart, delaysMs, eachRequest, repeats, constantMs } = question;
  const base = { measured: summaryOf(recorded) as Summary, simulated: summaryOf(simulated) ?? { n: 0 } };
  if (simulated.length === 0) return { ...base, ks: null, ksLimit: null, agrees: false, outliers: [] };
  const spread = quantile(simulated, 0.95) - quantile(simulated, 0.05);
  const isTime = kind === 'time';
  const delayed = isTime ? simulated.map((value, i) => value + delayOf(delaysMs, i)) : simulated;
  const outliers = isTime
    ? recorded.filter(
        (value) => value < (simulated[0] as number) - OUTSIDE_MS || value > Math.max(...delayed) + OUTSIDE_MS,
      )
    : [];
  if (spread > (isTime ? CONSTANT_MS : CONSTANT_COUNT)) {
    const ks = distance(
      recorded,
      [...delayed].sort((a, b) => a - b),
    );
    // Requests of one repeat hang together (all that wait are told at once): it is repeats that are independent.
    const n = eachRequest ? Math.min(recorded.length, repeats) : recorded.length;
    const ksLimit = KS_FACTOR * Math.sqrt((n + simulated.length) / (n * simulated.length));
    return { ...base, ks, ksLimit, agrees: ks <= ksLimit, outliers };
  }
  const late = quantile(recorded, 0.5) - quantile(simulated, 0.5);
  const agrees = isTime
    ? late >= -constantMs.early && late <= (holdsStart ? constantMs.lateStart : constantMs.late)
    : Math.abs(late) <= CONSTANT_COUNT / 2;
  return { ...base, ks: null, ksLimit: null, agrees, outliers };
}

/** The same delay for the same sample each time. */
function delayOf(delaysMs: readonly number[], index: number): number {
  return delaysMs[Math.floor(uniform(1, 'recorder', index) * delaysMs.length)] ?? 0;
}

/** The greatest distance between two empirical distributions; both sorted, neither empty. */
export function distance(a: readonly number[], b: readonly number[]): number {
  let i = 0;
  let j = 0;
  let most = 0;
  while (i < a.length && j < b.length) {
    const value = Math.min(a[i] as number, b[j] as number);
    while (i < a.length && (a[i] as number) <= value) i++;
    while (j < b.length && (b[j] as number) <= value) j++;
    most = Math.max(most, Math.abs(i / a.length - j / b.length));
  }
  return most;
}
