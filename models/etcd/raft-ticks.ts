/**
 * The ticks of the raft member of the etcd family. etcd's ticker runs all the time; here ticks of a follower that would only be
 * counted are made up for when somebody asks, and the ticker is set to the tick at which its election timeout may be over.
 *
 * Sources: etcd v3.6.14 server/etcdserver/raft.go (raftNode.start: a Go ticker of the heartbeat interval; time.Ticker keeps one
 * tick for a receiver that is late, and drops the others). Unit: microseconds of the host's monotonic clock.
 *
 * Made up for is only what was surely taken: during a write the ticker waits as etcd's does (raft-saving.ts), and while the
 * kernel may take time from the process (paused, starved: `unsteady`) every tick is an event of its own, as in the other roles.
 * Who looks at a context between its steps finds the count of the last one (`countedAtUs`).
 */

import type { Raft } from './raft/raft.ts';
import { withTicks } from './raft/steps.ts';
import type { Node, RaftNodeContext } from './raft-node-work.ts';

/** Ticks after the one time and up to the other. */
export function ticksBetween({ tickerSinceUs, heartbeatUs }: Node, afterUs: number, untilUs: number): number {
  return (
    Math.floor((untilUs - tickerSinceUs) / heartbeatUs) - Math.floor((afterUs - tickerSinceUs) / heartbeatUs)
  );
}

/** Ticks that have passed without being counted. */
export function uncountedTicks({ raft, node, countedAtUs }: RaftNodeContext, atUs: number): number {
  if (raft.role !== 'follower' || node.unsteady || node.saving !== null) return 0;
  return ticksBetween(node, countedAtUs, atUs);
}

/** Raft as it would be had it counted them, `but` so many. */
export function caughtUp(context: RaftNodeContext, atUs: number, but = 0): Raft {
  const ticks = uncountedTicks(context, atUs) - but;
  return ticks <= 0 ? context.raft : withTicks(context.raft, ticks);
}

/** The ticker is there early: the leader has been heard since it was set, or no tick has passed. */
export function isTooEarly(context: RaftNodeContext, atUs: number): boolean {
  const { raft, node } = context;
  if (node.unsteady) return false;
  const ticks = uncountedTicks(context, atUs);
  return ticks === 0 || raft.electionElapsed + ticks < raft.randomizedElectionTimeout;
}

/** From now to the next tick that does more than count. The context has counted all up to now. */
export function tickerDelayUs({ raft, node }: RaftNodeContext, atUs: number): number {
  const { heartbeatUs, tickerSinceUs, unsteady, saving } = node;
  const nextUs = heartbeatUs - ((atUs - tickerSinceUs) % heartbeatUs);
  if (raft.role !== 'follower' || unsteady || saving !== null) return nextUs;
  return nextUs + Math.max(0, raft.randomizedElectionTimeout - raft.electionElapsed - 1) * heartbeatUs;
}
