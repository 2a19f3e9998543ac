/**
 * Whether a node is to be called Unknown: what the node-lifecycle controller remembers of each and how a pass judges it.
 *
 * Source: k/k pkg/controller/nodelifecycle/node_lifecycle_controller.go tryUpdateNodeHealth (commit 003e8629).
 * Unit: microseconds of the controller's own clock, save where an object's own times are named.
 */
import type { Lease, Node, NodeCondition } from '../kube-apiserver/api.ts';
import type { NodeLifecycleConfig } from './config.ts';

/** What is remembered of one node. The times in objects are only compared with each other, never with the clock. */
export interface NodeHealth {
  /** When a newer heartbeat or lease was last seen here. */
  readonly probeTimestampUs: number;
  /** The Ready condition's heartbeat as last seen; undefined: there was no condition. */
  readonly heartbeatUs: number | undefined;
  /** The lease's renew time as last seen. */
  readonly renewUs: number | undefined;
}

/** Conditions that are set together (node_lifecycle_controller.go nodeConditionTypes). */
const CONDITIONS: readonly NodeCondition['type'][] = [
  'Ready',
  'MemoryPressure',
  'DiskPressure',
  'PIDPressure',
];

export function readyCondition(node: Node): NodeCondition | undefined {
  return node.status.conditions.find((condition) => condition.type === 'Ready');
}

/** What is remembered after a look at the node and its lease. */
export function look(
  before: NodeHealth | undefined,
  node: Node,
  lease: Lease | undefined,
  atUs: number,
): NodeHealth {
  const heartbeatUs = readyCondition(node)?.lastHeartbeatTimeUs;
  const renewUs = lease?.spec.renewTimeUs;
  // A controller that has just started counts from now (the source: from its creation for a node without conditions).
  if (before === undefined) return { probeTimestampUs: atUs, heartbeatUs, renewUs };
  const alive = heartbeatUs !== before.heartbeatUs || (renewUs !== undefined && renewUs !== before.renewUs);
  return {
    probeTimestampUs: alive ? atUs : before.probeTimestampUs,
    heartbeatUs,
    renewUs: renewUs ?? before.renewUs,
  };
}

/** Has it been silent for longer than its grace period? A node without a Ready condition has the longer one. */
export function isSilent(health: NodeHealth, config: NodeLifecycleConfig, atUs: number): boolean {
  const graceUs =
    health.heartbeatUs === undefined
      ? config['node-startup-grace-period']
      : config['node-monitor-grace-period'];
  return atUs > health.probeTimestampUs + graceUs;
}

/** Does its status not say so yet? */
export function isToBeMarked(node: Node): boolean {
  return readyCondition(node)?.status !== 'Unknown';
}

/** The node as it is put to the API: every condition Unknown. */
export function markedUnknown(node: Node, atUs: number): Node {
  const conditions = CONDITIONS.map((type): NodeCondition => {
    const known = node.status.conditions.find((condition) => condition.type === type);
    if (known?.status === 'Unknown') return known;
    return {
      type,
      status: 'Unknown',
      reason: known === undefined ? 'NodeStatusNeverUpdated' : 'NodeStatusUnknown',
      message:
        known === undefined ? 'Kubelet never posted node status.' : 'Kubelet stopped posting node status.',
      lastHeartbeatTimeUs: known?.lastHeartbeatTimeUs ?? node.metadata.creationTimestampUs ?? atUs,
      lastTransitionTimeUs: atUs,
    };
  });
  return { ...node, status: { ...node.status, conditions } };
}
