import type { ProcessType } from '../../sim/process-type.ts';
import { restClient } from '../kube-apiserver/rest-client.ts';
import { etcdRequestMachine } from './etcd-request.ts';
import { heldConnectionMachine } from './held-connection.ts';
import { keptRequestMachine } from './kept-request.ts';
import { clientMachine } from './machine.ts';
import { plainRequestMachine } from './plain-request.ts';
import { requestMachine } from './request.ts';

/** A load generator with its requests. Several run on one host under their clients' names. */
export const client: ProcessType = {
  name: 'client',
  lead: clientMachine,
  members: {
    request: requestMachine,
    'plain-request': plainRequestMachine,
    'held-connection': heldConnectionMachine,
    'etcd-request': etcdRequestMachine,
    'kept-request': keptRequestMachine,
    'rest-client': restClient,
  },
};
