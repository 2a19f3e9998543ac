/**
 * Schedules of faults for the light world, as data: they shrink, print and replay. Everything in them is within Raft's
 * assumptions: members stop, pause and come back on what their disks hold (a power cut loses what was not synced, never
 * what was), messages are lost, late or cut off, disks are slow or hang, clocks run unevenly.
 *
 * Fault classes: host power, process stop, kill with restart, pause, partition, loss, disk, clock. Milliseconds.
 */
import fc from 'fast-check';
import type { Action } from '../../sim/faults.ts';
import { lightWorld, memberNames, type Shape } from './light-world.ts';
import { EtcdSafety, type Seen } from './safety.ts';

/** Faults begin within this span, ... */
export const FAULT_SPAN_MS = 4_000;
/** ... last at most this long, ... */
const LONGEST_MS = 2_000;
/** ... and a run ends this long after the span: all are healed, and there is time for an election or two. */
const AFTER_MS = 3_500;

interface When {
  readonly atMs: number;
  readonly forMs: number;
}

/** `members` is a set, one bit a member; members that there are not are left out. */
export type Fault = When &
  (
    | { readonly fault: 'kill' | 'stop' | 'pause' | 'power-off'; readonly members: number }
    /** Between those and all others, or only from those to the others. */
    | { readonly fault: 'cut' | 'cut-one-way'; readonly members: number }
    | { readonly fault: 'loss'; readonly members: number; readonly percent: number }
    | { readonly fault: 'late'; readonly members: number; readonly delayMs: number }
    | { readonly fault: 'slow-disk'; readonly members: number; readonly delayMs: number }
    | { readonly fault: 'hung-disk'; readonly members: number }
  );

export interface Schedule {
  readonly shape: Shape;
  readonly seed: number;
  /**
   * What every message and every fsync take all the time, at most. The longer a step takes the likelier a fault is to
   * fall into the middle of it.
   */
  readonly lateMs: number;
  readonly fsyncMs: number;
  /** By how many percent the clock of each member runs fast (or slow). A clock is no part of what Raft assumes. */
  readonly drifts: readonly number[];
  readonly faults: readonly Fault[];
}

/** Prepared starts of each shape; more would cost memory and say little. */
const STARTS = 16;

const when = {
  atMs: fc.integer({ min: 0, max: FAULT_SPAN_MS }),
  forMs: fc.integer({ min: 50, max: LONGEST_MS }),
};
const MOST_MEMBERS = 5;
const anyMembers = fc.integer({ min: 1, max: 2 ** MOST_MEMBERS - 1 });

const faults: fc.Arbitrary<Fault> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      ...when,
      fault: fc.constantFrom('kill', 'power-off', 'pause', 'stop', 'cut', 'cut', 'cut', 'cut-one-way'),
      members: anyMembers,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      ...when,
      fault: fc.constant('slow-disk'),
      members: anyMembers,
      delayMs: fc.integer({ min: 10, max: 800 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ ...when, fault: fc.constant('hung-disk'), members: anyMembers }) },
  {
    weight: 2,
    arbitrary: fc.record({
      ...when,
      fault: fc.constant('loss'),
      members: anyMembers,
      percent: fc.integer({ min: 1, max: 60 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      ...when,
      fault: fc.constant('late'),
      members: anyMembers,
      delayMs: fc.integer({ min: 1, max: 800 }),
    }),
  },
) as fc.Arbitrary<Fault>;

/** Whole schedules: three members in two of three, five in the others; up to eight faults. */
export const schedules: fc.Arbitrary<Schedule> = fc.record({
  shape: fc.record({
    members: fc.constantFrom(3, 3, 5),
    preVote: fc.boolean(),
    start: fc.integer({ min: 0, max: STARTS - 1 }),
  }),
  seed: fc.integer({ min: 1, max: 0x7fffffff }),
  lateMs: fc.constantFrom(0, 0, 20, 100, 200),
  fsyncMs: fc.constantFrom(0, 0, 20, 100, 300),
  drifts: fc.oneof(
    fc.constant([]),
    fc.array(fc.constantFrom(0, -60, 100), { minLength: MOST_MEMBERS, maxLength: MOST_MEMBERS }),
  ),
  faults: fc.array(faults, { maxLength: 8, size: 'max' }),
});

interface Planned {
  readonly atMs: number;
  readonly action: Action;
}

const everyMember = (members: number): number => 2 ** members - 1;

/** Half of the time is certain. */
function diskOf({ fsyncMs }: Schedule): { readonly latencyUs: number; readonly jitterUs: number } {
  return { latencyUs: Math.max(500, fsyncMs * 500), jitterUs: Math.max(500, fsyncMs * 500) };
}

/** What holds from the beginning to the end. */
function conditions(schedule: Schedule): Action[] {
  const names = memberNames(schedule.shape.members);
  const all = names.map((_, i) => i);
  const effect = {
    kind: 'delay',
    latencyUs: schedule.lateMs * 500,
    jitterUs: schedule.lateMs * 500,
  } as const;
  const late: Action = { do: 'rule-add', rule: { id: 'late', from: all, to: all, effect } };
  const disks = names.map((host): Action => ({ do: 'disk', host, ...diskOf(schedule) }));
  const clocks = schedule.drifts.flatMap((percent, i): Action[] => {
    const host = names[i];
    return host === undefined || percent === 0 ? [] : [{ do: 'clock', host, driftPpm: percent * 10_000 }];
  });
  return [...(schedule.lateMs > 0 ? [late] : []), ...(schedule.fsyncMs > 0 ? disks : []), ...clocks];
}

/** What a fault does and undoes. */
function actionsOf(fault: Fault, index: number, schedule: Schedule): Planned[] {
  const { members } = schedule.shape;
  const names = memberNames(members);
  const hit = names.filter((_, i) => ((fault.members & everyMember(members)) >> i) & 1);
  const { atMs } = fault;
  const untilMs = atMs + fault.forMs;
  const each = (begin: (name: string) => Action, end: (name: string) => Action): Planned[] =>
    hit.flatMap((name) => [
      { atMs, action: begin(name) },
      { atMs: untilMs, action: end(name) },
    ]);
  const rules = (
    effect: Extract<Action, { do: 'rule-add' }>['rule']['effect'],
    oneWay = false,
  ): Planned[] => {
    const inside = names.flatMap((name, i) => (hit.includes(name) ? [i] : []));
    const outside = names.flatMap((name, i) => (hit.includes(name) ? [] : [i]));
    const ways = oneWay
      ? [[inside, outside]]
      : [
          [inside, outside],
          [outside, inside],
        ];
    return ways.flatMap(([from = [], to = []], way) => {
      const id = `${index}/${way}`;
      return [
        { atMs, action: { do: 'rule-add', rule: { id, from, to, effect } } },
        { atMs: untilMs, action: { do: 'rule-remove', id } },
      ];
    });
  };
  switch (fault.fault) {
    case 'kill':
    case 'stop': {
      const how = fault.fault;
      return each(
        (name) => ({ do: how, process: `${name}/etcd` }),
        (name) => ({ do: 'start', process: `${name}/etcd` }),
      );
    }
    case 'pause':
      return each(
        (name) => ({ do: 'pause', process: `${name}/etcd` }),
        (name) => ({ do: 'resume', process: `${name}/etcd` }),
      );
    case 'power-off':
      return each(
        (host) => ({ do: 'host', host, event: { type: 'power-off' } }),
        (host) => ({ do: 'host', host, event: { type: 'power-on' } }),
      );
    case 'cut':
      return rules({ kind: 'drop' });
    case 'cut-one-way':
      return rules({ kind: 'drop' }, true);
    case 'loss':
      return rules({ kind: 'loss', probability: fault.percent / 100 });
    case 'late':
      return rules({ kind: 'delay', latencyUs: 0, jitterUs: fault.delayMs * 1000 });
    case 'slow-disk':
      return each(
        (host) => ({ do: 'disk', host, latencyUs: fault.delayMs * 500, jitterUs: fault.delayMs * 500 }),
        (host) => ({ do: 'disk', host, ...diskOf(schedule) }),
      );
    case 'hung-disk':
      return each(
        (host) => ({ do: 'disk', host, hung: true }),
        (host) => ({ do: 'disk', host, hung: false }),
      );
  }
}

/**
 * Runs a schedule, watched.
 * @throws Unsafe where a promise is broken
 */
export function runSchedule(schedule: Schedule): Seen {
  const world = lightWorld(schedule.shape, schedule.seed);
  const startUs = world.nowUs;
  for (const action of conditions(schedule)) world.act(startUs, action);
  for (const { atMs, action } of schedule.faults.flatMap((fault, i) => actionsOf(fault, i, schedule)))
    world.act(startUs + atMs * 1000, action);
  const safety = new EtcdSafety(world);
  world.observer = (step) => safety.see(step);
  world.runUntil(startUs + (FAULT_SPAN_MS + AFTER_MS) * 1000);
  return safety.end();
}
