/** Outages of several topologies under the same seeds, on all cores. */
import type { Topology } from '../../models/cluster/topology.ts';
import { type PoolOptions, runOnPool } from './pool.ts';

export interface SharedOutages {
  readonly topologies: readonly Topology[];
}

export interface OutageTask {
  /** Index of the topology. */
  readonly topology: number;
  readonly seed: number;
}

/** Milliseconds by the fault's name, in the order of the tasks. */
export function outageRuns(
  shared: SharedOutages,
  tasks: readonly OutageTask[],
  options?: PoolOptions<Record<string, number>>,
): Promise<Record<string, number>[]> {
  return runOnPool<OutageTask, Record<string, number>>('outage-worker', shared, tasks, options);
}
