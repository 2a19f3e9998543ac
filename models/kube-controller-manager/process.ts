/** kube-controller-manager as a process of the kernel. */
import type { ProcessType } from '../../sim/process-type.ts';
import { informer } from '../kube-apiserver/informer.ts';
import { restClient } from '../kube-apiserver/rest-client.ts';
import { elector } from '../leader-election/elector.ts';
import { kubeControllerManager } from './controller-manager.ts';
import { nodeLifecycle } from './node-lifecycle.ts';

/** Its config is a KubeControllerManagerConfig. */
export const kubeControllerManagerProcess: ProcessType = {
  name: 'kube-controller-manager',
  lead: kubeControllerManager,
  members: {
    'rest-client': restClient,
    'leader-election': elector,
    'node-lifecycle': nodeLifecycle,
    informer,
  },
  handlesTerminate: true,
};
