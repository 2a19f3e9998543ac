import { Map as ImmutableMap } from 'immutable';
import { describe, expect, test } from 'vitest';
import type { Lease, Node } from '../../../models/kube-apiserver/api.ts';
import { defaultGracePeriodUs, defaults } from '../../../models/kube-controller-manager/config.ts';
import {
  isSilent,
  isToBeMarked,
  look,
  markedUnknown,
  type NodeHealth,
  readyCondition,
} from '../../../models/kube-controller-manager/node-health.ts';
import { monitor } from '../../../models/kube-controller-manager/node-lifecycle.ts';
import { NO_VERDICT } from '../../../models/kube-controller-manager/zones.ts';
import { initialNode, renewed } from '../../../models/kubelet/node-object.ts';

const S = 1_000_000;
const CONFIG = defaults('1.20');
const facts = { nodeName: 'w1', address: '10.0.0.20', kubernetesVersion: '1.20.2', labels: {}, taints: [] };
const node = initialNode(facts, 5);
const lease = (renewTimeUs: number): Lease => renewed(undefined, 'w1', 40, renewTimeUs);

describe('node health as the node-lifecycle controller judges it', () => {
  test('node-monitor-grace-period 40 s, 50 s from v1.32', () => {
    expect(defaultGracePeriodUs('1.20')).toBe(40 * S);
    expect(defaultGracePeriodUs('v1.31.4')).toBe(40 * S);
    expect(defaultGracePeriodUs('1.32')).toBe(50 * S);
    expect(defaultGracePeriodUs('v1.35.1')).toBe(50 * S);
  });

  test('the controller notes the time it saw a newer lease or heartbeat, by its own clock', () => {
    const first = look(undefined, node, lease(1), 100);
    expect(first.probeTimestampUs).toBe(100);
    expect(look(first, node, lease(1), 200).probeTimestampUs).toBe(100);
    expect(look(first, node, lease(2), 200).probeTimestampUs).toBe(200);
    const beat = initialNode(facts, 6);
    expect(look(first, beat, lease(1), 200).probeTimestampUs).toBe(200);
    expect(look(first, node, undefined, 200).probeTimestampUs).toBe(100);
  });

  test('silent once now > seen + grace', () => {
    const health = look(undefined, node, lease(1), 0);
    expect(isSilent(health, CONFIG, 40 * S)).toBe(false);
    expect(isSilent(health, CONFIG, 40 * S + 1)).toBe(true);
  });

  test('a node without a Ready condition has the startup grace of 60 s', () => {
    const bare: Node = { ...node, status: { ...node.status, conditions: [] } };
    const health = look(undefined, bare, undefined, 0);
    expect(isSilent(health, CONFIG, 60 * S)).toBe(false);
    expect(isSilent(health, CONFIG, 60 * S + 1)).toBe(true);
    expect(readyCondition(markedUnknown(bare, 61 * S))).toMatchObject({
      reason: 'NodeStatusNeverUpdated',
      message: 'Kubelet never posted node status.',
    });
  });

  test('Ready and pressure conditions := Unknown, reason NodeStatusUnknown, Kubelet stopped posting node status.', () => {
    const marked = markedUnknown(node, 41 * S);
    expect(marked.status.conditions.map(({ type, status }) => [type, status])).toEqual([
      ['Ready', 'Unknown'],
      ['MemoryPressure', 'Unknown'],
      ['DiskPressure', 'Unknown'],
      ['PIDPressure', 'Unknown'],
    ]);
    expect(readyCondition(marked)).toMatchObject({
      reason: 'NodeStatusUnknown',
      message: 'Kubelet stopped posting node status.',
      lastHeartbeatTimeUs: 5,
      lastTransitionTimeUs: 41 * S,
    });
    expect(isToBeMarked(node)).toBe(true);
    expect(isToBeMarked(marked)).toBe(false);
    expect(markedUnknown(marked, 99 * S).status).toEqual(marked.status);
  });

  test('a pass looks at every node and names those to be marked', () => {
    const nodes = ImmutableMap<string, Node>([
      ['w1', node],
      ['w2', initialNode({ ...facts, nodeName: 'w2' }, 5)],
    ]);
    const leases = ImmutableMap<string, Lease>([['w1', lease(1)]]);
    const first = monitor(nodes, leases, ImmutableMap<string, NodeHealth>(), NO_VERDICT, CONFIG, 0);
    expect(first.toMark.size).toBe(0);
    const second = monitor(nodes, leases.set('w1', lease(2)), first.health, NO_VERDICT, CONFIG, 41 * S);
    expect(second.toMark.map(({ metadata }) => metadata.name).toArray()).toEqual(['w2']);
  });
});
