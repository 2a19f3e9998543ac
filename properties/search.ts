/**
 * A search for schedules that break properties. Which schedule comes at which place is a pure function of the base seed: first
 * every single fault, then, turn about, every ordered pair, and drawn schedules of up to four faults. Of the pairs those come first
 * in which a process that the properties are about fails on two hosts, as one is there to stand in for the other. So what is
 * said afterwards can be exact about the small ones and statistical about the rest.
 */
import fc from 'fast-check';
import { uniform } from '../models/uniform.ts';
import type { Checked } from './check-run.ts';
import { type Candidate, candidates, type FaultClass, SERVING } from './fault-classes.ts';
import type { Property } from './property.ts';
import type { PlannedFault, Schedule } from './schedule.ts';
import { aimOf, schedules } from './schedule-arbitrary.ts';

/** Most faults of a drawn schedule. */
const MOST_FAULTS = 4;
const FIRST_MS = 1_000;
/** Between the two of a pair: most checks have seen the first by then. */
const SECOND_AFTER_MS = 7_000;

export class Search {
  readonly singles: readonly Schedule[];
  readonly pairs: readonly Schedule[];
  private readonly drawn: fc.Arbitrary<Schedule>;
  private readonly base: number;

  constructor(
    { topology }: Checked,
    properties: readonly Property[],
    classes: readonly FaultClass[],
    base: number,
  ) {
    const all = candidates(topology, classes);
    const named = new Set(properties.flatMap(({ about = [] }) => about));
    const isAbout = (processes: ReadonlySet<string>) => {
      return ({ entry }: Candidate): boolean => {
        const process = processOf({ entry });
        return process === undefined || processes.has(process);
      };
    };
    const wanted = all.filter(isAbout(new Set([...SERVING, ...named])));
    const first = wanted.filter(isAbout(named));
    const pairs = ordered(wanted);
    const stands = ([a, b]: readonly [Candidate, Candidate]): boolean =>
      processOf(a) !== undefined && processOf(a) === processOf(b) && first.includes(a);
    const same = pairs.filter(stands);
    const early = pairs.filter((pair) => first.includes(pair[0]) && first.includes(pair[1]) && !stands(pair));
    const late = pairs.filter((pair) => !same.includes(pair) && !early.includes(pair));
    this.base = base;
    this.singles = all.map((one) => ({ seed: 0, faults: [at(one, FIRST_MS)] }));
    this.pairs = [same, early, late].flatMap((some) => shuffled(some, base)).map(([a, b]) => pairOf(a, b));
    this.drawn = schedules(all, MOST_FAULTS);
  }

  /** How many places are needed until all singles and all pairs have had their turn. */
  get systematic(): number {
    return this.singles.length + 2 * this.pairs.length;
  }

  /** The schedule at this place, in a world of this seed. */
  at(index: number, seed: number): Schedule {
    const single = this.singles[index];
    if (single !== undefined) return { ...single, seed };
    const place = index - this.singles.length;
    const pair = place % 2 === 0 ? this.pairs[place / 2] : undefined;
    if (pair !== undefined) return { ...pair, seed };
    const [drawn] = fc.sample(this.drawn, { seed: (this.base * 7919 + index) | 0, numRuns: 1 });
    return { ...(drawn as Schedule), seed };
  }
}

/** The process that is hit; undefined for a host. */
function processOf({ entry }: Pick<Candidate, 'entry'>): string | undefined {
  return (entry.on ?? '').split('/')[1];
}

/** Every two different things, in both orders. */
function ordered(all: readonly Candidate[]): [Candidate, Candidate][] {
  return all.flatMap((a) =>
    all.filter((b) => aimOf(b) !== aimOf(a)).map((b): [Candidate, Candidate] => [a, b]),
  );
}

function at(candidate: Candidate, atMs: number): PlannedFault {
  return { ...candidate, atMs };
}

function pairOf(first: Candidate, second: Candidate): Schedule {
  return { seed: 0, faults: [at(first, FIRST_MS), at(second, FIRST_MS + SECOND_AFTER_MS)] };
}

/** In an order that is a function of the seed. */
function shuffled<T>(all: readonly T[], seed: number): T[] {
  return all
    .map((value, index) => ({ value, key: uniform(seed, 'pairs', index) }))
    .sort((a, b) => a.key - b.key)
    .map(({ value }) => value);
}
