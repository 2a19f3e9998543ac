import { hostsWith, type Topology } from '../models/cluster/topology.ts';
import { durationUs } from '../scenarios/durations.ts';
import type { ScenarioData } from '../scenarios/schema.ts';
import { JUDGED_MS, RECOVERY_MS } from './phases.ts';
import type { Property } from './property.ts';
import { CAME_BACK_LATE, type Failure, isLeft } from './schedule.ts';

/**
 * Does one come in by HAProxy, behind keepalived or alone? A front door of another kind has rules of its own: kube-vip moves by a lease, a
 * cloud's balancer is nobody's to stop.
 */
export function hasProxyDoor(topology: Topology): boolean {
  return hostsWith(topology, topology.vip === undefined ? 'haproxy' : 'keepalived').length > 0;
}

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

/**
 * A way in is left: where there is a VIP, a host whose keepalived can hold it and whose proxy answers; else the balancer, or the
 * apiserver, whose address the endpoint is.
 */
export function hasFrontDoor(topology: Topology, failed: readonly Failure[]): boolean {
  const { vip, controlPlaneEndpoint } = topology;
  if (vip !== undefined)
    return hostsWith(topology, 'haproxy').some(
      ({ name }) => isLeft(failed, name, 'haproxy') && isLeft(failed, name, 'keepalived'),
    );
  const door = topology.hosts.find(({ address }) => address === controlPlaneEndpoint.address);
  if (door === undefined) return false;
  const process = door.processes.includes('haproxy') ? 'haproxy' : 'kube-apiserver';
  return isLeft(failed, door.name, process);
}

/** When the last host or process that was down for a while was started again; 0 if none was. Scenario time. */
function lastStartUs({ timeline = [] }: ScenarioData, settledUs: number): number {
  const ends = timeline.map((entry) => {
    if (!('do' in entry) || !['power-off', 'stop', 'kill'].includes(entry.do)) return 0;
    if (entry.for === undefined || entry.at === undefined) return 0;
    const endUs = durationUs(entry.at) + durationUs(entry.for);
    return endUs < settledUs ? endUs : 0;
  });
  return Math.max(0, ...ends);
}

export const writesServedIffMajority: Property = {
  name: 'writes-served-iff-majority',
  sentence:
    'After settling, writes are served exactly when a majority of etcd and one apiserver with a front door are left.',
  source:
    'etcd FAQ: fault tolerance table; kubernetes.io ha-topology; KEEPALIVED.md section 5 for penalties larger than every gap',
  claimedUnder: ['host power', 'link', 'process stop'],
  applies: hasProxyDoor,
  needs: 'requests',
  judged: 'settled',
  unjudged({ scenario }, _failed, { settledMs }) {
    // What starts again in between needs its own time, in which a balancer takes an apiserver before it is ready.
    const startUs = lastStartUs(scenario, settledMs * 1000);
    return startUs > 0 && startUs + RECOVERY_MS * 1000 > settledMs * 1000 ? CAME_BACK_LATE : undefined;
  },
  violation({ facts, topology, epochUs }, failed, { settledMs }) {
    const expected =
      hasMajority(topology, failed) && hasApiserver(topology, failed) && hasFrontDoor(topology, failed);
    // Requests that could still end within the phase: the prober's limit is 5 s.
    const fromUs = epochUs + (settledMs - JUDGED_MS) * 1000;
    const toUs = epochUs + (settledMs - 5_500) * 1000;
    const judged = facts.requests.list.filter(
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
