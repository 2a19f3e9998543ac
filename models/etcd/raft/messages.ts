/**
 * What Raft members say to each other and to their own storage: the types of raftpb, as data.
 *
 * Source: etcd-io/raft v3.7.0, raftpb/raft.proto. Ids, terms and indexes are whole numbers (ids: any that a
 * double holds exactly; 0 is nobody). One record shape serves every message, as upstream: the executor's
 * hot path reads a message's type, term and sender, and one shape keeps those reads cheap.
 *
 * Not modelled: marshalling; only the sizes it would give are computed (entries.ts).
 */
import type { Entry } from './entries.ts';

/** No member: an unknown leader, a vote not cast. */
export const NONE = 0;
/** Addresses of the local storage threads of asynchronous storage writes (upstream: the two largest ids). */
export const APPEND_THREAD = -1;
export const APPLY_THREAD = -2;

export type MessageType =
  | 'MsgApp'
  | 'MsgAppResp'
  | 'MsgHeartbeat'
  | 'MsgHeartbeatResp'
  | 'MsgVote'
  | 'MsgVoteResp'
  | 'MsgPreVote'
  | 'MsgPreVoteResp'
  | 'MsgSnap'
  | 'MsgProp'
  | 'MsgTransferLeader'
  | 'MsgTimeoutNow'
  | 'MsgReadIndex'
  | 'MsgReadIndexResp'
  | 'MsgForgetLeader'
  | 'MsgStorageAppend'
  | 'MsgStorageAppendResp'
  | 'MsgStorageApply'
  | 'MsgStorageApplyResp'
  // Only ever local; here because a peer that sends one is refused by name.
  | 'MsgHup'
  | 'MsgBeat'
  | 'MsgUnreachable'
  | 'MsgSnapStatus'
  | 'MsgCheckQuorum';

/** Who votes and who only listens, as stored in a snapshot. Lists in the order they were stored. */
export interface ConfState {
  readonly voters: readonly number[];
  readonly votersOutgoing: readonly number[];
  readonly learners: readonly number[];
  readonly learnersNext: readonly number[];
  readonly autoLeave: boolean;
}

/** The state machine at an index. `data` belongs to the application. Index 0: no snapshot. */
export interface Snapshot {
  readonly index: number;
  readonly term: number;
  readonly confState: ConfState;
  readonly data: unknown;
}

/** What must be on disk before a member speaks: raftpb.HardState. */
export interface HardState {
  readonly term: number;
  readonly vote: number;
  readonly commit: number;
}

export interface RaftMessage {
  readonly type: MessageType;
  readonly from: number;
  readonly to: number;
  /** 0 for local messages, proposals and read requests. */
  readonly term: number;
  readonly logTerm: number;
  readonly index: number;
  readonly commit: number;
  readonly vote: number;
  readonly entries: readonly Entry[];
  readonly snapshot: Snapshot | null;
  readonly reject: boolean;
  readonly rejectHint: number;
  /** `CampaignTransfer` on a vote request of a leader transfer; a read position on a heartbeat; else null. */
  readonly context: unknown;
  /** To be delivered once the storage thread has done its work. */
  readonly responses: readonly RaftMessage[];
}

/** A message under construction. */
export type MessageDraft = { -readonly [K in keyof RaftMessage]: RaftMessage[K] };

const NO_ENTRIES: readonly Entry[] = [];
const NO_RESPONSES: readonly RaftMessage[] = [];

/** A message with everything else empty; the caller fills in what the type carries before it hands it on. */
export function newMessage(type: MessageType, from: number, to: number, term: number): MessageDraft {
  return {
    type,
    from,
    to,
    term,
    logTerm: 0,
    index: 0,
    commit: 0,
    vote: 0,
    entries: NO_ENTRIES,
    snapshot: null,
    reject: false,
    rejectHint: 0,
    context: null,
    responses: NO_RESPONSES,
  };
}

/** Types that only the node itself or its storage threads may step (raft util.go, isLocalMsg). */
export function isLocal(type: MessageType): boolean {
  switch (type) {
    case 'MsgHup':
    case 'MsgBeat':
    case 'MsgUnreachable':
    case 'MsgSnapStatus':
    case 'MsgCheckQuorum':
    case 'MsgStorageAppend':
    case 'MsgStorageAppendResp':
    case 'MsgStorageApply':
    case 'MsgStorageApplyResp':
      return true;
    default:
      return false;
  }
}

/** Types that answer something and so are only taken from known members (raft util.go, isResponseMsg). */
export function isResponse(type: MessageType): boolean {
  switch (type) {
    case 'MsgAppResp':
    case 'MsgVoteResp':
    case 'MsgHeartbeatResp':
    case 'MsgUnreachable':
    case 'MsgReadIndexResp':
    case 'MsgPreVoteResp':
    case 'MsgStorageAppendResp':
    case 'MsgStorageApplyResp':
      return true;
    default:
      return false;
  }
}

/** Whether the address is one of the node's own storage threads. */
export function isStorageThread(id: number): boolean {
  return id === APPEND_THREAD || id === APPLY_THREAD;
}
