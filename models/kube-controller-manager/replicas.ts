/** What controllers of pods share: the pods of an owner, the bodies of the objects that they make. */

import { collectionPath, type KubeObject, objectPath } from '../kube-apiserver/api.ts';
import type { Planned } from '../kube-apiserver/controller.ts';
import type { Occurrence } from '../kube-apiserver/events.ts';
import type { Objects } from '../kube-apiserver/lister.ts';
import {
  isOwnedBy,
  isTerminating,
  keyOfObject,
  type Pod,
  type PodSpec,
  type PodTemplate,
} from '../kube-apiserver/workloads.ts';

/** By key, so that what is decided does not hang on the order of news. */
export function sorted<T extends KubeObject>(objects: Objects<T>): T[] {
  return [...objects.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, object]) => object);
}

export function podsOf(owner: KubeObject, pods: Objects<Pod>): Pod[] {
  return sorted(pods.filter((pod) => isOwnedBy(pod, owner)));
}

/** Counts for its owner: not asked to end, not ended (k/k controller_utils.go IsPodActive). */
export function isActive(pod: Pod): boolean {
  return !isTerminating(pod) && pod.status.phase !== 'Succeeded' && pod.status.phase !== 'Failed';
}

function ownedBy(owner: KubeObject) {
  const { kind, metadata } = owner;
  return [{ kind, name: metadata.name, uid: metadata.uid ?? '' }];
}

/** A new pod of an owner; with an empty name the apiserver makes one. */
export function newPod(
  owner: KubeObject,
  template: PodTemplate,
  name: string,
  more: Partial<PodSpec> = {},
): Planned {
  const { namespace = '' } = owner.metadata;
  const body = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      ...(name === '' ? { generateName: `${owner.metadata.name}-` } : {}),
      labels: template.labels,
      ownerReferences: ownedBy(owner),
    },
    spec: { ...template.spec, ...more },
  };
  return {
    ...{ method: 'POST', path: collectionPath('pods', namespace), body, plural: 'pods', key: '' },
    said: [podOccurrence(owner, 'create')],
  };
}

/** Of a pod, by the controller of its owner. */
export function removeOf(owner: KubeObject, pod: Pod): Planned {
  return { ...remove('pods', pod), said: [podOccurrence(owner, 'delete')] };
}

/** k/k pkg/controller/controller_utils.go (RealPodControl), pkg/controller/statefulset/stateful_pod_control.go (recordPodEvent). */
function podOccurrence({ kind, metadata }: KubeObject, verb: 'create' | 'delete'): Occurrence {
  const { namespace, name } = metadata;
  const done = verb === 'create' ? 'Created' : 'Deleted';
  return {
    type: 'Normal',
    reason: verb === 'create' ? 'SuccessfulCreate' : 'SuccessfulDelete',
    message:
      kind === 'StatefulSet' ? `${verb} Pod {name} in StatefulSet ${name} successful` : `${done} pod: {name}`,
    component: `${kind.toLowerCase()}-controller`,
    about: { kind, namespace, name },
  };
}

/** A new object of a controller for another one (a ReplicaSet of a Deployment). */
export function newChild(owner: KubeObject, plural: string, child: KubeObject): Planned {
  const { namespace = '' } = owner.metadata;
  const metadata = { ...child.metadata, ownerReferences: ownedBy(owner) };
  const body = { ...child, metadata };
  return { method: 'POST', path: collectionPath(plural, namespace), body, plural, key: '' };
}

export function patch(plural: string, object: KubeObject, body: object, subresource = ''): Planned {
  const { namespace, name } = object.metadata;
  const path = `${objectPath(plural, namespace, name)}${subresource}`;
  return { method: 'PATCH', path, body, plural, key: keyOfObject(object) };
}

export function remove(plural: string, object: KubeObject, log?: string): Planned {
  const { namespace, name, uid } = object.metadata;
  const planned: Planned = {
    method: 'DELETE',
    path: objectPath(plural, namespace, name),
    body: uid === undefined ? {} : { uid },
    plural,
    key: keyOfObject(object),
    removes: plural !== 'pods' || (object as Pod).spec.nodeName === undefined,
  };
  return log === undefined ? planned : { ...planned, log };
}

export function removeAtOnce(pod: Pod, log?: string): Planned {
  const { uid } = pod.metadata;
  const body = uid === undefined ? { gracePeriodSeconds: 0 } : { gracePeriodSeconds: 0, uid };
  return { ...remove('pods', pod, log), body, removes: true };
}

/** Do two flat objects differ in what they say? */
export function differs(a: object | undefined, b: object): boolean {
  const before = (a ?? {}) as Readonly<Record<string, unknown>>;
  return Object.entries(b).some(([key, value]) => before[key] !== value);
}
