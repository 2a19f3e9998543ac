/**
 * Client requests: TLS, the gRPC methods, the HTTP endpoints.
 *
 * Sources: etcd v3.6.14 server/etcdserver/v3_server.go, api/v3rpc (key.go, lease.go, maintenance.go, member.go,
 * interceptor.go, util.go:142), api/etcdhttp. Unit: microseconds.
 */
import type { HttpRefused, HttpRequest, WireMessage } from '../wire.ts';
import {
  type AlarmRequest,
  type LeaseGrantRequest,
  type LeaseKeepAliveRequest,
  type LeaseRevokeRequest,
  METHODS,
  type MemberAddRequest,
  type MemberListRequest,
  type MemberPromoteRequest,
  type MemberRemoveRequest,
  type MemberUpdateRequest,
  type MoveLeaderRequest,
  type RangeRequest,
  type StatusResponse,
  type TxnRequest,
  type WatchRequest,
} from './api.ts';
import { isReadOnly } from './apply.ts';
import { memberOf } from './backend.ts';
import { ERRORS } from './errors.ts';
import type { ForLeader } from './family.ts';
import { serveOrForward } from './forwarding.ts';
import { answerProbe, checkHealth, healthLimitUs, needsRead, probeChecks } from './health.ts';
import { hexId } from './ids.ts';
import { grantLease, renewLocally } from './lease-requests.ts';
import { changeAlarms, defragment, proposeWithinQuota, snapshot } from './maintenance.ts';
import { memberListOf } from './members.ts';
import {
  addMember,
  moveLeader,
  promoteLocally,
  promoteTarget,
  removeMember,
  updateMember,
} from './membership.ts';
import type { Operation } from './proposal.ts';
import { NONE } from './raft/messages.ts';
import { serveOwn, waitToRead } from './reads.ts';
import {
  answer,
  type Client,
  type Draft,
  header,
  NEVER_US,
  type PeerReply,
  type ReplyTo,
  type Server,
  type Waiter,
} from './server-state.ts';
import { closeWatch, openWatch, planLeaderCheck } from './watch.ts';

/** A message on a connection of the client or the metrics port. */
export function hearClient(
  server: Draft,
  connection: string,
  client: Client,
  message: WireMessage,
  atUs: number,
): void {
  switch (message.kind) {
    case 'tls-hello':
      greet(server, connection, client, message.version);
      break;
    case 'ping':
      server.out.push({ type: 'transmit', connection, message: { kind: 'pong' } });
      break;
    case 'cancel':
      closeWatch(server, { connection, id: message.id });
      break;
    case 'request':
      hearRequest(server, { connection, id: message.id }, client, message, atUs);
      break;
    default:
  }
}

function greet(server: Draft, connection: string, client: Client, version: 'ssl3' | 'tls'): void {
  const isSpoken = server.settings.tls && client.port === server.settings.clientPort && version === 'tls';
  if (isSpoken) server.clients = server.clients.set(connection, { ...client, ready: true });
  const message = { kind: 'tls-answer', what: isSpoken ? 'server-hello' : 'alert' };
  server.out.push({ type: 'transmit', connection, message });
}

function hearRequest(
  server: Draft,
  reply: ReplyTo,
  client: Client,
  request: HttpRequest,
  atUs: number,
): void {
  if (client.port === server.settings.clientPort && (!client.ready || request.tls !== server.settings.tls)) {
    answer(server, reply, 'Client sent an HTTP request to an HTTPS server.\n', 400);
  } else if (request.method === 'GET') {
    hearGet(server, reply, request.path, atUs);
  } else if (client.port !== server.settings.clientPort) {
    answer(server, reply, '404 page not found\n', 404);
  } else if (server.isDraining) {
    const message: HttpRefused = { kind: 'refused', id: reply.id };
    server.out.push({ type: 'transmit', connection: reply.connection, message });
  } else {
    hearCall(server, reply, request, atUs);
  }
}

function hearGet(server: Draft, reply: ReplyTo, path: string, atUs: number): void {
  if (path.split('?')[0] === '/health') {
    if (checkHealth(server, reply, path)) return;
    wait(server, reply, { kind: 'health' }, atUs, atUs + healthLimitUs(server));
  } else if (server.rules.hasProbes && probeChecks(path) !== undefined) {
    if (needsRead(path)) {
      wait(server, reply, { kind: 'probe', path }, atUs, atUs + server.settings.requestTimeoutUs);
    } else answerProbe(server, reply, path);
  } else answer(server, reply, '404 page not found\n', 404);
}

function wait(
  server: Draft,
  reply: ReplyTo,
  what: Waiter['what'],
  atUs: number,
  deadlineUs = NEVER_US,
): void {
  waitToRead(server, { reply, what, deadlineUs }, atUs);
}

/** util.go:142 isRPCSupportedForLearner: serializable reads and what is local. */
function isAllowedOnLearner(path: string, body: unknown): boolean {
  if (path === METHODS.status || path === METHODS.snapshot) return true;
  return path === METHODS.range && (body as RangeRequest).serializable === true;
}

function hearCall(server: Draft, reply: ReplyTo, { path, body }: HttpRequest, atUs: number): void {
  if (memberOf(server.backend, server.id)?.isLearner === true && !isAllowedOnLearner(path, body)) {
    answer(server, reply, { ...ERRORS.notLearner, code: server.rules.learnerCode });
    return;
  }
  switch (path) {
    case METHODS.range: {
      const request = body as RangeRequest;
      if (request.serializable === true) serveOwn(server, reply, { kind: 'range', request }, atUs);
      else wait(server, reply, { kind: 'range', request }, atUs);
      break;
    }
    case METHODS.txn: {
      const request = body as TxnRequest;
      if (!isReadOnly(request)) change(server, reply, { kind: 'txn', request }, atUs);
      else if (isSerializable(request)) serveOwn(server, reply, { kind: 'txn', request }, atUs);
      else wait(server, reply, { kind: 'txn', request }, atUs);
      break;
    }
    case METHODS.put:
      change(
        server,
        reply,
        { kind: 'put', request: body as Extract<Operation, { kind: 'put' }>['request'] },
        atUs,
      );
      break;
    case METHODS.deleteRange:
      change(
        server,
        reply,
        { kind: 'delete-range', request: body as Extract<Operation, { kind: 'delete-range' }>['request'] },
        atUs,
      );
      break;
    case METHODS.compact:
      change(
        server,
        reply,
        { kind: 'compact', request: body as Extract<Operation, { kind: 'compact' }>['request'] },
        atUs,
      );
      break;
    case METHODS.watch:
      openWatch(server, reply, body as WatchRequest, atUs);
      planLeaderCheck(server, atUs);
      break;
    case METHODS.leaseGrant:
      grantLease(server, reply, body as LeaseGrantRequest, atUs);
      break;
    case METHODS.leaseRevoke:
      change(server, reply, { kind: 'lease-revoke', lease: (body as LeaseRevokeRequest).id }, atUs);
      break;
    case METHODS.leaseKeepAlive:
      serveOrForward(
        server,
        reply,
        { kind: 'renew', lease: (body as LeaseKeepAliveRequest).id },
        atUs,
        serveAsLeader,
      );
      break;
    case METHODS.memberList:
      if (server.rules.linearizableMemberList && (body as MemberListRequest).linearizable) {
        wait(server, reply, { kind: 'member-list' }, atUs);
      } else answer(server, reply, memberListOf(server));
      break;
    default:
      hearOperation(server, reply, path, body, atUs);
  }
}

/** What operators call: Cluster and Maintenance. */
function hearOperation(server: Draft, reply: ReplyTo, path: string, body: unknown, atUs: number): void {
  switch (path) {
    case METHODS.status:
      answer(server, reply, statusOf(server));
      break;
    case METHODS.memberAdd:
      addMember(server, reply, body as MemberAddRequest, atUs);
      break;
    case METHODS.memberRemove:
      removeMember(server, reply, body as MemberRemoveRequest, atUs);
      break;
    case METHODS.memberUpdate:
      updateMember(server, reply, body as MemberUpdateRequest);
      break;
    case METHODS.memberPromote:
      serveOrForward(
        server,
        reply,
        { kind: 'promote', member: promoteTarget(body as MemberPromoteRequest) },
        atUs,
        serveAsLeader,
      );
      break;
    case METHODS.moveLeader:
      moveLeader(server, reply, body as MoveLeaderRequest, atUs);
      break;
    case METHODS.alarm:
      changeAlarms(server, reply, body as AlarmRequest, atUs);
      break;
    case METHODS.defragment:
      defragment(server, reply, atUs);
      break;
    case METHODS.snapshot:
      snapshot(server, reply);
      break;
    default:
      // No content type of gRPC: its HTTP server looks for a page.
      answer(server, reply, '404 page not found\n', 404);
  }
}

const change = (server: Draft, reply: ReplyTo, operation: Operation, atUs: number): void =>
  proposeWithinQuota(server, operation, reply, atUs);

/** What only the leader may answer. */
export function serveAsLeader(
  server: Draft,
  reply: ReplyTo | PeerReply,
  what: ForLeader,
  atUs: number,
): boolean {
  if (what.kind === 'renew') return renewLocally(server, reply, what.lease, atUs);
  promoteLocally(server, reply, what.member);
  return true;
}

function isSerializable({ success, failure }: TxnRequest): boolean {
  return [...success, ...failure].every(({ op, request }) => op === 'range' && request.serializable === true);
}

export function statusOf(server: Server): StatusResponse {
  const { backend, lead, commit, rules, config } = server;
  const errors = backend.alarms.map(({ member, alarm }) => `memberID:${member} alarm:${alarm} `);
  if (lead === NONE) errors.unshift('etcdserver: no leader');
  return {
    ok: true,
    header: header(server),
    version: rules.full,
    dbSize: backend.store.fileBytes,
    dbSizeInUse: backend.store.bytesInUse,
    dbSizeQuota: Math.max(0, config.flags?.['quota-backend-bytes'] ?? 0),
    leader: lead === NONE ? '' : hexId(lead),
    raftIndex: commit,
    // The term of the last applied entry, as recorded (ground-truth/README.md).
    raftTerm: backend.appliedTerm,
    raftAppliedIndex: backend.appliedIndex,
    isLearner: memberOf(backend, server.id)?.isLearner ?? false,
    errors,
  };
}
