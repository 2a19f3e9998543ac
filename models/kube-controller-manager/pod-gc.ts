/**
 * Garbage collection of pods: those of a node that is no longer in the API are deleted without waiting for a kubelet.
 *
 * Source: k/k pkg/controller/podgc/gc_controller.go (gcCheckPeriod 20 s, quarantineTime 40 s: a node that is missing is looked
 * at again 40 s later; terminating pods without a node). Unit: microseconds.
 *
 * The passes between which nothing is missing are not made. Not modelled: the threshold of ended pods
 * (--terminated-pod-gc-threshold 12500), nodes out of service.
 */
import { Map as ImmutableMap } from 'immutable';
import { all, controllerMachine, type Decision, type View } from '../kube-apiserver/controller.ts';
import type { Pod } from '../kube-apiserver/workloads.ts';
import { removeAtOnce, sorted } from './replicas.ts';

const CHECK_PERIOD_US = 20_000_000;
const QUARANTINE_US = 40_000_000;

interface Memory {
  /** When this controller began: the beat of its passes. */
  readonly sinceUs: number | undefined;
  /** Nodes that are missing, and the pass that found it. */
  readonly missing: ImmutableMap<string, number>;
}

/** The first pass at this moment or later. */
function passAt(sinceUs: number, atUs: number): number {
  return sinceUs + Math.ceil((atUs - sinceUs) / CHECK_PERIOD_US) * CHECK_PERIOD_US;
}

export function decidePodGc(view: View, memory: Memory, _config: undefined, atUs: number): Decision<Memory> {
  const sinceUs = memory.sinceUs ?? atUs;
  const nodes = all(view, 'nodes');
  const orphans = all<Pod>(view, 'pods').filter(
    ({ spec }) => spec.nodeName !== undefined && !nodes.has(spec.nodeName),
  ) as ImmutableMap<string, Pod>;
  if (orphans.size === 0) return { memory: { sinceUs, missing: ImmutableMap() } };
  const names = [...new Set(orphans.map(({ spec }) => spec.nodeName as string).values())].sort();
  const missing = ImmutableMap(
    names.map((name) => [name, memory.missing.get(name) ?? passAt(sinceUs, atUs)] as const),
  );
  const dueUs = missing.map((foundUs) => passAt(sinceUs, foundUs + QUARANTINE_US));
  const due = sorted(orphans).find(({ spec }) => (dueUs.get(spec.nodeName as string) ?? 0) <= atUs);
  if (due !== undefined) {
    const log = `Found orphaned Pod ${due.metadata.namespace}/${due.metadata.name}, deleting.`;
    return { memory: { sinceUs, missing }, call: removeAtOnce(due, `PodGC is force deleting Pod: ${log}`) };
  }
  return { memory: { sinceUs, missing }, wakeAtUs: Math.min(...dueUs.values()) };
}

export const podGc = controllerMachine<undefined, Memory>({
  id: 'kube-controller-manager.pod-garbage-collector',
  resources: ['nodes', 'pods'],
  memory: { sinceUs: undefined, missing: ImmutableMap() },
  decide: decidePodGc,
});
