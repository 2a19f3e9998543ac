import type { EtcdWatch, MemberStep, Watching } from './watch.ts';
import { RAFT_FAULTS } from './watch.ts';

class OneMemberLeads implements Watching {
  private readonly leaderOf = new Map<number, string>();

  see({ who, before, after }: MemberStep): string | undefined {
    if (after.role !== 'leader' || (before?.role === 'leader' && before.term === after.term))
      return undefined;
    const known = this.leaderOf.get(after.term);
    if (known === undefined) this.leaderOf.set(after.term, who);
    return known === undefined || known === who
      ? undefined
      : `${known} and ${who} both led in term ${after.term}`;
  }
}

/** The one of properties/one-leader-a-term.ts, judged at each step instead of at the end of a run. */
export const oneMemberLeadsATerm: EtcdWatch = {
  sentence: 'At most one member of etcd leads in a term.',
  source: 'Raft, figure 3: election safety',
  claimedUnder: RAFT_FAULTS,
  watching: () => new OneMemberLeads(),
};
