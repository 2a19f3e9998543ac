/**
 * The taint-eviction controller: deletes the pods of a node with a NoExecute taint that they do not tolerate, or do not
 * tolerate any longer.
 *
 * Source: k/k pkg/controller/tainteviction/taint_eviction.go (processPodOnNode, getMinTolerationTime; until 1.29 in
 * pkg/controller/nodelifecycle/scheduler/taint_manager.go). Unit: microseconds.
 *
 * The time runs from the moment at which this controller saw the taint: another one that takes over begins anew. A pod that
 * is deleted stays, Terminating, until its kubelet has ended it. Not modelled: the condition DisruptionTarget.
 */
import { Map as ImmutableMap } from 'immutable';
import type { Node, Taint } from '../kube-apiserver/api.ts';
import { all, controllerMachine, type Decision, type View } from '../kube-apiserver/controller.ts';
import { isTerminating, keyOfObject, type Pod, tolerates } from '../kube-apiserver/workloads.ts';
import { remove, sorted } from './replicas.ts';

interface Scheduled {
  readonly uid: string | undefined;
  /** When the taint was first seen with this pod. */
  readonly sinceUs: number;
}
type Memory = ImmutableMap<string, Scheduled>;

/** For how long a pod tolerates these taints, in seconds; 0 if not at all, Infinity for ever. */
export function toleranceSeconds(pod: Pod, taints: readonly Taint[]): number {
  let least = Number.POSITIVE_INFINITY;
  for (const taint of taints) {
    const matching = (pod.spec.tolerations ?? []).filter((one) => tolerates(one, taint));
    if (matching.length === 0) return 0;
    for (const { tolerationSeconds } of matching)
      if (tolerationSeconds !== undefined) least = Math.min(least, Math.max(0, tolerationSeconds));
  }
  return least;
}

export function decideEvictions(
  view: View,
  memory: Memory,
  _config: undefined,
  atUs: number,
): Decision<Memory> {
  const tainted = new Map<string, readonly Taint[]>();
  for (const [name, node] of all<Node>(view, 'nodes')) {
    const taints = (node.spec.taints ?? []).filter(({ effect }) => effect === 'NoExecute');
    if (taints.length > 0) tainted.set(name, taints);
  }
  if (tainted.size === 0) return { memory: ImmutableMap() };
  const next: [string, Scheduled][] = [];
  let due: Pod | undefined;
  let wakeAtUs = Number.POSITIVE_INFINITY;
  for (const pod of sorted(all<Pod>(view, 'pods'))) {
    const taints = tainted.get(pod.spec.nodeName ?? '');
    if (taints === undefined || isTerminating(pod)) continue;
    const key = keyOfObject(pod);
    const known = memory.get(key);
    const { uid } = pod.metadata;
    const sinceUs = known !== undefined && known.uid === uid ? known.sinceUs : atUs;
    const untilUs = sinceUs + toleranceSeconds(pod, taints) * 1_000_000;
    if (untilUs === Number.POSITIVE_INFINITY) continue;
    next.push([key, { uid, sinceUs }]);
    if (untilUs <= atUs) due ??= pod;
    else wakeAtUs = Math.min(wakeAtUs, untilUs);
  }
  const kept: Memory = ImmutableMap(next);
  if (due === undefined) return { memory: kept, wakeAtUs: Number.isFinite(wakeAtUs) ? wakeAtUs : undefined };
  const log = `TaintManagerEviction: Marking for deletion Pod ${keyOfObject(due)}`;
  return { memory: kept, call: remove('pods', due, log) };
}

export const taintEviction = controllerMachine<undefined, Memory>({
  id: 'kube-controller-manager.taint-eviction',
  resources: ['nodes', 'pods'],
  memory: ImmutableMap(),
  decide: decideEvictions,
});
