import { hostsWith } from '../models/cluster/topology.ts';
import { observeRaft, storedAt } from '../models/etcd/observe.ts';
import type { Property } from './property.ts';

/** Judged by the live member that has applied most, as long as there is a leader. */
export const noAcknowledgedWriteLost: Property = {
  name: 'no-acknowledged-write-lost',
  sentence: 'A write that was acknowledged is never lost, whatever fails afterwards.',
  source: 'etcd api_guarantees.md: durability; Raft, figure 3: leader completeness',
  claimedUnder: [
    'host power',
    'link',
    'process stop',
    'kill with restart',
    'kill without restart',
    'pause',
    'partition',
    'loss',
  ],
  needs: 'requests',
  applies: (topology) => hostsWith(topology, 'kube-apiserver').length > 0,
  judged: 'settled',
  violation({ facts, world, topology }) {
    let best: { readonly applied: number; readonly context: unknown } | undefined;
    for (const { host } of topology.etcd.members) {
      const process = world.process(`${host}/etcd`);
      const raft = world.member(process, 'raft');
      const lead = world.lead(process);
      if (raft === undefined || lead === undefined || raft.leaf < 0) continue;
      const { applied } = observeRaft(raft.program.leaves[raft.leaf] ?? '', raft.context);
      if (best === undefined || applied > best.applied) best = { applied, context: lead.context };
    }
    const leader = facts.etcd.leader.last?.member ?? null;
    // Without a leader nobody says what is committed: a survivor may lag behind what the others acknowledged.
    if (best === undefined || leader === null) return undefined;
    for (const { write } of facts.requests.list) {
      if (write === undefined) continue;
      const stored = storedAt(best.context, `/registry/configmaps/default/${write.key}`);
      if (stored === undefined) return `${write.key} was written at revision ${write.revision} and is gone`;
      if (stored.modRevision < Number(write.revision)) {
        return `${write.key} was acknowledged at revision ${write.revision} and is at ${stored.modRevision}`;
      }
      if (stored.modRevision === Number(write.revision) && stored.value !== String(write.value)) {
        return `${write.key} at revision ${write.revision} was ${write.value} and is ${stored.value}`;
      }
    }
    return undefined;
  },
};
