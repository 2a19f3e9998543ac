/**
 * What a leader knows of a follower's log, and how it paces what it sends there: one at a time while it
 * probes, a window of messages while it replicates, nothing while a snapshot is under way.
 *
 * Source: etcd-io/raft v3.7.0, tracker/progress.go, tracker/inflights.go. All functions return a new
 * record, or the same one when nothing changes.
 */
import { List } from 'immutable';

export type ProgressState = 'StateProbe' | 'StateReplicate' | 'StateSnapshot';

interface Inflight {
  /** Last index in the message. */
  readonly index: number;
  readonly bytes: number;
}

export interface Progress {
  readonly id: number;
  /** Known to be in the follower's log. */
  readonly match: number;
  /** First entry of the next message. */
  readonly next: number;
  readonly state: ProgressState;
  readonly pendingSnapshot: number;
  /** Anything was heard of it since the leader last checked its quorum. */
  readonly recentActive: boolean;
  /** Upstream MsgAppFlowPaused: no append until it answers (an append or a heartbeat). */
  readonly flowPaused: boolean;
  /** Highest commit index sent to it. */
  readonly sentCommit: number;
  readonly isLearner: boolean;
  readonly inflights: List<Inflight>;
  readonly inflightBytes: number;
}

export interface WindowLimits {
  /** raft.Config.MaxInflightMsgs. */
  readonly maxInflightMessages: number;
  /** raft.Config.MaxInflightBytes; 0 for no limit. */
  readonly maxInflightBytes: number;
}

const NOTHING_IN_FLIGHT: List<Inflight> = List();

/** A member the leader knows nothing of yet. */
export function newProgress(id: number, match: number, next: number, isLearner: boolean): Progress {
  return {
    id,
    match,
    next,
    state: 'StateProbe',
    pendingSnapshot: 0,
    recentActive: false,
    flowPaused: false,
    sentCommit: 0,
    isLearner,
    inflights: NOTHING_IN_FLIGHT,
    inflightBytes: 0,
  };
}

export function isPaused(p: Progress): boolean {
  return p.state === 'StateSnapshot' || p.flowPaused;
}

export function isWindowFull(p: Progress, limits: WindowLimits): boolean {
  return (
    p.inflights.size >= limits.maxInflightMessages ||
    (limits.maxInflightBytes !== 0 && p.inflightBytes >= limits.maxInflightBytes)
  );
}

export function withRecentActive(p: Progress, recentActive: boolean): Progress {
  return p.recentActive === recentActive ? p : { ...p, recentActive };
}

export function withSentCommit(p: Progress, sentCommit: number): Progress {
  return p.sentCommit === sentCommit ? p : { ...p, sentCommit };
}

/** The member may have followed a snapshot further than its acknowledgements say. */
export function becomeProbe(p: Progress): Progress {
  const next = p.state === 'StateSnapshot' ? Math.max(p.match + 1, p.pendingSnapshot + 1) : p.match + 1;
  return reset(p, 'StateProbe', next, 0, Math.min(p.sentCommit, next - 1));
}

export function becomeReplicate(p: Progress): Progress {
  return reset(p, 'StateReplicate', p.match + 1, 0, p.sentCommit);
}

export function becomeSnapshot(p: Progress, index: number): Progress {
  return reset(p, 'StateSnapshot', index + 1, index, index);
}

function reset(
  p: Progress,
  state: ProgressState,
  next: number,
  pendingSnapshot: number,
  sentCommit: number,
): Progress {
  return {
    ...p,
    state,
    next,
    pendingSnapshot,
    sentCommit,
    flowPaused: false,
    inflights: NOTHING_IN_FLIGHT,
    inflightBytes: 0,
  };
}

/** After an append of `count` entries and `bytes` of payload: advance and pause as the state says. */
export function sentEntries(p: Progress, count: number, bytes: number, limits: WindowLimits): Progress {
  switch (p.state) {
    case 'StateReplicate': {
      if (count === 0) {
        const full = isWindowFull(p, limits);
        return p.flowPaused === full ? p : { ...p, flowPaused: full };
      }
      const next = p.next + count;
      const sent = {
        ...p,
        next,
        inflights: p.inflights.push({ index: next - 1, bytes }),
        inflightBytes: p.inflightBytes + bytes,
      };
      sent.flowPaused = isWindowFull(sent, limits);
      return sent;
    }
    case 'StateProbe':
      return count > 0 ? { ...p, flowPaused: true } : p;
    case 'StateSnapshot':
      throw new Error(`sending append in unhandled state ${p.state}`);
  }
}

/** The member acknowledged `index`: the same record if that is old news. */
export function acknowledged(p: Progress, index: number): Progress {
  if (index <= p.match) return p;
  return { ...p, match: index, next: Math.max(p.next, index + 1), flowPaused: false };
}

/** The member refused an append after `rejected`; `hint` is where the logs may agree. The same record if the answer is stale. */
export function decreased(p: Progress, rejected: number, hint: number): Progress {
  if (p.state === 'StateReplicate') {
    if (rejected <= p.match) return p;
    return { ...p, next: p.match + 1, sentCommit: Math.min(p.sentCommit, p.match) };
  }
  if (p.next - 1 !== rejected) return p;
  const next = Math.max(Math.min(rejected, hint + 1), p.match + 1);
  return { ...p, next, sentCommit: Math.min(p.sentCommit, next - 1), flowPaused: false };
}

/** Frees the part of the window up to `index`. */
export function freeInflights(p: Progress, index: number): Progress {
  let count = 0;
  let bytes = 0;
  for (const inflight of p.inflights) {
    if (inflight.index > index) break;
    count++;
    bytes += inflight.bytes;
  }
  if (count === 0) return p;
  const rest = count === p.inflights.size ? NOTHING_IN_FLIGHT : p.inflights.skip(count);
  return { ...p, inflights: rest, inflightBytes: p.inflightBytes - bytes };
}

/** Whether an empty append would tell the member of a commit index that it can use. */
export function canBumpCommit(p: Progress, committed: number): boolean {
  return committed > p.sentCommit && p.sentCommit < p.next - 1;
}
