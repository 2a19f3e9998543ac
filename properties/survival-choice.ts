/** Which sets of failures a survival table runs where nobody says it: every one if that is affordable, else none that is like another. */
import type { Topology } from '../models/cluster/topology.ts';
import { type FailureSet, failureSets } from './survival-sets.ts';
import { representatives } from './survival-symmetry.ts';

/** Processes that fail together at most, unless somebody asks for more. */
export const MOST_PROCESSES = 3;
/** More runs than this are begun only if they are asked for. */
export const RUNS_UNASKED = 600;

export interface ChosenSets {
  readonly max: number;
  readonly symmetry: boolean;
  readonly sets: readonly FailureSet[];
}

export function runsOf(sets: readonly FailureSet[]): number {
  return sets.reduce((sum, { tried }) => sum + tried.length, 0);
}

/** Every set where that is affordable, else those that are not alike; without a wish for a size as many processes as that allows. */
export function chosenSets(
  topology: Topology,
  max: number | undefined,
  symmetry: boolean | undefined,
): ChosenSets {
  const sizes =
    max === undefined ? Array.from({ length: MOST_PROCESSES }, (_, i) => MOST_PROCESSES - i) : [max];
  let last: ChosenSets | undefined;
  for (const size of sizes) {
    const all = failureSets(topology, size);
    for (const reduced of symmetry === undefined ? [false, true] : [symmetry]) {
      last = { max: size, symmetry: reduced, sets: reduced ? notAlike(topology, all) : all };
      if (runsOf(last.sets) <= RUNS_UNASKED) return last;
    }
  }
  return last as ChosenSets;
}

/** Sets of hosts are few, and all of them are run. */
function notAlike(topology: Topology, sets: readonly FailureSet[]): FailureSet[] {
  const of = (wanted: FailureSet['kind']) => sets.filter(({ kind }) => kind === wanted);
  return [...of('hosts'), ...representatives(topology, of('processes'))];
}
