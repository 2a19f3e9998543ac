/** Settings of kube-scheduler under the names of its flags; durations in microseconds. */
import type { ApiServerAddress } from '../kube-apiserver/rest-calls.ts';
import { DEFAULTS as ELECTION, type LeaderElectionConfig } from '../leader-election/config.ts';

export interface KubeSchedulerConfig extends LeaderElectionConfig {
  /**
   * The `server` of scheduler.conf: the host's own apiserver from kubeadm 1.20 (and 1.19.1) on, the control plane's
   * endpoint before (k/k PR 94398).
   */
  readonly server: ApiServerAddress;
  /** From the start of the process to its first try for the lease. Assumption: 1 s; no source gives it. */
  readonly startUpUs: number;
}

/**
 * ReleaseOnCancel since k/k PR 100305 (merged in March 2021; cmd/kube-scheduler/app/options/options.go), which is taken for
 * 1.22.
 */
const RELEASES_SINCE_MINOR = 22;

/** Defaults of a Kubernetes version, as `1.20` or `v1.32.1`. */
export function defaults(version: string): Omit<KubeSchedulerConfig, 'server'> {
  const [, minor = '0'] = version.replace(/^v/, '').split('.');
  return { ...ELECTION, releaseOnCancel: Number(minor) >= RELEASES_SINCE_MINOR, startUpUs: 1_000_000 };
}
