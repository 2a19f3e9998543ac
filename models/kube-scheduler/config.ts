/** Settings of kube-scheduler under the names of its flags; durations in microseconds. */
import { DEFAULTS as ELECTION } from '../leader-election/config.ts';
import type { ElectedProcessConfig } from '../leader-election/elected-process.ts';

export type KubeSchedulerConfig = ElectedProcessConfig;

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
