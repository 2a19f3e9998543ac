import { RAFT } from '../../models/etcd/family.ts';
import { termAt } from '../../models/etcd/raft/log.ts';
import type { RaftNodeContext } from '../../models/etcd/raft-node-work.ts';
import type { ServerContext } from '../../models/etcd/server.ts';
import type { World } from '../../sim/world.ts';
import { type ClientHistory, valueText } from './client-history.ts';
import { RAFT_FAULTS } from './watch.ts';

type Server = ServerContext['server'];

/**
 * The store of the newest leader, if it says what is committed: it has committed an entry of its own term, and applied all
 * that is committed.
 */
export function newestStore(world: World): Server['backend']['store'] | undefined {
  let best: { readonly term: number; readonly server: Server } | undefined;
  for (const process of world.processes) {
    const raft = world.member(process, RAFT);
    const lead = world.lead(process);
    if (raft === undefined || lead === undefined || raft.program.id !== 'etcd.raft-node') continue;
    const { role, term, log } = (raft.context as RaftNodeContext).raft;
    const { server } = lead.context as ServerContext;
    if (role !== 'leader' || termAt(log, log.committed) !== term) continue;
    if (server.backend.appliedIndex !== log.committed || term <= (best?.term ?? 0)) continue;
    best = { term, server };
  }
  return best?.server.backend.store;
}

/** Judged where a leader says what is committed; elsewhere nobody knows. */
export const noAcknowledgedPutLost = {
  sentence: 'A put that was acknowledged is never lost, whatever fails afterwards.',
  source: 'etcd api_guarantees.md: durability; Raft, figure 3: leader completeness',
  claimedUnder: RAFT_FAULTS,
  /** `judged` says whether there was a leader to ask. */
  judge(
    history: ClientHistory,
    world: World,
  ): { readonly judged: boolean; readonly violation: string | undefined } {
    const store = newestStore(world);
    if (store === undefined) return { judged: false, violation: undefined };
    for (const { key, value, revision } of history.acknowledged) {
      const stored = store.keys.get(key);
      const was = `${key} = ${value}, acknowledged at revision ${revision},`;
      if (stored === undefined) return { judged: true, violation: `${was} is gone` };
      if (stored.modRevision < revision)
        return { judged: true, violation: `${was} is at revision ${stored.modRevision}` };
      if (stored.modRevision === revision && valueText(stored.value) !== value)
        return { judged: true, violation: `${was} is ${valueText(stored.value)}` };
    }
    return { judged: true, violation: undefined };
  },
};
