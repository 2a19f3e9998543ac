/** A schedule that breaks a property, made as simple as it still breaks it; before it the design in which it does. */
import fc from 'fast-check';
import { type Checked, Checker } from './check-run.ts';
import { checkedOf, type Design, designs, fits } from './design.ts';
import type { Property } from './property.ts';
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

/** The least of a drawn design in which the schedule still breaks the property, under the same seed. */
export function shrinkDesign(
  checked: Checked,
  property: Property,
  { design: found, schedule }: { readonly design: Design; readonly schedule: Schedule },
): { readonly design: Design; readonly runs: number } {
  let runs = 0;
  const isBroken = (design: Design): boolean => {
    const own = checkedOf(design, checked);
    if (!fits(own, schedule) || property.applies?.(own.topology) === false) return false;
    runs++;
    return new Checker(own, [property]).run(schedule, { briefly: true }).violations.length > 0;
  };
  const holds = fc.property(designs(checked.topology, []), (design) => !isBroken(design));
  const { counterexample } = fc.check(holds, { examples: [[found]], numRuns: 1, seed: 1 });
  return { design: counterexample?.[0] ?? found, runs };
}
