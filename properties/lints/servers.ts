/**
 * Who stands in the balancer's list of servers, and under which address.
 */

import type { HostsEntry } from '../../models/cluster/system-files.ts';
import type { BackendConfig } from '../../models/haproxy/config.ts';
import { backendSection, lineOf } from '../../models/haproxy/written.ts';
import { isIpv4 } from '../../models/ipv4.ts';
import type { Balancer, Deployment } from './deployment.ts';
import type { Complaint, LintRule } from './lint.ts';
import { listed } from './lint.ts';

export const backendLacksMaster: LintRule = {
  name: 'backend-lacks-master',
  severity: 'warning',
  about:
    'A master is not among the balancer’s servers: its apiserver serves nobody who asks at the endpoint.',
  cure: 'List every master.',
  find: ({ balancers, hosts, sources }) =>
    balancers.flatMap(({ file, sections, backend, hosts: runs }): Complaint[] => {
      const section = backendSection(sections, backend.name);
      const line = section?.line ?? 1;
      const serves = ({ name, address, server }: (typeof hosts)[number]): boolean =>
        server !== undefined || backend.servers.some((one) => one.name === name || one.address === address);
      const missing = [
        ...hosts.filter((host) => host.controlPlane && !serves(host)),
        ...namedAlike(backend, sources.hosts),
      ];
      const say = (message: string): Complaint[] => [{ file: file.path, line, message }];
      if (missing.length > 0) {
        const names = missing.map(({ name, address }) => (address ? `${name} (${address})` : name));
        return say(
          `backend ${backend.name} has no server for ${listed(names)}: that master gets no connections, and is not there when the others are down`,
        );
      }
      // Hosts of keepalived that nobody matched to a server: masters, if the other ones are.
      const others = runs.filter((host) => !serves(host));
      const also = runs.length - others.length;
      if (
        others.length > 0 &&
        backend.servers.length < runs.length &&
        (also > 0 || others.every(({ address }) => address === undefined))
      ) {
        return say(
          `${runs.length} hosts run this balancer and only ${backend.servers.length} ${backend.servers.length === 1 ? 'server is' : 'servers are'} listed in backend ${backend.name}: if ${listed(others.map(({ name }) => name))} ${others.length === 1 ? 'is a master, it gets' : 'are masters, they get'} no connections`,
        );
      }
      return [];
    }),
};

/** `master3` of /etc/hosts beside the servers master1 and master2. */
function namedAlike(
  { servers }: BackendConfig,
  entries: readonly HostsEntry[],
): { readonly name: string; readonly address: string }[] {
  const stems = new Set(servers.flatMap(({ name }) => /^(.*\D)\d+$/.exec(name)?.[1] ?? []));
  return entries.flatMap(({ address, names }) => {
    const name = names.find((one) => stems.has(/^(.*\D)\d+$/.exec(one)?.[1] ?? ''));
    const known = servers.some((server) => server.address === address || names.includes(server.name));
    return name === undefined || known ? [] : [{ name, address }];
  });
}

export const serverAddressOfAnotherHost: LintRule = {
  name: 'server-address-of-another-host',
  severity: 'error',
  about: 'A server has the name of one host and the address of another one, or of none.',
  cure: 'Give the server the address of the host that it is called after.',
  find: (deployment) =>
    deployment.balancers.flatMap((balancer) =>
      balancer.backend.servers.flatMap((server): Complaint[] => {
        const own = addressOf(deployment, server.name);
        if (own === undefined || !isIpv4(server.address) || own === server.address) return [];
        const owner = ownerOf(deployment, server.address);
        const whose = owner === undefined ? 'which no file gives to any host' : `which is ${owner}'s`;
        const message = `server ${server.name} points to ${server.address}, ${whose}, and ${server.name} has ${own}: what is meant for ${server.name} does not reach it`;
        const line = serverLine(balancer, server.name);
        return [{ file: balancer.file.path, line, message }];
      }),
    ),
};

function serverLine({ sections, backend }: Balancer, name: string): number {
  const section = backendSection(sections, backend.name);
  return lineOf(section, 'server', name) ?? section?.line ?? 1;
}

/** What other files than the balancer's say about a name. */
function addressOf({ sources, hosts }: Deployment, name: string): string | undefined {
  const entry = sources.hosts.find(({ names }) => names.includes(name));
  if (entry) return entry.address;
  const host = hosts.find((one) => one.name.toLowerCase() === name.toLowerCase());
  const fromBalancer = sources.haproxy.some(({ file }) => file.path === host?.source?.file);
  return fromBalancer ? undefined : host?.address;
}

function ownerOf({ sources, hosts }: Deployment, address: string): string | undefined {
  const host = hosts.find((one) => one.address === address && one.server === undefined);
  const named = sources.hosts.find((entry) => entry.address === address)?.names[0];
  return named ?? hosts.find((one) => one.address === address)?.name ?? host?.name;
}
