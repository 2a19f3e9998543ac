/**
 * Who is who: the hosts that folders, prefixes and kubeadm files name are matched to HAProxy's servers by name,
 * by address, else in order with a warning. A server that is nobody's is a host of its own.
 */
import type { Finding } from '../finding.ts';
import type { ServerConfig } from '../haproxy/config.ts';
import { isIpv4 } from '../ipv4.ts';
import { APISERVER_PORT } from '../kubeadm/config-values.ts';
import type { ImportSettings } from './import-settings.ts';
import {
  apiserverBackend,
  type HaproxySource,
  type KeepalivedSource,
  type KubeadmSource,
  type KubeVipSource,
  leadsToApiservers,
  placeOf,
  type Sources,
} from './import-sources.ts';
import { NAME_PATTERN } from './topology.ts';

/** How the warning about a balancer begins that may be one of something else. */
export const NO_APISERVERS = 'no server has the port of the apiservers,';

/** A host as far as the files tell. */
export interface HostDraft {
  readonly name: string;
  address?: string;
  /** Which file said the address. */
  source?: { file: string; line: number };
  haproxy?: HaproxySource;
  keepalived?: KeepalivedSource;
  kubeadm?: KubeadmSource;
  kubeVip?: KubeVipSource;
  /** Its name among the balancer's servers. */
  server?: string;
  controlPlane: boolean;
  worker: boolean;
}

export interface Matched {
  readonly drafts: HostDraft[];
  readonly apiserverPort: number;
  readonly findings: Finding[];
}

/** All hosts that the files name, in the order in which they name them. */
export function matchHosts(sources: Sources, settings: ImportSettings): Matched {
  const findings: Finding[] = [];
  const drafts: HostDraft[] = [];
  const draft = (name: string): HostDraft => {
    const known = drafts.find((candidate) => candidate.name === name);
    if (known) return known;
    const made: HostDraft = { name, controlPlane: false, worker: false };
    drafts.push(made);
    return made;
  };
  for (const source of sources.keepalived) {
    const host = draft(source.host);
    if (host.keepalived) {
      findings.push({
        ...at(source.file.path),
        severity: 'error',
        message: `a second keepalived.conf of ${host.name}`,
      });
    }
    host.keepalived = source;
    const own = source.config.instances.find(
      ({ sourceAddress }) => sourceAddress !== undefined,
    )?.sourceAddress;
    if (own !== undefined) host.address = own;
  }
  for (const source of sources.haproxy) {
    if (source.file.host === undefined) continue;
    const host = draft(source.file.host);
    if (host.haproxy) {
      findings.push({
        ...at(source.file.path),
        severity: 'error',
        message: `a second haproxy.cfg of ${host.name}`,
      });
    }
    host.haproxy = source;
  }
  for (const source of sources.kubeadm) addKubeadm(source, draft);
  addKubeVip(sources, drafts, draft);
  const port = sources.kubeadm
    .map(({ config }) => config.bindPort?.value)
    .find((found) => found !== undefined);
  const apiserverPort = port ?? APISERVER_PORT;
  addServers(sources, settings, apiserverPort, drafts, draft, findings);
  if (sources.haproxy.length === 0) {
    // Without a balancer's list of servers, whoever runs keepalived for the API is taken for a master.
    for (const host of drafts) if (host.keepalived) host.controlPlane = true;
  }
  for (const name of settings.workers ?? []) draft(name).worker = true;
  nameAddresses(sources, settings, drafts, findings);
  return { drafts, apiserverPort, findings };
}

function at(file: string) {
  return { file, line: 1, column: 1 };
}

function addKubeadm(source: KubeadmSource, draft: (name: string) => HostDraft): void {
  const { config, file } = source;
  const own = file.host ?? config.nodeName?.value;
  for (const [name, { value, line }] of Object.entries(config.initialCluster)) {
    if (!NAME_PATTERN.test(name)) continue;
    const host = draft(name);
    host.controlPlane = true;
    if (isIpv4(value)) setAddress(host, value, file.path, line);
  }
  if (own === undefined || !NAME_PATTERN.test(own)) return;
  const host = draft(own);
  host.kubeadm = source;
  if (config.role === 'join-worker') host.worker = true;
  else host.controlPlane = true;
  const advertised = config.advertiseAddress;
  if (advertised) setAddress(host, advertised.value, file.path, advertised.line);
}

/** A manifest without a host is everybody's who is known to run a control plane. */
function addKubeVip(
  { kubeVip }: Sources,
  drafts: readonly HostDraft[],
  draft: (name: string) => HostDraft,
): void {
  for (const source of kubeVip) {
    if (source.file.host !== undefined) draft(source.file.host).controlPlane = true;
    const named = drafts.filter(({ name }) => name === source.file.host);
    for (const host of named.length > 0 ? named : drafts) {
      if (host.controlPlane) host.kubeVip ??= source;
    }
  }
}

function setAddress(host: HostDraft, address: string, file: string, line: number): void {
  if (host.address !== undefined) return;
  host.address = address;
  host.source = { file, line };
}

function addServers(
  sources: Sources,
  settings: ImportSettings,
  apiserverPort: number,
  drafts: readonly HostDraft[],
  draft: (name: string) => HostDraft,
  findings: Finding[],
): void {
  const source =
    sources.haproxy.find(({ config }) => leadsToApiservers(config, apiserverPort)) ??
    sources.haproxy.find(({ config }) => apiserverBackend(config, apiserverPort) !== undefined);
  const backend = source && apiserverBackend(source.config, apiserverPort);
  if (!source || !backend) return;
  if (!leadsToApiservers(source.config, apiserverPort)) {
    const message = `${NO_APISERVERS} ${apiserverPort}: those of ${backend.name} are taken for the masters (another port is the bindPort of a kubeadm-config.yaml)`;
    findings.push({ severity: 'warning', ...at(source.file.path), message });
  }
  const place = (server: ServerConfig) => ({
    file: source.file.path,
    ...placeOf(source.file.text, new RegExp(`(?<=^[ \\t]*)server[ \\t]+${escaped(server.name)}[ \\t]`, 'm')),
  });
  let rest = [...backend.servers];
  const give = (host: HostDraft, server: ServerConfig) => {
    host.server = server.name;
    host.controlPlane = true;
    rest = rest.filter((other) => other !== server);
    const where = place(server);
    if (host.address === undefined && isIpv4(server.address))
      setAddress(host, server.address, where.file, where.line);
    else if (host.address !== undefined && host.address !== server.address) {
      const owner = drafts.find((other) => other.address === server.address);
      const whose = owner ? `the address of ${owner.name}` : 'no address of a host';
      const message = `server ${server.name} points to ${server.address}, ${whose}; ${host.name} has ${host.address}`;
      findings.push({ severity: 'warning', ...where, message });
    }
  };
  for (const [name, { server: wanted }] of settings.hosts) {
    const server = rest.find((candidate) => candidate.name === wanted);
    if (server) give(draft(name), server);
  }
  const free = () => drafts.filter((host) => host.server === undefined);
  for (const server of [...rest]) {
    const host = free().find((candidate) => candidate.name.toLowerCase() === server.name.toLowerCase());
    if (host) give(host, server);
  }
  for (const server of [...rest]) {
    const host = free().find((candidate) => candidate.address === server.address);
    if (host) give(host, server);
  }
  // A host whose address is known, and is none of the servers', is a balancer of its own.
  const isElsewhere = ({ name }: HostDraft): boolean => {
    const address = settings.hosts.get(name)?.['address'];
    return address !== undefined && !rest.some((server) => server.address === address);
  };
  const unmatched = free().filter(
    (host) => host.address === undefined && !isElsewhere(host) && (host.keepalived || host.controlPlane),
  );
  if (rest.length > 0 && unmatched.length === rest.length) {
    for (const [index, server] of [...rest].entries()) {
      const host = unmatched[index]!;
      const message = `server ${server.name} is no name of a host: taken for ${host.name}, by its place in the list`;
      findings.push({ severity: 'warning', ...place(server), message });
      give(host, server);
    }
  }
  for (const server of [...rest]) {
    const name = server.name
      .replaceAll(/[^A-Za-z0-9_-]/g, '-')
      .replaceAll(/^[-_]+|[-_]+$/g, '')
      .slice(0, 63);
    give(draft(name === '' ? `server${drafts.length + 1}` : name), server);
  }
}

/** What --set says comes first; what no configuration says may stand in /etc/hosts. */
function nameAddresses(
  sources: Sources,
  settings: ImportSettings,
  drafts: readonly HostDraft[],
  findings: Finding[],
): void {
  for (const host of drafts) {
    const set = settings.hosts.get(host.name)?.['address'];
    if (set !== undefined) {
      host.address = String(set);
      host.source = { file: '--set', line: 1 };
    } else if (host.address === undefined) {
      const entry = sources.hosts.find(({ names }) => names.includes(host.name));
      if (entry) host.address = entry.address;
    }
    if (host.address !== undefined && !isIpv4(host.address)) {
      findings.push({ ...at(host.name), severity: 'error', message: `${host.address} is no IPv4 address` });
    }
  }
}

function escaped(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
