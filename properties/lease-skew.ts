/**
 * At which skew of clocks a lease is held twice: the holder's clock runs slow, it is cut off at a moment, and its renew deadline by its own
 * clock ends after the lease by the clocks of the others. Found by bisection over runs of the simulation.
 *
 * Source: client-go tools/leaderelection/leaderelection.go: "clock skew rate"; the tolerance is leaseDuration / renewDeadline.
 */
import type { Topology } from '../models/cluster/topology.ts';
import { Checker } from './check-run.ts';
import { oneLeaseHolder } from './one-lease-holder.ts';

const DRIFT_AT_MS = 1;
const CUT_AT_MS = 9_000;
const PPM = 1_000_000;

/**
 * What the flags say: by how much slower than the others' a holder's clock may run. Both count from the holder's last renewal at the
 * earliest: it gives up `renewDeadline` of its own time later, they wait `leaseDuration` of theirs from when they saw it.
 * @returns a share of a clock's speed, 0 to 1
 */
export function skewLimit(leaseDuration: number, renewDeadline: number): number {
  return 1 - renewDeadline / leaseDuration;
}

/**
 * The least slowness of the first master's clock, in parts per million, with which two hold this lease.
 * @param stepPpm how exactly it is to be known
 */
export function breakingSkewPpm(topology: Topology, lease: string, seed: number, stepPpm: number): number {
  const holder = topology.hosts.find(({ processes }) => processes.includes('kube-apiserver'))?.name ?? '';
  const checker = new Checker({ topology, start: { leases: { [lease]: holder } } }, [oneLeaseHolder]);
  const isHeldTwice = (ppm: number): boolean => {
    const aim = { class: 'clock', takesOut: '' } as const;
    const faults = [
      { ...aim, entry: { do: 'clock-drift', on: holder, ppm: -ppm }, atMs: DRIFT_AT_MS },
      { ...aim, entry: { do: 'link-down', on: holder }, atMs: CUT_AT_MS },
    ];
    return checker.run({ faults, seed }, { briefly: true }).violations.length > 0;
  };
  let low = 0;
  let high = PPM - stepPpm;
  if (!isHeldTwice(high)) return PPM;
  while (high - low > stepPpm) {
    const middle = Math.round((low + high) / 2);
    if (isHeldTwice(middle)) high = middle;
    else low = middle;
  }
  return high;
}
