/**
 * When a failure became inevitable: the failing run again up to a moment, and from there on with other luck, many times. The chance that it
 * fails nevertheless, against that moment, rises to 1 where nothing that is drawn later can help any more.
 *
 * Unit: milliseconds after the scenario's zero. Statistical: a chance of 1 means that all tries failed.
 */
import type { Checker } from './check-run.ts';
import type { Schedule } from './schedule.ts';

export interface ChanceAt {
  readonly atMs: number;
  /** Runs that broke the property, of all that were tried with other luck from this moment on. */
  readonly failed: number;
  readonly tried: number;
}

/** Moments that are worth asking: the start, just before and after each fault, and more and more sparsely after the last. */
export function momentsOf({ faults }: Schedule, settledMs: number): number[] {
  const times = faults.map(({ atMs }) => atMs).sort((a, b) => a - b);
  const last = times.at(-1) ?? 0;
  const after = [500, 1_000, 2_000, 3_000, 5_000, 8_000, 13_000, 21_000].map((ms) => last + ms);
  const all = [0, ...times.flatMap((ms) => [Math.max(0, ms - 1), ms + 1]), ...after];
  return [...new Set(all)].filter((ms) => ms < settledMs).sort((a, b) => a - b);
}

/** @param checker for the broken property alone */
export function chances(checker: Checker, schedule: Schedule, tries: number): ChanceAt[] {
  const found: ChanceAt[] = [];
  for (const atMs of momentsOf(schedule, checker.phases.settledMs)) {
    let failed = 0;
    for (let i = 1; i <= tries; i++) {
      const otherLuck = { atMs, seed: `${schedule.seed}/${i}` };
      if (checker.run(schedule, { otherLuck }).violations.length > 0) failed++;
    }
    found.push({ atMs, failed, tried: tries });
    const [before, now] = found.slice(-2);
    // From here on nothing changes it: two moments in a row at which every try failed.
    if (before?.failed === tries && now !== before && now?.failed === tries) break;
  }
  return found;
}

/** The first moment from which on every try failed; undefined if there is none among those asked. */
export function inevitableFromMs(all: readonly ChanceAt[]): number | undefined {
  const lastGood = all.findLastIndex(({ failed, tried }) => failed < tried);
  return all[lastGood + 1]?.atMs;
}
