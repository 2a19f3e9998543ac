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

export const DEFAULTS: Omit<KubeSchedulerConfig, 'server'> = { ...ELECTION, startUpUs: 1_000_000 };
