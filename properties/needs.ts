/**
 * What properties need beside the cluster itself: clients, workloads, an operator's steps. Properties with the same need are looked at in
 * the same runs.
 */
import { outsideHost, type Topology } from '../models/cluster/topology.ts';
import type { ClientData, TimelineEntryData, WorkloadData } from '../scenarios/schema.ts';
import { RESTORE_DRILL } from './restore-drill.ts';
import type { Phases } from './schedule.ts';

/**
 * `world`: nothing. `requests`: the standard probers at a fifth of their rate, as each costs as much as the rest of the cluster
 * in the same time. `workloads`: pods. `etcd`: clients of etcd that put and get one key. `restore`: such clients, and a
 * restore of all members from a snapshot.
 */
export type Need = 'world' | 'requests' | 'workloads' | 'etcd' | 'restore';

export interface NeedRow {
  readonly clients?: (topology: Topology, phases: Phases) => ClientData[];
  readonly workloads?: readonly WorkloadData[];
  /** What an operator does when everything has healed. */
  readonly drill?: (topology: Topology, phases: Phases) => TimelineEntryData[];
  /** Runs that a task of a search does: about a second of work. */
  readonly runsOfTask: number;
}

const PROBE_RATE = '2/s';

/** Its pods stay only 20 s on a node that is not ready, so that a run need not last for five minutes. */
export const REPLICAS: WorkloadData = {
  name: 'replicas',
  replicas: 6,
  toleration: '20s',
  'on-control-planes': true,
};

export const NEEDS: Readonly<Record<Need, NeedRow>> = {
  world: { runsOfTask: 8 },
  requests: { clients: probers, runsOfTask: 3 },
  workloads: { workloads: [REPLICAS], runsOfTask: 2 },
  etcd: { clients: registerClients, runsOfTask: 6 },
  restore: { clients: RESTORE_DRILL.clients, drill: RESTORE_DRILL.entries, runsOfTask: 6 },
};

/** All needs, in the order in which a search takes them. */
export const ALL_NEEDS = Object.keys(NEEDS) as readonly Need[];

/** As the standard probers, but for their rate. */
function probers(topology: Topology): ClientData[] {
  const { address, port } = topology.controlPlaneEndpoint;
  const prober = (name: string, request: ClientData['request']): ClientData => ({
    name,
    from: outsideHost(topology).name,
    to: `${address}:${port}`,
    rate: PROBE_RATE,
    request,
    timeout: '5s',
  });
  return [prober('api.write', 'write'), prober('api.read', 'read'), prober('vip', 'connect')];
}

/** One writer, at the last member, and a reader at each. */
function registerClients(topology: Topology): ClientData[] {
  const from = outsideHost(topology).name;
  const common = { from, timeout: '5s', key: 'register', begin: '100ms' };
  const hosts = topology.etcd.members.map(({ host }) => host);
  return [
    { ...common, name: 'put', to: hosts.at(-1) ?? '', rate: '3/s', request: 'etcd-put' },
    ...hosts.map(
      (to, index): ClientData => ({
        ...common,
        name: `get-${index + 1}`,
        to,
        rate: '2/s',
        request: 'etcd-get',
      }),
    ),
  ];
}
