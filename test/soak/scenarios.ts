/**
 * Soak parts `shipped`, `executors` and `switches`: every shipped scenario with many seeds, in both executors, and with each of its
 * switches. On all cores; after Ctrl-C the same command goes on where it was (kept.ts).
 */
import { shippedScenarios } from '../../cli/shared.ts';
import { runOnPool } from '../../plan/runners/pool.ts';
import { LIBRARY } from '../scenarios/library.ts';
import { isEndedEarly } from './interruptible.ts';
import { keptOf } from './kept.ts';
import type { ScenarioAnswer, ScenarioTask } from './scenario-worker.ts';

/** Every scenario that has to have switches: the shipped ones, and those of lints. */
export const SWITCHED_NAMES: readonly string[] = [
  ...shippedScenarios(LIBRARY),
  ...[...LIBRARY.keys()]
    .filter((path) => /^lints\/.*\.yaml$/.test(path))
    .map((path) => path.slice(0, -'.yaml'.length)),
];

const PROGRESS_MS = 10_000;

interface Progress {
  /** Indices of the tasks whose answers are in. */
  readonly done: number[];
  readonly complaints: string[];
  runs: number;
}

/** Every shipped scenario with seeds 1 to `count`, for judging only (shared-runs.ts). @returns the exit code */
export function soakShipped(count: number, _seed: number, threads: number): Promise<number> {
  const names = shippedScenarios(LIBRARY);
  const folderOf = (name: string): string => name.replace(/[^/]*$/, '');
  const folders = [...new Set(names.map(folderOf))];
  // One folder's scenarios with one seed share the worlds that begin alike.
  const tasks = Array.from({ length: count }, (_, i) =>
    folders.map(
      (folder): ScenarioTask => ({ names: names.filter((name) => folderOf(name) === folder), seed: i + 1 }),
    ),
  ).flat();
  return soak('shipped', tasks, threads);
}

/** Every shipped scenario whole, with seeds 1 to `count`: compiled and by xstate the same trace. @returns the exit code */
export function soakExecutors(count: number, _seed: number, threads: number): Promise<number> {
  const names = shippedScenarios(LIBRARY);
  const tasks = Array.from({ length: count }, (_, i) =>
    names.map((name): ScenarioTask => ({ names: [name], seed: i + 1, executors: true })),
  ).flat();
  return soak('executors', tasks, threads);
}

/** The first `count` scenarios as they are and with each switch: no expectation may hold with all of them. @returns the exit code */
export function soakSwitches(count: number, _seed: number, threads: number): Promise<number> {
  const tasks = SWITCHED_NAMES.slice(0, count).map((name): ScenarioTask => ({ names: [name] }));
  return soak('switches', tasks, threads);
}

async function soak(part: string, tasks: readonly ScenarioTask[], threads: number): Promise<number> {
  const none: Progress = { done: [], complaints: [], runs: 0 };
  const { file, done: progress, save, remove } = keptOf(part, [tasks.length], none);
  const finished = new Set(progress.done);
  const waiting = tasks.map((task, index) => ({ task, index })).filter(({ index }) => !finished.has(index));
  let toldMs = performance.now();
  const answered = (at: number, { runs, complaints }: ScenarioAnswer): void => {
    progress.done.push((waiting[at] as { index: number }).index);
    progress.runs += runs;
    progress.complaints.push(...complaints);
    save();
    for (const complaint of complaints) process.stderr.write(`soak: ${part}, ${complaint}\n`);
    if (performance.now() - toldMs < PROGRESS_MS) return;
    toldMs = performance.now();
    process.stderr.write(
      `soak: ${part}, ${progress.done.length} of ${tasks.length} tasks, ${progress.complaints.length} complaints\n`,
    );
  };
  const interrupted = await isEndedEarly((signal) =>
    runOnPool<ScenarioTask, ScenarioAnswer>(
      '../../test/soak/scenario-worker',
      undefined,
      waiting.map(({ task }) => task),
      { answered, signal, threads },
    ),
  );
  if (interrupted) {
    process.stderr.write(`soak: ${part}, interrupted; the same command goes on from here (${file})\n`);
    return 130;
  }
  remove();
  process.stdout.write(
    `soak: ${part}, ${progress.runs.toLocaleString('en-US')} runs, ${progress.complaints.length === 0 ? 'nothing to complain of' : `complaints:\n${progress.complaints.join('\n')}`}\n`,
  );
  return progress.complaints.length === 0 ? 0 : 1;
}
