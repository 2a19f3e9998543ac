/**
 * Reader of kubeadm-config.yaml: what it says about the shape of a cluster.
 *
 * Sources: kubernetes.io "kubeadm Configuration" v1beta3 and v1beta4, pkg.go.dev v1alpha3 to v1beta2;
 * types.go commit 017b1e4b. A file holds several documents, one a kind. In v1alpha3 the node's own address
 * is `apiEndpoint`, later `localAPIEndpoint`; extraArgs are a map up to v1beta3 and a list of
 * {name, value} since v1beta4; both are read in every version.
 *
 * Not modelled: whatever does not shape the cluster (images, certificates' directory, taints, patches):
 * read over, with a note. IPv6.
 */
import type { Finding, Position } from '../finding.ts';
import { isIpv4 } from '../ipv4.ts';
import { nearestHint } from '../nearest.ts';
import { valueAt } from '../schema-findings.ts';
import { type Path, readYaml, type YamlDocument } from '../yaml-text.ts';
import { checkFields } from './config-check.ts';
import { FIELDS, OTHER_KINDS } from './config-fields.ts';
import { CONFIG_VERSIONS, kubernetesMinor } from './config-versions.ts';

/** A value and where it stands. */
export interface Located<T> extends Position {
  readonly value: T;
}

export interface Endpoint {
  /** A name or an IPv4 address, as written. */
  readonly host: string;
  readonly port: number;
}

/** Flags of a daemon without the leading dashes, in the order written. */
export type ExtraArgs = Readonly<Record<string, Located<string>>>;

export interface KubeadmConfig {
  readonly file: string;
  /** e.g. `v1beta3`; of the first document that has one. */
  readonly apiVersion: string;
  /** As written, without a leading v: `1.12.2`; absent for labels such as `stable`. */
  readonly kubernetesVersion?: Located<string>;
  readonly controlPlaneEndpoint?: Located<Endpoint>;
  readonly etcdLocal?: { readonly dataDir?: string; readonly extraArgs: ExtraArgs };
  readonly etcdExternal?: { readonly endpoints: readonly Located<Endpoint>[] };
  /** Members as `initial-cluster` of the local etcd names them, name to address. */
  readonly initialCluster: Readonly<Record<string, Located<string>>>;
  readonly podSubnet?: Located<string>;
  readonly serviceSubnet?: Located<string>;
  readonly apiServerArgs: ExtraArgs;
  readonly controllerManagerArgs: ExtraArgs;
  readonly schedulerArgs: ExtraArgs;
  readonly kubeletArgs: ExtraArgs;
  readonly certSANs: readonly string[];
  /** This host's own apiserver, from InitConfiguration or JoinConfiguration. */
  readonly advertiseAddress?: Located<string>;
  readonly bindPort?: Located<number>;
  readonly nodeName?: Located<string>;
  /** Where a JoinConfiguration looks for the cluster. */
  readonly joinEndpoint?: Located<Endpoint>;
  /** The file initialises a cluster, joins a control plane, joins a worker, or only describes the cluster. */
  readonly role: 'init' | 'join-control-plane' | 'join-worker' | 'cluster';
}

/** kubeadm's default of bindPort, and of the port of a controlPlaneEndpoint without one. */
export const APISERVER_PORT = 6443;
/** etcd's default client port (`--listen-client-urls`). */
export const ETCD_CLIENT_PORT = 2379;

/**
 * Reads one file. `config` is absent when an error stands in the file, else it has what the documents say
 * together. Findings carry line and column.
 */
export function readKubeadmConfig(
  text: string,
  file: string,
): { config?: KubeadmConfig; findings: Finding[] } {
  const { documents, findings } = readYaml(text, file);
  const kinds = new Map<string, YamlDocument>();
  let apiVersion: string | undefined;
  for (const document of documents) {
    const version = kindOf(document, kinds, findings);
    apiVersion ??= version;
  }
  if (documents.length > 0 && kinds.size === 0 && !findings.some(isError)) {
    findings.push(
      finding(documents[0]!, [], 'error', 'no ClusterConfiguration, InitConfiguration or JoinConfiguration'),
    );
  }
  for (const [kind, document] of kinds) findings.push(...checkFields(document, FIELDS[kind]!));
  if (findings.some(isError)) return { findings };
  const config = assemble(file, apiVersion ?? '', kinds, findings);
  refusedBy(config, kinds, findings);
  return findings.some(isError) ? { findings } : { config, findings };
}

/** Files a document under its kind; says what cannot be read. Returns the version, e.g. `v1beta3`. */
function kindOf(
  document: YamlDocument,
  kinds: Map<string, YamlDocument>,
  findings: Finding[],
): string | undefined {
  const kind = valueAt(document.value, ['kind']);
  const apiVersion = valueAt(document.value, ['apiVersion']);
  if (typeof kind !== 'string' || typeof apiVersion !== 'string') {
    findings.push(finding(document, [], 'error', 'a document needs apiVersion and kind'));
    return undefined;
  }
  if (OTHER_KINDS.includes(kind)) {
    findings.push(finding(document, ['kind'], 'note', `${kind} is read over: it does not shape the cluster`));
    return undefined;
  }
  const [group, version] = apiVersion.split('/');
  if (group !== 'kubeadm.k8s.io' || version === undefined) {
    findings.push(
      finding(document, ['apiVersion'], 'error', `${apiVersion} is not a version of kubeadm.k8s.io`),
    );
  } else if (!CONFIG_VERSIONS.some(({ name }) => name === version)) {
    const names = CONFIG_VERSIONS.map(({ name }) => name);
    const message = `kubeadm.k8s.io/${version} is not read${nearestHint(version, names)}`;
    findings.push(finding(document, ['apiVersion'], 'error', message));
  }
  if (!Object.hasOwn(FIELDS, kind)) {
    const hint = nearestHint(kind, Object.keys(FIELDS));
    findings.push(finding(document, ['kind'], 'error', `unknown kind ${kind}${hint}`));
  } else if (kinds.has(kind)) {
    findings.push(finding(document, ['kind'], 'error', `a second ${kind} in one file`));
  } else {
    kinds.set(kind, document);
  }
  return version;
}

function assemble(
  file: string,
  apiVersion: string,
  kinds: ReadonlyMap<string, YamlDocument>,
  findings: Finding[],
): KubeadmConfig {
  const cluster = kinds.get('ClusterConfiguration');
  const init = kinds.get('InitConfiguration');
  const join = kinds.get('JoinConfiguration');
  const own = init ?? join;
  const version = located<string>(cluster, ['kubernetesVersion']);
  const endpointPath: Path = ['controlPlaneEndpoint'];
  const etcdArgs = argsOf(cluster, ['etcd', 'local', 'extraArgs']);
  const external = valueAt(cluster?.value, ['etcd', 'external']) !== undefined;
  const local = valueAt(cluster?.value, ['etcd', 'local']) !== undefined;
  if (cluster && external && local) {
    findings.push(finding(cluster, ['etcd'], 'error', 'etcd.local and etcd.external exclude each other'));
  }
  const isControlPlane = valueAt(join?.value, ['controlPlane']) !== undefined;
  const advertise =
    located<string>(own, ['localAPIEndpoint', 'advertiseAddress']) ??
    located<string>(own, ['controlPlane', 'localAPIEndpoint', 'advertiseAddress']) ??
    located<string>(own, ['apiEndpoint', 'advertiseAddress']);
  if (own && advertise && !isIpv4(advertise.value)) {
    findings.push({
      severity: 'error',
      file,
      ...advertise,
      message: `${advertise.value} is no IPv4 address`,
    });
  }
  const bindPort =
    located<number>(own, ['localAPIEndpoint', 'bindPort']) ??
    located<number>(own, ['controlPlane', 'localAPIEndpoint', 'bindPort']) ??
    located<number>(own, ['apiEndpoint', 'bindPort']);
  if (bindPort && !isPort(bindPort.value)) {
    findings.push({
      severity: 'error',
      file,
      ...bindPort,
      message: `port ${bindPort.value} is not in 1..65535`,
    });
  }
  const joinPaths: Path[] = [
    ['discovery', 'bootstrapToken', 'apiServerEndpoint'],
    ['discovery', 'bootstrapToken', 'apiServerEndpoints', 0],
    ['discoveryTokenAPIServers', 0],
  ];
  const optional = {
    kubernetesVersion: numbered(version, file, findings),
    controlPlaneEndpoint: endpoint(cluster, endpointPath, bindPort?.value ?? APISERVER_PORT, findings),
    etcdLocal: external
      ? undefined
      : {
          ...definedOnly({ dataDir: located<string>(cluster, ['etcd', 'local', 'dataDir'])?.value }),
          extraArgs: etcdArgs,
        },
    etcdExternal: external && cluster ? { endpoints: etcdEndpoints(cluster, findings) } : undefined,
    podSubnet: located<string>(cluster, ['networking', 'podSubnet']),
    serviceSubnet: located<string>(cluster, ['networking', 'serviceSubnet']),
    advertiseAddress: advertise,
    bindPort,
    nodeName: located<string>(own, ['nodeRegistration', 'name']),
    joinEndpoint: joinPaths.map((path) => endpoint(join, path, APISERVER_PORT, findings)).find(Boolean),
  };
  return {
    file,
    apiVersion,
    role: init ? 'init' : join ? (isControlPlane ? 'join-control-plane' : 'join-worker') : 'cluster',
    initialCluster: initialCluster(etcdArgs['initial-cluster'], file, findings),
    apiServerArgs: {
      ...argsOf(cluster, ['apiServerExtraArgs']),
      ...argsOf(cluster, ['apiServer', 'extraArgs']),
    },
    controllerManagerArgs: {
      ...argsOf(cluster, ['controllerManagerExtraArgs']),
      ...argsOf(cluster, ['controllerManager', 'extraArgs']),
    },
    schedulerArgs: {
      ...argsOf(cluster, ['schedulerExtraArgs']),
      ...argsOf(cluster, ['scheduler', 'extraArgs']),
    },
    kubeletArgs: argsOf(own, ['nodeRegistration', 'kubeletExtraArgs']),
    certSANs: [...textsOf(cluster, ['apiServerCertSANs']), ...textsOf(cluster, ['apiServer', 'certSANs'])],
    ...definedOnly(optional),
  };
}

/** A label such as `stable` or `stable-1.31` names no version: said, and then a default is taken. */
function numbered(version: Located<string> | undefined, file: string, findings: Finding[]) {
  if (!version) return undefined;
  if (kubernetesMinor(version.value) !== undefined)
    return { ...version, value: version.value.replace(/^v/, '') };
  const label = /^(stable|latest|release|ci\/|k8s-)/.test(version.value);
  const message = label
    ? `kubernetesVersion ${version.value} is a label, not a version: the default is taken`
    : `kubernetesVersion ${version.value} is not a version of Kubernetes 1.x`;
  findings.push({ severity: label ? 'note' : 'error', file, ...version, message });
  return undefined;
}

/** `host[:port]`; errors for a port that is none. */
function endpoint(
  document: YamlDocument | undefined,
  path: Path,
  defaultPort: number,
  findings: Finding[],
): Located<Endpoint> | undefined {
  const text = located<string>(document, path);
  if (!document || !text || text.value === '') return undefined;
  const match = /^(?:https?:\/\/)?([A-Za-z0-9._-]+)(?::([^:/]*))?\/?$/.exec(text.value);
  const port =
    match?.[2] === undefined ? defaultPort : /^\d{1,6}$/.test(match[2]) ? Number(match[2]) : Number.NaN;
  if (!match || !isPort(port)) {
    const wrong = match ? `port ${match[2]} is not in 1..65535` : 'expected HOST or HOST:PORT';
    findings.push(
      finding(document, path, 'error', `${String(path[path.length - 1])} ${text.value}: ${wrong}`),
    );
    return undefined;
  }
  return { ...text, value: { host: match[1]!, port } };
}

function etcdEndpoints(cluster: YamlDocument, findings: Finding[]): Located<Endpoint>[] {
  const base: Path = ['etcd', 'external', 'endpoints'];
  const count = textsOf(cluster, base).length;
  if (count === 0)
    findings.push(finding(cluster, ['etcd', 'external'], 'error', 'etcd.external has no endpoints'));
  const read = Array.from({ length: count }, (_, i) =>
    endpoint(cluster, [...base, i], ETCD_CLIENT_PORT, findings),
  );
  return read.filter((found) => found !== undefined);
}

/** `name=https://address:2380,...` */
function initialCluster(flag: Located<string> | undefined, file: string, findings: Finding[]) {
  const members: Record<string, Located<string>> = {};
  if (!flag) return members;
  for (const part of flag.value.split(',')) {
    const match = /^([A-Za-z0-9._-]+)=https?:\/\/([A-Za-z0-9._-]+):(\d{1,5})$/.exec(part.trim());
    if (match) members[match[1]!] = { value: match[2]!, line: flag.line, column: flag.column };
    else {
      const message = `initial-cluster: expected NAME=https://ADDRESS:PORT, not ${part.trim().slice(0, 60)}`;
      findings.push({ severity: 'error', file, line: flag.line, column: flag.column, message });
    }
  }
  return members;
}

/** kubeadm of this version of Kubernetes no longer reads this version of the file. */
function refusedBy(
  config: KubeadmConfig,
  kinds: ReadonlyMap<string, YamlDocument>,
  findings: Finding[],
): void {
  const minor = config.kubernetesVersion && kubernetesMinor(config.kubernetesVersion.value);
  const version = CONFIG_VERSIONS.find(({ name }) => name === config.apiVersion);
  const document = [...kinds.values()][0];
  if (minor === undefined || !version || !document) return;
  if (minor >= version.from && minor < (version.refusedFrom ?? Number.POSITIVE_INFINITY)) return;
  const message = `kubeadm 1.${minor} does not read ${version.name}`;
  findings.push(finding(document, ['apiVersion'], 'warning', message));
}

function located<T>(document: YamlDocument | undefined, path: Path): Located<T> | undefined {
  const value = valueAt(document?.value, path);
  if (!document || value === undefined || value === null) return undefined;
  return { value: value as T, ...document.position(path) };
}

function argsOf(document: YamlDocument | undefined, path: Path): ExtraArgs {
  const value = valueAt(document?.value, path);
  if (!document || value === null || typeof value !== 'object') return {};
  const entries: [string, Path, unknown][] = Array.isArray(value)
    ? value.map((item, i) => [String(item.name), [...path, i, 'value'], item.value])
    : Object.entries(value).map(([name, flag]) => [name, [...path, name], flag]);
  return Object.fromEntries(
    entries.map(([name, at, flag]) => [name, { value: String(flag), ...document.position(at) }]),
  );
}

function textsOf(document: YamlDocument | undefined, path: Path): string[] {
  const value = valueAt(document?.value, path);
  return Array.isArray(value) ? value.map(String) : [];
}

function finding(
  document: YamlDocument,
  path: Path,
  severity: Finding['severity'],
  message: string,
): Finding {
  return { severity, file: document.file, ...document.position(path), message };
}

function isError({ severity }: Finding): boolean {
  return severity === 'error';
}

function isPort(port: number): boolean {
  return Number.isInteger(port) && port >= 1 && port <= 65_535;
}

type Defined<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

function definedOnly<T extends object>(fields: T): Defined<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Defined<T>;
}
