/**
 * What --set says to an import: facts that no deployment file has, such as the address of a worker. The rest
 * of the settings are parameters and go into the topology as they are.
 */
import type { Finding } from '../finding.ts';
import { isIpv4 } from '../ipv4.ts';
import { nearestHint } from '../nearest.ts';
import { addressAfter, hostNames } from './host-range.ts';
import type { ParameterMap, ParameterValue } from './parameters.ts';
import { NAME_PATTERN } from './topology.ts';

/** Settings of one host, by key of HOST_KEYS. */
export type HostSettings = Readonly<Record<string, ParameterValue>>;

export interface ImportSettings {
  /** Endpoint of the control plane, `10.0.0.100:8443`. */
  readonly endpoint?: { readonly host: string; readonly port: number };
  readonly vip?: string;
  readonly workers?: readonly string[];
  readonly balancers?: readonly string[];
  /** Name of the host that stands for a cloud's balancer. */
  readonly cloudBalancer?: string;
  /** The endpoint's name has one address record for each master. */
  readonly dns?: boolean;
  readonly hosts: ReadonlyMap<string, HostSettings>;
  /** `kubernetes.version`, `etcd.version`, `keepalived.version`, `haproxy.version`. */
  readonly versions: Readonly<Record<string, string>>;
  /** All other settings: parameters of the topology. */
  readonly parameters: Readonly<Record<string, ParameterValue>>;
}

const CLUSTER_KEYS = ['endpoint', 'vip', 'workers', 'workers-from', 'balancers', 'cloud-balancer', 'dns'];
const HOST_KEYS = ['address', 'zone', 'segment', 'nonlocal-bind', 'server', 'joined'];
const SWITCHES = ['nonlocal-bind', 'joined'];
const VERSIONED = ['kubernetes', 'etcd', 'keepalived', 'haproxy'];

/** Does this path say something to an import, which no parameter of a finished topology can say? */
export function isImportSetting(path: string): boolean {
  const [component, ...rest] = path.split('.');
  if (component === 'cluster') return true;
  return (
    component === 'host' && rest.length === 2 && rest[1] !== 'nonlocal-bind' && HOST_KEYS.includes(rest[1]!)
  );
}

/** Sorts settings; wrong ones are errors in the pseudo-file `--set`. */
export function readImportSettings(
  set: ParameterMap,
  where: string,
): { settings: ImportSettings; findings: Finding[] } {
  const findings: Finding[] = [];
  const say = (message: string) =>
    findings.push({ severity: 'error', file: where, line: 1, column: 1, message });
  const hosts = new Map<string, HostSettings>();
  const versions: Record<string, string> = {};
  const parameters: Record<string, ParameterValue> = {};
  const cluster: Record<string, string> = {};
  for (const [path, value] of Object.entries(set)) {
    const [component = '', ...rest] = path.split('.');
    const key = rest[rest.length - 1] ?? '';
    if (component === 'cluster') {
      if (rest.length === 1 && CLUSTER_KEYS.includes(key)) cluster[key] = String(value);
      else say(`cluster has no setting ${rest.join('.')}${nearestHint(rest.join('.'), CLUSTER_KEYS)}`);
    } else if (component === 'host' && rest.length === 2 && HOST_KEYS.includes(key)) {
      hosts.set(rest[0]!, { ...hosts.get(rest[0]!), [key]: value });
      const wrong = hostMistake(rest[0]!, key, value);
      if (wrong) say(`${path}: ${wrong}`);
    } else if (VERSIONED.includes(component) && rest.length === 1 && key === 'version') {
      versions[component] = String(value);
    } else {
      parameters[path] = value;
    }
  }
  const settings = { hosts, versions, parameters, ...clusterSettings(cluster, say) };
  addWorkerAddresses(settings, cluster['workers-from'], hosts, say);
  return { settings, findings };
}

/** `cluster.workers-from`: the address of the first worker; each next one has the next, where no other is set. */
function addWorkerAddresses(
  { workers = [] }: Partial<ImportSettings>,
  first: string | undefined,
  hosts: Map<string, HostSettings>,
  say: (message: string) => void,
): void {
  if (first === undefined) return;
  if (!isIpv4(first)) {
    say(`cluster.workers-from: ${first} is no IPv4 address`);
    return;
  }
  workers.forEach((name, index) => {
    hosts.set(name, { address: addressAfter(first, index), ...hosts.get(name) });
  });
}

function hostMistake(host: string, key: string, value: ParameterValue): string | undefined {
  if (!NAME_PATTERN.test(host)) return `${host} is no name of a host`;
  if (key === 'address') return isIpv4(String(value)) ? undefined : `${String(value)} is no IPv4 address`;
  if (SWITCHES.includes(key)) return typeof value === 'boolean' ? undefined : 'must be true or false';
  return NAME_PATTERN.test(String(value)) || key === 'server' ? undefined : `${String(value)} is no name`;
}

function clusterSettings(
  cluster: Readonly<Record<string, string>>,
  say: (message: string) => void,
): Partial<ImportSettings> {
  const { endpoint, vip, workers, balancers } = cluster;
  const read: { -readonly [K in keyof ImportSettings]?: ImportSettings[K] } = {};
  if (endpoint !== undefined) {
    const match = /^([A-Za-z0-9._-]+):(\d{1,5})$/.exec(endpoint);
    const port = Number(match?.[2]);
    if (match && port >= 1 && port <= 65_535) read.endpoint = { host: match[1]!, port };
    else say(`cluster.endpoint: ${endpoint} is not HOST:PORT with a port in 1..65535`);
  }
  if (vip !== undefined) {
    if (isIpv4(vip)) read.vip = vip;
    else say(`cluster.vip: ${vip} is no IPv4 address`);
  }
  const cloud = cluster['cloud-balancer'];
  if (cloud !== undefined) {
    if (NAME_PATTERN.test(cloud)) read.cloudBalancer = cloud;
    else say(`cluster.cloud-balancer: ${cloud} is no name of a host`);
  }
  if (cluster['dns'] !== undefined) {
    if (/^(?:true|false)$/.test(cluster['dns'])) read.dns = cluster['dns'] === 'true';
    else say('cluster.dns: must be true or false');
  }
  for (const [key, text] of [
    ['workers', workers],
    ['balancers', balancers],
  ] as const) {
    if (text === undefined) continue;
    const names = hostNames(text);
    const wrong = names === undefined ? text : names.find((name) => !NAME_PATTERN.test(name));
    if (wrong === undefined) read[key] = names as string[];
    else say(`cluster.${key}: ${wrong} is no name of a host`);
  }
  return read;
}
