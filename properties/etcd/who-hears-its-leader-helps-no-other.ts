import { hex } from '../../models/etcd/raft/describe.ts';
import { NONE, type RaftMessage } from '../../models/etcd/raft/messages.ts';
import type { NodeEvent } from '../../models/etcd/raft-node-work.ts';
import { type EtcdWatch, effectsOf, type MemberStep, RAFT_FAULTS, type Watching } from './watch.ts';

/** Context of the vote requests of a transfer of office, which the lease does not hold back (raft.go campaignTransfer). */
const TRANSFER = 'CampaignTransfer';

function raftMessageOf(event: NodeEvent | undefined): RaftMessage | undefined {
  if (event === undefined || event.type !== 'received') return undefined;
  const message = event.message as RaftMessage & { readonly kind?: string };
  return message.kind === undefined ? message : undefined;
}

/** What a member has waited since it last heard the leader that it follows. */
interface Wait {
  /** Ticks that were seen: told (a start is told most of an election timeout), or each while the process may lose time. */
  ticks: number;
  /** From then on by the ticker's own time, unless the process may lose time. */
  sinceUs: number;
}

/** A leader's own lease ends with its office. Ticks may be counted that were lost during a write: then nobody is blamed who should not be. */
class LeaseHolds implements Watching {
  private readonly waits = new Map<string, Wait>();
  /** Members that may lose time. */
  private readonly unsteady = new Set<string>();

  see(step: MemberStep): string | undefined {
    const { who, before, after, event } = step;
    if (before === undefined || event === undefined) {
      this.waits.delete(who);
      this.unsteady.delete(who);
      return undefined;
    }
    const message = raftMessageOf(event);
    if (message === undefined) {
      this.passTime(step, event);
      return undefined;
    }
    if (message.type === 'MsgVote' || message.type === 'MsgPreVote') return this.asked(step, before, message);
    const isLeaders =
      message.type === 'MsgApp' || message.type === 'MsgHeartbeat' || message.type === 'MsgSnap';
    if (isLeaders && message.term === after.term && after.lead === message.from)
      this.waits.set(who, { ticks: 0, sinceUs: event.atUs });
    return undefined;
  }

  private passTime(step: MemberStep, { type, atUs }: NodeEvent): void {
    const { who } = step;
    const ticks =
      this.ticksOf(step, atUs) +
      (type === 'tick' || (type === 'election-timeout' && this.unsteady.has(who)) ? 1 : 0);
    if (type === 'unsteady') this.unsteady.add(who);
    if (type === 'steady') this.unsteady.delete(who);
    if (this.waits.has(who)) this.waits.set(who, { ticks, sinceUs: atUs });
  }

  private ticksOf({ who, ticker: { sinceUs, periodUs } }: MemberStep, atUs: number): number {
    const wait = this.waits.get(who);
    if (wait === undefined) return Number.POSITIVE_INFINITY;
    if (this.unsteady.has(who)) return wait.ticks;
    const until = (us: number) => Math.floor((us - sinceUs) / periodUs);
    return wait.ticks + until(atUs) - until(wait.sinceUs);
  }

  private asked(
    step: MemberStep,
    before: NonNullable<MemberStep['before']>,
    message: RaftMessage,
  ): string | undefined {
    const { who, after, effects, event } = step;
    const { electionTick, checkQuorum } = before.config;
    const ticks = before.role === 'leader' ? 0 : this.ticksOf(step, event?.atUs ?? 0);
    const isInLease = ticks < electionTick && before.lead !== NONE;
    if (!checkQuorum || !isInLease || message.term <= before.term || message.context === TRANSFER)
      return undefined;
    const from = hex(message.from);
    const lead = hex(before.lead);
    if (after.term !== before.term)
      return `${who} gave up leader ${lead} for ${from}'s ${message.type} of term ${message.term}, ${ticks} ticks after it heard it`;
    for (const effect of effectsOf(effects)) {
      if (effect.type === 'transmit' || effect.type === 'write')
        return `${who} answered ${from}'s ${message.type} of term ${message.term}, ${ticks} ticks after it heard leader ${lead}`;
    }
    return undefined;
  }
}

/**
 * Not one of the five of figure 3, on which etcd's reads and writes rest: without the lease they hold, too, but a member
 * that was cut off, or is being removed, unseats a leader that a majority hears.
 */
export const whoHearsItsLeaderHelpsNoOther: EtcdWatch = {
  sentence:
    'A member that heard its leader within an election timeout neither votes for another nor takes up its term, unless the leader hands over its office.',
  source: 'Raft thesis, section 4.2.3; etcd-io/raft v3.7.0 raft.go Step (check-quorum lease)',
  claimedUnder: RAFT_FAULTS,
  watching: () => new LeaseHolds(),
};
