/**
 * Maintenance requests: alarms and the quota behind them, defragmentation, the snapshot of the database.
 *
 * Sources: etcd v3.6.14 server/etcdserver/api/v3rpc/maintenance.go, quota.go, server/storage/quota.go, backend.go (Defrag);
 * ETCD-FACTS section 8, ETCD-SCENARIOS C3, C4. Unit: microseconds.
 *
 * Not modelled: checks for corruption (the alarm CORRUPT can be set and cleared, and writes fail with it; nothing raises it).
 */
import type { AlarmRequest, SnapshotResponse, TxnRequest } from './api.ts';
import { ERRORS } from './errors.ts';
import type { Operation } from './proposal.ts';
import { propose } from './proposals.ts';
import { answer, type Draft, header, log, type ReplyTo } from './server-state.ts';
import { defragmented } from './store.ts';

/** storage/quota.go kvOverhead: what a key costs beside its own bytes. */
const KEY_OVERHEAD_BYTES = 256;
/** storage/quota.go leaseOverhead. */
const LEASE_BYTES = 64;
/** How fast the file is written anew (assumption: a plain SSD; 2 GiB take 10 s, and gardener reports stalls of 40 s). */
const DEFRAGMENT_BYTES_PER_SECOND = 200 * 1024 * 1024;

// --- the quota

function costOf(operation: Operation): number {
  switch (operation.kind) {
    case 'put':
      return KEY_OVERHEAD_BYTES + JSON.stringify(operation.request).length;
    case 'txn':
      return txnCost(operation.request);
    case 'lease-grant':
      return LEASE_BYTES;
    default:
      return 0;
  }
}

function txnCost({ success, failure }: TxnRequest): number {
  const cost = (ops: TxnRequest['success']) =>
    ops.reduce(
      (sum, { op, request }) =>
        op === 'put' ? sum + KEY_OVERHEAD_BYTES + JSON.stringify(request).length : sum,
      0,
    );
  return Math.max(cost(success), cost(failure));
}

/** Proposes a change unless the database would exceed its quota: then the alarm is raised instead. */
export function proposeWithinQuota(server: Draft, operation: Operation, reply: ReplyTo, atUs: number): void {
  const { quotaBytes } = server.settings;
  const room = quotaBytes - server.backend.store.fileBytes;
  // Looked at first, since nearly always there is room for anything.
  if (room < quotaBytes / 2 && costOf(operation) > 0 && costOf(operation) >= room) {
    raiseNoSpace(server, atUs);
    answer(server, reply, ERRORS.noSpace);
  } else propose(server, operation, reply, atUs);
}

export function raiseNoSpace(server: Draft, atUs: number): void {
  if (server.backend.alarms.some(({ member, alarm }) => member === server.id && alarm === 'NOSPACE')) return;
  log(server, `alarm NOSPACE raised by peer ${server.hexId}`, 'W');
  propose(server, { kind: 'alarm', action: 'activate', member: server.id, alarm: 'NOSPACE' }, null, atUs);
}

// --- alarms

export function changeAlarms(server: Draft, reply: ReplyTo, request: AlarmRequest, atUs: number): void {
  const member = request.memberId === '' ? 0 : Number.parseInt(request.memberId, 16);
  const { action, alarm } = request;
  propose(server, { kind: 'alarm', action, member, alarm }, reply, atUs);
}

// --- defragmentation and snapshots

/** Reads and writes of this member wait until the file is written anew; its Raft goes on. */
export function defragment(server: Draft, reply: ReplyTo, atUs: number): void {
  const { store } = server.backend;
  log(server, 'starting defragment');
  server.backend = { ...server.backend, store: defragmented(store) };
  server.blockedUntilUs = atUs + Math.round((store.bytesInUse / DEFRAGMENT_BYTES_PER_SECOND) * 1e6);
  server.defragmenting = [...server.defragmenting, reply];
}

export function isBlocked(server: Draft, atUs: number): boolean {
  return server.blockedUntilUs > atUs;
}

/** The file is written: who asked for it is answered. */
export function endDefragmentation(server: Draft): void {
  server.blockedUntilUs = 0;
  log(server, 'finished defragment');
  for (const reply of server.defragmenting) answer(server, reply, { ok: true, header: header(server) });
  server.defragmenting = [];
}

/** The database as it is on this member: needs no quorum. */
export function snapshot(server: Draft, reply: ReplyTo): void {
  const { store } = server.backend;
  const body: SnapshotResponse = {
    ok: true,
    header: header(server),
    db: server.backend,
    revision: store.revision,
    totalKeys: store.history.size,
    totalSize: store.fileBytes,
  };
  answer(server, reply, body);
}
