/** kube-scheduler as a process of the kernel. */
import type { ProcessType } from '../../sim/process-type.ts';
import { restClient } from '../kube-apiserver/rest-client.ts';
import { elector } from '../leader-election/elector.ts';
import { kubeScheduler } from './scheduler.ts';

/** Its config is a KubeSchedulerConfig. */
export const kubeSchedulerProcess: ProcessType = {
  name: 'kube-scheduler',
  lead: kubeScheduler,
  members: { 'rest-client': restClient, 'leader-election': elector },
  handlesTerminate: true,
};
