/**
 * Applying committed requests to the replicated state: the same on every member.
 *
 * Source: etcd v3.6.14 server/etcdserver/apply/apply.go, txn/txn.go, server/etcdserver/api/membership/cluster.go.
 */
import type { Compare, RangeRequest, RequestOp, ResponseHeader, ResponseOp, TxnRequest } from './api.ts';
import { type Alarm, type Backend, draftOfBackend, memberOf, withMember } from './backend.ts';
import { ERRORS, type EtcdError } from './errors.ts';
import { hexId } from './ids.ts';
import { granted, moved } from './leases.ts';
import type { Operation } from './proposal.ts';
import {
  type Change,
  compact,
  deleteRange,
  done,
  type Edit,
  edit,
  type Found,
  put,
  type RangeFailure,
  range,
  type Store,
} from './store.ts';

export interface Applied {
  readonly backend: Backend;
  /** The client's answer; the header is completed by who answers. */
  readonly answer: unknown;
  readonly changes: readonly Change[];
}

/** What an answer says of the member that gives it. */
export function headerOf(backend: Backend, member: string): ResponseHeader {
  return {
    clusterId: backend.clusterId.toString(16),
    memberId: member,
    revision: backend.store.revision,
    raftTerm: backend.appliedTerm,
  };
}

export function rangeError(failure: RangeFailure): EtcdError {
  return failure === 'compacted' ? ERRORS.compacted : ERRORS.futureRevision;
}

const NO_CHANGES: readonly Change[] = [];

/**
 * Applies an operation.
 * @param member the one that applies, for the header of the answer
 * @returns `exceeds`: the write was applied though there was no room for it; the alarm is due (apply.go, applierV3quota)
 */
export function apply(
  backend: Backend,
  operation: Operation,
  member: string,
  quotaBytes: number,
): Applied & { readonly exceeds: boolean } {
  const isWrite = operation.kind === 'put' || operation.kind === 'lease-grant' || writes(operation);
  if (isWrite && backend.alarms.some(({ alarm }) => alarm === 'NOSPACE'))
    return withExceeds(refused(backend, ERRORS.noSpace), false);
  if (CORRUPTIBLE.has(operation.kind) && backend.alarms.some(({ alarm }) => alarm === 'CORRUPT'))
    return withExceeds(refused(backend, ERRORS.corrupt), false);
  const applied = applyOperation(backend, operation, member);
  const exceeds = isWrite && applied.backend.store.fileBytes >= quotaBytes;
  return withExceeds(applied, exceeds);
}

function withExceeds({ backend, answer, changes }: Applied, exceeds: boolean) {
  return { backend, answer: exceeds ? ERRORS.noSpace : answer, changes, exceeds };
}

/** What no member does while one is known to be corrupt (apply.go applierV3Corrupt); reads go on. */
const CORRUPTIBLE: ReadonlySet<Operation['kind']> = new Set([
  'put',
  'delete-range',
  'txn',
  'compact',
  'lease-grant',
  'lease-revoke',
]);

function writes(operation: Operation): boolean {
  return (
    operation.kind === 'txn' &&
    [...operation.request.success, ...operation.request.failure].some(({ op }) => op === 'put')
  );
}

function refused(backend: Backend, answer: EtcdError): Applied {
  return { backend, answer, changes: NO_CHANGES };
}

function applyOperation(backend: Backend, operation: Operation, member: string): Applied {
  switch (operation.kind) {
    case 'put': {
      const { key, value, lease = 0 } = operation.request;
      if (lease !== 0 && !backend.leases.has(lease)) return refused(backend, ERRORS.leaseNotFound);
      const changing = edit(backend.store);
      put(changing, key, value, lease);
      return settled(backend, changing, member, (header) => ({ ok: true, header }));
    }
    case 'delete-range': {
      const changing = edit(backend.store);
      const gone = deleteRange(changing, operation.request.key, operation.request.rangeEnd);
      return settled(backend, changing, member, (header) => ({ ok: true, header, deleted: gone.length }));
    }
    case 'txn':
      return applyTxn(backend, operation.request, member);
    case 'compact': {
      const store = compact(backend.store, operation.request.revision);
      if (typeof store === 'string') return refused(backend, rangeError(store));
      const next = draftOfBackend(backend);
      next.store = store;
      return { backend: next, answer: { ok: true, header: headerOf(next, member) }, changes: NO_CHANGES };
    }
    case 'lease-grant': {
      const { lease: id, ttl } = operation;
      if (backend.leases.has(id)) return refused(backend, ERRORS.leaseExists);
      const next = draftOfBackend(backend);
      next.leases = granted(backend.leases, id, ttl);
      return {
        backend: next,
        answer: { ok: true, header: headerOf(next, member), id, ttl },
        changes: NO_CHANGES,
      };
    }
    case 'lease-revoke':
      return revoke(backend, operation.lease, member);
    case 'publish': {
      const record = memberOf(backend, operation.member);
      const { name, clientUrls } = operation;
      const next = record === undefined ? backend : withMember(backend, { ...record, name, clientUrls });
      return { backend: next, answer: null, changes: NO_CHANGES };
    }
    case 'alarm':
      return applyAlarm(backend, operation, member);
  }
}

function settled(
  backend: Backend,
  changing: Edit,
  member: string,
  answer: (header: ResponseHeader) => unknown,
): Applied {
  const store = done(backend.store, changing);
  let { leases } = backend;
  for (const { kv, prevKv } of changing.changes) leases = moved(leases, kv.key, prevKv?.lease ?? 0, kv.lease);
  const next = draftOfBackend(backend);
  next.store = store;
  next.leases = leases;
  return { backend: next, answer: answer(headerOf(next, member)), changes: changing.changes };
}

/** A lease's keys go with it, in one revision. */
function revoke(backend: Backend, id: number, member: string): Applied {
  const lease = backend.leases.get(id);
  if (lease === undefined) return refused(backend, ERRORS.leaseNotFound);
  const changing = edit(backend.store);
  for (const key of lease.keys.toArray().sort()) deleteRange(changing, key, undefined);
  const gone = settled(backend, changing, member, (header) => ({ ok: true, header }));
  return { ...gone, backend: { ...gone.backend, leases: gone.backend.leases.delete(id) } };
}

function applyAlarm(
  backend: Backend,
  { action, member: of, alarm }: Extract<Operation, { kind: 'alarm' }>,
  member: string,
): Applied {
  const isMeant = (other: Alarm) =>
    (alarm === 'NONE' || other.alarm === alarm) && (of === 0 || other.member === of);
  let touched = backend.alarms.filter(isMeant);
  let { alarms } = backend;
  if (action === 'deactivate') alarms = alarms.filter((other) => !isMeant(other));
  if (action === 'activate' && alarm !== 'NONE' && touched.length === 0) {
    touched = [{ member: of, alarm }];
    alarms = [...alarms, ...touched];
  }
  const next = draftOfBackend(backend);
  next.alarms = alarms;
  const listed = touched.map((one) => ({ memberId: hexId(one.member), alarm: one.alarm }));
  return {
    backend: next,
    answer: { ok: true, header: headerOf(next, member), alarms: listed },
    changes: NO_CHANGES,
  };
}

// --- transactions

function holds(store: Store, compare: Compare): boolean {
  const kv = store.keys.get(compare.key);
  return 'version' in compare
    ? (kv?.version ?? 0) === compare.version
    : (kv?.modRevision ?? 0) === compare.modRevision;
}

/** Whether the requests of a transaction only read. */
export function isReadOnly({ success, failure }: TxnRequest): boolean {
  return [...success, ...failure].every(({ op }) => op === 'range');
}

/** Also answers transactions that only read, at once and outside of Raft. */
export function applyTxn(backend: Backend, request: TxnRequest, member: string): Applied {
  const { store } = backend;
  const succeeded = request.compare.every((compare) => holds(store, compare));
  const ops = succeeded ? request.success : request.failure;
  const refusal = checkOps(backend, ops);
  if (refusal !== null) return refused(backend, refusal);
  const changing = edit(store);
  const headerless = ops.map((op) => execute(store, changing, op));
  return settled(backend, changing, member, (header) => ({
    ok: true,
    header,
    succeeded,
    responses: headerless.map((response) => withHeader(response, header)),
  }));
}

/** apply.go checkRequestPut, checkRequestRange: a transaction that would fail half-way is refused as a whole. */
function checkOps(backend: Backend, ops: readonly RequestOp[]): EtcdError | null {
  for (const { op, request } of ops) {
    if (
      op === 'put' &&
      request.lease !== undefined &&
      request.lease !== 0 &&
      !backend.leases.has(request.lease)
    ) {
      return ERRORS.leaseNotFound;
    }
    if (op !== 'range') continue;
    const found = range(backend.store, { ...request, countOnly: true });
    if (typeof found === 'string') return rangeError(found);
  }
  return null;
}

type Headerless =
  | { readonly op: 'range'; readonly found: Found }
  | { readonly op: 'put' }
  | { readonly op: 'delete-range'; readonly deleted: number };

function execute(store: Store, changing: Edit, { op, request }: RequestOp): Headerless {
  switch (op) {
    case 'put':
      put(changing, request.key, request.value, request.lease ?? 0);
      return { op };
    case 'delete-range':
      return { op, deleted: deleteRange(changing, request.key, request.rangeEnd).length };
    case 'range':
      return { op, found: range(seenBy(store, changing), request as RangeRequest) as Found };
  }
}

/** A later operation of a transaction sees what the earlier ones did. */
function seenBy(store: Store, changing: Edit): Store {
  return changing.changes.length === 0
    ? store
    : { ...store, keys: changing.keys, revision: changing.revision };
}

function withHeader(response: Headerless, header: ResponseHeader): ResponseOp {
  switch (response.op) {
    case 'range':
      return { op: 'range', response: { ok: true, header, ...response.found } };
    case 'put':
      return { op: 'put', response: { ok: true, header } };
    case 'delete-range':
      return { op: 'delete-range', response: { ok: true, header, deleted: response.deleted } };
  }
}
