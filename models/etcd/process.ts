/** etcd as the kernel runs it: the server, its Raft, and a link to each peer. */
import type { ProcessType } from '../../sim/process-type.ts';
import { bootstrap } from './bootstrap.ts';
import { RAFT } from './family.ts';
import { peerStream } from './peer-stream.ts';
import { raftNode } from './raft-node.ts';
import { etcdServer } from './server.ts';

export const etcd: ProcessType = {
  name: 'etcd',
  lead: etcdServer,
  members: { raft: raftNode, 'peer-stream': peerStream, bootstrap },
  countsTime: RAFT,
  handlesTerminate: true,
};
