/** Where no property is broken: the topologies that `npm test` tries a little and `npm run soak -- properties` at length. */
import type { Topology } from '../../models/cluster/topology.ts';
import { DEFAULT_CLASSES } from '../../properties/fault-classes.ts';
import { PROPERTIES } from '../../properties/library.ts';
import type { Property } from '../../properties/property.ts';

export const REFERENCE = [
  'stacked-1',
  'stacked-2',
  'stacked-3',
  'stacked-5',
  'external-3+3',
  'stacked-3-lb1',
  'etcd-3',
];

/** The properties that are about the topology and hold under all the default faults together. */
export function claimedOn(topology: Topology): Property[] {
  return PROPERTIES.filter(
    ({ claimedUnder, applies }) =>
      (applies?.(topology) ?? true) && DEFAULT_CLASSES.every((one) => claimedUnder.includes(one)),
  );
}
