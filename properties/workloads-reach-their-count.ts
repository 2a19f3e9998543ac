import { hostsWith } from '../models/cluster/topology.ts';
import { workloadsSeen } from '../scenarios/pod-facts.ts';
import type { Property } from './property.ts';

export const workloadsReachTheirCount: Property = {
  name: 'workloads-reach-their-count',
  sentence:
    'When everything has healed, every workload has as many ready pods as it asks for again, and no more.',
  source: 'kubernetes.io, ReplicaSet: how it works; k/k pkg/controller/replicaset (manageReplicas)',
  claimedUnder: ['host power', 'link', 'process stop', 'kill with restart', 'kill without restart', 'pause'],
  applies: (topology) => hostsWith(topology, 'kube-controller-manager').length > 0,
  needs: 'workloads',
  about: ['kube-controller-manager', 'kube-scheduler', 'kube-apiserver'],
  judged: 'healed',
  violation({ facts }) {
    const seen = Object.entries(workloadsSeen(facts.pods));
    if (seen.length === 0) return 'there is no workload';
    for (const [name, { ready, desired, running }] of seen) {
      if (ready !== desired) return `${ready} of ${desired} pods of ${name} are ready`;
      if (running !== desired) return `${running} pods of ${name} run where ${desired} are wanted`;
    }
    return undefined;
  },
};
