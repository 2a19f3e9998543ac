/** A schedule that breaks a property, made as simple as it still breaks it. */
import fc from 'fast-check';
import type { Checker } from './check-run.ts';
import type { Schedule } from './schedule.ts';
import { schedules } from './schedule-arbitrary.ts';

export interface Shrunk {
  readonly schedule: Schedule;
  /** What is wrong in its run. */
  readonly what: string;
  /** Simulated runs that it took, that of the given schedule included. */
  readonly runs: number;
}

/** @param checker for this property alone; it keeps the settled world that all runs go on from */
export function shrink(checker: Checker, found: Schedule): Shrunk {
  const known = new Map<string, string | undefined>();
  const wrongWith = (schedule: Schedule): string | undefined => {
    const key = JSON.stringify(schedule.faults);
    if (!known.has(key)) known.set(key, checker.run(schedule, { briefly: true }).violations[0]?.what);
    return known.get(key);
  };
  const property = fc.property(schedules([], 1), (schedule) => wrongWith(schedule) === undefined);
  const { counterexample } = fc.check(property, { examples: [[found]], numRuns: 1, seed: 1 });
  const schedule = counterexample?.[0];
  const what = schedule === undefined ? undefined : wrongWith(schedule);
  if (schedule === undefined || what === undefined)
    throw new Error('the schedule does not break the property a second time: a run was not repeatable');
  return { schedule, what, runs: known.size };
}
