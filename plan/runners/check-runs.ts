/** A check on all cores: what the threads are told and what they answer. */
import type { Checked } from '../../properties/check-run.ts';
import type { Design, Drawable } from '../../properties/design.ts';
import type { FaultClass } from '../../properties/fault-classes.ts';
import type { Schedule } from '../../properties/schedule.ts';
import type { Shrunk } from '../../properties/shrink.ts';
import { type PoolOptions, runOnPool } from './pool.ts';

export interface SharedCheck {
  readonly checked: Checked;
  readonly classes: readonly FaultClass[];
  /** Names of properties that are looked at in the same runs. */
  readonly groups: readonly (readonly string[])[];
  readonly seed: number;
  /** What runs go through is not asked for, and an answer's states, transitions and combinations are empty; a tenth quicker. */
  readonly uncounted?: boolean;
  /** Instead of drawn schedules: this one, in worlds of other seeds. */
  readonly schedule?: Schedule;
  /** What of the design is drawn anew for each task; empty: nothing. */
  readonly draw?: readonly Drawable[];
}

/** Schedules of one group in the world of one seed. */
export interface CheckTask {
  readonly group: number;
  readonly seed: number;
  /** Places in the search, from this one on. */
  readonly from: number;
  readonly count: number;
}

export interface FoundViolation {
  readonly property: string;
  readonly what: string;
  readonly schedule: Schedule;
  /** In which it was found, made small; undefined: as it was given. */
  readonly design?: Design;
  /** It shows with other luck, too: it hangs on no race between two packets. */
  readonly solid: boolean;
  /** Place in the search. */
  readonly index: number;
  /** The same made simple, by the thread that found it first, and the time that took; others are not made simple. */
  readonly shrunk?: Shrunk & { readonly ms: number };
}

/** Runs that said nothing about a property, for one reason. */
export interface UnjudgedRuns {
  readonly property: string;
  readonly why: string;
  readonly runs: number;
  /** Scenario time of their phases, milliseconds. */
  readonly ms: number;
}

/** The same of several answers. */
export function summedUnjudged(all: readonly UnjudgedRuns[]): UnjudgedRuns[] {
  const sums = new Map<string, UnjudgedRuns>();
  for (const one of all) {
    const key = `${one.property} ${one.why}`;
    const { runs = 0, ms = 0 } = sums.get(key) ?? {};
    sums.set(key, { ...one, runs: runs + one.runs, ms: ms + one.ms });
  }
  return [...sums.values()];
}

export interface CheckAnswer {
  readonly runs: number;
  readonly unjudged: readonly UnjudgedRuns[];
  /** The first of each property. */
  readonly found: readonly FoundViolation[];
  /** What this thread had not seen before. */
  readonly states: readonly string[];
  readonly transitions: readonly string[];
  readonly combinations: readonly number[];
}

export function checkOnPool(
  shared: SharedCheck,
  tasks: readonly CheckTask[],
  options?: PoolOptions<CheckAnswer>,
): Promise<CheckAnswer[]> {
  return runOnPool<CheckTask, CheckAnswer>('check-worker', shared, tasks, options);
}
