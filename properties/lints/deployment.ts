/**
 * The files of one deployment as lints look at them: which instances compete for a VIP and what they check, which hosts run
 * which haproxy.cfg, who the masters are, where clients look for the API. Every fact keeps the place where it is written.
 */
import { type ImportFile, type SortedFile, sortFiles } from '../../models/cluster/import-files.ts';
import { type HostDraft, matchHosts, NO_APISERVERS } from '../../models/cluster/import-hosts.ts';
import { type ImportSettings, readImportSettings } from '../../models/cluster/import-settings.ts';
import {
  apiserverBackend,
  bindsOf,
  type HaproxySource,
  leadsToApiservers,
  readSources,
  type Sources,
} from '../../models/cluster/import-sources.ts';
import type { ParameterMap } from '../../models/cluster/parameters.ts';
import type { Finding } from '../../models/finding.ts';
import type { BackendConfig, Bind, FrontendConfig } from '../../models/haproxy/config.ts';
import { type WrittenSection, writtenSections } from '../../models/haproxy/written.ts';
import { isIpv4 } from '../../models/ipv4.ts';
import { type Router, readRouters, scriptsThatCannotBeTold, type VirtualRouter } from './routers.ts';

export interface Balancer {
  readonly file: SortedFile;
  readonly sections: readonly WrittenSection[];
  /** The backend whose servers are the apiservers. */
  readonly backend: BackendConfig;
  /** Those that lead to it. */
  readonly frontends: readonly FrontendConfig[];
  /** Where clients reach it. */
  readonly binds: readonly Bind[];
  /** Hosts that run it; none if the files do not say. */
  readonly hosts: readonly HostDraft[];
}

/** Where somebody looks for the API. */
export interface SaidEndpoint {
  /** `controlPlaneEndpoint`, `kubeadm init`, `kubeadm join`. */
  readonly by: string;
  readonly host: string;
  /** Undefined if no file says it. */
  readonly address: string | undefined;
  readonly port: number;
  readonly file: string;
  readonly line: number;
}

export interface Deployment {
  readonly sources: Sources;
  /** Every host that some file names. */
  readonly hosts: readonly HostDraft[];
  readonly masters: readonly HostDraft[];
  readonly apiserverPort: number;
  readonly virtualRouters: readonly VirtualRouter[];
  readonly balancers: readonly Balancer[];
  readonly endpoints: readonly SaidEndpoint[];
  /** Check scripts, whether what they test is understood or not. */
  readonly scripts: readonly SortedFile[];
}

export type { Router, VirtualRouter };

/** Reads the files together. Without `deployment` at least one finding is an error. */
export function readDeployment(
  files: readonly ImportFile[],
  set: ParameterMap = {},
): { deployment?: Deployment; findings: readonly Finding[] } {
  const { settings, findings: settingFindings } = readImportSettings(set, '--set');
  const { sorted, findings: fileFindings } = sortFiles(files);
  const unknown = scriptsThatCannotBeTold(sorted);
  const standIns = Object.fromEntries(
    [...unknown].flatMap(([host, names]) =>
      [...names].map((name) => [`keepalived.${host}.script.${name}`, 'process:unknown']),
    ),
  );
  const read = readSources(sorted, { ...settings, parameters: { ...standIns, ...settings.parameters } });
  const findings = [...settingFindings, ...fileFindings, ...read.findings];
  if (findings.some(isError)) return { findings };
  const { sources } = read;
  if (sorted.length === 0) return { findings: [...findings, nothingToRead(files)] };
  const matched = matchHosts(sources, settings);
  findings.push(...matched.findings.filter(({ message }) => !message.startsWith(NO_APISERVERS)));
  if (findings.some(isError)) return { findings };
  const { drafts: hosts, apiserverPort } = matched;
  const endpoints = endpointsOf(sources, hosts, settings);
  const ofSomethingElse = sources.haproxy.filter((source) =>
    balancesSomethingElse(source, apiserverPort, endpoints),
  );
  for (const { file } of ofSomethingElse) {
    const message = `${NO_APISERVERS} ${apiserverPort}: taken for a balancer of something else (another port is the bindPort of a kubeadm-config.yaml)`;
    findings.push({ severity: 'warning', file: file.path, line: 1, column: 1, message });
  }
  const deployment: Deployment = {
    sources,
    hosts,
    masters: hosts.filter(({ controlPlane }) => controlPlane),
    apiserverPort,
    virtualRouters: readRouters(sources, hosts, unknown),
    balancers: sources.haproxy
      .filter((source) => !ofSomethingElse.includes(source))
      .flatMap((source) => balancer(source, hosts, apiserverPort, settings)),
    endpoints,
    scripts: sorted.filter(({ kind }) => kind === 'script'),
  };
  return { deployment, findings };
}

/** A balancer none of whose servers has the apiservers' port, and to whose ports nobody is sent for the API. */
function balancesSomethingElse(
  { config }: HaproxySource,
  apiserverPort: number,
  endpoints: readonly SaidEndpoint[],
): boolean {
  const backend = apiserverBackend(config, apiserverPort);
  if (!backend || leadsToApiservers(config, apiserverPort)) return false;
  return !bindsOf(config, backend).some(({ port }) => endpoints.some((said) => said.port === port));
}

function nothingToRead(files: readonly ImportFile[]): Finding {
  const message =
    'none of these is a file that is read: haproxy.cfg, keepalived.conf, kubeadm-config.yaml, check scripts, hosts, sysctl.conf, or a text with kubeadm commands';
  return { severity: 'error', file: files[0]?.path ?? 'the folder', line: 1, column: 1, message };
}

function isError({ severity }: Finding): boolean {
  return severity === 'error';
}

function balancer(
  { file, config }: HaproxySource,
  hosts: readonly HostDraft[],
  apiserverPort: number,
  settings: ImportSettings,
): Balancer[] {
  const backend = apiserverBackend(config, apiserverPort);
  if (!backend) return [];
  const runs = (host: HostDraft): boolean => {
    if (file.host !== undefined) return host.name === file.host;
    if (host.haproxy) return false;
    return settings.balancers ? settings.balancers.includes(host.name) : host.keepalived !== undefined;
  };
  return [
    {
      file,
      sections: writtenSections(file.text),
      backend,
      frontends: config.frontends.filter((frontend) => frontend.backend === backend.name),
      binds: bindsOf(config, backend),
      hosts: hosts.filter(runs),
    },
  ];
}

function endpointsOf(
  sources: Sources,
  hosts: readonly HostDraft[],
  settings: ImportSettings,
): SaidEndpoint[] {
  const addressOf = (name: string): string | undefined => {
    if (isIpv4(name)) return name;
    const entry = sources.hosts.find(({ names }) => names.includes(name));
    return entry?.address ?? hosts.find((host) => host.name === name)?.address;
  };
  const said = (
    by: string,
    file: string,
    { value, line }: { value: { host: string; port: number }; line: number },
  ): SaidEndpoint => ({ by, file, line, ...value, address: addressOf(value.host) });
  const endpoints = [
    ...sources.kubeadm.flatMap(({ file, config }) =>
      config.controlPlaneEndpoint
        ? [said('controlPlaneEndpoint', file.path, config.controlPlaneEndpoint)]
        : [],
    ),
    ...sources.kubeadm.flatMap(({ file, config }) =>
      config.joinEndpoint ? [said('apiServerEndpoint', file.path, config.joinEndpoint)] : [],
    ),
    ...sources.commands.flatMap(({ file, commands }) =>
      commands.flatMap(({ verb, endpoint }) =>
        endpoint ? [said(`kubeadm ${verb}`, file.path, endpoint)] : [],
      ),
    ),
  ];
  // What is set, and stands in no file, is said by whoever hands the files in.
  if (settings.endpoint && endpoints.length === 0)
    endpoints.push(said('cluster.endpoint', '--set', { value: settings.endpoint, line: 1 }));
  return endpoints;
}
