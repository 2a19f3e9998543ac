/**
 * What a run has shown of pods and workloads: what the API says, as apiservers learn it from etcd, and what really runs, as
 * kubelets note it. A value; every step gives a new one.
 */
import { Map as ImmutableMap } from 'immutable';
import type { KubeObject } from '../models/kube-apiserver/api.ts';
import { type ObjectFact, podStatusText } from '../models/kube-apiserver/observe.ts';
import {
  type DaemonSet,
  isPodReady,
  isTerminating,
  type Pod,
  type ReplicaWorkload,
} from '../models/kube-apiserver/workloads.ts';
import type { Observations } from './observations.ts';

/** What kubelets note: a pod that runs, and the label by which people call it. */
interface Running {
  readonly pod: string;
  readonly app: string;
}

interface Known {
  readonly revision: number;
  readonly objects: ImmutableMap<string, KubeObject>;
}

export interface PodFacts {
  /** By plural. */
  readonly known: ImmutableMap<string, Known>;
  /** By host. */
  readonly running: ImmutableMap<string, readonly Running[]>;
}

export const NO_POD_FACTS: PodFacts = { known: ImmutableMap(), running: ImmutableMap() };

/** After the note of an apiserver; the same if it is no news. Three apiservers tell the same, each when it hears it. */
export function afterObjects(facts: PodFacts, note: Readonly<Record<string, unknown>>): PodFacts {
  const plural = String(note['plural']);
  const revision = note['revision'] as number;
  const before = facts.known.get(plural);
  if (before !== undefined && revision <= before.revision) return facts;
  const whole = note['whole'] === true;
  const objects = (
    whole ? ImmutableMap<string, KubeObject>() : (before?.objects ?? ImmutableMap())
  ).withMutations((map: ImmutableMap<string, KubeObject>) => {
    for (const { key, object } of note['objects'] as readonly ObjectFact[]) {
      if (object === undefined) map.delete(key);
      else map.set(key, object);
    }
  });
  return { ...facts, known: facts.known.set(plural, { revision, objects }) };
}

export function afterContainers(facts: PodFacts, host: string, running: readonly Running[]): PodFacts {
  return { ...facts, running: facts.running.set(host, running) };
}

/** The power is gone, and with it every container. */
export function afterHostDown(facts: PodFacts, host: string): PodFacts {
  return facts.running.has(host) ? { ...facts, running: facts.running.delete(host) } : facts;
}

function objectsOf<T extends KubeObject>({ known }: PodFacts, plural: string): readonly T[] {
  return [...(known.get(plural)?.objects.values() ?? [])] as KubeObject[] as T[];
}

export function podsSeen(facts: PodFacts): Observations['pods'] {
  const seen: Observations['pods'] = {};
  for (const pod of objectsOf<Pod>(facts, 'pods')) {
    const { namespace, name } = pod.metadata;
    seen[`${namespace}/${name}`] = {
      node: pod.spec.nodeName ?? '',
      phase: podStatusText(pod),
      ready: isPodReady(pod),
    };
  }
  return seen;
}

/** By name, however many namespaces there are. */
export function workloadsSeen(facts: PodFacts): Observations['workloads'] {
  const seen: Observations['workloads'] = {};
  const add = (name: string, desired: number) => {
    seen[name] = { ready: 0, desired, terminating: 0, running: 0, on: {} };
  };
  for (const plural of ['deployments', 'statefulsets'])
    for (const { metadata, spec } of objectsOf<ReplicaWorkload>(facts, plural))
      add(metadata.name, spec.replicas);
  for (const { metadata, status } of objectsOf<DaemonSet>(facts, 'daemonsets'))
    add(metadata.name, status?.desiredNumberScheduled ?? 0);
  for (const pod of objectsOf<Pod>(facts, 'pods')) {
    const workload = seen[pod.metadata.labels?.['app'] ?? ''];
    if (workload === undefined) continue;
    if (isTerminating(pod)) workload.terminating++;
    else if (isPodReady(pod)) workload.ready++;
  }
  for (const [host, running] of facts.running) {
    for (const { app } of running) {
      const workload = seen[app];
      if (workload === undefined) continue;
      workload.running++;
      workload.on[host] = (workload.on[host] ?? 0) + 1;
    }
  }
  return seen;
}
