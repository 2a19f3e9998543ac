/** What the members of the etcd family tell each other, and what etcd processes say to each other on the peer port. */

import type { MemberRecord } from './backend.ts';
import { hexId } from './ids.ts';
import type { Entry } from './raft/entries.ts';
import type { ConfState, RaftMessage, Snapshot } from './raft/messages.ts';
import type { ReadState, Role } from './raft/raft.ts';

/** Ids of the members. The lead is ''. */
export const RAFT = 'raft';
export function peerMemberId(id: number): string {
  return `peer/${hexId(id)}`;
}

// --- on the peer port (rafthttp): the receiver of a stream dials its sender

/** GET /raft/stream/message/<from>: `from` wants to receive what `to` sends (rafthttp/stream.go, http.go). */
export interface StreamRequest {
  readonly kind: 'stream-request';
  readonly from: number;
  readonly to: number;
  readonly cluster: number;
}
export interface StreamAnswer {
  readonly kind: 'stream-answer';
  /** 200; 410 the asker was removed; 404 the asker is unknown; 412 wrong member or cluster (rafthttp/http.go). */
  readonly status: 200 | 404 | 410 | 412;
  /** The cluster of the one who answers (the header X-Etcd-Cluster-ID). */
  readonly cluster: number;
}
/** linkHeartbeatMessage: keeps an idle stream from timing out (rafthttp/stream.go:51). */
export interface LinkHeartbeat {
  readonly kind: 'link-heartbeat';
}
/** A follower passes a client's request on: POST /leases (lease/leasehttp/http.go), POST /members/promote/<id> (etcdhttp/peer.go). */
export interface Forwarded {
  readonly kind: 'forwarded';
  readonly request: number;
  readonly what: ForLeader;
}
export type ForLeader =
  | { readonly kind: 'renew'; readonly lease: number }
  | { readonly kind: 'promote'; readonly member: number };
/** The client's answer; null: the asked member does not lead. */
export interface ForwardAnswer {
  readonly kind: 'forward-answer';
  readonly request: number;
  readonly body: unknown;
}
/** GET /members (etcdhttp/peer.go): who a joining member asks. */
export interface MembersRequest {
  readonly kind: 'members-request';
}
export interface MembersAnswer {
  readonly kind: 'members-answer';
  readonly cluster: number;
  readonly members: readonly MemberRecord[];
  readonly removed: readonly number[];
}
/** What travels on an established stream beside Raft's messages, which have no `kind`. */
export type StreamMessage = LinkHeartbeat | Forwarded | ForwardAnswer;
export type PeerMessage = StreamRequest | StreamAnswer | MembersRequest | MembersAnswer | StreamMessage;

// --- to the raft member, beside the events of the Raft machine

export type LinkEvent =
  /** The lead took a peer's stream request: what we send to `id` goes out here from now on. */
  | { readonly type: 'writer'; readonly id: number; readonly connection: string }
  /** A peer-stream member has the stream: what `id` sends arrives here from now on. */
  | { readonly type: 'reader'; readonly id: number; readonly connection: string }
  | { readonly type: 'peer-added'; readonly id: number }
  | { readonly type: 'peer-removed'; readonly id: number }
  /** Send this beside Raft's messages; dropped without a stream. */
  | { readonly type: 'send'; readonly to: number; readonly message: StreamMessage | RaftMessage }
  /** Answered by `raft-described`. */
  | { readonly type: 'describe' };

// --- from the raft member to the lead

/** What a Ready holds for the server. Parts that have nothing are null or empty. */
export interface RaftNews {
  readonly type: 'raft-news';
  readonly role: Role;
  readonly term: number;
  readonly lead: number;
  readonly commit: number;
  readonly committedEntries: readonly Entry[];
  readonly snapshot: Snapshot | null;
  readonly readStates: readonly ReadState[];
  readonly confState: ConfState | null;
  readonly atUs: number;
}
export interface ProposalRefused {
  readonly type: 'proposal-refused';
  readonly entries: readonly Entry[];
  readonly reason: string;
  /** Whom Raft follows now; NONE: the node takes no proposals at all until it has a leader (node.go run). */
  readonly lead: number;
  readonly atUs: number;
}
/** A snapshot is to be sent: the server puts its own state, of this moment, into it (snapshot_merge.go). */
export interface SnapshotWanted {
  readonly type: 'snapshot-wanted';
  readonly message: RaftMessage;
  readonly atUs: number;
}
export interface PeerActive {
  readonly type: 'peer-active';
  readonly id: number;
  readonly active: boolean;
  readonly atUs: number;
}
export interface FromPeer {
  readonly type: 'from-peer';
  readonly from: number;
  readonly message: StreamMessage;
  readonly atUs: number;
}
export interface RaftDescribed {
  readonly type: 'raft-described';
  readonly match: readonly { readonly id: number; readonly match: number; readonly isLearner: boolean }[];
  /** For how long a write has kept the ticks from being counted; 0: it does not. */
  readonly stalledUs: number;
  readonly atUs: number;
}
/** The process cannot go on: a panic or a fatal error, with the line it leaves. */
export interface Fatal {
  readonly type: 'fatal';
  readonly line: string;
  readonly atUs: number;
}
/** From the bootstrap member: what the first peer that answered said; null if none did. */
export interface PeersAsked {
  readonly type: 'peers-asked';
  readonly answer: MembersAnswer | null;
  readonly atUs: number;
}
/** From a peer-stream member: the peer says that we were removed. */
export interface Gone {
  readonly type: 'gone';
  readonly atUs: number;
}

// --- to a peer-stream member

/** The stream that was handed to the raft member ended. */
export interface StreamLost {
  readonly type: 'stream-lost';
}
