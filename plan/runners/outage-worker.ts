/** The thread that measures outages of a topology under one luck. */
import { workerData } from 'piscina';
import { outagesMs } from '../../properties/outages.ts';
import type { OutageTask, SharedOutages } from './outage-runs.ts';

const { topologies } = workerData as SharedOutages;

export default function runTask({ topology, seed }: OutageTask): Record<string, number> {
  const found = topologies[topology];
  if (found === undefined) throw new Error(`there is no topology ${topology}`);
  return outagesMs(found, seed);
}
