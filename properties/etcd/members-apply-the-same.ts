import type { RaftNews } from '../../models/etcd/family.ts';
import type { Entry } from '../../models/etcd/raft/entries.ts';
import {
  describeEntry,
  type EtcdWatch,
  effectsOf,
  type MemberStep,
  RAFT_FAULTS,
  sameEntry,
  type Watching,
} from './watch.ts';

interface Applied {
  readonly entry: Entry;
  readonly who: string;
}

class MembersApplyTheSame implements Watching {
  /** By index: what was applied there first. */
  private readonly applied: (Applied | undefined)[] = [];
  /** By member: the index that it applied last; undefined from its start to its first one. */
  private readonly lastOf = new Map<string, number | undefined>();

  see(step: MemberStep): string | undefined {
    if (step.before === undefined) this.lastOf.set(step.who, undefined);
    for (const effect of effectsOf(step.effects)) {
      if (effect.type !== 'tell' || effect.event.type !== 'raft-news') continue;
      const wrong = this.apply(step.who, effect.event as RaftNews);
      if (wrong !== undefined) return wrong;
    }
    return undefined;
  }

  private apply(who: string, { snapshot, committedEntries }: RaftNews): string | undefined {
    if (snapshot !== null) this.lastOf.set(who, snapshot.index);
    for (const entry of committedEntries) {
      const last = this.lastOf.get(who);
      if (last !== undefined && entry.index !== last + 1)
        return `${who} applied entry ${entry.index} after entry ${last}`;
      this.lastOf.set(who, entry.index);
      const first = this.applied[entry.index];
      if (first === undefined) this.applied[entry.index] = { entry, who };
      else if (!sameEntry(first.entry, entry))
        return `${first.who} applied ${describeEntry(first.entry)}, ${who} applied ${describeEntry(entry)}`;
    }
    return undefined;
  }
}

export const membersApplyTheSame: EtcdWatch = {
  sentence: 'No two members apply different entries at an index, and none leaves one out.',
  source: 'Raft, figure 3: state machine safety',
  claimedUnder: RAFT_FAULTS,
  watching: () => new MembersApplyTheSame(),
};
