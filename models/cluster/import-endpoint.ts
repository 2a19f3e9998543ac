/**
 * Where the clients of the cluster look for the API: what kubeadm's controlPlaneEndpoint (or the command that initialised the
 * cluster) says, else the VIP or the single balancer, on the port that leads to the apiservers.
 */
import type { Finding } from '../finding.ts';
import { isIpv4 } from '../ipv4.ts';
import type { ImportSettings } from './import-settings.ts';
import { apiserverBackend, bindsOf, type Sources } from './import-sources.ts';
import type { Topology, TopologyHost } from './topology.ts';

interface Known {
  readonly sources: Sources;
  readonly settings: ImportSettings;
  readonly hosts: readonly TopologyHost[];
  readonly vip: string | undefined;
  readonly apiserverPort: number;
  readonly notes: string[];
  readonly findings: Finding[];
}

export function findEndpoint(known: Known): Topology['controlPlaneEndpoint'] {
  const endpoint = oneEndpoint(known);
  if (known.settings.dns !== true) return endpoint;
  const masters = known.hosts.filter(({ processes }) => processes.includes('kube-apiserver'));
  const addresses = masters.map(({ address }) => address);
  return addresses.length < 2 ? endpoint : { ...endpoint, address: addresses[0] as string, addresses };
}

function oneEndpoint(known: Known): Topology['controlPlaneEndpoint'] {
  const { sources, settings, notes, findings } = known;
  const source = sources.kubeadm.find(({ config }) => config.controlPlaneEndpoint ?? config.joinEndpoint);
  const written = source?.config.controlPlaneEndpoint ?? source?.config.joinEndpoint;
  const initialised = sources.commands
    .flatMap(({ commands }) => commands)
    .find(({ verb, endpoint }) => verb === 'init' && endpoint !== undefined);
  const wanted = settings.endpoint ?? written?.value ?? initialised?.endpoint?.value;
  if (!wanted) {
    const front = frontDoor(known);
    notes.push(
      `No file says the control plane's endpoint: it is ${front.address}:${front.port}. Set cluster.endpoint for another.`,
    );
    return front;
  }
  if (isIpv4(wanted.host)) {
    if (written && source && wanted === written.value && !isKnown(wanted.host, known)) {
      const message = `controlPlaneEndpoint ${wanted.host} is neither the VIP nor a host's address`;
      findings.push({ severity: 'warning', file: source.file.path, ...place(written), message });
    }
    return { address: wanted.host, port: wanted.port };
  }
  const entry = sources.hosts.find(({ names }) => names.includes(wanted.host));
  const host = known.hosts.find(({ name }) => name === wanted.host);
  const address = entry?.address ?? host?.address;
  if (address !== undefined) return { name: wanted.host, address, port: wanted.port };
  const front = frontDoor(known);
  if (settings.dns !== true && settings.cloudBalancer === undefined) {
    notes.push(
      `No file says the address of ${wanted.host}: it is ${front.address}. Set cluster.endpoint for another.`,
    );
  }
  return { name: wanted.host, address: front.address, port: wanted.port };
}

function place({ line, column }: { line: number; column: number }) {
  return { line, column };
}

function isKnown(address: string, { vip, hosts }: Known): boolean {
  return address === vip || hosts.some((host) => host.address === address);
}

/** The VIP, else the first balancer, else the first apiserver; with the port that is open there. */
function frontDoor({ sources, hosts, vip, apiserverPort }: Known): { address: string; port: number } {
  const balancer = hosts.find(
    ({ processes }) => processes.includes('haproxy') || processes.includes('cloud-balancer'),
  );
  const master = hosts.find(({ processes }) => processes.includes('kube-apiserver'));
  const address = vip ?? balancer?.address ?? master!.address;
  const ports = sources.haproxy.flatMap(({ config }) => {
    const backend = apiserverBackend(config, apiserverPort);
    return backend ? bindsOf(config, backend).map((bind) => bind.port) : [];
  });
  // guide-000 binds 80 beside 6443: nobody looks for the API on a web port if there is another.
  const port =
    ports.find((open) => open === apiserverPort) ?? ports.find((open) => open !== 80 && open !== 443);
  return { address, port: port ?? ports[0] ?? apiserverPort };
}
