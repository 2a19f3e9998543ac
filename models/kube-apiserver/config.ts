/** Settings of kube-apiserver under the names of its flags; durations in microseconds. */
import { CLIENT_PORT } from '../etcd/api.ts';
import { SECURE_PORT } from './api.ts';
import type { EtcdEndpoint } from './etcd-subchannel.ts';

export interface KubeApiserverConfig {
  /** Stacked kubeadm: the local member only; external: every member (manifests.go getAPIServerCommand). */
  readonly 'etcd-servers': readonly EtcdEndpoint[];
  /** --secure-port, 6443. */
  readonly 'secure-port': number;
  /** --request-timeout, 1m0s: every request but watches. */
  readonly 'request-timeout': number;
  /**
   * --max-requests-inflight, 400: requests that change nothing and are being served; more get 429. 0: no limit. Watches do not
   * count.
   */
  readonly 'max-requests-inflight': number;
  /** --max-mutating-requests-inflight, 200. */
  readonly 'max-mutating-requests-inflight': number;
  /** --min-request-timeout, 1800 s: a watch lives this long and up to twice as long. */
  readonly 'min-request-timeout': number;
  /** --etcd-healthcheck-timeout and --etcd-readycheck-timeout, 2 s (storagebackend/config.go:41-42). */
  readonly 'etcd-healthcheck-timeout': number;
  readonly 'etcd-readycheck-timeout': number;
  /** --default-not-ready-toleration-seconds and --default-unreachable-toleration-seconds, 300; of pods created from now on. */
  readonly 'default-not-ready-toleration-seconds': number;
  readonly 'default-unreachable-toleration-seconds': number;
  /** --etcd-compaction-interval, 5m0s; 0: nothing is ever compacted. */
  readonly 'etcd-compaction-interval': number;
  /** --endpoint-reconciler-type, lease; none: Service `kubernetes` is somebody else's business. */
  readonly 'endpoint-reconciler-type': 'lease' | 'none';
  /** --anonymous-auth, true; without it the health endpoints answer 401 to probes, which have no certificate. */
  readonly 'anonymous-auth': boolean;
  /**
   * Resources (plural) whose watch cache is filled from the start; a real apiserver does so for nearly all. The cache of
   * another one is filled when it is first asked for.
   */
  readonly cachedResources: readonly string[];
  /**
   * When --tls-cert-file expires, by the host's clock, as read at the start; undefined: not while anybody looks. (A real one
   * reads a renewed file by itself; kubeadm says to restart it, which its certificate for etcd needs.)
   */
  readonly certificatesNotAfterUs: number | undefined;
  /**
   * From the connection to etcd to the open port (building the API, filling caches). Assumption: 3 s; no source gives it.
   */
  readonly startUpUs: number;
  /** Minor version of Kubernetes. */
  readonly minor: number;
  /** How long the first look at Services' addresses may fail before the process ends: a minute; see initialCheckUs. */
  readonly initialCheckUs: number;
}

/**
 * k/k pkg/registry/core/service/ipallocator/controller/repair.go: PollImmediate(1 s, 10 s); later pkg/controlplane gives it a
 * minute in all (from 1.21; the version is an assumption).
 */
export function initialCheckUs(minor: number): number {
  return minor < 21 ? 10_000_000 : 60_000_000;
}

/** kubernetes/kubernetes#110026 */
const HOOKS_FIRST_MINOR = 25;

/** Does the port stay open, when the process is asked to end, until it is out of the endpoints of Service `kubernetes`? */
export function servesToTheEnd({ minor }: Pick<KubeApiserverConfig, 'minor'>): boolean {
  return minor >= HOOKS_FIRST_MINOR;
}

/** A minor version after every change that is modelled. */
const NEWEST = Number.POSITIVE_INFINITY;

export const DEFAULTS: KubeApiserverConfig = {
  'etcd-servers': [{ address: '127.0.0.1', port: CLIENT_PORT, tls: true }],
  'secure-port': SECURE_PORT,
  'request-timeout': 60_000_000,
  'max-requests-inflight': 400,
  'max-mutating-requests-inflight': 200,
  'min-request-timeout': 1_800_000_000,
  'etcd-healthcheck-timeout': 2_000_000,
  'etcd-readycheck-timeout': 2_000_000,
  'default-not-ready-toleration-seconds': 300,
  'default-unreachable-toleration-seconds': 300,
  'etcd-compaction-interval': 300_000_000,
  'endpoint-reconciler-type': 'lease',
  'anonymous-auth': true,
  cachedResources: ['nodes', 'leases'],
  certificatesNotAfterUs: undefined,
  startUpUs: 3_000_000,
  minor: NEWEST,
  initialCheckUs: initialCheckUs(NEWEST),
};
