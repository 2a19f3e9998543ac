/** The survival table of a topology, on all cores. */
import type { Topology } from '../../models/cluster/topology.ts';
import type { Verdict } from '../../properties/survival.ts';
import type { FailureSet } from '../../properties/survival-sets.ts';
import { rowsOf, type SurvivalRow } from '../../properties/survival-table.ts';
import { type PoolOptions, runOnPool } from './pool.ts';

export interface SharedSurvival {
  readonly topology: Topology;
  readonly seed: number;
}

/** Rows in the order of the sets. */
export async function survivalRows(
  shared: SharedSurvival,
  sets: readonly FailureSet[],
  options?: PoolOptions<Verdict[]>,
): Promise<SurvivalRow[]> {
  const verdicts = await runOnPool<FailureSet, Verdict[]>('survival-worker', shared, sets, options);
  return sets.flatMap((set, index) => rowsOf(set, verdicts[index] as Verdict[]));
}
