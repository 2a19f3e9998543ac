/**
 * What a run has shown of pods and workloads: what the API says, as apiservers learn it from etcd, and what really runs, as
 * kubelets note it. A value; every step gives a new one.
 */
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
  revision: number;
  objects: Map<string, KubeObject>;
}

export class PodFacts {
  /** By plural. */
  private readonly known = new Map<string, Known>();
  /** By host. */
  readonly running = new Map<string, readonly Running[]>();

  /** The same so far; what is learnt by one is not known to the other. */
  copy(): PodFacts {
    const copy = new PodFacts();
    for (const [plural, { revision, objects }] of this.known)
      copy.known.set(plural, { revision, objects: new Map(objects) });
    for (const [host, running] of this.running) copy.running.set(host, running);
    return copy;
  }

  /** The note of an apiserver; false if it is no news. Three apiservers tell the same, each when it hears it. */
  learn(note: Readonly<Record<string, unknown>>): boolean {
    const plural = String(note['plural']);
    const revision = note['revision'] as number;
    const known = this.known.get(plural) ?? { revision: -1, objects: new Map<string, KubeObject>() };
    if (revision <= known.revision) return false;
    this.known.set(plural, known);
    known.revision = revision;
    if (note['whole'] === true) known.objects.clear();
    for (const { key, object } of note['objects'] as readonly ObjectFact[]) {
      if (object === undefined) known.objects.delete(key);
      else known.objects.set(key, object);
    }
    return true;
  }

  /** The note of a kubelet. */
  runs(host: string, running: readonly Running[]): boolean {
    this.running.set(host, running);
    return true;
  }

  /** The power is gone, and with it every container. */
  hostDown(host: string): boolean {
    return this.running.delete(host);
  }

  object<T extends KubeObject>(plural: string, key: string): T | undefined {
    return this.known.get(plural)?.objects.get(key) as T | undefined;
  }

  objects<T extends KubeObject>(plural: string): readonly T[] {
    return [...(this.known.get(plural)?.objects.values() ?? [])] as KubeObject[] as T[];
  }
}

export function podsSeen(facts: PodFacts): Observations['pods'] {
  const seen: Observations['pods'] = {};
  for (const pod of facts.objects<Pod>('pods')) {
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
    for (const { metadata, spec } of facts.objects<ReplicaWorkload>(plural))
      add(metadata.name, spec.replicas);
  for (const { metadata, status } of facts.objects<DaemonSet>('daemonsets'))
    add(metadata.name, status?.desiredNumberScheduled ?? 0);
  for (const pod of facts.objects<Pod>('pods')) {
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
