/**
 * The ReplicaSet controller: as many pods as the set says. One that was asked to end no longer counts, so that its
 * replacement is made while it is still listed as Terminating.
 *
 * Sources: k/k pkg/controller/replicaset/replica_set.go (manageReplicas, slow start apart), controller_utils.go
 * ActivePodsWithRanks (which go first). Not modelled: adoption of pods without an owner, minReadySeconds.
 */
import { all, controllerMachine, type Decision, type View } from '../kube-apiserver/controller.ts';
import { isPodReady, type Pod, type ReplicaWorkload } from '../kube-apiserver/workloads.ts';
import { differs, isActive, newPod, patch, podsOf, removeOf, sorted } from './replicas.ts';

/** The first to go: without a node, not running, not ready, beside others of the set, younger. */
export function firstToGo(pods: readonly Pod[]): Pod | undefined {
  const beside = (pod: Pod) => pods.filter(({ spec }) => spec.nodeName === pod.spec.nodeName).length;
  const rank = (pod: Pod): readonly number[] => [
    pod.spec.nodeName === undefined ? 0 : 1,
    pod.status.phase === 'Pending' ? 0 : 1,
    isPodReady(pod) ? 1 : 0,
    -beside(pod),
    -(pod.metadata.creationTimestampUs ?? 0),
  ];
  const before = (a: Pod, b: Pod): number => {
    const [ranksA, ranksB] = [rank(a), rank(b)];
    const at = ranksA.findIndex((value, i) => value !== ranksB[i]);
    if (at < 0) return a.metadata.name < b.metadata.name ? -1 : 1;
    return (ranksA[at] as number) - (ranksB[at] as number);
  };
  return [...pods].sort(before)[0];
}

export function statusOfPods(pods: readonly Pod[]) {
  const active = pods.filter(isActive);
  const ready = active.filter(isPodReady).length;
  return { replicas: active.length, readyReplicas: ready, availableReplicas: ready };
}

export function decideReplicaSets(view: View): Decision<undefined> {
  const pods = all<Pod>(view, 'pods');
  for (const set of sorted(all<ReplicaWorkload>(view, 'replicasets'))) {
    const own = podsOf(set, pods);
    const active = own.filter(isActive);
    const { replicas, template } = set.spec;
    if (active.length < replicas) return { memory: undefined, call: newPod(set, template, '') };
    if (active.length > replicas) return { memory: undefined, call: removeOf(set, firstToGo(active) as Pod) };
    const status = statusOfPods(own);
    if (differs(set.status, status))
      return { memory: undefined, call: patch('replicasets', set, { status }, '/status') };
  }
  return { memory: undefined };
}

export const replicaSet = controllerMachine<undefined, undefined>({
  id: 'kube-controller-manager.replicaset',
  resources: ['replicasets', 'pods'],
  memory: undefined,
  decide: decideReplicaSets,
});
