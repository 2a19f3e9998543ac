/** What lanes have in common: the host, the kind of thing, the component that it is a matter of, the protocol that decides it. */
import type { Lane } from '../../scenarios/run-record.ts';
import type { Grouping } from '../state/page-state.ts';

type Kind = Lane['kind'];

/** Kinds in the order in which they stand within a group, with the name of a group of them. */
export const KINDS: Readonly<Record<Kind, string>> = {
  watch: 'Watched',
  service: 'Services, as clients see them',
  vip: 'VIP',
  lease: 'Leases',
  etcd: 'etcd roles',
  host: 'Hosts',
  process: 'Processes',
  backend: 'Backends, as balancers see them',
  node: 'Nodes, as kubectl shows them',
};

const PROTOCOLS: Readonly<Record<string, string>> = {
  keepalived: 'VRRP and ARP',
  haproxy: 'Health checks',
  etcd: 'Raft',
  clients: "Clients' requests",
  hosts: 'Power and cables',
  watched: 'Watched',
};

/** Names of groups; ids are the same. Hosts are groups of their own. */
export function groupIdOf(lane: Lane, grouping: Grouping): string {
  if (grouping === 'host') return lane.group;
  if (grouping === 'kind') return lane.kind;
  const component = componentOf(lane);
  return grouping === 'component' ? component : (PROTOCOLS[component] ?? "Kubernetes' API");
}

function componentOf({ kind, id, label }: Lane): string {
  switch (kind) {
    case 'watch':
      return 'watched';
    case 'service':
      return 'clients';
    case 'vip':
      return 'keepalived';
    case 'lease':
      return label;
    case 'etcd':
      return 'etcd';
    case 'host':
      return 'hosts';
    case 'backend':
      return 'haproxy';
    case 'node':
      return 'kubelet';
    case 'process':
      return id.startsWith('vrrp:') ? 'keepalived' : (id.split('/')[1] ?? label);
  }
}
