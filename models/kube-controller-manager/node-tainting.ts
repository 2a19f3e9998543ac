/**
 * The part of the node-lifecycle controller that taints nodes and makes pods of silent nodes not ready.
 *
 * Source: k/k pkg/controller/nodelifecycle/node_lifecycle_controller.go (doNoScheduleTaintingPass at each change of a node;
 * processTaintBaseEviction and doNoExecuteTaintingPass: by the condition before the pass, one node after the other through a
 * token bucket of one token a zone; MarkPodsNotReady once when a pass has turned a node Unknown; commit 003e8629). Unit: microseconds.
 *
 * Not modelled: taints for pressure of memory, disk and processes, the 100 ms between passes over the waiting nodes.
 */
import { Map as ImmutableMap } from 'immutable';
import type { KubeObject, Node, Taint } from '../kube-apiserver/api.ts';
import {
  all,
  controllerMachine,
  type Decision,
  type Planned,
  type Touched,
  type View,
} from '../kube-apiserver/controller.ts';
import type { Occurrence } from '../kube-apiserver/events.ts';
import type { Objects } from '../kube-apiserver/lister.ts';
import {
  isPodReady,
  isTerminating,
  NOT_READY,
  type Pod,
  UNREACHABLE,
  UNSCHEDULABLE,
} from '../kube-apiserver/workloads.ts';
import { readyCondition } from './node-health.ts';
import { patch, sorted } from './replicas.ts';
import { type Verdict, zoneOf } from './zones.ts';

/** Id under which the family starts it. */
export const NODE_TAINTING = 'node-tainting';
/** What the passes over the nodes tell it, in the form of an informer's news. */
export const VERDICTS = 'verdicts';

export interface VerdictObject extends KubeObject {
  readonly spec: Verdict;
}

export function verdictObject(spec: Verdict): VerdictObject {
  return { apiVersion: 'v1', kind: 'Verdict', metadata: { name: 'verdict' }, spec };
}

interface Memory {
  /** By zone: when its last node was given a NoExecute taint. */
  readonly taintedAtUs: ImmutableMap<string, number>;
  /** Nodes that are Unknown and whose pods have been made not ready. */
  readonly silenced: ImmutableMap<string, true>;
  /** Nodes that concern it, as of this verdict. */
  readonly open: ImmutableMap<string, true>;
  readonly verdict: Verdict | undefined;
}

const SCHEDULE_KEYS: readonly string[] = [NOT_READY, UNREACHABLE, UNSCHEDULABLE];

/** The NoSchedule taints that a node is to have by its conditions. */
export function scheduleTaints(node: Node): Taint[] {
  const taints: Taint[] = [];
  const status = readyCondition(node)?.status;
  if (status === 'False') taints.push({ key: NOT_READY, effect: 'NoSchedule' });
  if (status === 'Unknown') taints.push({ key: UNREACHABLE, effect: 'NoSchedule' });
  if (node.spec.unschedulable === true) taints.push({ key: UNSCHEDULABLE, effect: 'NoSchedule' });
  return taints;
}

function isOfSchedule({ key, effect }: Taint): boolean {
  return effect === 'NoSchedule' && SCHEDULE_KEYS.includes(key);
}
function isOfExecute({ key, effect }: Taint): boolean {
  return effect === 'NoExecute' && (key === NOT_READY || key === UNREACHABLE);
}

function withTaints(node: Node, taints: readonly Taint[], log?: string): Planned {
  const planned = patch('nodes', node, { spec: { taints } });
  return log === undefined ? planned : { ...planned, log };
}

function taintsOf(node: Node): readonly Taint[] {
  return node.spec.taints ?? [];
}

function schedule(node: Node): Planned | undefined {
  const taints = taintsOf(node);
  const wanted = scheduleTaints(node);
  const found = taints.filter(isOfSchedule);
  const isSame =
    found.length === wanted.length && wanted.every(({ key }) => found.some((one) => one.key === key));
  return isSame ? undefined : withTaints(node, [...taints.filter((one) => !isOfSchedule(one)), ...wanted]);
}

type Execution =
  | { readonly call: Planned; readonly zone?: string }
  | { readonly waitsUntilUs: number }
  | undefined;

/** The NoExecute taint of one node: removed or exchanged at once, added when the zone has a token. */
function execute(node: Node, verdict: Verdict, memory: Memory, atUs: number): Execution {
  const { name } = node.metadata;
  const taints = taintsOf(node);
  const found = taints.filter(isOfExecute);
  const others = taints.filter((one) => !isOfExecute(one));
  const observed = verdict.observed.get(name);
  if (observed === 'True' || verdict.masterDisruption)
    return found.length === 0
      ? undefined
      : { call: withTaints(node, others, `Node ${name} is healthy again, removing all taints`) };
  if (observed === undefined) return undefined;
  const key = observed === 'Unknown' ? UNREACHABLE : NOT_READY;
  if (found.length === 1 && found[0]?.key === key) return undefined;
  const zone = zoneOf(node);
  const call = withTaints(
    node,
    [...others, { key, effect: 'NoExecute', timeAddedUs: atUs }],
    `Node ${name} is tainted ${key}:NoExecute`,
  );
  if (found.length > 0) return { call };
  const rate = verdict.rates.get(zone) ?? 0;
  if (rate === 0) return { waitsUntilUs: Number.POSITIVE_INFINITY };
  const lastUs = memory.taintedAtUs.get(zone);
  const tokenAtUs = lastUs === undefined ? atUs : lastUs + Math.round(1_000_000 / rate);
  return tokenAtUs <= atUs ? { call, zone } : { waitsUntilUs: tokenAtUs };
}

/** A pod of a silent node, which still says that it is ready. */
function readyPodOf(node: string, pods: Objects<Pod>): Pod | undefined {
  return sorted(pods.filter((pod) => pod.spec.nodeName === node)).find(
    (pod) => isPodReady(pod) && !isTerminating(pod),
  );
}

function notReady(pod: Pod): Planned {
  const conditions = pod.status.conditions.map((one) =>
    one.type === 'Ready' ? { ...one, status: 'False', reason: 'NodeNotReady' } : one,
  );
  const said: Occurrence = {
    type: 'Warning',
    reason: 'NodeNotReady',
    message: 'Node is not ready',
    component: 'node-controller',
  };
  return { ...patch('pods', pod, { status: { conditions } }, '/status'), said: [said] };
}

/** Is there anything about this node that may need doing, now or later? Of thousands of nodes hardly any. */
function concerns(node: Node | undefined, verdict: Verdict, { silenced }: Memory): boolean {
  if (node === undefined) return false;
  const { unschedulable, taints } = node.spec;
  const { name } = node.metadata;
  const isQuiet =
    readyCondition(node)?.status === 'True' &&
    unschedulable !== true &&
    (taints === undefined || taints.length === 0) &&
    (verdict.masterDisruption || (verdict.observed.get(name) ?? 'True') === 'True') &&
    !silenced.has(name);
  return !isQuiet;
}

const isOpen = (name: string): [string, true] => [name, true];

/** The nodes that concern it now, when only these were touched. */
function openAfter(nodes: Objects<Node>, memory: Memory, verdict: Verdict, touched: Touched): Memory['open'] {
  if (touched === undefined || memory.verdict !== verdict)
    return ImmutableMap([...nodes.filter((node) => concerns(node, verdict, memory)).keys()].map(isOpen));
  return memory.open.withMutations((open) => {
    for (const name of touched) {
      if (concerns(nodes.get(name), verdict, memory)) open.set(name, true);
      else open.delete(name);
    }
  });
}

export function decideTaints(
  view: View,
  before: Memory,
  _config: undefined,
  atUs: number,
  touched: Touched,
): Decision<Memory> {
  const verdict = all<VerdictObject>(view, VERDICTS).get('verdict')?.spec as Verdict;
  const nodes = all<Node>(view, 'nodes');
  const memory = { ...before, open: openAfter(nodes, before, verdict, touched), verdict };
  let { silenced } = memory;
  let wakeAtUs = Number.POSITIVE_INFINITY;
  for (const name of [...memory.open.keys()].sort()) {
    const node = nodes.get(name) as Node;
    // A kubelet that says itself that its node is not ready speaks for its pods as well.
    if (readyCondition(node)?.status !== 'Unknown') silenced = silenced.delete(name);
    else if (!silenced.has(name)) {
      const pod = readyPodOf(name, all<Pod>(view, 'pods'));
      if (pod !== undefined) return { memory: { ...memory, silenced }, call: notReady(pod) };
      silenced = silenced.set(name, true);
    }
    const noSchedule = schedule(node);
    if (noSchedule !== undefined) return { memory: { ...memory, silenced }, call: noSchedule };
    const execution = execute(node, verdict, memory, atUs);
    if (execution === undefined) continue;
    if ('waitsUntilUs' in execution) wakeAtUs = Math.min(wakeAtUs, execution.waitsUntilUs);
    else {
      const { call, zone } = execution;
      const taintedAtUs = zone === undefined ? memory.taintedAtUs : memory.taintedAtUs.set(zone, atUs);
      return { memory: { ...memory, taintedAtUs, silenced }, call };
    }
  }
  return {
    memory: { ...memory, silenced },
    wakeAtUs: Number.isFinite(wakeAtUs) ? wakeAtUs : undefined,
  };
}

export const nodeTainting = controllerMachine<undefined, Memory>({
  id: 'kube-controller-manager.node-tainting',
  resources: ['nodes', 'pods', VERDICTS],
  follows: 'nodes',
  memory: { taintedAtUs: ImmutableMap(), silenced: ImmutableMap(), open: ImmutableMap(), verdict: undefined },
  decide: decideTaints,
});
