import type { Entry } from '../../models/etcd/raft/entries.ts';
import { entryAt, firstIndex, lastIndex, type RaftLog } from '../../models/etcd/raft/log.ts';
import {
  describeEntry,
  type EtcdWatch,
  type MemberStep,
  RAFT_FAULTS,
  sameEntry,
  type Watching,
} from './watch.ts';

interface Committed {
  readonly entry: Entry;
  /** The term in which somebody first held it for committed. */
  readonly term: number;
}

interface Election {
  readonly who: string;
  readonly term: number;
  /** As it was when the member took office. */
  readonly log: RaftLog;
}

class LeadersAreComplete implements Watching {
  /** By index. */
  private readonly committed: (Committed | undefined)[] = [];
  private readonly elections: Election[] = [];

  see({ who, before, after }: MemberStep): string | undefined {
    if (after.role === 'leader' && (before?.role !== 'leader' || before.term !== after.term)) {
      const election = { who, term: after.term, log: after.log };
      this.elections.push(election);
      for (const each of this.committed) {
        const wrong = each === undefined ? undefined : lacks(election, each);
        if (wrong !== undefined) return wrong;
      }
    }
    return this.note(before, after);
  }

  /** Takes note of what is committed now, which also those must have who took office in a later term already. */
  private note(before: MemberStep['before'], { log, term }: MemberStep['after']): string | undefined {
    const from = before === undefined ? 0 : before.log.committed;
    for (let index = Math.max(from + 1, firstIndex(log)); index <= log.committed; index++) {
      if (this.committed[index] !== undefined) continue;
      const committed = { entry: entryAt(log, index), term };
      this.committed[index] = committed;
      for (const election of this.elections) {
        const wrong = lacks(election, committed);
        if (wrong !== undefined) return wrong;
      }
    }
    return undefined;
  }
}

function lacks({ who, term, log }: Election, committed: Committed): string | undefined {
  const { entry } = committed;
  if (committed.term >= term || entry.index < firstIndex(log)) return undefined;
  if (entry.index <= lastIndex(log) && sameEntry(entryAt(log, entry.index), entry)) return undefined;
  return `${who} took office in term ${term} without ${describeEntry(entry)}, which was committed in term ${committed.term}`;
}

export const aLeaderHasAllThatIsCommitted: EtcdWatch = {
  sentence: 'What was committed in a term is in the log of every leader of a later term.',
  source: 'Raft, figure 3: leader completeness',
  claimedUnder: RAFT_FAULTS,
  watching: () => new LeadersAreComplete(),
};
