/** Runs of scenarios on the pool: which scenarios, which seeds, what is wanted of each. */
import type { ComposeOptions } from '../../scenarios/compose.ts';
import type { ExecutorName } from '../../scenarios/prepare.ts';
import type { RunResult } from '../../scenarios/result.ts';
import type { Texts } from '../../scenarios/topologies.ts';
import { type PoolOptions, runOnPool } from './pool.ts';

/** A scenario as text, with what is set over it. */
export interface ScenarioJob {
  /** Name of its file, for complaints. */
  readonly file: string;
  readonly text: string;
  readonly options?: ComposeOptions;
  readonly executor?: ExecutorName;
}

export interface SharedRuns {
  /** Texts of the shipped library, by path below scenarios/. */
  readonly library: Texts;
  readonly jobs: readonly ScenarioJob[];
}

export interface ScenarioTask {
  /** Index of the job. */
  readonly job: number;
  readonly seed: number;
  /** The measures only, or all that `run --json` prints (slower: the trace is hashed). */
  readonly give: 'measures' | 'result';
}

/** What came of one run, or why it could not be done. */
export type ScenarioAnswer =
  | { readonly measures: RunResult['measures'] }
  | { readonly result: RunResult }
  | { readonly error: string };

/** Runs every task, over all cores; answers in the order of the tasks. */
export function runScenarios(
  shared: SharedRuns,
  tasks: readonly ScenarioTask[],
  options?: PoolOptions<ScenarioAnswer>,
): Promise<ScenarioAnswer[]> {
  return runOnPool<ScenarioTask, ScenarioAnswer>('scenario-worker', shared, tasks, options);
}
