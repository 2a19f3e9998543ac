/**
 * The fields of kubeadm's configuration kinds, over all versions from v1alpha3 to v1beta4.
 *
 * Sources: kubernetes.io "kubeadm Configuration" v1beta3 and v1beta4 (types.go commit 017b1e4b),
 * pkg.go.dev kubeadm v1alpha3, v1beta1, v1beta2. kubeadm decodes strictly but only warns of a field that it
 * does not know, and goes on without it.
 */

/** What stands in a field. `args` are flags of a daemon: a map up to v1beta3, a list of {name, value} since. */
export type FieldKind = 'text' | 'texts' | 'whole' | 'args' | 'any';

export interface Field {
  readonly kind: FieldKind;
  /** False: kubeadm knows it, Quorate reads over it and says so. */
  readonly modelled: boolean;
}

/** The fields of a map; `list: true` for a list of such maps. */
export interface Fields {
  readonly [name: string]: Field | Fields;
}

const text: Field = { kind: 'text', modelled: true };
const texts: Field = { kind: 'texts', modelled: true };
const whole: Field = { kind: 'whole', modelled: true };
const args: Field = { kind: 'args', modelled: true };
const unmodelled: Field = { kind: 'any', modelled: false };

const endpoint: Fields = { advertiseAddress: text, bindPort: whole };

const nodeRegistration: Fields = {
  name: text,
  criSocket: unmodelled,
  taints: unmodelled,
  kubeletExtraArgs: args,
  ignorePreflightErrors: unmodelled,
  imagePullPolicy: unmodelled,
  imagePullSerial: unmodelled,
};

const component: Fields = { extraArgs: args, extraVolumes: unmodelled, extraEnvs: unmodelled };

const cluster: Fields = {
  kubernetesVersion: text,
  controlPlaneEndpoint: text,
  clusterName: text,
  etcd: {
    local: {
      dataDir: text,
      extraArgs: args,
      serverCertSANs: texts,
      peerCertSANs: texts,
      image: unmodelled,
      imageRepository: unmodelled,
      imageTag: unmodelled,
      extraEnvs: unmodelled,
    },
    external: { endpoints: texts, httpEndpoints: unmodelled, caFile: text, certFile: text, keyFile: text },
  },
  networking: { podSubnet: text, serviceSubnet: text, dnsDomain: text },
  apiServer: { ...component, certSANs: texts, timeoutForControlPlane: unmodelled },
  controllerManager: component,
  scheduler: component,
  // v1alpha3 has these beside each other
  apiServerCertSANs: texts,
  apiServerExtraArgs: args,
  controllerManagerExtraArgs: args,
  schedulerExtraArgs: args,
  apiServerExtraVolumes: unmodelled,
  controllerManagerExtraVolumes: unmodelled,
  schedulerExtraVolumes: unmodelled,
  auditPolicy: unmodelled,
  unifiedControlPlaneImage: unmodelled,
  dns: unmodelled,
  proxy: unmodelled,
  certificatesDir: unmodelled,
  imageRepository: unmodelled,
  useHyperKubeImage: unmodelled,
  featureGates: unmodelled,
  encryptionAlgorithm: unmodelled,
  certificateValidityPeriod: unmodelled,
  caCertificateValidityPeriod: unmodelled,
};

const init: Fields = {
  localAPIEndpoint: endpoint,
  // v1alpha3's name of localAPIEndpoint
  apiEndpoint: endpoint,
  nodeRegistration,
  certificateKey: text,
  bootstrapTokens: unmodelled,
  skipPhases: unmodelled,
  patches: unmodelled,
  dryRun: unmodelled,
  timeouts: unmodelled,
};

const join: Fields = {
  nodeRegistration,
  discovery: {
    bootstrapToken: {
      token: text,
      apiServerEndpoint: text,
      // v1beta1's draft and v1alpha3 kept a list
      apiServerEndpoints: texts,
      caCertHashes: texts,
      unsafeSkipCAVerification: unmodelled,
    },
    file: unmodelled,
    tlsBootstrapToken: text,
    timeout: unmodelled,
  },
  controlPlane: { localAPIEndpoint: endpoint, certificateKey: text },
  apiEndpoint: endpoint,
  discoveryTokenAPIServers: texts,
  discoveryToken: text,
  discoveryFile: unmodelled,
  discoveryTokenCACertHashes: texts,
  discoveryTokenUnsafeSkipCAVerification: unmodelled,
  discoveryTimeout: unmodelled,
  tlsBootstrapToken: text,
  token: text,
  clusterName: text,
  caCertPath: unmodelled,
  featureGates: unmodelled,
  skipPhases: unmodelled,
  patches: unmodelled,
  dryRun: unmodelled,
  timeouts: unmodelled,
};

/** Kinds whose fields are read. */
export const FIELDS: Readonly<Record<string, Fields>> = {
  ClusterConfiguration: cluster,
  InitConfiguration: init,
  JoinConfiguration: join,
};

/** Kinds that may stand in the same file and say nothing about the topology. */
export const OTHER_KINDS: readonly string[] = [
  'ClusterStatus',
  'ResetConfiguration',
  'UpgradeConfiguration',
  'KubeletConfiguration',
  'KubeProxyConfiguration',
];

export function isField(field: Field | Fields): field is Field {
  return typeof field['kind'] === 'string';
}
