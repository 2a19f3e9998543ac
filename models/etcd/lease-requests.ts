/**
 * What clients ask of leases, and what the leader's lessor does by itself.
 *
 * Sources: etcd v3.6.14 server/etcdserver/v3_server.go:265-345 (LeaseGrant, LeaseRenew), server.go:866-960
 * (revokeExpiredLeases; the proof of leadership since 3.4.31 and 3.5.13), server/lease/lessor.go. Unit: microseconds.
 *
 * Not modelled: that a renewal waits up to 1 s for the applied index, and goes over an HTTP connection of its own
 * (here over the stream to the leader).
 */
import { ERRORS, type LeaseGrantRequest } from './api.ts';
import type { LeaseRenewal, LeaseRenewed } from './family.ts';
import { EXPIRY_CHECK_US, expired, promoted, REVOKES_AT_A_TIME, refreshed } from './leases.ts';
import { propose } from './proposals.ts';
import { NONE } from './raft/messages.ts';
import { waitToRead } from './reads.ts';
import {
  answer,
  type Draft,
  header,
  isLeader,
  NEVER_US,
  type Renewal,
  type ReplyTo,
  type Server,
  tellRaft,
} from './server-state.ts';

/** v3_server.go:55: pause before a renewal is forwarded again. */
const FORWARD_RETRY_US = 50_000;
/** lessor.go expiredLeaseRetryInterval: a lease that is still there is revoked again. */
const REVOKE_RETRY_US = 3_000_000;
/** server.go ensureLeadership: ticks that are late by more than this cast doubt on the leadership. */
const STALLED_HEARTBEATS = 3;

export function grantLease(server: Draft, reply: ReplyTo, request: LeaseGrantRequest, atUs: number): void {
  const ttl = Math.max(request.ttl, server.settings.minLeaseTtl);
  const lease = request.id === 0 ? newLeaseId(server) : request.id;
  propose(server, { kind: 'lease-grant', lease, ttl }, reply, atUs);
}

/** Unique in the cluster: some bits of the member, and its count of requests. */
function newLeaseId(server: Draft): number {
  return (server.id % 1024) * 2 ** 42 + ((server.count + 1) % 2 ** 42);
}

// --- renewals

/** Seconds to live, -1 for no such lease, undefined if this member may not say. */
function renew(server: Draft, id: number, atUs: number): number | undefined {
  if (!isLeader(server) || server.expiries === null) return undefined;
  const lease = server.backend.leases.get(id);
  const expiryUs = server.expiries.get(id);
  if (lease === undefined || expiryUs === undefined || expiryUs <= atUs) return -1;
  server.expiries = refreshed(server.expiries, lease, atUs);
  return lease.ttl;
}

function answerRenewal(server: Draft, reply: ReplyTo, id: number, ttl: number): void {
  answer(server, reply, { ok: true, header: header(server), id, ttl: Math.max(0, ttl) });
}

export function keepAlive(server: Draft, reply: ReplyTo, id: number, atUs: number): void {
  const ttl = renew(server, id, atUs);
  if (ttl !== undefined) {
    answerRenewal(server, reply, id, ttl);
    return;
  }
  const deadlineUs = atUs + server.settings.requestTimeoutUs;
  forward(server, ++server.count, { reply, lease: id, asked: NONE, retryAtUs: NEVER_US, deadlineUs }, atUs);
}

/** Asks the leader, or looks for one again later. */
function forward(server: Draft, request: number, renewal: Renewal, atUs: number): void {
  const { lead, id, settings } = server;
  const asks = lead !== NONE && lead !== id && server.activeSinceUs.has(lead);
  const pauseUs = lead === NONE ? settings.electionUs : FORWARD_RETRY_US;
  server.renewals = server.renewals.set(request, {
    ...renewal,
    asked: asks ? lead : NONE,
    retryAtUs: asks ? NEVER_US : atUs + pauseUs,
  });
  if (asks) {
    tellRaft(server, {
      type: 'send',
      to: lead,
      message: { kind: 'lease-renewal', request, lease: renewal.lease },
    });
  }
}

/** A follower asks for its client. */
export function renewForPeer(
  server: Draft,
  from: number,
  { request, lease }: LeaseRenewal,
  atUs: number,
): void {
  const ttl = renew(server, lease, atUs);
  const message: LeaseRenewed =
    ttl === undefined ? { kind: 'lease-renewed', request } : { kind: 'lease-renewed', request, ttl };
  tellRaft(server, { type: 'send', to: from, message });
}

export function renewedByLeader(server: Draft, { request, ttl }: LeaseRenewed, atUs: number): void {
  const renewal = server.renewals.get(request);
  if (renewal === undefined) return;
  if (ttl === undefined) {
    server.renewals = server.renewals.set(request, { ...renewal, retryAtUs: atUs + FORWARD_RETRY_US });
    return;
  }
  server.renewals = server.renewals.delete(request);
  answerRenewal(server, renewal.reply, renewal.lease, ttl);
}

/** The link to the asked leader broke: its answer will not come. */
export function retryRenewalsVia(server: Draft, id: number, atUs: number): void {
  server.renewals.forEach((renewal, request) => {
    if (renewal.asked !== id) return;
    const retryAtUs = atUs + FORWARD_RETRY_US;
    server.renewals = server.renewals.set(request, { ...renewal, asked: NONE, retryAtUs });
  });
}

export function renewalsDue(server: Draft, atUs: number): void {
  server.renewals.forEach((renewal, request) => {
    const { reply, lease, deadlineUs, retryAtUs } = renewal;
    if (deadlineUs <= atUs) {
      server.renewals = server.renewals.delete(request);
      answer(server, reply, ERRORS.timeout);
    } else if (retryAtUs <= atUs) {
      const ttl = renew(server, lease, atUs);
      if (ttl === undefined) forward(server, request, renewal, atUs);
      else {
        server.renewals = server.renewals.delete(request);
        answerRenewal(server, reply, lease, ttl);
      }
    }
  });
}

export function nextRenewalUs({ renewals }: Server): number {
  let next = NEVER_US;
  renewals.forEach(({ retryAtUs, deadlineUs }) => {
    next = Math.min(next, retryAtUs, deadlineUs);
  });
  return next;
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
  if (stalledUs <= STALLED_HEARTBEATS * server.settings.heartbeatUs) revokeProven(server, leases, atUs);
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
