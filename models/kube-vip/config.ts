/** Settings of kube-vip under the names of its environment variables (pkg/kubevip/config_envvar.go); times in microseconds. */
import type { Address } from '../../sim/effects.ts';
import type { ApiServerAddress } from '../kube-apiserver/rest-calls.ts';
import type { LeaderElectionConfig } from '../leader-election/config.ts';

export interface KubeVipConfig {
  /** `address`: the VIP. */
  readonly address: Address;
  /**
   * Its API: the host's own apiserver. A static pod dials `kubernetes:6443`, which its hostAliases turn into 127.0.0.1
   * (pkg/cluster, NewManager; kubeadm docs/ha-considerations.md).
   */
  readonly server: ApiServerAddress;
  readonly vip_leasename: string;
  readonly vip_leaseduration: number;
  readonly vip_renewdeadline: number;
  readonly vip_retryperiod: number;
  /** `vip_arpRate`: between two gratuitous ARPs; less than 500 ms becomes 3000 ms (pkg/arp, StartAdvertisement). */
  readonly vip_arpRate: number;
  /** From the start of the process to its first try for the lease. Assumption: 1 s; no source gives it. */
  readonly startUpUs: number;
}

/**
 * cmd/kube-vip.go: --leaseName plndr-cp-lock, --leaseDuration 5, --leaseRenewDuration 3, --leaseRetry 1 (15, 10 and 2 since
 * 2026); ArpBroadcastRate 3000 ms.
 */
export const DEFAULTS: Omit<KubeVipConfig, 'address' | 'server'> = {
  vip_leasename: 'plndr-cp-lock',
  vip_leaseduration: 5_000_000,
  vip_renewdeadline: 3_000_000,
  vip_retryperiod: 1_000_000,
  vip_arpRate: 3_000_000,
  startUpUs: 1_000_000,
};

const LEAST_ARP_RATE_US = 500_000;

export function arpRateUs({ vip_arpRate }: KubeVipConfig): number {
  return vip_arpRate < LEAST_ARP_RATE_US ? DEFAULTS.vip_arpRate : vip_arpRate;
}

/** What client-go's elector is told. */
export function electionOf(config: KubeVipConfig): LeaderElectionConfig {
  return {
    'leader-elect-lease-duration': config.vip_leaseduration,
    'leader-elect-renew-deadline': config.vip_renewdeadline,
    'leader-elect-retry-period': config.vip_retryperiod,
    // pkg/election/election.go.
    releaseOnCancel: true,
  };
}
