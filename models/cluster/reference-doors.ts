/**
 * Reference topologies with other front doors than keepalived and HAProxy on each master, as real configuration texts where
 * there are any: a kubeadm configuration of each master, and what its front door needs.
 *
 * Sources: kubeadm docs/ha-considerations.md (kube-vip as static pod); kube-vip.io, Static Pods (`manifest pod`), with the
 * times of its lease that it writes; Elastic Load Balancing for the health checks.
 */
import type { ImportFile } from './import-files.ts';
import type { ParameterMap } from './parameters.ts';

export interface Reference {
  readonly files: readonly ImportFile[];
  readonly set: ParameterMap;
  readonly about: string;
}

export const DOORS = ['kube-vip', 'cloud', 'dns'] as const;
export type Door = (typeof DOORS)[number];

const VIP = '10.0.0.100';
const BALANCER = '10.0.0.5';
const PORT = 6443;
const NAME = 'k8s-api.example.com';

interface DoorParts {
  readonly endpoint: string;
  readonly files: (names: readonly string[]) => readonly ImportFile[];
  readonly set: ParameterMap;
  readonly about: string;
}

const PARTS: Readonly<Record<Door, DoorParts>> = {
  'kube-vip': {
    endpoint: `${VIP}:${PORT}`,
    files: (names) => names.map((name) => ({ path: `${name}/kube-vip.yaml`, text: MANIFEST })),
    set: {},
    about: 'with kube-vip in ARP mode',
  },
  cloud: {
    endpoint: `${NAME}:${PORT}`,
    files: () => [],
    set: {
      'cluster.cloud-balancer': 'lb',
      'host.lb.address': BALANCER,
      // The guard that a plain TCP check is not: an apiserver without its etcd still accepts connections.
      'cloud-balancer.HealthCheckProtocol': 'HTTPS',
      'cloud-balancer.HealthCheckPath': '/readyz',
      'cloud-balancer.HealthCheckIntervalSeconds': 10,
    },
    about: "behind a cloud's network balancer",
  },
  dns: {
    endpoint: `${NAME}:${PORT}`,
    files: () => [],
    set: { 'cluster.dns': true },
    about: 'behind a name with one address record each',
  },
};

export function doorFiles(door: Door, names: readonly string[]): Reference {
  const { endpoint, files, set, about } = PARTS[door];
  const kubeadm = names.map((name, i) => ({
    path: `${name}/kubeadm-config.yaml`,
    text: i === 0 ? initConfig(endpoint) : joinConfig(endpoint, `10.0.0.${11 + i}`),
  }));
  return {
    files: [...kubeadm, ...files(names)],
    set: { 'cluster.workers': 'w1', 'host.w1.address': '10.0.0.61', ...set },
    about: `${names.length} ${names.length === 1 ? 'master' : 'masters'} ${about}, an etcd member on each, and a worker.`,
  };
}

function initConfig(endpoint: string): string {
  return `apiVersion: kubeadm.k8s.io/v1beta3
kind: ClusterConfiguration
kubernetesVersion: 1.30.0
controlPlaneEndpoint: "${endpoint}"
networking:
  podSubnet: 10.244.0.0/16
---
apiVersion: kubeadm.k8s.io/v1beta3
kind: InitConfiguration
localAPIEndpoint:
  advertiseAddress: 10.0.0.11
  bindPort: ${PORT}
`;
}

function joinConfig(endpoint: string, address: string): string {
  return `apiVersion: kubeadm.k8s.io/v1beta3
kind: JoinConfiguration
discovery:
  bootstrapToken:
    apiServerEndpoint: "${endpoint}"
    token: abcdef.0123456789abcdef
    caCertHashes: ["sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"]
controlPlane:
  localAPIEndpoint:
    advertiseAddress: ${address}
    bindPort: ${PORT}
`;
}

const MANIFEST = `apiVersion: v1
kind: Pod
metadata:
  name: kube-vip
  namespace: kube-system
spec:
  containers:
    - name: kube-vip
      image: ghcr.io/kube-vip/kube-vip:v0.8.0
      args: [manager]
      env:
        - name: vip_arp
          value: "true"
        - name: port
          value: "${PORT}"
        - name: vip_interface
          value: eth0
        - name: vip_cidr
          value: "32"
        - name: cp_enable
          value: "true"
        - name: cp_namespace
          value: kube-system
        - name: vip_leaderelection
          value: "true"
        - name: vip_leasename
          value: plndr-cp-lock
        - name: vip_leaseduration
          value: "5"
        - name: vip_renewdeadline
          value: "3"
        - name: vip_retryperiod
          value: "1"
        - name: address
          value: ${VIP}
        - name: prometheus_server
          value: :2112
      securityContext:
        capabilities:
          add: [NET_ADMIN, NET_RAW]
      volumeMounts:
        - mountPath: /etc/kubernetes/admin.conf
          name: kubeconfig
  hostAliases:
    - hostnames: [kubernetes]
      ip: 127.0.0.1
  hostNetwork: true
  volumes:
    - name: kubeconfig
      hostPath:
        path: /etc/kubernetes/admin.conf
`;
