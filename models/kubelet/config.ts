/** Settings of the kubelet under the names of its configuration fields and flags; durations in microseconds. */
import type { Address } from '../../sim/effects.ts';
import { METRICS_PORT } from '../etcd/api.ts';
import type { Taint } from '../kube-apiserver/api.ts';
import type { ApiServerAddress } from '../kube-apiserver/rest-calls.ts';
import { minorOf } from '../kubernetes-minor.ts';

/** One HTTP probe of a container (k/k pkg/apis/core types Probe). */
export interface Probe {
  readonly path: string;
  readonly initialDelay: number;
  readonly period: number;
  readonly timeout: number;
  /** Failures in a row until the container is restarted. */
  readonly failureThreshold: number;
}

/** The probes of one static pod's container on this host. */
export interface ContainerProbes {
  /** Process of this host that is restarted. */
  readonly process: string;
  /** kubeadm: the apiserver by the host's address, the others by 127.0.0.1. */
  readonly address: Address;
  readonly port: number;
  readonly tls: boolean;
  /** Until it has succeeded once, `liveness` is not tried; undefined before Kubernetes 1.18. */
  readonly startup: Probe | undefined;
  readonly liveness: Probe;
}

export interface KubeletConfig {
  /** The `server` of kubelet.conf: the control plane's endpoint, or the local apiserver with ControlPlaneKubeletLocalMode (1.33). */
  readonly server: ApiServerAddress;
  /** --hostname-override; the host's name without it. */
  readonly nodeName: string | undefined;
  readonly kubernetesVersion: string;
  /** Computes the status this often; 10 s. */
  readonly nodeStatusUpdateFrequency: number;
  /** Writes an unchanged status this often; 5 min. */
  readonly nodeStatusReportFrequency: number;
  /** Seconds, as in the API; 40. The lease is renewed each quarter of it. */
  readonly nodeLeaseDurationSeconds: number;
  readonly labels: Readonly<Record<string, string>>;
  readonly taints: readonly Taint[];
  readonly probes: readonly ContainerProbes[];
  /** First three parts of the addresses of its pods (the node's podCIDR, a /24). */
  readonly podPrefix: string;
  /** There is a CNI configuration from the start; otherwise once the pod of a network plugin runs here. */
  readonly hasNetwork: boolean;
  /** Pods can be reached at ports of the node: there is a kube-proxy. */
  readonly servesPods: boolean;
  /** From the start of the process to its first call and probe. Assumption: 1 s; no source gives it. */
  readonly startUpUs: number;
}

/** k/k pkg/kubelet/apis/config/v1beta1/defaults.go. */
export const DEFAULTS: Omit<KubeletConfig, 'server' | 'kubernetesVersion'> = {
  nodeName: undefined,
  nodeStatusUpdateFrequency: 10_000_000,
  nodeStatusReportFrequency: 300_000_000,
  nodeLeaseDurationSeconds: 40,
  labels: {},
  taints: [],
  probes: [],
  podPrefix: '10.244.0',
  hasNetwork: true,
  servesPods: false,
  startUpUs: 1_000_000,
};

/** kubeadm's probes of a container (k/k cmd/kubeadm/app/util/staticpod/utils.go). */
function kubeadmProbes(
  version: string,
  livenessPath: string,
  startupPath: string,
): Pick<ContainerProbes, 'startup' | 'liveness'> {
  const old = minorOf(version) < 18;
  return {
    startup: old
      ? undefined
      : {
          path: startupPath,
          initialDelay: 10_000_000,
          period: 10_000_000,
          timeout: 15_000_000,
          failureThreshold: 24,
        },
    liveness: {
      path: livenessPath,
      initialDelay: old ? 15_000_000 : 10_000_000,
      period: 10_000_000,
      timeout: 15_000_000,
      failureThreshold: 8,
    },
  };
}

/** kube-apiserver: /livez on the host's address over TLS; /healthz before 1.18. */
export function apiserverProbes(version: string, address: Address, port: number): ContainerProbes {
  const path = minorOf(version) < 18 ? '/healthz' : '/livez';
  return {
    process: 'kube-apiserver',
    address,
    port,
    tls: true,
    ...kubeadmProbes(version, path, path),
  };
}

/**
 * etcd: plain /health on 127.0.0.1:2381, which fails without a leader, so that a lost quorum restarts etcd as well (etcd
 * issue 13340); from 1.25 the liveness probe asks the member alone (k/k PR 110744).
 */
export function etcdProbes(version: string): ContainerProbes {
  const alone = minorOf(version) >= 25;
  return {
    process: 'etcd',
    address: '127.0.0.1',
    port: METRICS_PORT,
    tls: false,
    ...kubeadmProbes(
      version,
      alone ? '/health?exclude=NOSPACE&serializable=true' : '/health',
      alone ? '/health?serializable=false' : '/health',
    ),
  };
}
