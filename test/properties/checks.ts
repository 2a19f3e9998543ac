/** One run of one property on a shipped topology, with given faults. */
import type { ParameterMap } from '../../models/cluster/parameters.ts';
import { Checker } from '../../properties/check-run.ts';
import type { Property } from '../../properties/property.ts';
import type { PlannedFault } from '../../properties/schedule.ts';
import type { FaultEntryData, StartData } from '../../scenarios/schema.ts';
import { topologyNamed } from '../../scenarios/topologies.ts';
import { LIBRARY } from '../scenarios/library.ts';

export const fault = (atMs: number, entry: FaultEntryData, forMs?: number): PlannedFault => ({
  class: 'process stop',
  entry,
  takesOut: entry.on ?? '',
  atMs,
  ...(forMs === undefined ? {} : { forMs }),
});

/** What was wrong, with seed 1. */
export function check(
  property: Property,
  name: string,
  faults: readonly PlannedFault[],
  set: ParameterMap = {},
  start: StartData = {},
): string[] {
  const topology = topologyNamed(name, LIBRARY, set)!.topology!;
  const checker = new Checker({ topology, start }, [property]);
  return checker.run({ faults, seed: 1 }, { briefly: true }).violations.map(({ what }) => what);
}
