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
import type { Finding } from '../finding.ts';
import { isIpv4 } from '../ipv4.ts';
import { nearestHint } from '../nearest.ts';
import { valueAt } from '../schema-findings.ts';
import { type Path, readYaml, type YamlDocument } from '../yaml-text.ts';
import { checkFields } from './config-check.ts';
import { FIELDS, OTHER_KINDS } from './config-fields.ts';
import {
  APISERVER_PORT,
  argsOf,
  definedOnly,
  type Endpoint,
  type ExtraArgs,
  endpoint,
  etcdEndpoints,
  finding,
  initialCluster,
  isError,
  isPort,
  type Located,
  located,
  numbered,
  textsOf,
} from './config-values.ts';
import { CONFIG_VERSIONS, kubernetesMinor } from './config-versions.ts';

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
  // kubeadm of the next minor installs this one, too (version skew policy).
  if (minor + 1 >= version.from && minor < (version.refusedFrom ?? Number.POSITIVE_INFINITY)) return;
  const message = `kubeadm 1.${minor} does not read ${version.name}`;
  findings.push(finding(document, ['apiVersion'], 'warning', message));
}
