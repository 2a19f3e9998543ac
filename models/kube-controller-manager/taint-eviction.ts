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
import {
  all,
  controllerMachine,
  type Decision,
  type Touched,
  type View,
} from '../kube-apiserver/controller.ts';
import type { Occurrence } from '../kube-apiserver/events.ts';
import type { Objects } from '../kube-apiserver/lister.ts';
import { isTerminating, keyOfObject, type Pod, tolerates } from '../kube-apiserver/workloads.ts';
import { remove, sorted } from './replicas.ts';

interface Scheduled {
  readonly uid: string | undefined;
  /** When the taint was first seen with this pod. */
  readonly sinceUs: number;
}
interface Memory {
  /** Nodes with NoExecute taints, and these. */
  readonly tainted: ImmutableMap<string, readonly Taint[]>;
  /** By key of the pod. */
  readonly scheduled: ImmutableMap<string, Scheduled>;
}

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

/** The tainted nodes, when only these were touched. */
function taintedAfter(
  nodes: Objects<Node>,
  before: Memory['tainted'],
  touched: Touched,
): ImmutableMap<string, readonly Taint[]> {
  const all = touched ?? nodes.keySeq();
  return (touched === undefined ? before.clear() : before).withMutations((tainted) => {
    for (const name of all) {
      const taints = nodes.get(name)?.spec.taints?.filter(({ effect }) => effect === 'NoExecute') ?? [];
      if (taints.length > 0) tainted.set(name, taints);
      else tainted.delete(name);
    }
  });
}

export function decideEvictions(
  view: View,
  memory: Memory,
  _config: undefined,
  atUs: number,
  touched: Touched,
): Decision<Memory> {
  const tainted = taintedAfter(all<Node>(view, 'nodes'), memory.tainted, touched);
  if (tainted.size === 0) return { memory: { tainted, scheduled: memory.scheduled.clear() } };
  const next: [string, Scheduled][] = [];
  let due: Pod | undefined;
  let wakeAtUs = Number.POSITIVE_INFINITY;
  const concerned = all<Pod>(view, 'pods').filter(({ spec }) => tainted.has(spec.nodeName ?? ''));
  for (const pod of sorted(concerned)) {
    const taints = tainted.get(pod.spec.nodeName ?? '');
    if (taints === undefined || isTerminating(pod)) continue;
    const key = keyOfObject(pod);
    const known = memory.scheduled.get(key);
    const { uid } = pod.metadata;
    const sinceUs = known !== undefined && known.uid === uid ? known.sinceUs : atUs;
    const untilUs = sinceUs + toleranceSeconds(pod, taints) * 1_000_000;
    if (untilUs === Number.POSITIVE_INFINITY) continue;
    next.push([key, { uid, sinceUs }]);
    if (untilUs <= atUs) due ??= pod;
    else wakeAtUs = Math.min(wakeAtUs, untilUs);
  }
  const kept: Memory = { tainted, scheduled: ImmutableMap(next) };
  if (due === undefined) return { memory: kept, wakeAtUs: Number.isFinite(wakeAtUs) ? wakeAtUs : undefined };
  const said: Occurrence = {
    type: 'Normal',
    reason: 'TaintManagerEviction',
    message: `Marking for deletion Pod ${keyOfObject(due)}`,
    component: 'taint-eviction-controller',
  };
  const log = `${said.reason}: ${said.message}`;
  return { memory: kept, call: { ...remove('pods', due, log), said: [said] } };
}

export const taintEviction = controllerMachine<undefined, Memory>({
  id: 'kube-controller-manager.taint-eviction',
  resources: ['nodes', 'pods'],
  follows: 'nodes',
  memory: { tainted: ImmutableMap(), scheduled: ImmutableMap() },
  decide: decideEvictions,
});
