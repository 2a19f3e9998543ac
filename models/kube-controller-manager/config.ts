/** Settings of kube-controller-manager under the names of its flags; durations in microseconds. */
import { DEFAULTS as ELECTION } from '../leader-election/config.ts';
import type { ElectedProcessConfig } from '../leader-election/elected-process.ts';

export interface NodeLifecycleConfig {
  readonly 'node-monitor-period': number;
  readonly 'node-monitor-grace-period': number;
  readonly 'node-startup-grace-period': number;
  /** Nodes a second that are given a NoExecute taint, a zone: 0.1. */
  readonly 'node-eviction-rate': number;
  /** The same in a zone most of which is not ready: 0.01; 0 in a zone of large-cluster-size-threshold (50) nodes or fewer. */
  readonly 'secondary-node-eviction-rate': number;
  /** 0.55: the share of a zone that has to be not ready (and three nodes at least). */
  readonly 'unhealthy-zone-threshold': number;
  readonly 'large-cluster-size-threshold': number;
}

export type KubeControllerManagerConfig = ElectedProcessConfig & NodeLifecycleConfig;

/** --node-monitor-grace-period: 40 s, from v1.32 50 s (k/k PR 126287). `version` as `1.20` or `v1.32.1`. */
export function defaultGracePeriodUs(version: string): number {
  const [, minor = '0'] = version.replace(/^v/, '').split('.');
  return Number(minor) >= 32 ? 50_000_000 : 40_000_000;
}

/** ControllerManagerReleaseLeaderElectionLockOnExit: alpha in 1.36, on by default in 1.37 (kubernetes.io, Leases). */
const RELEASES_SINCE_MINOR = 37;

/** Defaults of a Kubernetes version (k/k pkg/controller/nodelifecycle/config/v1alpha1/defaults.go). */
export function defaults(version: string): Omit<KubeControllerManagerConfig, 'server'> {
  const [, minor = '0'] = version.replace(/^v/, '').split('.');
  return {
    ...ELECTION,
    releaseOnCancel: Number(minor) >= RELEASES_SINCE_MINOR,
    'node-monitor-period': 5_000_000,
    'node-monitor-grace-period': defaultGracePeriodUs(version),
    'node-startup-grace-period': 60_000_000,
    'node-eviction-rate': 0.1,
    'secondary-node-eviction-rate': 0.01,
    'unhealthy-zone-threshold': 0.55,
    'large-cluster-size-threshold': 50,
    startUpUs: 1_000_000,
  };
}
