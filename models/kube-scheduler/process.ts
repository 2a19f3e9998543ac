/** kube-scheduler as a process of the kernel. */
import type { ProcessType } from '../../sim/process-type.ts';
import { informer } from '../kube-apiserver/informer.ts';
import { restClient } from '../kube-apiserver/rest-client.ts';
import { elector } from '../leader-election/elector.ts';
import { binder } from './binder.ts';
import { kubeScheduler } from './scheduler.ts';

/** Its config is a KubeSchedulerConfig. */
export const kubeSchedulerProcess: ProcessType = {
  name: 'kube-scheduler',
  lead: kubeScheduler,
  members: { 'rest-client': restClient, 'leader-election': elector, informer, binder },
  handlesTerminate: true,
};
