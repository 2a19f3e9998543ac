/** A survival table (quorate survive), row by row: which failures leave what of the API. */
import type { Topology } from '../../models/cluster/topology.ts';
import { ownHosts } from '../../properties/fault-classes.ts';
import { settledForSurvival, verdictAfter } from '../../properties/survival.ts';
import { failureSets } from '../../properties/survival-sets.ts';
import {
  rowsOf,
  type SurvivalRow,
  type SurvivalSummary,
  summaryOf,
} from '../../properties/survival-table.ts';
import { type Texts, topologyNamed } from '../../scenarios/topologies.ts';

export interface Survived {
  readonly topology: string;
  readonly hosts: readonly string[];
  /** Names of the processes that some host has. */
  readonly processes: readonly string[];
  readonly rows: readonly SurvivalRow[];
  /** Sets that were tried, and how many there are. */
  readonly tried: number;
  readonly of: number;
  /** When all have been tried. */
  readonly summary?: SurvivalSummary;
}

/** Larger sets of processes are for `quorate survive`, on all cores. */
const PROCESSES_TOGETHER = 1;

export async function survivalOf(
  topology: Topology,
  seed: number,
  goesOn: () => boolean,
  breathe: () => Promise<void>,
  tell: (news: Survived) => void,
): Promise<Survived> {
  const own = ownHosts(topology);
  const sets = failureSets(topology, PROCESSES_TOGETHER);
  const rows: SurvivalRow[] = [];
  const soFar = (tried: number): Survived => ({
    topology: topology.topology,
    hosts: own.map(({ name }) => name),
    processes: [...new Set(own.flatMap(({ processes }) => processes))],
    rows: [...rows],
    tried,
    of: sets.length,
  });
  tell(soFar(0));
  await breathe();
  const settled = settledForSurvival(topology, seed);
  for (const [index, set] of sets.entries()) {
    if (!goesOn()) return soFar(index);
    rows.push(
      ...rowsOf(
        set,
        set.tried.map((order) => verdictAfter(settled, topology, order)),
      ),
    );
    tell(soFar(index + 1));
    await breathe();
  }
  return { ...soFar(sets.length), summary: summaryOf(rows) };
}

/** A topology of the library. Throws an Error with words for people. */
export function libraryTopology(name: string, library: Texts): Topology {
  const topology = topologyNamed(name, library)?.topology;
  if (topology === undefined) throw new Error(`There is no topology ${name.slice(0, 60)} in this page.`);
  return topology;
}
