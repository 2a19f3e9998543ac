/** What observers and consoles see of API objects. */
import type { Effect } from '../../sim/effects.ts';
import type { KubeObject, Node, WatchEvent } from './api.ts';
import { keyOfObject, type Pod } from './workloads.ts';

/**
 * STATUS of `kubectl get nodes`: a condition that is False or Unknown prints NotReady; a cordoned node says so (k/k
 * printers.go printNode).
 */
export function nodeStatusText(node: Node): string {
  const ready = node.status.conditions.find((condition) => condition.type === 'Ready');
  const status = ready === undefined ? 'Unknown' : ready.status === 'True' ? 'Ready' : 'NotReady';
  return node.spec.unschedulable === true ? `${status},SchedulingDisabled` : status;
}

/** STATUS of `kubectl get pods` (k/k printers.go printPod): the phase, or why its container does not run. */
export function podStatusText(pod: Pod): string {
  if (pod.metadata.deletionTimestampUs !== undefined) return 'Terminating';
  const { phase, container } = pod.status;
  if (container === undefined) return phase;
  const { state } = container;
  if ('waiting' in state) return state.waiting.reason;
  return 'terminated' in state ? state.terminated.reason : phase;
}

/** The note `node-status` {node, status}: what the API object says, by whoever has just written or read it. */
export function nodeStatusNote(node: Node): Effect {
  return { type: 'note', name: 'node-status', node: node.metadata.name, status: nodeStatusText(node) };
}

/** What scenarios look at. */
const OBSERVED: readonly string[] = ['nodes', 'pods', 'deployments', 'statefulsets', 'daemonsets'];

/** An object that came, changed or (undefined) went. */
export interface ObjectFact {
  readonly key: string;
  readonly object: KubeObject | undefined;
}

/**
 * The note `objects` {plural, revision, whole, objects}: what an apiserver has just learnt from etcd, all there is (`whole`)
 * or what changed.
 */
export function objectsNote(
  plural: string,
  revision: number,
  whole: boolean,
  objects: readonly ObjectFact[],
): Effect {
  if (!OBSERVED.includes(plural)) return { type: 'batch', effects: [] };
  return { type: 'note', name: 'objects', plural, revision, whole, objects };
}

export function factOf({ type, object }: WatchEvent): ObjectFact {
  const known = object as KubeObject;
  return { key: keyOfObject(known), object: type === 'DELETED' ? undefined : known };
}
