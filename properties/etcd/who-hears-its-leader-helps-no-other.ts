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

/** A leader's own lease ends with its office. */
class LeaseHolds implements Watching {
  /** By member: ticks since it last heard the leader that it follows. */
  private readonly ticks = new Map<string, number>();

  see(step: MemberStep): string | undefined {
    const { who, before, after, event } = step;
    if (before === undefined) {
      this.ticks.delete(who);
      return undefined;
    }
    if (event?.type === 'tick') {
      const ticks = this.ticks.get(who);
      if (ticks !== undefined) this.ticks.set(who, ticks + 1);
      return undefined;
    }
    const message = raftMessageOf(event);
    if (message === undefined) return undefined;
    if (message.type === 'MsgVote' || message.type === 'MsgPreVote') return this.asked(step, before, message);
    const isLeaders =
      message.type === 'MsgApp' || message.type === 'MsgHeartbeat' || message.type === 'MsgSnap';
    if (isLeaders && message.term === after.term && after.lead === message.from) this.ticks.set(who, 0);
    return undefined;
  }

  private asked(
    { who, after, effects }: MemberStep,
    before: NonNullable<MemberStep['before']>,
    message: RaftMessage,
  ): string | undefined {
    const { electionTick, checkQuorum } = before.config;
    const ticks = before.role === 'leader' ? 0 : this.ticks.get(who);
    const isInLease = ticks !== undefined && ticks < electionTick && before.lead !== NONE;
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
