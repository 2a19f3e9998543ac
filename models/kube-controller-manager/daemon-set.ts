/**
 * The DaemonSet controller: one pod on each node whose taints it tolerates. Its pods tolerate for ever what befalls nodes, so
 * that they are never evicted.
 *
 * Sources: k/k pkg/controller/daemon/daemon_controller.go (nodesShouldRunDaemonPod, podsShouldBeOnNode),
 * util/daemonset_util.go AddOrUpdateDaemonPodTolerations. Not modelled: updates, node selectors.
 */
import type { Node, Taint } from '../kube-apiserver/api.ts';
import {
  all,
  controllerMachine,
  type Decision,
  type Planned,
  type View,
} from '../kube-apiserver/controller.ts';
import {
  type DaemonSet,
  isPodReady,
  isTerminating,
  NOT_READY,
  type Pod,
  type Toleration,
  tolerates,
  UNREACHABLE,
  UNSCHEDULABLE,
} from '../kube-apiserver/workloads.ts';
import { differs, newPod, patch, podsOf, removeOf, sorted } from './replicas.ts';

const TOLERATIONS: readonly Toleration[] = [
  { key: NOT_READY, operator: 'Exists', effect: 'NoExecute' },
  { key: UNREACHABLE, operator: 'Exists', effect: 'NoExecute' },
  { key: NOT_READY, operator: 'Exists', effect: 'NoSchedule' },
  { key: UNREACHABLE, operator: 'Exists', effect: 'NoSchedule' },
  { key: 'node.kubernetes.io/disk-pressure', operator: 'Exists', effect: 'NoSchedule' },
  { key: 'node.kubernetes.io/memory-pressure', operator: 'Exists', effect: 'NoSchedule' },
  { key: 'node.kubernetes.io/pid-pressure', operator: 'Exists', effect: 'NoSchedule' },
  { key: UNSCHEDULABLE, operator: 'Exists', effect: 'NoSchedule' },
];

function isTolerated(taint: Taint, tolerations: readonly Toleration[]): boolean {
  return taint.effect === 'PreferNoSchedule' || tolerations.some((one) => tolerates(one, taint));
}

function nextOf(set: DaemonSet, nodes: readonly Node[], pods: readonly Pod[]): Planned | undefined {
  const tolerations = [...(set.spec.template.spec.tolerations ?? []), ...TOLERATIONS];
  const byNode = new Map<string | undefined, Pod[]>();
  for (const pod of pods) {
    const here = byNode.get(pod.spec.onNode);
    if (here === undefined) byNode.set(pod.spec.onNode, [pod]);
    else here.push(pod);
  }
  for (const node of nodes) {
    const { name } = node.metadata;
    const here = byNode.get(name) ?? [];
    const taints = node.spec.taints ?? [];
    const shouldRun = taints.every((taint) => isTolerated(taint, tolerations));
    const mayStay = taints.every((taint) => taint.effect !== 'NoExecute' || isTolerated(taint, tolerations));
    if (shouldRun && here.length === 0)
      return newPod(set, set.spec.template, '', { tolerations, onNode: name });
    const extra = here.find((pod, i) => !isTerminating(pod) && (i > 0 || !mayStay));
    if (extra !== undefined) return removeOf(set, extra);
  }
  return undefined;
}

export function decideDaemonSets(view: View): Decision<undefined> {
  const sets = sorted(all<DaemonSet>(view, 'daemonsets'));
  if (sets.length === 0) return { memory: undefined };
  const pods = all<Pod>(view, 'pods');
  const nodes = sorted(all<Node>(view, 'nodes'));
  for (const set of sets) {
    const own = podsOf(set, pods);
    const call = nextOf(set, nodes, own);
    if (call !== undefined) return { memory: undefined, call };
    const status = {
      desiredNumberScheduled: own.length,
      currentNumberScheduled: own.length,
      numberReady: own.filter(isPodReady).length,
    };
    if (differs(set.status, status))
      return { memory: undefined, call: patch('daemonsets', set, { status }, '/status') };
  }
  return { memory: undefined };
}

export const daemonSet = controllerMachine<undefined, undefined>({
  id: 'kube-controller-manager.daemonset',
  resources: ['daemonsets', 'nodes', 'pods'],
  memory: undefined,
  decide: decideDaemonSets,
});
