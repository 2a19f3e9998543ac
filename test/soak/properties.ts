/**
 * `npm run soak -- properties`: every property over drawn schedules of the faults under which all hold together: 10,000 runs on each
 * cured guide, 100,000 on the reference topologies in all. On all cores; after Ctrl-C the same command goes on where it was (kept.ts).
 * `--count` gives another number for the reference topologies, a tenth of it for each guide.
 */
import { libraryTexts } from '../../cli/shared.ts';
import { type CheckAnswer, type CheckTask, checkOnPool } from '../../plan/runners/check-runs.ts';
import { DEFAULT_CLASSES } from '../../properties/fault-classes.ts';
import { ALL_NEEDS, NEEDS, type Need } from '../../properties/needs.ts';
import { scheduleText } from '../../properties/schedule.ts';
import { topologyNamed } from '../../scenarios/topologies.ts';
import { claimedOn, REFERENCE } from '../properties/reference.ts';
import { isEndedEarly } from './interruptible.ts';
import { keptOf } from './kept.ts';

const CURED = ['guide-001-cured', 'guide-002-cured'];
/** Of so many tasks one is of another need than the cheapest. */
const TURNS = 4;
/** Times as many runs a task as in a check: a world is settled for all of them. */
const LONGER = 4;
const PROGRESS_MS = 10_000;

interface Progress {
  /** By topology: of which tasks the answers are in. */
  readonly done: Record<string, number[]>;
  readonly broken: string[];
  runs: number;
  cpuS: number;
}

/** @returns the exit code: 0, 1 where a property is broken, 130 after Ctrl-C */
export async function soakProperties(count: number, seed: number, threads: number): Promise<number> {
  const none: Progress = { done: {}, broken: [], runs: 0, cpuS: 0 };
  const { file, done: progress, goesOn, save: write, remove } = keptOf('properties', [count, seed], none);
  const all = 2 * Math.ceil(count / 10) + count;
  if (goesOn)
    process.stderr.write(`soak: properties goes on after ${text(progress.runs)} of ${text(all)} runs\n`);
  const parts = [
    ...CURED.map((name) => ({ name, runs: Math.ceil(count / 10) })),
    ...REFERENCE.map((name) => ({ name, runs: Math.ceil(count / REFERENCE.length) })),
  ];
  const before = { cpuS: progress.cpuS, runs: progress.runs };
  let toldMs = performance.now();
  const save = (): void => {
    progress.cpuS = before.cpuS + cpuS();
    write();
  };
  const interrupted = await isEndedEarly(async (signal) => {
    for (const { name, runs } of parts) {
      await soakOne(name, runs, progress, { seed, threads, signal }, () => {
        if (performance.now() - toldMs < PROGRESS_MS) return;
        toldMs = performance.now();
        save();
        const rate = (progress.runs - before.runs) / cpuS();
        process.stderr.write(
          `soak: properties, ${name}, ${text(progress.runs)} of ${text(all)} runs, ${rate.toFixed(1)} per CPU second, ${progress.broken.length} broken\n`,
        );
      });
    }
  });
  save();
  if (interrupted) {
    process.stderr.write(`soak: properties, interrupted; the same command goes on from here (${file})\n`);
    return 130;
  }
  process.stdout.write(
    `soak: properties, ${text(progress.runs)} runs, ${(progress.runs / progress.cpuS).toFixed(1)} per CPU second; ${progress.broken.length === 0 ? 'no property was broken' : `broken:\n${progress.broken.join('\n')}`}\n`,
  );
  remove();
  return progress.broken.length === 0 ? 0 : 1;
}

interface PartOptions {
  readonly seed: number;
  readonly threads: number;
  readonly signal: AbortSignal;
}

async function soakOne(
  name: string,
  runs: number,
  progress: Progress,
  { seed, threads, signal }: PartOptions,
  told: () => void,
): Promise<void> {
  const topology = topologyNamed(name, libraryTexts())?.topology;
  if (topology === undefined) throw new Error(`${name} cannot be read`);
  const properties = claimedOn(topology);
  const needs = ALL_NEEDS.filter((need) => properties.some((property) => property.needs === need));
  const groups = needs.map((need) => properties.filter((property) => property.needs === need));
  const done = progress.done[name] ?? [];
  progress.done[name] = done;
  const finished = new Set(done);
  const tasks = tasksOf(needs, runs, seed).map((task, index) => ({ task, index }));
  const waiting = tasks.filter(({ index }) => !finished.has(index));
  const shared = {
    checked: { topology },
    classes: DEFAULT_CLASSES,
    uncounted: true,
    groups: groups.map((group) => group.map((property) => property.name)),
    seed,
  };
  await checkOnPool(
    shared,
    waiting.map(({ task }) => task),
    {
      signal,
      threads,
      answered: (at, { runs: made, found }: CheckAnswer) => {
        done.push(waiting[at]?.index ?? -1);
        progress.runs += made;
        for (const { property, what, schedule, shrunk } of found) {
          const { faults, seed: luck } = { ...schedule, ...(shrunk?.schedule ?? {}) };
          const line = `${name}, seed ${luck}: ${property}: ${what} (${scheduleText({ faults, seed: luck })})`;
          progress.broken.push(line);
          process.stderr.write(`soak: properties, broken: ${line}\n`);
        }
        told();
      },
    },
  );
}

/** Mostly of the cheapest need; each task in a world of its own. */
function tasksOf(needs: readonly Need[], runs: number, seed: number): CheckTask[] {
  const tasks: CheckTask[] = [];
  const next = needs.map(() => 0);
  for (let left = runs; left > 0; ) {
    const turn = tasks.length;
    const isOther = needs.length > 1 && turn % TURNS === TURNS - 1;
    const group = isOther ? 1 + (Math.floor(turn / TURNS) % (needs.length - 1)) : 0;
    const count = Math.min(left, LONGER * NEEDS[needs[group] as Need].runsOfTask);
    const from = next[group] as number;
    tasks.push({ group, seed: seed * 1_000_003 + turn, from, count });
    next[group] = from + count;
    left -= count;
  }
  return tasks;
}

function cpuS(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

function text(count: number): string {
  return count.toLocaleString('en-US');
}
