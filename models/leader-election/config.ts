/** Flags of leader election, as kube-scheduler and kube-controller-manager have them; durations in microseconds. */
export interface LeaderElectionConfig {
  readonly 'leader-elect-lease-duration': number;
  readonly 'leader-elect-renew-deadline': number;
  readonly 'leader-elect-retry-period': number;
  /** leaderelection.LeaderElectionConfig: a leader that stops gives the lease up. No flag: each program has its own. */
  readonly releaseOnCancel: boolean;
}

/** component-base config/v1alpha1/defaults.go:37-52. */
export const DEFAULTS: LeaderElectionConfig = {
  'leader-elect-lease-duration': 15_000_000,
  'leader-elect-renew-deadline': 10_000_000,
  'leader-elect-retry-period': 2_000_000,
  releaseOnCancel: false,
};

/** Why a client would refuse to start with these (leaderelection.go:75-95); undefined if it would not. */
export function refusal(config: LeaderElectionConfig): string | undefined {
  const lease = config['leader-elect-lease-duration'];
  const renew = config['leader-elect-renew-deadline'];
  const retry = config['leader-elect-retry-period'];
  if (lease <= renew) return 'leaseDuration must be greater than renewDeadline';
  if (renew <= 1.2 * retry) return 'renewDeadline must be greater than retryPeriod*JitterFactor';
  if (retry < 1) return 'retryPeriod must be greater than zero';
  return undefined;
}
