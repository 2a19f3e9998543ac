import { hostsWith, type Topology } from '../models/cluster/topology.ts';
import { FAULT_SPAN_MS, type Failure, isLeft, SETTLE_MS } from './failures.ts';
import type { Property } from './property.ts';

/** The prober's requests of the last 15 s decide. */
const JUDGED_MS = 15_000;

/** A majority of etcd's members is left. */
export function hasMajority(topology: Topology, failed: readonly Failure[]): boolean {
  const { members } = topology.etcd;
  return members.filter(({ host }) => isLeft(failed, host, 'etcd')).length > members.length / 2;
}

/** An apiserver is left that reaches a member: its own when stacked, any when external. */
export function hasApiserver(topology: Topology, failed: readonly Failure[]): boolean {
  return hostsWith(topology, 'kube-apiserver').some(
    ({ name }) =>
      isLeft(failed, name, 'kube-apiserver') &&
      (topology.etcd.placement === 'external' || isLeft(failed, name, 'etcd')),
  );
}

/** A host is left where keepalived can hold the VIP and a proxy answers behind it. */
export function hasFrontDoor(topology: Topology, failed: readonly Failure[]): boolean {
  return hostsWith(topology, 'haproxy').some(
    ({ name }) => isLeft(failed, name, 'haproxy') && isLeft(failed, name, 'keepalived'),
  );
}

export const writesServedIffMajority: Property = {
  sentence:
    'After settling, writes are served exactly when a majority of etcd and one apiserver with a front door are left.',
  source:
    'etcd FAQ: fault tolerance table; kubernetes.io ha-topology; KEEPALIVED.md section 5 for penalties larger than every gap',
  claimedUnder: ['host power', 'process stop'],
  violation({ facts, topology, epochUs }, failed) {
    const expected =
      hasMajority(topology, failed) && hasApiserver(topology, failed) && hasFrontDoor(topology, failed);
    // Requests that could still end within the run: the prober's limit is 5 s.
    const fromUs = epochUs + (FAULT_SPAN_MS + SETTLE_MS - JUDGED_MS) * 1000;
    const toUs = epochUs + (FAULT_SPAN_MS + SETTLE_MS - 5_500) * 1000;
    const judged = facts.requests.filter(
      ({ client, startedAtUs }) => client === 'api.write' && startedAtUs >= fromUs && startedAtUs <= toUs,
    );
    const good = judged.filter(({ outcome }) => outcome === 'ok').length;
    if (judged.length === 0) return 'no write was tried';
    if (expected && good < judged.length)
      return `${judged.length - good} of ${judged.length} writes failed although enough is left`;
    if (!expected && good > 0)
      return `${good} of ${judged.length} writes were served although too little is left`;
    return undefined;
  },
};
