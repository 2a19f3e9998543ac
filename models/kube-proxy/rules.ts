/**
 * What a node passes on: for each NodePort of a Service its ready pods, wherever they are.
 *
 * Sources: k/k pkg/proxy/iptables/proxier.go (KUBE-NODEPORTS, externalTrafficPolicy Cluster: any pod, with MASQUERADE), pkg/proxy
 * /config. A node without rules for a port refuses it; a Service without endpoints is rejected, which is a refusal as well.
 *
 * A pod's network is a port of its node here (podPort): the route to a pod's address is that of the network plugin, by the /24 of
 * each node. Not modelled: ClusterIPs (nobody connects to one), session affinity, externalTrafficPolicy Local.
 */
import type { Address, Effect } from '../../sim/effects.ts';
import type { Objects } from '../kube-apiserver/lister.ts';
import type { Endpoints, Service } from '../kube-apiserver/workloads.ts';

export interface Target {
  readonly address: Address;
  readonly port: number;
}
/** NodePort to targets. */
export type Rules = Readonly<Record<string, readonly Target[]>>;

/** First three parts of the addresses of a node's pods to the node's own address. */
export type Routes = Readonly<Record<string, Address>>;

const FIRST_POD_PORT = 40_000;

/** The port of the node at which a pod with this address answers, whatever its own port is. */
export function podPort(podIP: string): number {
  return FIRST_POD_PORT + Number(podIP.slice(podIP.lastIndexOf('.') + 1));
}

function targetsOf(endpoints: Endpoints | undefined, routes: Routes): Target[] {
  return (endpoints?.addresses ?? []).flatMap((ip) => {
    const address = routes[ip.slice(0, ip.lastIndexOf('.'))];
    return address === undefined ? [] : [{ address, port: podPort(ip) }];
  });
}

export function rulesOf(services: Objects<Service>, endpoints: Objects<Endpoints>, routes: Routes): Rules {
  const rules: Record<string, readonly Target[]> = {};
  for (const [key, { spec }] of services) {
    for (const { nodePort } of spec.ports)
      if (nodePort !== undefined) rules[nodePort] = targetsOf(endpoints.get(key), routes);
  }
  return rules;
}

/** What the kernel is told so that the rules are these. */
export function changesOf(before: Rules, after: Rules): Effect[] {
  const ports = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...ports]
    .filter((port) => JSON.stringify(before[port]) !== JSON.stringify(after[port]))
    .map((port) => ({ type: 'forward', port: Number(port), targets: after[port] ?? [], masquerade: true }));
}
