/** kube-controller-manager as a process of the kernel. */
import type { ProcessType } from '../../sim/process-type.ts';
import { informer } from '../kube-apiserver/informer.ts';
import { restClient } from '../kube-apiserver/rest-client.ts';
import { elector } from '../leader-election/elector.ts';
import { kubeControllerManager } from './controller-manager.ts';
import { daemonSet } from './daemon-set.ts';
import { deployment } from './deployment.ts';
import { endpoints } from './endpoints.ts';
import { garbageCollector } from './garbage-collector.ts';
import { nodeLifecycle } from './node-lifecycle.ts';
import { nodeTainting } from './node-tainting.ts';
import { podGc } from './pod-gc.ts';
import { replicaSet } from './replica-set.ts';
import { statefulSet } from './stateful-set.ts';
import { taintEviction } from './taint-eviction.ts';

/** Its config is a KubeControllerManagerConfig. */
export const kubeControllerManagerProcess: ProcessType = {
  name: 'kube-controller-manager',
  lead: kubeControllerManager,
  members: {
    'rest-client': restClient,
    'leader-election': elector,
    'node-lifecycle': nodeLifecycle,
    'node-tainting': nodeTainting,
    'taint-eviction': taintEviction,
    'pod-garbage-collector': podGc,
    'garbage-collector': garbageCollector,
    deployment,
    replicaset: replicaSet,
    statefulset: statefulSet,
    daemonset: daemonSet,
    endpoint: endpoints,
    informer,
  },
  handlesTerminate: true,
};
