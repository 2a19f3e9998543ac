/** The thread that runs fault schedules on the light world of etcd, and shrinks one that breaks a promise. */
import fc from 'fast-check';
import { runSchedule, type Schedule, schedules } from '../../properties/etcd/fault-schedules.ts';
import type { Seen } from '../../properties/etcd/safety.ts';

export interface RaftTask {
  readonly seed: number;
  readonly count: number;
}

export interface RaftAnswer {
  readonly schedules: number;
  readonly seen: Totals;
  /** The shrunk schedule that breaks a promise, and which. */
  readonly broken?: { readonly schedule: Schedule; readonly why: string };
}

/** Sums over schedules; `judged` counts those in which a leader said at the end what was committed. */
export type Totals = { -readonly [K in keyof Seen]: number };

export const NO_TOTALS: Readonly<Totals> = { elections: 0, puts: 0, gets: 0, unanswered: 0, judged: 0 };

export function addTo(totals: Totals, seen: Seen | Readonly<Totals>): void {
  for (const key of Object.keys(totals) as (keyof Totals)[]) totals[key] += Number(seen[key]);
}

export default function runTask({ seed, count }: RaftTask): RaftAnswer {
  const seen = { ...NO_TOTALS };
  const result = fc.check(
    fc.property(schedules, (schedule) => addTo(seen, runSchedule(schedule))),
    { seed, numRuns: count },
  );
  if (!result.failed) return { schedules: count, seen };
  const [schedule] = result.counterexample as [Schedule];
  return { schedules: result.numRuns, seen, broken: { schedule, why: String(result.errorInstance) } };
}
