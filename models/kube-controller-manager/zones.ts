/**
 * Zones of nodes, and how fast each may be evicted from. Pure.
 *
 * Source: k/k pkg/controller/nodelifecycle/node_lifecycle_controller.go ComputeZoneState, handleDisruption, setLimiterInZone,
 * ReducedQPSFunc (commit 003e8629); component-helpers node/topology GetZoneKey.
 */
import { Map as ImmutableMap } from 'immutable';
import type { ConditionStatus, Node } from '../kube-apiserver/api.ts';
import type { NodeLifecycleConfig } from './config.ts';

export type ZoneState = 'Normal' | 'PartialDisruption' | 'FullDisruption';

/** Region and zone by the labels; nodes without them are one zone. */
export function zoneOf({ metadata: { labels } }: Node): string {
  const region = labels?.['topology.kubernetes.io/region'] ?? '';
  const zone = labels?.['topology.kubernetes.io/zone'] ?? '';
  return region === '' && zone === '' ? '' : `${region}:\0:${zone}`;
}

/** `ready` and `notReady` are how many of the zone's nodes are. */
export function zoneStateOf(ready: number, notReady: number, threshold: number): ZoneState {
  if (ready === 0 && notReady > 0) return 'FullDisruption';
  return notReady > 2 && notReady / (ready + notReady) >= threshold ? 'PartialDisruption' : 'Normal';
}

/** Nodes a second that may be tainted in a zone; 0 stops evictions. */
export function evictionRate(state: ZoneState, nodes: number, config: NodeLifecycleConfig): number {
  if (state !== 'PartialDisruption') return config['node-eviction-rate'];
  return nodes > config['large-cluster-size-threshold'] ? config['secondary-node-eviction-rate'] : 0;
}

/** What a pass over the nodes found, for whoever taints them. */
export interface Verdict {
  /** Ready condition of each node as it was before this pass. */
  readonly observed: ImmutableMap<string, ConditionStatus>;
  readonly zones: ImmutableMap<string, ZoneState>;
  /** Nodes a second, by zone. */
  readonly rates: ImmutableMap<string, number>;
  /** Every zone is fully disrupted: the controller takes itself to be cut off, and evicts nobody. */
  readonly masterDisruption: boolean;
}

export const NO_VERDICT: Verdict = {
  observed: ImmutableMap(),
  zones: ImmutableMap(),
  rates: ImmutableMap(),
  masterDisruption: false,
};

function isFull(zones: Verdict['zones']): boolean {
  return zones.size > 0 && zones.every((state) => state === 'FullDisruption');
}

/** `observed` before and `current` after this pass: the Ready condition of each node. */
export function judgeZones(
  nodes: ImmutableMap<string, Node>,
  observed: ImmutableMap<string, ConditionStatus>,
  current: ImmutableMap<string, ConditionStatus>,
  config: NodeLifecycleConfig,
): Verdict {
  const counts = new Map<string, { ready: number; notReady: number }>();
  for (const [name, node] of nodes) {
    const zone = zoneOf(node);
    const count = counts.get(zone) ?? { ready: 0, notReady: 0 };
    counts.set(zone, count);
    if (current.get(name) === 'True') count.ready++;
    else count.notReady++;
  }
  const threshold = config['unhealthy-zone-threshold'];
  const zones = ImmutableMap(
    [...counts].map(
      ([zone, { ready, notReady }]) => [zone, zoneStateOf(ready, notReady, threshold)] as const,
    ),
  );
  const masterDisruption = isFull(zones);
  const rates = zones.map((state, zone) => {
    const { ready, notReady } = counts.get(zone) as { ready: number; notReady: number };
    return masterDisruption ? 0 : evictionRate(state, ready + notReady, config);
  });
  return { observed, zones, rates, masterDisruption };
}

/** Does it say anything new to whoever taints? */
export function sameVerdict(a: Verdict, b: Verdict): boolean {
  return (
    a.masterDisruption === b.masterDisruption && a.observed.equals(b.observed) && a.rates.equals(b.rates)
  );
}

/** Has the controller just stopped to take itself for cut off? Then every grace period begins anew. */
export function leavesMasterDisruption(before: Verdict, now: Verdict): boolean {
  return isFull(before.zones) && !isFull(now.zones);
}
