/**
 * The StatefulSet controller: pods with numbers, one after the other, each when the one before is ready. A pod that was asked
 * to end and is not gone is never replaced: on a node that cannot be reached nobody knows whether it still runs.
 *
 * Source: k/k pkg/controller/statefulset/stateful_set_control.go (podManagementPolicy OrderedReady). Not modelled: Parallel,
 * volumes, updates.
 */
import {
  all,
  controllerMachine,
  type Decision,
  type Planned,
  type View,
} from '../kube-apiserver/controller.ts';
import { isPodReady, isTerminating, type Pod, type ReplicaWorkload } from '../kube-apiserver/workloads.ts';
import { statusOfPods } from './replica-set.ts';
import { differs, newPod, patch, podsOf, removeOf, sorted } from './replicas.ts';

function ordinalOf(pod: Pod): number {
  return Number(pod.metadata.name.slice(pod.metadata.name.lastIndexOf('-') + 1));
}

/** The one thing to do for a set; undefined while it has to wait, or is complete. */
function nextOf(set: ReplicaWorkload, pods: readonly Pod[]): Planned | undefined {
  const { replicas, template } = set.spec;
  for (let ordinal = 0; ordinal < replicas; ordinal++) {
    const pod = pods.find((one) => ordinalOf(one) === ordinal);
    if (pod === undefined) return newPod(set, template, `${set.metadata.name}-${ordinal}`);
    if (isTerminating(pod) || !isPodReady(pod)) return undefined;
  }
  const condemned = pods
    .filter((pod) => ordinalOf(pod) >= replicas)
    .sort((a, b) => ordinalOf(b) - ordinalOf(a));
  const [last] = condemned;
  return last === undefined || isTerminating(last) ? undefined : removeOf(set, last);
}

export function decideStatefulSets(view: View): Decision<undefined> {
  const pods = all<Pod>(view, 'pods');
  for (const set of sorted(all<ReplicaWorkload>(view, 'statefulsets'))) {
    const own = podsOf(set, pods);
    const call = nextOf(set, own);
    if (call !== undefined) return { memory: undefined, call };
    const status = statusOfPods(own);
    if (differs(set.status, status))
      return { memory: undefined, call: patch('statefulsets', set, { status }, '/status') };
  }
  return { memory: undefined };
}

export const statefulSet = controllerMachine<undefined, undefined>({
  id: 'kube-controller-manager.statefulset',
  resources: ['statefulsets', 'pods'],
  memory: undefined,
  decide: decideStatefulSets,
});
