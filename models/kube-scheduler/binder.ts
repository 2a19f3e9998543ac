/**
 * What the scheduler does while it leads: binds each pod without a node to the node that suits it best, one after the other.
 *
 * Sources: k/k pkg/scheduler/schedule_one.go, framework/plugins: nodeunschedulable, tainttoleration, nodename; podtopologyspread
 * and selectorspread (pods of one owner on different nodes), noderesources (the least loaded). A pod for which there is no
 * node waits for a change of the cluster (internal/queue: moved on events).
 *
 * Where several nodes suit alike the source takes one at random; here the first by name. Not modelled: resources, affinity
 * beyond the one node that a DaemonSet names, preemption, extenders, the pause after a failed try.
 */
import type { Node, Taint } from '../kube-apiserver/api.ts';
import { objectPath } from '../kube-apiserver/api.ts';
import {
  all,
  controllerMachine,
  type Decision,
  type Planned,
  type View,
} from '../kube-apiserver/controller.ts';
import type { Objects } from '../kube-apiserver/lister.ts';
import {
  isTerminating,
  keyOfObject,
  type Pod,
  tolerates,
  UNSCHEDULABLE,
} from '../kube-apiserver/workloads.ts';

/** Id under which the family starts it. */
export const BINDER = 'binder';

/** May the pod be put on this node? */
export function fits(pod: Pod, node: Node): boolean {
  const { tolerations = [], onNode } = pod.spec;
  if (onNode !== undefined && onNode !== node.metadata.name) return false;
  const taints: readonly Taint[] = [
    ...(node.spec.taints ?? []),
    ...(node.spec.unschedulable === true ? [{ key: UNSCHEDULABLE, effect: 'NoSchedule' } as const] : []),
  ];
  return taints.every(
    (taint) => taint.effect === 'PreferNoSchedule' || tolerations.some((one) => tolerates(one, taint)),
  );
}

function ownerOf({ metadata }: Pod): string {
  return metadata.ownerReferences?.[0]?.uid ?? '';
}

/** Of the nodes that fit: the fewest pods of the same owner, then the fewest pods, then the first by name. */
export function bestNode(pod: Pod, nodes: readonly Node[], pods: Objects<Pod>): Node | undefined {
  const owner = ownerOf(pod);
  const own = new Map<string, number>();
  const load = new Map<string, number>();
  for (const other of pods.values()) {
    const { nodeName } = other.spec;
    if (nodeName === undefined || isTerminating(other)) continue;
    load.set(nodeName, (load.get(nodeName) ?? 0) + 1);
    if (owner !== '' && ownerOf(other) === owner) own.set(nodeName, (own.get(nodeName) ?? 0) + 1);
  }
  const score = ({ metadata: { name } }: Node) => [own.get(name) ?? 0, load.get(name) ?? 0] as const;
  let best: Node | undefined;
  for (const node of nodes) {
    if (!fits(pod, node)) continue;
    if (best === undefined) best = node;
    const [a, b] = score(node);
    const [bestA, bestB] = score(best);
    if (a < bestA || (a === bestA && b < bestB)) best = node;
  }
  return best;
}

function bind(pod: Pod, node: Node): Planned {
  const { namespace, name } = pod.metadata;
  return {
    method: 'POST',
    path: `${objectPath('pods', namespace, name)}/binding`,
    body: { target: node.metadata.name },
    plural: 'pods',
    key: keyOfObject(pod),
    said: [
      {
        type: 'Normal',
        reason: 'Scheduled',
        message: `Successfully assigned ${keyOfObject(pod)} to ${node.metadata.name}`,
        component: 'default-scheduler',
      },
    ],
    log: `Successfully bound pod to node pod=${keyOfObject(pod)} node=${node.metadata.name}`,
  };
}

export function decideBindings(view: View): Decision<undefined> {
  const pods = all<Pod>(view, 'pods');
  const waiting = [...pods.values()]
    .filter((pod) => pod.spec.nodeName === undefined && !isTerminating(pod))
    .sort(
      (a, b) =>
        (a.metadata.creationTimestampUs ?? 0) - (b.metadata.creationTimestampUs ?? 0) ||
        (a.metadata.name < b.metadata.name ? -1 : 1),
    );
  if (waiting.length === 0) return { memory: undefined };
  const nodes = [...all<Node>(view, 'nodes').values()].sort((a, b) =>
    a.metadata.name < b.metadata.name ? -1 : 1,
  );
  for (const pod of waiting) {
    const node = bestNode(pod, nodes, pods);
    if (node !== undefined) return { memory: undefined, call: bind(pod, node) };
  }
  return { memory: undefined };
}

export const binder = controllerMachine<undefined, undefined>({
  id: 'kube-scheduler.binder',
  resources: ['nodes', 'pods'],
  memory: undefined,
  decide: decideBindings,
});
