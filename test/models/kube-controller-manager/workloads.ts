/** A cluster with one master, on which an operator creates workloads; and what its API says of them. */
import type { Node } from '../../../models/kube-apiserver/api.ts';
import { collectionPath } from '../../../models/kube-apiserver/api.ts';
import { isPodReady, isTerminating, type Pod } from '../../../models/kube-apiserver/workloads.ts';
import { manifestsOf, type WorkloadSpec } from '../../../models/operator/manifests.ts';
import { type Cluster, cluster, type Options, S } from '../kube-cluster.ts';

export const NGINX: WorkloadSpec = {
  name: 'nginx',
  kind: 'deployment',
  namespace: 'default',
  replicas: 4,
  image: 'nginx',
  tolerationSeconds: undefined,
  onControlPlanes: false,
  runsForSeconds: undefined,
  expose: undefined,
};

export interface WorkloadCluster extends Cluster {
  create(atS: number, spec: Partial<WorkloadSpec>): void;
  pods(name?: string): Pod[];
  /** Those that were not asked to end and are ready. */
  readyPods(name?: string): Pod[];
  off(atS: number, host: string): void;
  on(atS: number, host: string): void;
  taints(name: string): string[];
  endpoints(name: string): readonly string[];
}

/** The operator's connection is there from the 15th second on. */
export function workloadCluster(options: Options = {}): WorkloadCluster {
  const c = cluster({ masters: 1, workers: 2, asker: { to: '10.0.0.1', fromS: 15 }, ...options });
  const host = (atS: number, name: string, type: string) =>
    c.world.act(atS * S, { do: 'host', host: name, event: { type } });
  const pods = (name = ''): Pod[] =>
    [...c.etcd().store.kvs]
      .filter(([key]) => key.startsWith('/registry/pods/default/'))
      .map(([, { value }]) => value as Pod)
      .filter((pod) => pod.metadata.labels?.['app'] === (name === '' ? 'nginx' : name));
  return {
    ...c,
    pods,
    readyPods: (name) => pods(name).filter((pod) => isPodReady(pod) && !isTerminating(pod)),
    create: (atS, spec) => {
      manifestsOf({ ...NGINX, ...spec }).forEach(({ plural, namespace, object }, i) => {
        c.ask(atS + i / 10, 'POST', collectionPath(plural, namespace), object);
      });
    },
    off: (atS, name) => host(atS, name, 'power-off'),
    on: (atS, name) => host(atS, name, 'power-on'),
    taints: (name) => ((c.node(name) as Node).spec.taints ?? []).map(({ key, effect }) => `${key}:${effect}`),
    endpoints: (name) => {
      const found = c.etcd().store.kvs.get(`/registry/services/endpoints/default/${name}`)?.value;
      return (found as { readonly addresses: readonly string[] } | undefined)?.addresses ?? [];
    },
  };
}
