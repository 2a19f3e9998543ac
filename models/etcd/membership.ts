/**
 * Membership requests: add, remove, update, promote a member; move the leadership.
 *
 * Sources: etcd v3.6.14 server/etcdserver/server.go:1285-1345 (MoveLeader), :1370-1760 (AddMember ... configure); ETCD-FACTS
 * sections 6 and 7. The change itself is an ordinary entry of the log, one member at a time, with no limit but the
 * client's. Unit: microseconds.
 */
import type {
  MemberAddRequest,
  MemberPromoteRequest,
  MemberRemoveRequest,
  MemberUpdateRequest,
  MoveLeaderRequest,
} from './api.ts';
import { type MemberRecord, memberOf } from './backend.ts';
import { ERRORS, type EtcdError } from './errors.ts';
import { addressOf, hexId, memberId } from './ids.ts';
import type { MemberChange } from './proposal.ts';
import { type ConfChangeType, confChangeEntry, type Entry } from './raft/entries.ts';
import { NONE } from './raft/messages.ts';
import {
  HEALTH_INTERVAL_US,
  type Links,
  refusalOfAdd,
  refusalOfPromote,
  refusalOfRemove,
  type Strictness,
} from './reconfiguration.ts';
import {
  answer,
  answerTo,
  type Draft,
  header,
  isConnectedSince,
  isLeader,
  log,
  NEVER_US,
  type PeerReply,
  type PendingChange,
  type ReplyTo,
  type Server,
  tellRaft,
} from './server-state.ts';

function linksOf(server: Server, atUs: number): Links {
  const sinceUs = atUs - HEALTH_INTERVAL_US;
  return {
    self: server.id,
    isConnected: (id) => id === server.id || isConnectedSince(server, id, sinceUs),
    isActive: (id) => id === server.id || server.activeSinceUs.has(id),
  };
}

function strictnessOf({ settings, rules }: Server): Strictness {
  return { strict: settings.strictReconfigCheck, addNeedsAll: rules.addNeedsAll };
}

/** Proposes the change, or waits for a leader to propose it to. */
function configure(
  server: Draft,
  reply: ReplyTo | PeerReply,
  what: PendingChange['what'],
  type: ConfChangeType,
  nodeId: number,
  member: MemberRecord | null,
): void {
  const number = ++server.count;
  const isPromote = what === 'promote';
  const context: MemberChange = {
    proposer: server.id,
    number,
    member,
    isPromote,
    ...(isPromote && !server.rules.storesPromotions ? { isNotInV3: true } : {}),
  };
  const change = { transition: 'ConfChangeTransitionAuto' as const, changes: [{ type, nodeId }], context };
  const entry = confChangeEntry('EntryConfChange', change);
  server.pendingChanges = server.pendingChanges.set(number, { reply, what, member: nodeId });
  if (server.lead === NONE) server.queuedChanges = [...server.queuedChanges, entry];
  else tellRaft(server, { type: 'propose', entries: [entry] });
}

export function proposeQueuedChanges(server: Draft): void {
  for (const entry of server.queuedChanges) tellRaft(server, { type: 'propose', entries: [entry] });
  if (server.queuedChanges.length > 0) server.queuedChanges = [];
}

/** Raft would not take a change. */
export function refuseChange(server: Draft, { data }: Entry, error: EtcdError): void {
  const { number, proposer } = (data as { readonly context: MemberChange }).context;
  const pending = server.pendingChanges.get(number);
  if (proposer !== server.id || pending === undefined) return;
  server.pendingChanges = server.pendingChanges.delete(number);
  answerTo(server, pending.reply, error);
}

function recordOf(id: number, peerUrls: readonly string[], isLearner: boolean): MemberRecord {
  const { address, port } = addressOf(peerUrls[0] ?? '');
  return { id, name: '', peerUrls, address, port, clientUrls: [], isLearner };
}

export function addMember(server: Draft, reply: ReplyTo, request: MemberAddRequest, atUs: number): void {
  const { peerUrls, isLearner } = request;
  const refusal = refusalOfAdd(server.backend, isLearner, linksOf(server, atUs), strictnessOf(server));
  if (refusal !== null) {
    if (refusal === ERRORS.unhealthy) {
      log(
        server,
        `rejecting member add request; local member has not been connected to all peers, reconfigure breaks active quorum`,
        'W',
      );
    }
    answer(server, reply, refusal);
    return;
  }
  const id = memberId(peerUrls, server.settings.token, atUs);
  const type = isLearner ? 'ConfChangeAddLearnerNode' : 'ConfChangeAddNode';
  configure(server, reply, 'add', type, id, recordOf(id, peerUrls, isLearner));
}

export function removeMember(
  server: Draft,
  reply: ReplyTo,
  request: MemberRemoveRequest,
  atUs: number,
): void {
  const id = Number.parseInt(request.id, 16);
  const refusal = refusalOfRemove(server.backend, id, linksOf(server, atUs), strictnessOf(server));
  if (refusal !== null) answer(server, reply, refusal);
  else configure(server, reply, 'remove', 'ConfChangeRemoveNode', id, null);
}

export function updateMember(server: Draft, reply: ReplyTo, { id, peerUrls }: MemberUpdateRequest): void {
  const member = memberOf(server.backend, Number.parseInt(id, 16));
  if (member === undefined) {
    answer(server, reply, ERRORS.memberNotFound);
    return;
  }
  const { address, port } = addressOf(peerUrls[0] ?? '');
  configure(server, reply, 'update', 'ConfChangeUpdateNode', member.id, {
    ...member,
    peerUrls,
    address,
    port,
  });
}

// --- promotion

export function promoteTarget({ id }: MemberPromoteRequest): number {
  return Number.parseInt(id, 16);
}

/** The leader decides, by how far the learner's log is. */
export function promoteLocally(server: Draft, reply: ReplyTo | PeerReply, member: number): void {
  server.promotions = [...server.promotions, { reply, member }];
  tellRaft(server, { type: 'describe' });
}

export function decidePromotions(
  server: Draft,
  progress: readonly { readonly id: number; readonly match: number }[],
): void {
  if (server.promotions.length === 0) return;
  const match = new Map(progress.map((p) => [p.id, p.match]));
  const { promotions } = server;
  server.promotions = [];
  for (const { reply, member } of promotions) {
    const record = memberOf(server.backend, member);
    const refusal = refusalOfPromote(server.backend, member, server.id, match, strictnessOf(server));
    if (refusal !== null) answerTo(server, reply, refusal);
    else if (record !== undefined) {
      configure(server, reply, 'promote', 'ConfChangeAddNode', member, { ...record, isLearner: false });
    }
  }
}

// --- leadership

export function moveLeader(
  server: Draft,
  reply: ReplyTo,
  { targetId }: MoveLeaderRequest,
  atUs: number,
): void {
  const target = Number.parseInt(targetId, 16);
  if (!isLeader(server)) answer(server, reply, ERRORS.notLeader);
  else if (memberOf(server.backend, target)?.isLearner !== false) answer(server, reply, ERRORS.badTransferee);
  else {
    log(server, `${server.hexId} starts leadership transfer from ${server.hexId} to ${hexId(target)}`);
    tellRaft(server, { type: 'transfer-leader', to: target });
    const { heartbeatUs, requestTimeoutUs } = server.settings;
    const pollAtUs = target === server.lead ? atUs : atUs + heartbeatUs;
    server.moves = [...server.moves, { reply, target, pollAtUs, deadlineUs: atUs + requestTimeoutUs }];
  }
}

/** Looked at each tick until the target leads. */
export function movesDue(server: Draft, atUs: number): void {
  if (nextMoveUs(server) > atUs) return;
  server.moves = server.moves.flatMap((move) => {
    if (server.lead === move.target) {
      answer(server, move.reply, { ok: true, header: header(server) });
      return [];
    }
    if (move.deadlineUs <= atUs) {
      answer(server, move.reply, ERRORS.transferTimeout);
      return [];
    }
    return [{ ...move, pollAtUs: atUs + server.settings.heartbeatUs }];
  });
}

export function nextMoveUs({ moves }: Server): number {
  return moves.reduce((least, { pollAtUs }) => Math.min(least, pollAtUs), NEVER_US);
}
