/**
 * A search for schedules that break properties. Which schedule comes at which place is a pure function of the base seed: first
 * every single fault, then, turn about, every ordered pair, drawn schedules of up to four faults, and single faults at other phases of
 * whatever runs periodically (a golden section walk through the span, so that no two come at the same phase). Of the pairs those come first
 * in which a process that the properties are about fails on two hosts, as one is there to stand in for the other. So what is
 * said afterwards can be exact about the small ones and statistical about the rest.
 */
import fc from 'fast-check';
import { uniform } from '../models/uniform.ts';
import type { Checked } from './check-run.ts';
import { type Candidate, candidates, type FaultClass, SERVING } from './fault-classes.ts';
import type { Property } from './property.ts';
import { FAULT_SPAN_MS, type PlannedFault, type Schedule } from './schedule.ts';
import { aimOf, schedules } from './schedule-arbitrary.ts';

/** Most faults of a drawn schedule. */
const MOST_FAULTS = 4;
const FIRST_MS = 1_000;
/** Between the two of a pair: most checks have seen the first by then. */
const SECOND_AFTER_MS = 7_000;

/** After the singles one of three places is a pair, one is drawn, one is a phase. */
const TURNS = 3;
const GOLDEN = 0.6180339887498949;

export type PlaceKind = 'single' | 'pair' | 'drawn' | 'phase';

/** The k-th moment of a walk that soon has come near to every moment of the span. */
export function phaseMs(k: number): number {
  return 1 + Math.floor(((k * GOLDEN) % 1) * FAULT_SPAN_MS);
}

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
    return this.singles.length + TURNS * this.pairs.length;
  }

  /** What comes at this place, and as the how-manieth of its kind. */
  placeOf(index: number): { readonly kind: PlaceKind; readonly at: number } {
    if (index < this.singles.length) return { kind: 'single', at: index };
    const place = index - this.singles.length;
    const at = Math.floor(place / TURNS);
    if (place % TURNS === 0 && at < this.pairs.length) return { kind: 'pair', at };
    return place % TURNS === 2 && this.singles.length > 0
      ? { kind: 'phase', at }
      : { kind: 'drawn', at: place };
  }

  /** A single fault at another phase: all of them at one, then all at the next. */
  phase(at: number): Schedule {
    const single = this.singles[at % this.singles.length] as Schedule;
    const atMs = phaseMs(1 + Math.floor(at / this.singles.length));
    return { ...single, faults: single.faults.map((fault) => ({ ...fault, atMs })) };
  }

  /** The schedule at this place, in a world of this seed. */
  at(index: number, seed: number): Schedule {
    const { kind, at: place } = this.placeOf(index);
    if (kind === 'single') return { ...(this.singles[place] as Schedule), seed };
    if (kind === 'pair') return { ...(this.pairs[place] as Schedule), seed };
    if (kind === 'phase') return { ...this.phase(place), seed };
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
