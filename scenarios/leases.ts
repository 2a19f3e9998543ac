/** The leases that scenarios know by name, and who may hold them. */

import { hostsWith, type ProcessName, placesOf, type Topology } from '../models/cluster/topology.ts';
import { DEFAULTS as KUBE_VIP } from '../models/kube-vip/config.ts';

/** Lease to the process whose leader holds it. */
const HOLDERS: Readonly<Record<string, ProcessName>> = {
  'kube-scheduler': 'kube-scheduler',
  'kube-controller-manager': 'kube-controller-manager',
  [KUBE_VIP.vip_leasename]: 'kube-vip',
};

/** The leases of a topology. */
export function leasesOf(topology: Topology): string[] {
  return Object.keys(HOLDERS).filter((lease) => placesOf(topology, HOLDERS[lease] as ProcessName).length > 0);
}

/** The process that stands for a lease; undefined if no component has one of this name. */
export function processOfLease(lease: string): ProcessName | undefined {
  return HOLDERS[lease];
}

/** Hosts that stand for a lease from the start. */
export function candidatesFor(lease: string, topology: Topology): string[] {
  const process = HOLDERS[lease];
  return process === undefined ? [] : hostsWith(topology, process).map(({ name }) => name);
}

/** The lease by which the VIP is held, where it is held by one. */
export function leaseOfVip(topology: Topology): string | undefined {
  return hostsWith(topology, 'kube-vip').length === 0 ? undefined : KUBE_VIP.vip_leasename;
}
