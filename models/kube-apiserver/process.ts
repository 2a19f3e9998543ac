/** kube-apiserver as a process of the kernel. */
import type { ProcessType } from '../../sim/process-type.ts';
import { cacher } from './cacher.ts';
import { compactor } from './compactor.ts';
import { componentStatuses } from './component-status.ts';
import { endpointReconciler } from './endpoint-reconciler.ts';
import { etcdCheck } from './etcd-check.ts';
import { etcdClient } from './etcd-client.ts';
import { etcdLeaving } from './etcd-leaving.ts';
import { etcdSubchannel } from './etcd-subchannel.ts';
import { request } from './request.ts';
import { kubeApiserver } from './server.ts';
import { watch } from './watch.ts';

/** Its config is a KubeApiserverConfig. */
export const kubeApiserverProcess: ProcessType = {
  name: 'kube-apiserver',
  lead: kubeApiserver,
  members: {
    'etcd-client': etcdClient,
    'etcd-leaving': etcdLeaving,
    'etcd-subchannel': etcdSubchannel,
    'etcd-check': etcdCheck,
    cacher,
    compactor,
    'component-status': componentStatuses,
    'endpoint-reconciler': endpointReconciler,
    request,
    watch,
  },
  handlesTerminate: true,
};
