/**
 * Where clients, nodes and joining masters look for the API, against where it can be found.
 *
 * Source: kubeadm "Creating Highly Available Clusters" (controlPlaneEndpoint should be the balancer's address and port);
 * `kubeadm join --help`; k/k cmd/kubeadm/app/cmd/join.go ("a cluster that doesn't have a stable controlPlaneEndpoint address").
 */
import { placeOf } from '../../models/cluster/import-sources.ts';
import type { Deployment, SaidEndpoint } from './deployment.ts';
import type { Complaint, LintRule } from './lint.ts';
import { listed } from './lint.ts';

/** Ports on which the balancer leads to the apiservers. */
function balancerPorts({ balancers }: Deployment): number[] {
  return [...new Set(balancers.flatMap(({ binds }) => binds.map(({ port }) => port)))];
}

/** Is it the VIP; where there is none, a host that runs the balancer; or a name that no file gives to a host? */
function isBalancer({ virtualRouters, balancers, hosts }: Deployment, { address }: SaidEndpoint): boolean {
  if (address === undefined) return true;
  if (virtualRouters.length > 0)
    return virtualRouters.some(({ routers }) =>
      routers.some(({ config }) => config.virtualIpAddresses.includes(address)),
    );
  const host = hosts.find((one) => one.address === address);
  return host === undefined || balancers.some((balancer) => balancer.hosts.includes(host));
}

export const otherPort: LintRule = {
  name: 'join-names-another-port',
  severity: 'error',
  about: 'An endpoint or a join command names the balancer’s address with a port that is not the balancer’s.',
  cure: 'Name the port of the balancer’s bind line.',
  find: (deployment) => {
    const ports = balancerPorts(deployment);
    if (ports.length === 0) return [];
    return deployment.endpoints
      .filter((said) => !ports.includes(said.port) && isBalancer(deployment, said))
      .map(({ by, host, port, file, line }): Complaint => {
        const direct = port === deployment.apiserverPort;
        const what = direct
          ? `it goes past the balancer to the apiserver of whoever has that address, and fails when that one does`
          : 'nobody listens there';
        const message = `${by} names ${host}:${port}, and the balancer listens on port ${listed(ports.map(String))}: ${what}`;
        return { file, line, message };
      });
  },
};

export const singleBalancer: LintRule = {
  name: 'single-balancer',
  severity: 'warning',
  about: 'One host alone runs the balancer: when it is down nobody reaches any of the masters.',
  cure: 'Run the balancer on two hosts or more, with a VIP.',
  find: ({ balancers, virtualRouters }) => {
    const hosts = new Set(balancers.flatMap((one) => one.hosts));
    const [balancer] = balancers;
    if (!balancer || balancers.length > 1 || hosts.size > 1 || virtualRouters.length > 0) return [];
    const [host] = hosts;
    const message = `${host ? `${host.name} is` : 'these files have'} the only balancer, and there is no VIP: when it is down nobody reaches the ${counted(balancer.backend.servers.length)} behind it`;
    return [{ file: balancer.file.path, line: balancer.binds[0]?.line ?? 1, message }];
  },
};

const counted = (servers: number): string => (servers === 1 ? 'apiserver' : `${servers} apiservers`);

export const endpointIsOneMaster: LintRule = {
  name: 'endpoint-is-one-master',
  severity: 'error',
  about:
    'The cluster’s endpoint is the address of one master: when that one is down, so is the API for everybody.',
  cure: 'Name the VIP or the balancer; every certificate and kubeconfig holds this address.',
  find: ({ endpoints, masters, sources }) =>
    endpoints
      .filter(({ by }) => by !== 'kubeadm join' && by !== 'apiServerEndpoint')
      .flatMap(({ by, host, port, address, file, line }): Complaint[] => {
        if (address === undefined) return [];
        const named = masters.find((one) => one.address === address)?.name;
        // A file without nodeRegistration.name names no host, and its address all the same.
        const own = sources.kubeadm.some(({ config }) => config.advertiseAddress?.value === address);
        if (named === undefined && !own) return [];
        const master = named === undefined ? 'the first master itself' : `the master ${named}`;
        const message = `${by} names ${host}:${port}, which is ${master}: when ${named ?? 'it'} is down nobody reaches the other masters either`;
        return [{ file, line, message }];
      }),
};

export const noControlPlaneEndpoint: LintRule = {
  name: 'no-control-plane-endpoint',
  severity: 'error',
  about:
    'kubeadm’s configuration has no controlPlaneEndpoint beside a VIP or a balancer: no second master can join.',
  cure: 'Write the VIP or the balancer as controlPlaneEndpoint before `kubeadm init`.',
  find: ({ sources, endpoints, virtualRouters, balancers, masters }) => {
    const shared = virtualRouters.length > 0 || balancers.length > 0 || masters.length > 1;
    const own = sources.kubeadm.filter(({ config }) => config.role === 'init' || config.role === 'cluster');
    const [first] = own.filter(({ file }) => /^kind: *ClusterConfiguration/m.test(file.text));
    if (!shared || !first || endpoints.some(({ by }) => by !== 'kubeadm join' && by !== 'apiServerEndpoint'))
      return [];
    const { line } = placeOf(first.file.text, /^kind: *ClusterConfiguration/m);
    const message =
      'no controlPlaneEndpoint: kubeadm join --control-plane is refused, and every node asks the first master only';
    return [{ file: first.file.path, line, message }];
  },
};
