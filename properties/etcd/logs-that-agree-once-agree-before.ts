import type { Entry } from '../../models/etcd/raft/entries.ts';
import { entryAt, firstIndex, lastIndex, type RaftLog, termAt } from '../../models/etcd/raft/log.ts';
import {
  describeEntry,
  type EtcdWatch,
  type MemberStep,
  RAFT_FAULTS,
  sameEntry,
  type Watching,
} from './watch.ts';

interface Known {
  readonly entry: Entry;
  /** Term of the entry before it; undefined where that was compacted. */
  readonly termBefore: number | undefined;
  readonly who: string;
}

/** Terms stay far below this. */
const TERMS = 2 ** 20;

/**
 * Wherever an entry of this term at this index was seen, it was the same one and followed on the same term. By induction
 * that is log matching: of two logs that have it, each earlier entry is the same.
 */
class LogsAgree implements Watching {
  private readonly known = new Map<number, Known>();
  /** By member: what its log held when it was last looked at. */
  private readonly logs = new Map<string, Entry[]>();

  see({ who, before, after }: MemberStep): string | undefined {
    const { log } = after;
    if (before !== undefined && before.log.unstable === log.unstable && before.log.storage === log.storage)
      return undefined;
    let seen = this.logs.get(who);
    if (seen === undefined) {
      seen = [];
      this.logs.set(who, seen);
    }
    const last = lastIndex(log);
    if (seen.length > last + 1) seen.length = last + 1;
    const first = firstIndex(log);
    for (let index = last; index >= first; index--) {
      const entry = entryAt(log, index);
      if (seen[index] === entry) break;
      seen[index] = entry;
      const wrong = this.check(who, entry, log);
      if (wrong !== undefined) return wrong;
    }
    return undefined;
  }

  private check(who: string, entry: Entry, log: RaftLog): string | undefined {
    const key = entry.index * TERMS + entry.term;
    const termBefore = termAt(log, entry.index - 1);
    const known = this.known.get(key);
    if (known === undefined || (known.termBefore === undefined && termBefore !== undefined)) {
      this.known.set(key, { entry, termBefore, who });
    }
    if (known === undefined) return undefined;
    if (!sameEntry(known.entry, entry))
      return `${known.who} has ${describeEntry(known.entry)}, ${who} has ${describeEntry(entry)}`;
    if (known.termBefore !== undefined && termBefore !== undefined && known.termBefore !== termBefore)
      return `before ${describeEntry(entry)} there is term ${known.termBefore} on ${known.who} and term ${termBefore} on ${who}`;
    return undefined;
  }
}

export const logsThatAgreeOnceAgreeBefore: EtcdWatch = {
  sentence:
    'If two logs hold an entry of the same index and term, they are the same in all entries up to it.',
  source: 'Raft, figure 3: log matching',
  claimedUnder: RAFT_FAULTS,
  watching: () => new LogsAgree(),
};
