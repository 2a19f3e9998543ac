/**
 * Files that a host has before anybody wrote one there: those that it was set up with (/etc/hosts, haproxy.cfg, keepalived.conf and its
 * scripts, sysctl.conf), and what kubeadm left in /etc/kubernetes.
 *
 * Sources: hosts(5), hostname(5); k/k cmd/kubeadm/app/phases/etcd/local.go and controlplane/manifests.go for the flags of
 * static pods, phases/kubeconfig for the kubeconfigs, phases/certs for the names of certificates.
 *
 * Certificates hold a name only; manifests have the flags that say who is who, not those about certificates.
 */
import type { Process } from '../../sim/state.ts';
import { CLIENT_PORT, METRICS_PORT } from '../etcd/api.ts';
import type { EtcdConfig } from '../etcd/config.ts';
import { versionRules } from '../etcd/version.ts';
import type { Place, Seen } from './command.ts';
import { hexDigits } from './made-up.ts';

export const MANIFESTS = '/etc/kubernetes/manifests';

type Texts = Readonly<Record<string, string>>;

/** Path to text. */
export function systemFiles(seen: Seen, place: Place, dataDir: string): Texts {
  const { host, topology } = place;
  const uuid = hexDigits(`product ${host}`, 32);
  const sysctl = seen.world.host(host).nonlocalBind
    ? 'net.ipv4.ip_nonlocal_bind = 1\nnet.ipv4.ip_forward = 1\nnet.bridge.bridge-nf-call-iptables = 1\n'
    : '';
  return {
    '/etc/hosts': hostsText(place),
    '/etc/hostname': `${host}\n`,
    '/etc/sysctl.conf': sysctl,
    '/sys/class/dmi/id/product_uuid': `${uuid.slice(0, 8)}-${uuid.slice(8, 12)}-${uuid.slice(12, 16)}-${uuid.slice(16, 20)}-${uuid.slice(20)}\n`,
    ...text('/etc/haproxy/haproxy.cfg', topology.haproxy?.[host], place),
    ...text('/etc/keepalived/keepalived.conf', topology.keepalived?.[host]?.conf, place),
    ...Object.assign(
      {},
      ...Object.entries(topology.keepalived?.[host]?.scripts ?? {}).map(([path, file]) =>
        text(path, file, place),
      ),
    ),
    ...kubernetesFiles(seen, place),
    ...manifests(seen, place, dataDir),
  };
}

function text(path: string, file: string | undefined, { topology }: Place): Texts {
  const found = file === undefined ? undefined : topology.files?.[file];
  return found === undefined ? {} : { [path]: found };
}

function hostsText({ topology }: Place): string {
  const names = new Map<string, string[]>();
  const add = (name: string, address: string): void => {
    const known = names.get(address) ?? [];
    if (!known.includes(name)) names.set(address, [...known, name]);
  };
  for (const { name, address, roles } of topology.hosts) if (!roles.includes('client')) add(name, address);
  for (const [name, address] of Object.entries(topology.names ?? {})) add(name, address);
  const { name, address } = topology.controlPlaneEndpoint;
  if (name !== undefined) add(name, address);
  return `127.0.0.1 localhost\n${[...names].map(([one, all]) => `${one} ${all.join(' ')}\n`).join('')}`;
}

const CERTIFICATES = ['ca.crt', 'apiserver.crt', 'apiserver-etcd-client.crt', 'front-proxy-ca.crt'];
const ETCD_CERTIFICATES = ['etcd/ca.crt', 'etcd/server.crt', 'etcd/peer.crt', 'etcd/healthcheck-client.crt'];

function certificate(name: string, cluster: string): Texts {
  const key = name.replace(/crt$/, 'key');
  const body = (what: string) => hexDigits(`${what} of ${cluster}`, 64);
  return {
    [`/etc/kubernetes/pki/${name}`]: `-----BEGIN CERTIFICATE-----\n${body(name)}\n-----END CERTIFICATE-----\n`,
    [`/etc/kubernetes/pki/${key}`]: `-----BEGIN RSA PRIVATE KEY-----\n${body(key)}\n-----END RSA PRIVATE KEY-----\n`,
  };
}

/** A host that has not joined yet has none of them. */
function kubernetesFiles({ world }: Seen, { host, topology }: Place): Texts {
  const has = (name: string): boolean =>
    world.host(host).processes.some((index) => {
      const spec = world.processes[index]?.spec;
      return spec?.name === name && spec.enabled;
    });
  const { name, address, port } = topology.controlPlaneEndpoint;
  const kubeconfig = (user: string) =>
    `apiVersion: v1\nclusters:\n- cluster:\n    server: https://${name ?? address}:${port}\n  name: kubernetes\ncontexts:\n- context:\n    cluster: kubernetes\n    user: ${user}\n  name: ${user}@kubernetes\ncurrent-context: ${user}@kubernetes\nkind: Config\n`;
  const names = [
    ...(has('kube-apiserver') ? CERTIFICATES : []),
    ...(has('etcd') ? ETCD_CERTIFICATES : []),
    ...(has('etcd') && !has('kube-apiserver') ? ['apiserver-etcd-client.crt'] : []),
  ];
  return {
    ...Object.assign({}, ...names.map((one) => certificate(one, topology.topology))),
    ...(has('kube-apiserver')
      ? {
          '/etc/kubernetes/admin.conf': kubeconfig('kubernetes-admin'),
          '/etc/kubernetes/controller-manager.conf': kubeconfig('system:kube-controller-manager'),
          '/etc/kubernetes/scheduler.conf': kubeconfig('system:kube-scheduler'),
        }
      : {}),
    ...(has('kubelet') ? { '/etc/kubernetes/kubelet.conf': kubeconfig(`system:node:${host}`) } : {}),
  };
}

function etcdFlags({ host, topology }: Place, config: EtcdConfig, dataDir: string): string[] {
  const address = topology.hosts.find(({ name }) => name === host)?.address ?? '';
  const cluster = config.initialCluster
    .map((one) => `${one.name}=https://${one.peerAddress}:${one.peerPort}`)
    .join(',');
  return [
    `--advertise-client-urls=https://${address}:${CLIENT_PORT}`,
    `--data-dir=${dataDir}`,
    `--initial-advertise-peer-urls=https://${address}:2380`,
    `--initial-cluster=${cluster}`,
    ...(config.initialClusterState === 'existing' ? ['--initial-cluster-state=existing'] : []),
    ...(config.initialClusterToken === undefined
      ? []
      : [`--initial-cluster-token=${config.initialClusterToken}`]),
    `--listen-client-urls=https://127.0.0.1:${CLIENT_PORT},https://${address}:${CLIENT_PORT}`,
    `--listen-metrics-urls=http://127.0.0.1:${METRICS_PORT}`,
    `--listen-peer-urls=https://${address}:2380`,
    `--name=${config.name}`,
    ...Object.entries(config.flags ?? {}).map(([flag, value]) => `--${flag}=${value}`),
  ];
}

function componentFlags(place: Place, process: Process): string[] {
  const { topology, host } = place;
  const address = topology.hosts.find(({ name }) => name === host)?.address ?? '';
  if (process.spec.name !== 'kube-apiserver') return ['--leader-elect=true'];
  const servers =
    topology.etcd.placement === 'stacked'
      ? `https://127.0.0.1:${CLIENT_PORT}`
      : topology.etcd.members
          .map((member) => topology.hosts.find(({ name }) => name === member.host)?.address)
          .map((one) => `https://${one}:${CLIENT_PORT}`)
          .join(',');
  return [
    `--advertise-address=${address}`,
    `--etcd-servers=${servers}`,
    `--secure-port=${topology.apiserverPort}`,
  ];
}

function manifest(place: Place, process: Process, dataDir: string): string {
  const { name } = process.spec;
  const { versions } = place.topology;
  const config = process.spec.config as EtcdConfig;
  const isEtcd = name === 'etcd';
  const flags = isEtcd ? etcdFlags(place, config, dataDir) : componentFlags(place, process);
  const tag = isEtcd ? `${versionRules(config.version).full}-0` : `v${versions.kubernetes}`;
  return [
    `apiVersion: v1\nkind: Pod\nmetadata:\n  labels:\n    component: ${name}\n    tier: control-plane\n  name: ${name}\n  namespace: kube-system\nspec:\n  containers:\n  - command:\n    - ${name}\n`,
    ...flags.map((flag) => `    - ${flag}\n`),
    `    image: k8s.gcr.io/${name}:${tag}\n    name: ${name}\n`,
    ...(isEtcd ? [`    volumeMounts:\n    - mountPath: ${dataDir}\n      name: etcd-data\n`] : []),
    '  hostNetwork: true\n',
    ...(isEtcd
      ? [
          `  volumes:\n  - hostPath:\n      path: ${dataDir}\n      type: DirectoryOrCreate\n    name: etcd-data\n`,
        ]
      : []),
  ].join('');
}

/** Those of static pods that are wanted. */
function manifests({ world }: Seen, place: Place, dataDir: string): Texts {
  const found = world
    .host(place.host)
    .processes.map((index) => world.processes[index] as Process)
    .filter(({ spec, wanted }) => spec.supervisor.kind === 'static-pod' && wanted)
    .map((process) => [`${MANIFESTS}/${process.spec.name}.yaml`, manifest(place, process, dataDir)]);
  return Object.fromEntries(found);
}
