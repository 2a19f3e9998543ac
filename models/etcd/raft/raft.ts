/**
 * The state of one Raft member, and the frame in which a step changes it.
 *
 * Source: etcd-io/raft v3.7.0, raft.go (type raft, Config, newRaft, reset, send) and rawnode.go (type
 * RawNode). Time is counted in ticks: the owner sends `tick`, Raft compares counts.
 *
 * The state is a value that is never changed. One step works on a draft, a shallow copy of it that nobody
 * else has seen (`Draft`), so that the rules read as upstream's do; what the draft holds when the step ends
 * is the next state. Anything nested is replaced, not changed.
 */
import { uniformInteger } from '../../uniform.ts';
import { type MemberConfig, NO_MEMBERS } from './conf-change.ts';
import type { LineSink } from './lines.ts';
import { lastIndex, newLog, type RaftLog } from './log.ts';
import { type ConfState, type HardState, type MessageDraft, NONE, type RaftMessage } from './messages.ts';
import { newProgress, type Progress } from './progress.ts';
import { NO_READS, type ReadOnly } from './read-only.ts';
import type { RaftStorage } from './storage.ts';

/** The states of the machine (machine.ts), which is what moves a member from one to another. */
export type Role = 'follower' | 'pre-candidate' | 'candidate' | 'leader';

/** raft.Config. Sizes in bytes, Infinity for no limit; the defaults are raftConfig's. */
export interface RaftConfig {
  readonly id: number;
  /** Ticks without a leader before a member campaigns (drawn from this to twice this minus 1), also the lease. */
  readonly electionTick: number;
  readonly heartbeatTick: number;
  readonly maxSizePerMessage: number;
  readonly maxCommittedSizePerReady: number;
  readonly maxUncommittedSize: number;
  readonly maxInflightMessages: number;
  /** 0 for no limit. */
  readonly maxInflightBytes: number;
  readonly checkQuorum: boolean;
  readonly preVote: boolean;
  readonly readOnly: 'safe' | 'lease-based';
  readonly asyncStorageWrites: boolean;
  readonly stepDownOnRemoval: boolean;
  readonly disableProposalForwarding: boolean;
  readonly disableConfChangeValidation: boolean;
  /** Report the lines Raft writes to its log (costs their formatting). */
  readonly logging: boolean;
  /** `push`: report a Ready as soon as there is one and the last is advanced; `pull`: when asked by `take-ready`. */
  readonly delivery: 'push' | 'pull';
}

/** raft.Config with upstream's zero values; ticks as etcd sets them (bootstrap.go: 10 and 1). */
export function raftConfig(config: Partial<RaftConfig> & { readonly id: number }): RaftConfig {
  return {
    electionTick: 10,
    heartbeatTick: 1,
    maxSizePerMessage: Number.POSITIVE_INFINITY,
    maxCommittedSizePerReady: config.maxSizePerMessage ?? Number.POSITIVE_INFINITY,
    maxUncommittedSize: Number.POSITIVE_INFINITY,
    maxInflightMessages: 512,
    maxInflightBytes: 0,
    checkQuorum: false,
    preVote: false,
    readOnly: 'safe',
    asyncStorageWrites: false,
    stepDownOnRemoval: false,
    disableProposalForwarding: false,
    disableConfChangeValidation: false,
    logging: false,
    delivery: 'push',
    ...config,
  };
}

/** A read that may now be served from the state machine once it has applied `index`. */
export interface ReadState {
  readonly index: number;
  /** The caller's own, as given with the request. */
  readonly context: unknown;
}

/** A list that grows at its end by one cell, so that adding does not copy. Newest first; null is empty. */
export interface Chain<T> {
  readonly before: Chain<T> | null;
  readonly item: T;
}

export function chainToArray<T>(chain: Chain<T> | null): T[] {
  if (chain === null) return [];
  if (chain.before === null) return [chain.item];
  const items: T[] = [];
  for (let cell: Chain<T> | null = chain; cell !== null; cell = cell.before) items.push(cell.item);
  return items.reverse();
}

export interface Raft {
  readonly config: RaftConfig;
  readonly luck: number;
  readonly role: Role;
  readonly term: number;
  /** Whom we voted for in this term. */
  readonly vote: number;
  readonly lead: number;
  readonly electionElapsed: number;
  readonly heartbeatElapsed: number;
  readonly randomizedElectionTimeout: number;
  /** Election timeouts drawn so far. */
  readonly draws: number;
  readonly log: RaftLog;
  readonly members: MemberConfig;
  /** What is known of each member, self included; sorted by id. */
  readonly progress: readonly Progress[];
  readonly votes: ReadonlyMap<number, boolean>;
  /** No further membership change may be proposed before this index is applied. */
  readonly pendingConfIndex: number;
  readonly uncommittedBytes: number;
  readonly leadTransferee: number;
  readonly reads: ReadOnly;
  /** Reads that came before the first commit of the term. */
  readonly postponedReads: readonly RaftMessage[];
  readonly readStates: readonly ReadState[];
  readonly messages: Chain<RaftMessage> | null;
  /** Promises: to be sent once what this step appended is on disk. */
  readonly messagesAfterAppend: Chain<RaftMessage> | null;
  // --- RawNode: what was handed out last
  readonly previousHard: HardState;
  readonly previousLead: number;
  readonly previousRole: Role;
  readonly stepsOnAdvance: readonly RaftMessage[];
  /** A Ready is out that needs an `advance`. */
  readonly awaitsAdvance: boolean;
  // --- of the current step only
  readonly lines: LineSink;
  /** Why the step's request was refused. */
  readonly refusal: string | null;
  /** The configuration that a membership change led to. */
  readonly confState: ConfState | null;
}

/** The state while a step is building the next one. */
export type Draft = { -readonly [K in keyof Raft]: Raft[K] };

export const PROPOSAL_DROPPED = 'raft proposal dropped';
const NO_VOTES: ReadonlyMap<number, boolean> = new Map();

/** A member before newRaft's first steps: follower of nobody at term 0, without members. */
export function blankRaft(config: RaftConfig, luck: number, storage: RaftStorage): Draft {
  const none = { term: 0, vote: NONE, commit: 0 };
  return {
    config,
    luck,
    role: 'follower',
    term: 0,
    vote: NONE,
    lead: NONE,
    electionElapsed: 0,
    heartbeatElapsed: 0,
    randomizedElectionTimeout: 0,
    draws: 0,
    log: newLog(storage),
    members: NO_MEMBERS,
    progress: [],
    votes: NO_VOTES,
    pendingConfIndex: 0,
    uncommittedBytes: 0,
    leadTransferee: NONE,
    reads: NO_READS,
    postponedReads: [],
    readStates: [],
    messages: null,
    messagesAfterAppend: null,
    previousHard: none,
    previousLead: NONE,
    previousRole: 'follower',
    stepsOnAdvance: [],
    awaitsAdvance: false,
    lines: config.logging ? [] : null,
    refusal: null,
    confState: null,
  };
}

/**
 * A draft of the next state. Field by field: in Node 20 a spread of a spread costs 18 ns a field, this 1 ns
 * (and the types still say when one is missing).
 */
export function draftOf(raft: Raft): Draft {
  return {
    config: raft.config,
    luck: raft.luck,
    role: raft.role,
    term: raft.term,
    vote: raft.vote,
    lead: raft.lead,
    electionElapsed: raft.electionElapsed,
    heartbeatElapsed: raft.heartbeatElapsed,
    randomizedElectionTimeout: raft.randomizedElectionTimeout,
    draws: raft.draws,
    log: raft.log,
    members: raft.members,
    progress: raft.progress,
    votes: raft.votes,
    pendingConfIndex: raft.pendingConfIndex,
    uncommittedBytes: raft.uncommittedBytes,
    leadTransferee: raft.leadTransferee,
    reads: raft.reads,
    postponedReads: raft.postponedReads,
    readStates: raft.readStates,
    messages: raft.messages,
    messagesAfterAppend: raft.messagesAfterAppend,
    previousHard: raft.previousHard,
    previousLead: raft.previousLead,
    previousRole: raft.previousRole,
    stepsOnAdvance: raft.stepsOnAdvance,
    awaitsAdvance: raft.awaitsAdvance,
    refusal: raft.refusal,
    confState: raft.confState,
    lines: raft.config.logging ? [] : null,
  };
}

export function hardStateOf(raft: Raft): HardState {
  return { term: raft.term, vote: raft.vote, commit: raft.log.committed };
}

/** Position of a member's progress in the list, -1 if there is none. */
export function progressAt(raft: Raft, id: number): number {
  const { progress } = raft;
  for (let i = 0; i < progress.length; i++) if (progress[i]!.id === id) return i;
  return -1;
}

export function setProgress(raft: Draft, at: number, progress: Progress): void {
  if (raft.progress[at] === progress) return;
  const list = raft.progress.slice();
  list[at] = progress;
  raft.progress = list;
}

/**
 * Queues a message from this member at its term (proposals and read requests carry none; the caller has
 * set the term of votes). Promises wait for the disk.
 */
export function send(raft: Draft, message: RaftMessage): void {
  switch (message.type) {
    case 'MsgAppResp':
    case 'MsgVoteResp':
    case 'MsgPreVoteResp':
      raft.messagesAfterAppend = { before: raft.messagesAfterAppend, item: message };
      break;
    default:
      if (message.to === raft.config.id) {
        throw new Error(`message should not be self-addressed when sending ${message.type}`);
      }
      raft.messages = { before: raft.messages, item: message };
  }
}

/** Passes a request on to the leader, in its own name if it had no sender. */
export function forward(raft: Draft, message: RaftMessage): void {
  const forwarded: MessageDraft = { ...message, to: raft.lead };
  if (forwarded.from === NONE) forwarded.from = raft.config.id;
  if (message.type !== 'MsgProp' && message.type !== 'MsgReadIndex') forwarded.term = raft.term;
  send(raft, forwarded);
}

/** Upstream reset: everything that belongs to a term or to an office starts anew. */
export function reset(raft: Draft, term: number): void {
  if (raft.term !== term) {
    raft.term = term;
    raft.vote = NONE;
  }
  raft.lead = NONE;
  raft.electionElapsed = 0;
  raft.heartbeatElapsed = 0;
  drawElectionTimeout(raft);
  raft.leadTransferee = NONE;
  raft.votes = NO_VOTES;
  const last = lastIndex(raft.log);
  raft.progress = raft.progress.map((p) =>
    newProgress(p.id, p.id === raft.config.id ? last : 0, last + 1, p.isLearner),
  );
  raft.pendingConfIndex = 0;
  raft.uncommittedBytes = 0;
  raft.reads = NO_READS;
}

/** From electionTick to twice that minus 1, both included, drawn anew at every reset. */
function drawElectionTimeout(raft: Draft): void {
  const { electionTick } = raft.config;
  raft.randomizedElectionTimeout = uniformInteger(
    raft.luck,
    'election',
    raft.draws,
    electionTick,
    2 * electionTick - 1,
  );
  raft.draws++;
}
