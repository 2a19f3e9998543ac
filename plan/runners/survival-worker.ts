/** The thread that tries sets of failures: settles its topology once, and lets each run go on from there. */
import { workerData } from 'piscina';
import {
  type FailureOrder,
  settledForSurvival,
  type Verdict,
  verdictAfter,
} from '../../properties/survival.ts';
import type { FailureSet } from '../../properties/survival-sets.ts';
import type { Settled } from '../../scenarios/settled.ts';
import type { SharedSurvival } from './survival-runs.ts';

const { topology, seed } = workerData as SharedSurvival;
let settled: Settled | undefined;

/** A verdict for each way in which the set is tried. */
export default function runTask({ tried }: FailureSet): Verdict[] {
  settled ??= settledForSurvival(topology, seed);
  const world = settled;
  return tried.map((order: FailureOrder) => verdictAfter(world, topology, order));
}
