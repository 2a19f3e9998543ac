/**
 * What kubeadm does otherwise from one version to the next. Versions are minors of Kubernetes.
 *
 * Sources: pkg.go.dev kubeadm/app/features v1.33.0-alpha.0 (EtcdLearnerMode: alpha 1.27, on by default from 1.29);
 * k/k cmd/kubeadm/app/util/etcd/etcd.go commit 004a61a4 (11 tries from 50 ms, doubling, 2 s each) and the constants of
 * 1.31's v1beta4 timeouts (etcd API call: every 500 ms, 2 min in all); KEP-2067 (labels and taints of control planes);
 * KEP-4471 (ControlPlaneKubeletLocalMode, on from 1.33: etcd joins before the kubelet is waited for); godocs cmd/phases/join.
 */

/** A member joins as a learner and is promoted when it has caught up. */
export function joinsAsLearner(minor: number): boolean {
  return minor >= 29;
}

const STEPS = 11;
const FIRST_US = 50_000;
const API_PAUSE_US = 500_000;
const API_LIMIT_US = 120_000_000;

/** Pauses between kubeadm's tries of one call to etcd, and how long it tries at all; none is a limit but the pauses' number. */
export function etcdPatience(minor: number): {
  readonly pausesUs: readonly number[];
  readonly limitUs?: number;
} {
  if (minor < 31) return { pausesUs: Array.from({ length: STEPS - 1 }, (_, i) => FIRST_US * 2 ** i) };
  return {
    pausesUs: Array.from({ length: API_LIMIT_US / API_PAUSE_US }, () => API_PAUSE_US),
    limitUs: API_LIMIT_US,
  };
}

/** Labels of the role, by their last part. */
export function roleLabels(minor: number): readonly string[] {
  return [...(minor < 24 ? ['master'] : []), ...(minor >= 20 ? ['control-plane'] : [])];
}

export function roleTaints(minor: number): readonly string[] {
  return [...(minor >= 24 ? ['control-plane'] : []), ...(minor <= 24 ? ['master'] : [])];
}

/** The kubelet of a control plane asks its own apiserver, which needs its member first. */
export function joinsEtcdFirst(minor: number): boolean {
  return minor >= 33;
}

/** Name of the phase in which the member is added. */
export function etcdPhase(minor: number): string {
  return minor >= 32 ? 'etcd-join' : 'control-plane-join/etcd';
}
