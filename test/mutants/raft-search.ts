/**
 * One search in a process of its own: plants the edits it is given, then draws schedules until one breaks a promise, and
 * shrinks it. Prints a Found as JSON.
 */
import { register } from 'node:module';
import type { Arbitrary } from 'fast-check';
import type { Schedule } from '../../properties/etcd/fault-schedules.ts';
import type { Edit } from './planted-loader.ts';

export interface Asked {
  readonly edits: readonly Edit[];
  /** Draw orders of messages on Raft alone instead of fault schedules on etcd. */
  readonly orders: boolean;
  readonly limitS: number;
}

export interface Found {
  /** Drawn until one was found, or until time was up. */
  readonly tried: number;
  /** CPU seconds from the start of the search until it was found and until it was shrunk. */
  readonly foundS: number;
  readonly shrunkS: number;
  /** The promise that was broken, and by what; absent if none was. */
  readonly sentence?: string;
  readonly found?: string;
  /** The smallest that breaks it: a fault schedule, or a walk. */
  readonly shrunk?: unknown;
}

const SEED = 1;
const BATCH = 50;
/** Of the limit, what is kept for shrinking, which ends with it at the latest. */
const SHRINK_S = 20;
/** Shrinking ends this long before the limit. */
const SPARE_S = 2;

/** What is drawn, and what is wrong with one of it: undefined if nothing is. */
interface Search {
  readonly arbitrary: Arbitrary<unknown>;
  violation(drawn: never): Pick<Found, 'sentence' | 'found'> | undefined;
}

/** Fault schedules on etcd as it is, with disks and network. */
async function schedulesOfEtcd(): Promise<Search> {
  const { runSchedule, schedules } = await import('../../properties/etcd/fault-schedules.ts');
  return {
    arbitrary: schedules,
    violation(schedule: Schedule) {
      try {
        runSchedule(schedule);
        return undefined;
      } catch (error) {
        const { sentence = 'No machine fails.', found = String(error) } = error as Partial<Found>;
        return { sentence, found };
      }
    },
  };
}

/**
 * Orders of messages and election timeouts on Raft alone. A message holds one entry, as a configuration of Raft may have
 * it (upstream's MaxSizePerMsg 0): only then are entries of different terms acknowledged one by one.
 */
async function ordersOfRaft(): Promise<Search> {
  const { default: fc } = await import('fast-check');
  const { smallRaft, walkViolation } = await import('../../properties/etcd/small-raft.ts');
  const world = smallRaft({
    members: 3,
    campaigns: 8,
    proposals: 0,
    crashes: 0,
    quickDisks: true,
    config: { maxSizePerMessage: 0 },
  });
  return {
    arbitrary: fc.array(fc.nat(0xffff), { maxLength: 60, size: 'max' }),
    violation(walk: readonly number[]) {
      const found = walkViolation(world, walk);
      return found === undefined ? undefined : { sentence: 'Leaders have all that is committed.', found };
    },
  };
}

async function search({ edits, orders, limitS }: Asked): Promise<Found> {
  register(new URL('./planted-loader.js', import.meta.url), { data: edits });
  const { default: fc } = await import('fast-check');
  const { arbitrary, violation } = await (orders ? ordersOfRaft() : schedulesOfEtcd());
  const startedAt = process.cpuUsage();
  const seconds = (): number => {
    const { user, system } = process.cpuUsage(startedAt);
    return Math.round((user + system) / 1e5) / 10;
  };
  let drawn = 0;
  let best: Found | undefined;
  const property = fc.property(arbitrary, (tried) => {
    if (best === undefined) drawn++;
    else if (seconds() > limitS - SPARE_S) return true;
    const wrong = violation(tried as never);
    if (wrong === undefined) return true;
    best = { tried: drawn, foundS: best?.foundS ?? seconds(), shrunkS: 0, ...wrong, shrunk: tried };
    return false;
  });
  for (let seed = SEED; best === undefined && seconds() < limitS - SHRINK_S; seed++)
    fc.check(property, { seed, numRuns: BATCH });
  const end: Found = best ?? { tried: drawn, foundS: seconds(), shrunkS: 0 };
  return { ...end, shrunkS: seconds() };
}

process.stdout.write(JSON.stringify(await search(JSON.parse(process.argv[2] ?? '') as Asked)));
