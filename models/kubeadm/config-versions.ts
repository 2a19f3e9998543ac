/**
 * Versions around kubeadm: which kubeadm reads which version of its configuration, and which etcd it
 * starts.
 *
 * Sources: kubernetes.io kubeadm-config pages and the release notes of 1.22, 1.27, 1.31; kubernetes
 * cmd/kubeadm/app/constants/constants.go (SupportedEtcdVersion) at the tags of the minors named; the patch
 * release differs between the patch releases of one minor, the series does not.
 */

export interface ConfigVersion {
  readonly name: string;
  /** First minor of Kubernetes 1.x whose kubeadm reads it. */
  readonly from: number;
  /** First minor whose kubeadm refuses it. */
  readonly refusedFrom?: number;
}

export const CONFIG_VERSIONS: readonly ConfigVersion[] = [
  { name: 'v1alpha3', from: 12, refusedFrom: 22 },
  { name: 'v1beta1', from: 13, refusedFrom: 22 },
  { name: 'v1beta2', from: 15, refusedFrom: 27 },
  { name: 'v1beta3', from: 22 },
  { name: 'v1beta4', from: 31 },
];

/** First minor of Kubernetes whose kubeadm starts this release series of etcd in a stacked control plane. */
const ETCD_SERIES: readonly { readonly from: number; readonly series: string }[] = [
  { from: 34, series: '3.6' },
  { from: 22, series: '3.5' },
  { from: 17, series: '3.4' },
  { from: 14, series: '3.3' },
  { from: 12, series: '3.2' },
];

/** Kubernetes 1.MINOR of a version text such as `v1.20.7`, `1.20` or `v1.33.0-rc.1`; undefined for labels. */
export function kubernetesMinor(version: string): number | undefined {
  const match = /^v?1\.(\d{1,3})(?:\.\d{1,4})?(?:[-+][0-9A-Za-z.+-]*)?$/.exec(version);
  return match ? Number(match[1]) : undefined;
}

/** The release series of etcd beside Kubernetes 1.MINOR, e.g. `3.4`; of older ones, the oldest known. */
export function etcdSeriesFor(minor: number): string {
  const entry = ETCD_SERIES.find(({ from }) => minor >= from) ?? ETCD_SERIES[ETCD_SERIES.length - 1];
  return entry!.series;
}
