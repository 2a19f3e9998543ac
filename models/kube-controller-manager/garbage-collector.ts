/**
 * The garbage collector: deletes what is owned by something that is gone, in the background.
 *
 * Source: k/k pkg/controller/garbagecollector/garbagecollector.go attemptToDeleteItem: an owner that is not known here is asked
 * for once before its dependents are deleted. Not modelled: foreground deletion, orphaning.
 */
import type { KubeObject, OwnerReference } from '../kube-apiserver/api.ts';
import { objectPath } from '../kube-apiserver/api.ts';
import {
  all,
  controllerMachine,
  type Decision,
  type Planned,
  type View,
} from '../kube-apiserver/controller.ts';
import { isTerminating, type Pod } from '../kube-apiserver/workloads.ts';
import { remove, sorted } from './replicas.ts';

/** What has owners, and the plurals of those. */
const DEPENDENTS = ['pods', 'replicasets', 'endpoints'];
const OWNERS: Readonly<Record<string, string>> = {
  Deployment: 'deployments',
  ReplicaSet: 'replicasets',
  StatefulSet: 'statefulsets',
  DaemonSet: 'daemonsets',
  Service: 'services',
};

/** The uid of an owner that was asked for and is not there. */
type Memory = string;

function isThere(
  view: View,
  plural: string,
  { uid }: OwnerReference,
  namespace: string,
  name: string,
): boolean {
  return all(view, plural).get(`${namespace}/${name}`)?.metadata.uid === uid;
}

function ask(plural: string, namespace: string, name: string): Planned {
  return { method: 'GET', path: objectPath(plural, namespace, name), plural, key: `${namespace}/${name}` };
}

function orphanOf(
  view: View,
): { plural: string; object: KubeObject; owner: OwnerReference; of: string } | undefined {
  for (const plural of DEPENDENTS) {
    for (const object of sorted(all(view, plural))) {
      const owner = object.metadata.ownerReferences?.[0];
      const of = owner === undefined ? undefined : OWNERS[owner.kind];
      if (owner === undefined || of === undefined || (isTerminating(object) && plural === 'pods')) continue;
      if (!isThere(view, of, owner, object.metadata.namespace ?? '', owner.name))
        return { plural, object, owner, of };
    }
  }
  return undefined;
}

export function decideGarbage(view: View, asked: Memory): Decision<Memory> {
  const orphan = orphanOf(view);
  if (orphan === undefined) return { memory: '' };
  const { plural, object, owner, of } = orphan;
  if (asked !== owner.uid)
    return { memory: owner.uid, call: ask(of, object.metadata.namespace ?? '', owner.name) };
  return { memory: asked, call: remove(plural, object as Pod) };
}

export const garbageCollector = controllerMachine<undefined, Memory>({
  id: 'kube-controller-manager.garbage-collector',
  resources: [...DEPENDENTS, 'deployments', 'statefulsets', 'daemonsets', 'services'],
  memory: '',
  decide: decideGarbage,
});
