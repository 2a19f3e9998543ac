/**
 * The kubelet's status manager: writes to the API what differs from it, ends for good what has ended, and mirrors static pods.
 *
 * Sources: k/k pkg/kubelet/status/status_manager.go (syncPod, needsReconcile), pkg/kubelet/pod/mirror_client.go. What cannot
 * be written is written later; containers do not wait for it.
 */
import type { KubeObject } from '../kube-apiserver/api.ts';
import { collectionPath, objectPath } from '../kube-apiserver/api.ts';
import {
  all,
  controllerMachine,
  type Decision,
  type Planned,
  type View,
} from '../kube-apiserver/controller.ts';
import type { Occurrence } from '../kube-apiserver/events.ts';
import {
  isTerminating,
  keyOfObject,
  MIRROR_ANNOTATION,
  type Pod,
  type PodStatus,
} from '../kube-apiserver/workloads.ts';
import { statusDiffers } from './local-pod.ts';

/** Id under which the family starts it. */
export const POD_STATUS = 'pod-status';
/** What the pod workers tell it, in the form of an informer's news. */
export const LOCAL_PODS = 'local-pods';

interface LocalObject extends KubeObject {
  readonly spec: { readonly process: string | undefined };
  readonly status: PodStatus;
}

interface Config {
  readonly nodeName: string;
}

function mirror({ metadata }: LocalObject, process: string, { nodeName }: Config): Planned {
  const namespace = metadata.namespace ?? '';
  const body = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: metadata.name,
      labels: metadata.labels,
      annotations: { [MIRROR_ANNOTATION]: process },
    },
    spec: {
      nodeName,
      image: process,
      hostNetwork: true,
      tolerations: [{ operator: 'Exists', effect: 'NoExecute' }],
    },
  };
  return { method: 'POST', path: collectionPath('pods', namespace), body, plural: 'pods', key: '' };
}

function removeAtOnce(pod: Pod): Planned {
  const { namespace, name, uid } = pod.metadata;
  return {
    method: 'DELETE',
    path: objectPath('pods', namespace, name),
    body: { gracePeriodSeconds: 0, ...(uid === undefined ? {} : { uid }) },
    plural: 'pods',
    key: keyOfObject(pod),
    removes: true,
  };
}

function nextOf(key: string, local: LocalObject, pod: Pod | undefined, config: Config): Planned | undefined {
  const { process } = local.spec;
  if (pod === undefined) return process === undefined ? undefined : mirror(local, process, config);
  if (process === undefined && pod.metadata.uid !== local.metadata.uid) return undefined;
  if (!statusDiffers(pod.status, local.status)) return undefined;
  const path = `${objectPath('pods', pod.metadata.namespace, pod.metadata.name)}/status`;
  const planned: Planned = {
    method: 'PATCH',
    path,
    body: { status: toMerge(local.status) },
    plural: 'pods',
    key,
  };
  return hasStarted(pod, local.status) ? { ...planned, said: containerStarted(pod, config) } : planned;
}

/** Has its container come up, or come up again, since the API was told? */
function hasStarted({ status: { container: known } }: Pod, { container }: PodStatus): boolean {
  if (container === undefined || !('running' in container.state)) return false;
  if (known === undefined || !('running' in known.state)) return true;
  return known.state.running.startedAtUs !== container.state.running.startedAtUs;
}

/** k/k pkg/kubelet/kuberuntime/kuberuntime_container.go startContainer, images/image_manager.go (the image is there). */
function containerStarted({ spec }: Pod, { nodeName: host }: Config): Occurrence[] {
  const name = spec.image.split('/').at(-1)?.split(':')[0] ?? '';
  const say = (reason: string, message: string): Occurrence => ({
    ...{ type: 'Normal', reason, message, component: 'kubelet', host },
  });
  return [
    say('Pulled', `Container image "${spec.image}" already present on machine`),
    say('Created', `Created container ${name}`),
    say('Started', `Started container ${name}`),
  ];
}

/** As a merge patch: what the status does not have any more is removed by null. */
function toMerge(status: PodStatus): object {
  const { container } = status;
  const state = { waiting: null, running: null, terminated: null, ...container?.state };
  return { podIP: null, ...status, container: { ...container, state } };
}

export function decidePodStatus(view: View, _memory: undefined, config: Config): Decision<undefined> {
  const local = all<LocalObject>(view, LOCAL_PODS);
  const pods = all<Pod>(view, 'pods');
  for (const [key, one] of [...local].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const call = nextOf(key, one, pods.get(key), config);
    if (call !== undefined) return { memory: undefined, call };
  }
  for (const [key, pod] of [...pods].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const known = local.get(key);
    const isMirror = pod.metadata.annotations?.[MIRROR_ANNOTATION] !== undefined;
    const isOver = isMirror
      ? known === undefined || isTerminating(pod)
      : isTerminating(pod) && known?.metadata.uid !== pod.metadata.uid;
    if (isOver) return { memory: undefined, call: removeAtOnce(pod) };
  }
  return { memory: undefined };
}

export const podStatus = controllerMachine<Config, undefined>({
  id: 'kubelet.pod-status',
  resources: ['pods', LOCAL_PODS],
  memory: undefined,
  decide: decidePodStatus,
});
