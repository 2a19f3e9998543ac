/**
 * What the server of an etcd member knows beside the replicated state, and how a step of it is made: on a draft,
 * a shallow copy that nobody else has seen; what the draft holds at the end is the next state.
 */
import { Map as ImmutableMap, List, OrderedMap } from 'immutable';
import type { Effect, ProcessInput } from '../../sim/effects.ts';
import type { RangeRequest, ResponseHeader, TxnRequest } from './api.ts';
import { headerOf } from './apply.ts';
import { type Backend, emptyBackend, type MemberRecord } from './backend.ts';
import { type EtcdConfig, type Settings, settingsOf } from './config.ts';
import { type ForLeader, type LinkEvent, RAFT } from './family.ts';
import { clusterId, hexId, memberId, peerUrl } from './ids.ts';
import type { Expiries } from './leases.ts';
import type { Proposal } from './proposal.ts';
import type { Entry } from './raft/entries.ts';
import type { RaftEvent } from './raft/events.ts';
import { type ConfState, NONE } from './raft/messages.ts';
import type { Role } from './raft/raft.ts';
import { type VersionRules, versionRules } from './version.ts';
import type { Watcher } from './watch.ts';

export const NEVER_US = Number.POSITIVE_INFINITY;

/** Where an answer goes: a request of a client's connection. */
export interface ReplyTo {
  readonly connection: string;
  readonly id: number;
}

/** Where an answer goes: a request that a follower passed on. */
export interface PeerReply {
  readonly peer: number;
  readonly request: number;
}

export interface Client {
  readonly port: number;
  /** The TLS handshake is done, or there is none. */
  readonly ready: boolean;
}

/** A request that waits until its entry is applied. */
export interface Pending {
  readonly proposal: Proposal;
  /** Null: the server's own (publishing, a revocation). */
  readonly reply: ReplyTo | null;
  readonly startedAtUs: number;
  readonly deadlineUs: number;
  /** Not proposed yet: there is no leader. */
  readonly queued: boolean;
}

/** A membership change that waits until it is applied; it has no limit but the client's. */
export interface PendingChange {
  readonly reply: ReplyTo | PeerReply;
  readonly what: 'add' | 'remove' | 'promote' | 'update';
  readonly member: number;
}

/** Something to be answered once a read index is confirmed and applied. */
export interface Waiter {
  readonly reply: ReplyTo | null;
  readonly what:
    | { readonly kind: 'range'; readonly request: RangeRequest }
    | { readonly kind: 'txn'; readonly request: TxnRequest }
    | { readonly kind: 'member-list' }
    | { readonly kind: 'health' }
    /** GET /readyz or one of its checks; `path` is the request's. */
    | { readonly kind: 'probe'; readonly path: string }
    /** A leader that was not heard of for long proves that it leads before it revokes these leases. */
    | { readonly kind: 'revoke'; readonly leases: readonly number[] };
  /** A limit of its own; NEVER_US for none. */
  readonly deadlineUs: number;
}

/** One round of the loop that confirms reads (v3_server.go linearizableReadLoop). */
export interface ReadRound {
  /** Of the last request sent; a new one each retry. */
  readonly request: number;
  readonly retryAtUs: number;
  readonly deadlineUs: number;
  /** Confirmed, and waiting until this is applied. */
  readonly index: number | null;
  readonly waiters: List<Waiter>;
}

/** A request that is being forwarded to the leader. */
export interface Forward {
  readonly reply: ReplyTo;
  readonly what: ForLeader;
  /** The leader that was asked; NONE: none yet. */
  readonly asked: number;
  readonly retryAtUs: number;
  readonly deadlineUs: number;
}

/** A promotion that waits until Raft has said how far the learner is. */
export interface Promotion {
  readonly reply: ReplyTo | PeerReply;
  readonly member: number;
}

/** A transfer of the leadership that a client asked for. */
export interface Move {
  readonly reply: ReplyTo;
  readonly target: number;
  readonly pollAtUs: number;
  readonly deadlineUs: number;
}

export interface Server {
  readonly config: EtcdConfig;
  readonly settings: Settings;
  readonly rules: VersionRules;
  readonly luck: number;
  readonly starts: number;
  readonly address: string;
  readonly startedAtUs: number;
  readonly id: number;
  readonly hexId: string;
  readonly backend: Backend;
  readonly confState: ConfState;
  /** Index of the last snapshot made. */
  readonly snapshotIndex: number;
  // --- what Raft last told
  readonly role: Role;
  readonly term: number;
  readonly lead: number;
  readonly commit: number;
  /** When this member was last elected; 0 for never. */
  readonly electedAtUs: number;
  /** Peers whose streams stand, and since when. */
  readonly activeSinceUs: ReadonlyMap<number, number>;
  // --- life
  /** The name is published, or the wait for it was given up: clients are served. */
  readonly isReady: boolean;
  readonly published: boolean;
  /** When the ticks are fast-forwarded, and until when that is tried. */
  readonly pollPeersAtUs: number;
  readonly pollPeersUntilUs: number;
  /** When clients are served without a leader. */
  readonly readyAtUs: number;
  /** Other members to which streams are kept. */
  readonly linked: readonly MemberRecord[];
  /** Members of the cluster that is being joined, until Raft has told who they are. */
  readonly remotes: readonly MemberRecord[];
  /** Until when a defragmentation keeps reads and applying from the database; 0: no. */
  readonly blockedUntilUs: number;
  readonly defragmenting: readonly ReplyTo[];
  /** What could not be applied or answered meanwhile. */
  readonly heldEntries: List<Entry>;
  readonly heldReads: List<Waiter>;
  /** When the process ends because the member was removed. */
  readonly stopAtUs: number;
  readonly transferee: number;
  /** SIGTERM came: no new requests. */
  readonly isDraining: boolean;
  /** Until when clients are waited for at the end, then until when the transfer of the office. */
  readonly drainUntilUs: number;
  // --- clients
  readonly clients: ImmutableMap<string, Client>;
  readonly streams: number;
  /** Requests counted, to number proposals and reads. */
  readonly count: number;
  readonly pending: OrderedMap<number, Pending>;
  /** Numbers of pending requests that wait for a leader. */
  readonly queue: List<number>;
  readonly pendingChanges: ImmutableMap<number, PendingChange>;
  /** Membership changes that wait for a leader. */
  readonly queuedChanges: readonly Entry[];
  readonly round: ReadRound | null;
  /** Reads for the next round. */
  readonly nextReads: List<Waiter>;
  readonly watchers: ImmutableMap<string, Watcher>;
  /** Not later than the next progress notification, and the next limit of a waiting read. */
  readonly progressAtUs: number;
  readonly readLimitUs: number;
  /** Checks in a row that found no leader, and the next one; NEVER_US while it would find one. */
  readonly leaderlessChecks: number;
  readonly leaderCheckAtUs: number;
  // --- leases
  readonly expiries: Expiries;
  readonly nextExpiryCheckUs: number;
  /** Leases whose revocation is proposed, and when it would be proposed again. */
  readonly revoking: ImmutableMap<number, number>;
  /** Leases that are over, while Raft is asked whether its clock runs. */
  readonly overdueLeases: readonly number[];
  readonly forwards: ImmutableMap<number, Forward>;
  readonly promotions: readonly Promotion[];
  readonly moves: readonly Move[];
  // --- time
  /** Of the present step. */
  readonly nowUs: number;
  /** When something is due next; NEVER_US: nothing is. */
  readonly wakeUs: number;
  /** What the step asks for. */
  readonly out: readonly Effect[];
}

export type Draft = { -readonly [K in keyof Server]: Server[K] } & { out: Effect[] };

/** Numbers of a start: they must never meet again those of an earlier start that are still in the log. */
export function firstNumber(starts: number): number {
  return starts * 2 ** 30;
}

export function initialServer(input: ProcessInput<EtcdConfig>): Server {
  const { config } = input;
  const settings = settingsOf(config);
  const ids = config.initialCluster.map(({ peerAddress, peerPort }) =>
    memberId([peerUrl(peerAddress, peerPort)], settings.token),
  );
  const at = config.initialCluster.findIndex(({ name }) => name === config.name);
  const id = ids[at] ?? 0;
  return {
    config,
    settings,
    rules: versionRules(config.version, config.patch),
    luck: input.luck,
    starts: input.starts,
    address: input.address,
    startedAtUs: input.atUs,
    id,
    hexId: hexId(id),
    backend: emptyBackend(clusterId(ids), config.databaseBytes),
    confState: { voters: [], votersOutgoing: [], learners: [], learnersNext: [], autoLeave: false },
    snapshotIndex: 0,
    role: 'follower',
    term: 0,
    lead: NONE,
    commit: 0,
    electedAtUs: 0,
    activeSinceUs: new Map(),
    isReady: false,
    published: false,
    pollPeersAtUs: NEVER_US,
    pollPeersUntilUs: NEVER_US,
    readyAtUs: NEVER_US,
    linked: [],
    remotes: [],
    blockedUntilUs: 0,
    defragmenting: [],
    heldEntries: List(),
    heldReads: List(),
    stopAtUs: NEVER_US,
    transferee: NONE,
    isDraining: false,
    drainUntilUs: NEVER_US,
    clients: ImmutableMap(),
    streams: 0,
    count: firstNumber(input.starts),
    pending: OrderedMap(),
    queue: List(),
    pendingChanges: ImmutableMap(),
    queuedChanges: [],
    round: null,
    nextReads: List(),
    watchers: ImmutableMap(),
    progressAtUs: NEVER_US,
    readLimitUs: NEVER_US,
    leaderlessChecks: 0,
    leaderCheckAtUs: NEVER_US,
    expiries: null,
    nextExpiryCheckUs: NEVER_US,
    revoking: ImmutableMap(),
    overdueLeases: [],
    forwards: ImmutableMap(),
    promotions: [],
    moves: [],
    nowUs: input.atUs,
    wakeUs: NEVER_US,
    out: [],
  };
}

// --- what a step asks for

export function tellRaft(server: Draft, event: (RaftEvent | LinkEvent) & { readonly atUs?: number }): void {
  server.out.push({ type: 'tell', to: RAFT, event });
}

/** The effect that answers a request. gRPC's own status is in the body, so the HTTP status is 200 either way. */
export function answering(reply: ReplyTo, body: unknown, status = 200): Effect {
  return {
    type: 'transmit',
    connection: reply.connection,
    message: { kind: 'response', id: reply.id, status, body },
  };
}

export function answer(server: Draft, reply: ReplyTo | null, body: unknown, status = 200): void {
  if (reply !== null) server.out.push(answering(reply, body, status));
}

/** Answers a client, or a follower that asked for one. */
export function answerTo(server: Draft, to: ReplyTo | PeerReply, body: unknown): void {
  if ('connection' in to) answer(server, to, body);
  else {
    const message = { kind: 'forward-answer' as const, request: to.request, body };
    tellRaft(server, { type: 'send', to: to.peer, message });
  }
}

export function log(server: Draft, line: string, level = 'I'): void {
  server.out.push({ type: 'log', line, level });
}

export function header(server: Server): ResponseHeader {
  return headerOf(server.backend, server.hexId);
}

export function isLeader(server: Server): boolean {
  return server.role === 'leader';
}

/** Whether the link to a member has stood without interruption since before this moment (server util.go isConnectedSince). */
export function isConnectedSince(server: Server, id: number, sinceUs: number): boolean {
  const activeUs = server.activeSinceUs.get(id);
  return activeUs !== undefined && activeUs < sinceUs;
}

/** Voters and learners to which the link has stood since then, this member included. */
export function connectedSince(server: Server, sinceUs: number): number {
  return server.backend.members.filter(({ id }) => id === server.id || isConnectedSince(server, id, sinceUs))
    .length;
}
