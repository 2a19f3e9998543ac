/** The kubelet as a process of the kernel. */
import type { ProcessType } from '../../sim/process-type.ts';
import { informer } from '../kube-apiserver/informer.ts';
import { restClient } from '../kube-apiserver/rest-client.ts';
import { containerProbe } from './container-probe.ts';
import { kubelet } from './kubelet.ts';
import { nodeLease } from './node-lease.ts';
import { nodeStatusMachine } from './node-status.ts';
import { podConnection, podNetwork } from './pod-network.ts';
import { podStatus } from './pod-status.ts';
import { podWorkers } from './pod-workers.ts';

/** Its config is a KubeletConfig. */
export const kubeletProcess: ProcessType = {
  name: 'kubelet',
  lead: kubelet,
  members: {
    'rest-client': restClient,
    'node-status': nodeStatusMachine,
    'node-lease': nodeLease,
    'container-probe': containerProbe,
    'pod-workers': podWorkers,
    'pod-status': podStatus,
    'pod-network': podNetwork,
    'pod-connection': podConnection,
    informer,
  },
  watchesContainers: true,
};
