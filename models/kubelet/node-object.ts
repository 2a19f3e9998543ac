/**
 * The Node and the Lease that a kubelet writes.
 *
 * Sources: k/k pkg/kubelet/kubelet_node_status.go (initialNode, setNodeStatus), pkg/kubelet/nodestatus/setters.go (reasons
 * and messages); component-helpers apimachinery/lease/controller.go newLease. Unit: microseconds of the node's clock.
 */
import type { Address } from '../../sim/effects.ts';
import type { Lease, Node, NodeCondition, Taint } from '../kube-apiserver/api.ts';

export const NODE_LEASE_NAMESPACE = 'kube-node-lease';

/** What a kubelet knows of its node. */
export interface NodeFacts {
  readonly nodeName: string;
  readonly address: Address;
  readonly kubernetesVersion: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly taints: readonly Taint[];
}

type Healthy = readonly [
  type: NodeCondition['type'],
  status: 'True' | 'False',
  reason: string,
  message: string,
];

/** Conditions of a node that is well. */
const HEALTHY: readonly Healthy[] = [
  ['MemoryPressure', 'False', 'KubeletHasSufficientMemory', 'kubelet has sufficient memory available'],
  ['DiskPressure', 'False', 'KubeletHasNoDiskPressure', 'kubelet has no disk pressure'],
  ['PIDPressure', 'False', 'KubeletHasSufficientPID', 'kubelet has sufficient PID available'],
  ['Ready', 'True', 'KubeletReady', 'kubelet is posting ready status'],
];

/** Why a node is not ready, in the kubelet's words; empty: it is. */
export type Trouble = string;

/** The runtime has not answered for so long (k/k pkg/kubelet/kubelet.go maxWaitForContainerRuntime). */
const RUNTIME_DEADLINE_US = 30_000_000;

/** What is wrong at this moment (k/k pkg/kubelet/runtime.go runtimeErrors, networkErrors). */
export function troubleOf(
  runtimeDownSinceUs: number | undefined,
  hasNetwork: boolean,
  atUs: number,
): Trouble {
  if (runtimeDownSinceUs !== undefined && atUs - runtimeDownSinceUs > RUNTIME_DEADLINE_US)
    return 'container runtime is down';
  return hasNetwork
    ? ''
    : 'runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady message:docker: network plugin is not ready: cni config uninitialized';
}

function conditionsOf(trouble: Trouble): readonly Healthy[] {
  if (trouble === '') return HEALTHY;
  return HEALTHY.map((one) => (one[0] === 'Ready' ? ['Ready', 'False', 'KubeletNotReady', trouble] : one));
}

/** The status as computed now; a condition that has not changed keeps its transition time. */
export function nodeStatus(
  facts: NodeFacts,
  before: Node | undefined,
  atUs: number,
  trouble: Trouble = '',
): Node['status'] {
  const version = facts.kubernetesVersion;
  return {
    conditions: conditionsOf(trouble).map(([type, status, reason, message]) => {
      const known = before?.status.conditions.find((condition) => condition.type === type);
      const lastTransitionTimeUs = known?.status === status ? known.lastTransitionTimeUs : atUs;
      return { type, status, reason, message, lastHeartbeatTimeUs: atUs, lastTransitionTimeUs };
    }),
    addresses: [
      { type: 'InternalIP', address: facts.address },
      { type: 'Hostname', address: facts.nodeName },
    ],
    nodeInfo: { kubeletVersion: version.startsWith('v') ? version : `v${version}` },
  };
}

export function initialNode(facts: NodeFacts, atUs: number, trouble: Trouble = ''): Node {
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name: facts.nodeName, labels: { 'kubernetes.io/hostname': facts.nodeName, ...facts.labels } },
    spec: facts.taints.length === 0 ? {} : { taints: facts.taints },
    status: nodeStatus(facts, undefined, atUs, trouble),
  };
}

/** nodeStatusHasChanged: heartbeat times apart, is what the API says still so? */
export function hasChanged(node: Node, trouble: Trouble = ''): boolean {
  return conditionsOf(trouble).some(
    ([type, status]) =>
      node.status.conditions.find((condition) => condition.type === type)?.status !== status,
  );
}

/** The node's lease with a new renew time; a new one if there is none. */
export function renewed(
  before: Lease | undefined,
  nodeName: string,
  leaseDurationSeconds: number,
  atUs: number,
): Lease {
  if (before !== undefined) return { ...before, spec: { ...before.spec, renewTimeUs: atUs } };
  return {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { name: nodeName, namespace: NODE_LEASE_NAMESPACE },
    spec: { holderIdentity: nodeName, leaseDurationSeconds, renewTimeUs: atUs },
  };
}
