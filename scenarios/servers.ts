/** Servers as balancers call them, and the hosts behind: what turns `apiserver/dtlab-1` into a place in the drawing. */
import { BACKEND } from '../models/cloud-balancer/observe.ts';
import { hostsWith, placesOf, type Topology } from '../models/cluster/topology.ts';
import { readHaproxyCfg } from '../models/haproxy/read-cfg.ts';
import type { RunRecord } from './run-record.ts';

/** Every server of every balancer's configuration whose address is one of the topology's hosts. */
export function serversOf(topology: Topology): NonNullable<RunRecord['servers']> {
  const hosts = new Map(topology.hosts.map(({ name, address }) => [address, name]));
  const targets = hostsWith(topology, 'cloud-balancer').flatMap(({ name: balancer }) =>
    placesOf(topology, 'kube-apiserver').map(({ name: host }) => ({
      ...{ balancer, server: `${BACKEND}/${host}`, host },
    })),
  );
  const servers = hostsWith(topology, 'haproxy').flatMap(({ name: balancer }) => {
    const file = topology.haproxy?.[balancer];
    const text = file === undefined ? undefined : topology.files?.[file];
    if (file === undefined || text === undefined) return [];
    const { backends } = readHaproxyCfg(text, file).config;
    return backends.flatMap((backend) =>
      backend.servers.flatMap(({ name, address }) => {
        const host = hosts.get(address);
        return host === undefined ? [] : [{ balancer, server: `${backend.name}/${name}`, host }];
      }),
    );
  });
  return [...servers, ...targets];
}
