/** kube-vip as a process of the kernel. */
import type { ProcessType } from '../../sim/process-type.ts';
import { restClient } from '../kube-apiserver/rest-client.ts';
import { elector } from '../leader-election/elector.ts';
import { kubeVip } from './kube-vip.ts';

/** Its config is a KubeVipConfig. */
export const kubeVipProcess: ProcessType = {
  name: 'kube-vip',
  lead: kubeVip,
  members: { 'rest-client': restClient, 'leader-election': elector },
  handlesTerminate: true,
};
