/**
 * What clients ask of leases, and what the leader's lessor does by itself.
 *
 * Sources: etcd v3.6.14 server/etcdserver/v3_server.go:265-345 (LeaseGrant, LeaseRenew), server.go:866-960
 * (revokeExpiredLeases; the proof of leadership since 3.4.31 and 3.5.13), server/lease/lessor.go. Unit: microseconds.
 *
 * Not modelled: that a renewal waits up to 1 s for the applied index.
 */
import type { LeaseGrantRequest, LeaseKeepAliveResponse } from './api.ts';
import { EXPIRY_CHECK_US, expired, promoted, REVOKES_AT_A_TIME, refreshed } from './leases.ts';
import { proposeWithinQuota } from './maintenance.ts';
import { propose } from './proposals.ts';
import { waitToRead } from './reads.ts';
import {
  answerTo,
  type Draft,
  header,
  isLeader,
  NEVER_US,
  type PeerReply,
  type ReplyTo,
  type Server,
  tellRaft,
} from './server-state.ts';

/** lessor.go expiredLeaseRetryInterval: a lease that is still there is revoked again. */
const REVOKE_RETRY_US = 3_000_000;
/** server.go ensureLeadership: ticks that are late by more than this cast doubt on the leadership. */
const STALLED_HEARTBEATS = 3;

export function grantLease(server: Draft, reply: ReplyTo, request: LeaseGrantRequest, atUs: number): void {
  const ttl = Math.max(request.ttl, server.settings.minLeaseTtl);
  const lease = request.id === 0 ? newLeaseId(server) : request.id;
  proposeWithinQuota(server, { kind: 'lease-grant', lease, ttl }, reply, atUs);
}

/** Unique in the cluster: some bits of the member, and its count of requests. */
function newLeaseId(server: Draft): number {
  return (server.id % 1024) * 2 ** 42 + ((server.count + 1) % 2 ** 42);
}

// --- keep-alives

/** Seconds to live, -1 for no such lease, undefined if this member may not say. */
function renew(server: Draft, id: number, atUs: number): number | undefined {
  if (!isLeader(server) || server.expiries === null) return undefined;
  const lease = server.backend.leases.get(id);
  const expiryUs = server.expiries.get(id);
  if (lease === undefined || expiryUs === undefined || expiryUs <= atUs) return -1;
  server.expiries = refreshed(server.expiries, lease, atUs);
  return lease.ttl;
}

function renewalAnswer(server: Server, id: number, ttl: number): LeaseKeepAliveResponse {
  return { ok: true, header: header(server), id, ttl: Math.max(0, ttl) };
}

/** Renews as the leader. False: the lessor is not at work yet. */
export function renewLocally(server: Draft, to: ReplyTo | PeerReply, id: number, atUs: number): boolean {
  const ttl = renew(server, id, atUs);
  if (ttl === undefined) return false;
  answerTo(server, to, renewalAnswer(server, id, ttl));
  return true;
}

// --- the lessor

/** The leader applied its first entry of the term: from now on its lessor decides. */
export function promoteLessor(server: Draft, atUs: number): void {
  server.expiries = promoted(server.backend.leases, atUs, server.settings.electionUs);
  server.nextExpiryCheckUs = atUs + EXPIRY_CHECK_US - ((atUs - server.startedAtUs) % EXPIRY_CHECK_US);
}

export function demoteLessor(server: Draft): void {
  server.expiries = null;
  server.nextExpiryCheckUs = NEVER_US;
  server.revoking = server.revoking.clear();
  server.overdueLeases = [];
}

/** The lessor's look at the clock: what is over is revoked once Raft has said that its clock runs. */
export function checkExpiries(server: Draft, atUs: number): void {
  if (server.nextExpiryCheckUs > atUs) return;
  server.nextExpiryCheckUs = atUs + EXPIRY_CHECK_US;
  const leases = expired(server.expiries, atUs).filter((id) => (server.revoking.get(id) ?? 0) <= atUs);
  if (leases.length === 0) return;
  server.overdueLeases = leases;
  tellRaft(server, { type: 'describe' });
}

/** Raft's ticks may have stood still, as behind a disk that hangs: then this may be no leader any more. */
export function revokeOverdue(server: Draft, stalledUs: number, atUs: number): void {
  const leases = server.overdueLeases;
  server.overdueLeases = [];
  if (leases.length === 0) return;
  const isSure =
    !server.rules.provesLeadership || stalledUs <= STALLED_HEARTBEATS * server.settings.heartbeatUs;
  if (isSure) revokeProven(server, leases, atUs);
  else waitToRead(server, { reply: null, what: { kind: 'revoke', leases }, deadlineUs: NEVER_US }, atUs);
}

/** Proposes the revocations, a few at a time; what is left is found again by the next check. */
export function revokeProven(server: Draft, leases: readonly number[], atUs: number): void {
  if (!isLeader(server)) return;
  for (const lease of leases) {
    if (server.revoking.size >= REVOKES_AT_A_TIME) return;
    if (server.expiries?.has(lease) !== true) continue;
    server.revoking = server.revoking.set(lease, atUs + REVOKE_RETRY_US);
    propose(server, { kind: 'lease-revoke', lease }, null, atUs);
  }
}

/** What a granted or revoked lease means for the lessor. */
export function noteGranted(server: Draft, id: number, atUs: number): void {
  const lease = server.backend.leases.get(id);
  if (lease !== undefined) server.expiries = refreshed(server.expiries, lease, atUs);
}
export function noteRevoked(server: Draft, id: number): void {
  server.revoking = server.revoking.delete(id);
  server.expiries = server.expiries?.delete(id) ?? null;
}
