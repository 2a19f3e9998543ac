/**
 * Topologies of etcd alone: `etcd-3` is three hosts with a member each and a host outside; `etcd-3+1` has one more host on
 * which etcd is installed and does not run, for members that an operator adds.
 */
import type { Topology } from './topology.ts';

const MOST = 9;

export interface EtcdSize {
  readonly members: number;
  readonly spares: number;
}

/** Undefined if the name is no such topology, or too large. */
export function etcdSize(name: string): EtcdSize | undefined {
  const match = /^etcd-([1-9])(?:\+([1-9]))?$/.exec(name);
  if (match === null) return undefined;
  const size = { members: Number(match[1]), spares: Number(match[2] ?? 0) };
  return size.members + size.spares <= MOST ? size : undefined;
}

export function etcdTopology(name: string, { members, spares }: EtcdSize): Topology {
  const names = Array.from({ length: members + spares }, (_, i) => `m${i + 1}`);
  const place = (host: string): { name: string; host: string } => ({ name: host, host });
  return {
    topology: name,
    about: `etcd alone: ${members} ${members === 1 ? 'member' : 'members'}${spares === 0 ? '' : `, and ${spares} ${spares === 1 ? 'host' : 'hosts'} for more`}.`,
    versions: { kubernetes: '1.30', etcd: '3.5' },
    hosts: [
      ...names.map((host, i) => ({
        name: host,
        address: `10.0.0.${11 + i}`,
        roles: ['etcd' as const],
        processes: ['etcd' as const],
      })),
      { name: 'outside', address: '10.0.0.1', roles: ['client' as const], processes: [] },
    ],
    controlPlaneEndpoint: { address: '10.0.0.11', port: 2379 },
    apiserverPort: 6443,
    etcd: {
      placement: 'external',
      members: names.slice(0, members).map(place),
      ...(spares === 0 ? {} : { spares: names.slice(members).map(place) }),
    },
  };
}
