/**
 * Soak parts `shipped` and `switches`: every shipped scenario with many seeds, and with each of its switches. On all cores. What is done
 * is kept in a file beside the build: after Ctrl-C the same command goes on where it was; after another build it begins anew.
 */
import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot, shippedScenarios } from '../../cli/shared.ts';
import { runOnPool } from '../../plan/runners/pool.ts';
import { LIBRARY } from '../scenarios/library.ts';
import type { ScenarioAnswer, ScenarioTask } from './scenario-worker.ts';

/** Every scenario that has to have switches: the shipped ones, and those of lints. */
export const SWITCHED_NAMES: readonly string[] = [
  ...shippedScenarios(LIBRARY),
  ...[...LIBRARY.keys()]
    .filter((path) => /^lints\/.*\.yaml$/.test(path))
    .map((path) => path.slice(0, -'.yaml'.length)),
];

const PROGRESS_MS = 10_000;

class Interrupted extends Error {}

interface Kept {
  /** When the build was made. */
  readonly buildMs: number;
  readonly tasks: number;
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

/** The first `count` scenarios as they are and with each switch: no expectation may hold with all of them. @returns the exit code */
export function soakSwitches(count: number, _seed: number, threads: number): Promise<number> {
  const tasks = SWITCHED_NAMES.slice(0, count).map((name): ScenarioTask => ({ names: [name] }));
  return soak('switches', tasks, threads);
}

async function soak(part: string, tasks: readonly ScenarioTask[], threads: number): Promise<number> {
  const dist = join(packageRoot(), 'dist');
  const file = join(dist, `soak-${part}.json`);
  const buildMs = statSync(join(dist, 'test', 'soak.js')).mtimeMs;
  const found = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Kept) : undefined;
  const kept: Kept =
    found?.buildMs === buildMs && found.tasks === tasks.length
      ? found
      : { buildMs, tasks: tasks.length, done: [], complaints: [], runs: 0 };
  const finished = new Set(kept.done);
  const waiting = tasks.map((task, index) => ({ task, index })).filter(({ index }) => !finished.has(index));
  const stop = new AbortController();
  const interrupt = (): void => stop.abort(new Interrupted());
  process.once('SIGINT', interrupt);
  let toldMs = performance.now();
  const answered = (at: number, { runs, complaints }: ScenarioAnswer): void => {
    kept.done.push((waiting[at] as { index: number }).index);
    kept.runs += runs;
    kept.complaints.push(...complaints);
    writeFileSync(file, JSON.stringify(kept));
    for (const complaint of complaints) process.stderr.write(`soak: ${part}, ${complaint}\n`);
    if (performance.now() - toldMs < PROGRESS_MS) return;
    toldMs = performance.now();
    process.stderr.write(
      `soak: ${part}, ${kept.done.length} of ${tasks.length} tasks, ${kept.complaints.length} complaints\n`,
    );
  };
  try {
    await runOnPool<ScenarioTask, ScenarioAnswer>(
      '../../test/soak/scenario-worker',
      undefined,
      waiting.map(({ task }) => task),
      { answered, signal: stop.signal, threads },
    );
  } catch (error) {
    if (!(error instanceof Interrupted)) throw error;
    process.stderr.write(`soak: ${part}, interrupted; the same command goes on from here (${file})\n`);
    return 130;
  } finally {
    process.removeListener('SIGINT', interrupt);
  }
  rmSync(file);
  process.stdout.write(
    `soak: ${part}, ${kept.runs.toLocaleString('en-US')} runs, ${kept.complaints.length === 0 ? 'nothing to complain of' : `complaints:\n${kept.complaints.join('\n')}`}\n`,
  );
  return kept.complaints.length === 0 ? 0 : 1;
}
