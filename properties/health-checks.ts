/** What the checks of balancers and kubelets see of an apiserver that has lost its etcd. Unit: microseconds. */
import type { BackendConfig } from '../models/haproxy/config.ts';
import { type KubeApiserverConfig, servesToTheEnd } from '../models/kube-apiserver/config.ts';
import { LEAVE_LIMIT_US } from '../models/kube-apiserver/endpoint-reconciler.ts';
import type { KubeletConfig } from '../models/kubelet/config.ts';

/** Does a balancer's check ask the apiserver about its etcd? A connection alone is taken without. */
export function asksForHealth({ checks }: BackendConfig): boolean {
  return (
    checks.kind === 'httpchk' &&
    checks.rules.some((rule) => rule.step === 'request' && /^\/(readyz|livez|healthz)/.test(rule.uri))
  );
}

/** How long an apiserver tries its etcd before it says that it is not healthy. */
export function healthProbeUs(flags: KubeApiserverConfig): number {
  return Math.max(flags['etcd-healthcheck-timeout'], flags['etcd-readycheck-timeout']);
}

/**
 * Until the kubelet asks an apiserver to end whose health checks fail: its liveness probe fails so many times in a row, of which the
 * first may be answered from memory and the last takes its time. Undefined: it does not look.
 */
export function restartUs(kubelet: KubeletConfig, probeUs: number): number | undefined {
  const probes = kubelet.probes.find(({ process }) => process === 'kube-apiserver');
  if (probes === undefined) return undefined;
  const { failureThreshold, period } = probes.liveness;
  return probeUs / 2 + failureThreshold * period + probeUs;
}

/** How long an apiserver without etcd that is asked to end goes on serving. */
export function servesOnUs(flags: KubeApiserverConfig): number {
  return flags['endpoint-reconciler-type'] === 'lease' && servesToTheEnd(flags) ? LEAVE_LIMIT_US : 0;
}
