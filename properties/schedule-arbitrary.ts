/**
 * Draws schedules, and shrinks them to fewer, simpler faults: first without some of them, then with rounder times and without
 * ends of their own. Each step of shrinking costs a simulated run, so there are few of them.
 */
import fc from 'fast-check';
import type { Candidate } from './fault-classes.ts';
import { FAULT_SPAN_MS, type PlannedFault, type Schedule } from './schedule.ts';

/** One in so many faults ends by itself before everything heals. */
const ENDS_BY_ITSELF = 4;
const LONGEST_MS = 20_000;
/** Faults are at whole seconds, in the end: the first at 1 s, each further one so much later. */
const ROUND_MS = 1_000;
/** Of faults that follow each other, one in so many comes within a moment. */
const SOON_ONE_IN = 3;
const SOON_MS = 300;

class ScheduleArbitrary extends fc.Arbitrary<Schedule> {
  private readonly byClass: readonly (readonly Candidate[])[];
  private readonly most: number;

  constructor(all: readonly Candidate[], most: number) {
    super();
    const classes = [...new Set(all.map((one) => one.class))];
    this.byClass = classes.map((of) => all.filter((one) => one.class === of));
    this.most = most;
  }

  override generate(random: fc.Random): fc.Value<Schedule> {
    const seed = random.nextInt(1, 0x7fffffff);
    const count = this.byClass.length === 0 ? 0 : random.nextInt(1, this.most);
    const faults: PlannedFault[] = [];
    for (let i = 0; i < count; i++) {
      const fault = this.fault(random, faults);
      if (!faults.some((other) => aimOf(other) === aimOf(fault))) faults.push(fault);
    }
    return new fc.Value({ faults, seed }, undefined);
  }

  private fault(random: fc.Random, before: readonly PlannedFault[]): PlannedFault {
    const ofClass = this.byClass[random.nextInt(0, this.byClass.length - 1)] as readonly Candidate[];
    const candidate = ofClass[random.nextInt(0, ofClass.length - 1)] as Candidate;
    const last = before.at(-1);
    const soon = last !== undefined && random.nextInt(1, SOON_ONE_IN) === 1;
    const atMs = soon
      ? Math.min(FAULT_SPAN_MS, last.atMs + random.nextInt(0, SOON_MS))
      : random.nextInt(1, FAULT_SPAN_MS);
    const ends = candidate.class !== 'kill with restart' && random.nextInt(1, ENDS_BY_ITSELF) === 1;
    return { ...candidate, atMs, ...(ends ? { forMs: random.nextInt(50, LONGEST_MS) } : {}) };
  }

  override canShrinkWithoutContext(value: unknown): value is Schedule {
    return typeof value === 'object' && value !== null && 'faults' in value;
  }

  override shrink(value: Schedule): fc.Stream<fc.Value<Schedule>> {
    return fc.stream(simpler(value)).map((schedule) => new fc.Value(schedule, undefined));
  }
}

/** Up to `most` different faults, each at its own moment. */
export function schedules(all: readonly Candidate[], most: number): fc.Arbitrary<Schedule> {
  return new ScheduleArbitrary(all, most);
}

/** What is hit: two faults of one schedule never hit the same thing. */
export function aimOf({ entry }: Candidate): string {
  return entry.on ?? entry.links?.join('|') ?? '';
}

function* simpler(schedule: Schedule): Generator<Schedule> {
  const { faults } = schedule;
  const ordered = [...faults].sort((a, b) => a.atMs - b.atMs);
  if (faults.length > 2)
    for (let i = 0; i < faults.length; i++)
      for (let j = i + 1; j < faults.length; j++)
        if (faults.length > 3)
          yield { ...schedule, faults: [faults[i] as PlannedFault, faults[j] as PlannedFault] };
  for (let i = 0; i < faults.length; i++)
    yield { ...schedule, faults: faults.filter((_, other) => other !== i) };
  if (faults.some(({ forMs }) => forMs !== undefined))
    yield { ...schedule, faults: faults.map(({ forMs: _, ...fault }) => fault) };
  const round = ordered.map((fault, index) => ({ ...fault, atMs: roundedMs(ordered, index) }));
  if (round.some(({ atMs }, index) => atMs !== ordered[index]?.atMs)) yield { ...schedule, faults: round };
}

/** The first at 1 s, the others as far behind as they were, in whole seconds. */
function roundedMs(ordered: readonly PlannedFault[], index: number): number {
  const first = ordered[0]?.atMs ?? 0;
  const own = ordered[index]?.atMs ?? 0;
  return ROUND_MS + Math.round((own - first) / ROUND_MS) * ROUND_MS;
}
