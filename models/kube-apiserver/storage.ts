/**
 * What a request asks of etcd, and what etcd's answer means to the client.
 *
 * Source: apiserver pkg/storage/etcd3/store.go (Get, List, Create, GuaranteedUpdate, conditionalDelete: one transaction
 * that compares the key's modification revision), pkg/endpoints/handlers/responsewriters/status.go for unknown errors.
 */
import {
  type KeyValue,
  prefixEnd,
  type RangeRequest,
  type RangeResponse,
  type TxnRequest,
  type TxnResponse,
} from '../etcd/api.ts';
import { type EtcdError, isEtcdError } from '../etcd/errors.ts';
import type { HttpResponse } from '../wire.ts';
import { type Admission, admitted, type Binding, bound, isGraceful, marked, refusal } from './admission.ts';
import {
  alreadyExists,
  conflict,
  internal,
  type KubeList,
  type KubeObject,
  notFound,
  RESOURCES,
  type Resource,
  type Status,
} from './api.ts';
import { type ClusterKnown, isSystemNamespace, withBootstrapped } from './bootstrap.ts';
import { eventOps, type Occurrence } from './events.ts';
import { fromKeyValue, mergePatch, toStored, updated, withVersion } from './objects.ts';
import { type ApiRequest, keyOf } from './paths.ts';
import { isSelected } from './watch-cache.ts';

/** What goes back: an HTTP status and a body. */
export interface Outcome {
  readonly status: number;
  readonly body: KubeObject | KubeList | Status;
}

export function respond(id: number, outcome: Outcome): HttpResponse {
  return { kind: 'response', id, status: outcome.status, body: outcome.body };
}

export function failed(status: Status): Outcome {
  return { status: status.code, body: status };
}

/** Admission NamespaceLifecycle: may there be no such namespace as this one is created in? */
function needsNamespace({ verb, name, namespace }: ApiRequest): boolean {
  return verb === 'create' && name === '' && namespace !== '' && !isSystemNamespace(namespace);
}

/** An update that names no resource version, a patch and a delete begin with a read. */
export function readsFirst(request: ApiRequest, body: KubeObject | undefined): boolean {
  switch (request.verb) {
    case 'create':
      return request.name !== '' || needsNamespace(request);
    case 'update':
      return body?.metadata.resourceVersion === undefined;
    default:
      return true;
  }
}

const NAMESPACES = RESOURCES['namespaces'] as Resource;

export function rangeOf(request: ApiRequest): RangeRequest {
  if (needsNamespace(request)) return { key: NAMESPACES.prefix + request.namespace };
  const key = keyOf(request);
  return request.verb === 'list' ? { key, rangeEnd: prefixEnd(key) } : { key };
}

/** A list as the API answers it, from etcd or from a cache. */
export function listOf(request: ApiRequest, items: readonly KubeObject[], revision: number): KubeList {
  const { apiVersion, kind } = request.resource;
  return { apiVersion, kind: `${kind}List`, metadata: { resourceVersion: String(revision) }, items };
}

/** The answer to a finished read; undefined when there is still something to write. */
export function readOutcome(
  request: ApiRequest,
  body: KubeObject | undefined,
  answer: RangeResponse | EtcdError,
  cluster: ClusterKnown,
): Outcome | undefined {
  if (isEtcdError(answer)) return failed(internal(answer.error));
  const { verb } = request;
  if (needsNamespace(request))
    return answer.kvs.length === 0 ? failed(notFound(NAMESPACES, request.namespace)) : undefined;
  const stored = answer.kvs.map(fromKeyValue);
  const objects = verb === 'get' || verb === 'list' ? withBootstrapped(request, stored, cluster) : stored;
  if (verb === 'list') {
    const items = objects.filter((object) => isSelected(request, object));
    return { status: 200, body: listOf(request, items, answer.header.revision) };
  }
  const [object] = objects;
  if (object === undefined) return failed(notFound(request.resource, request.name));
  if (verb === 'get') return { status: 200, body: object };
  const refused = refusal(request, body, object);
  if (refused !== undefined) return failed(refused);
  const again = endsIt(request) && object.metadata.deletionTimestampUs !== undefined;
  return again && isGraceful(request, body, object) ? { status: 200, body: object } : undefined;
}

/** A delete, or an eviction, which is one. */
function endsIt({ verb, subresource }: ApiRequest): boolean {
  return verb === 'delete' || subresource === 'eviction';
}

/** The object that a write stores; `base` is what was read, if anything was. */
function toWrite(
  request: ApiRequest,
  body: KubeObject,
  base: KeyValue | undefined,
  admission: Admission,
  atUs: number,
): KubeObject {
  if (request.verb === 'create' && request.name === '')
    return toStored(admitted(request, body, admission, atUs));
  if (base === undefined) return toStored(body);
  const stored = base.value as KubeObject;
  if (endsIt(request)) return marked(stored, atUs);
  if (request.subresource === 'binding') return bound(stored, body as unknown as Binding);
  if (request.verb === 'patch') return toStored(mergePatch(stored, body) as KubeObject);
  return updated(stored, body, request.subresource);
}

/** The one transaction of a write. */
export function transactionOf(
  request: ApiRequest,
  body: KubeObject | undefined,
  base: KeyValue | undefined,
  admission: Admission,
  atUs: number,
): TxnRequest {
  if (endsIt(request) && !isGraceful(request, body, base?.value as KubeObject)) {
    const key = keyOf(request);
    return {
      compare: [{ key, modRevision: base?.modRevision ?? 0 }],
      success: [{ op: 'delete-range', request: { key } }],
      failure: [{ op: 'range', request: { key } }],
    };
  }
  const value = toWrite(request, body as KubeObject, base, admission, atUs);
  const isNew = request.verb === 'create' && request.name === '';
  const key = keyOf(request, isNew ? value.metadata.name : request.name);
  const modRevision = isNew ? 0 : (base?.modRevision ?? Number(body?.metadata.resourceVersion));
  return {
    compare: [{ key, modRevision }],
    success: [{ op: 'put', request: { key, value } }],
    failure: isNew ? [] : [{ op: 'range', request: { key } }],
  };
}

/** The same, with what is said about the object that it writes or deletes. */
export function withEvents(
  transaction: TxnRequest,
  base: KeyValue | undefined,
  said: readonly Occurrence[],
  atUs: number,
): TxnRequest {
  if (said.length === 0) return transaction;
  const [op] = transaction.success;
  const object = (op?.op === 'put' ? op.request.value : base?.value) as KubeObject;
  return { ...transaction, success: [...transaction.success, ...eventOps(said, object, atUs)] };
}

/** What the transaction's failure branch found: the object as it is now. */
export function foundInstead(answer: TxnResponse | EtcdError): KeyValue | undefined {
  if (isEtcdError(answer) || answer.succeeded) return undefined;
  const [first] = answer.responses;
  return first?.op === 'range' ? first.response.kvs[0] : undefined;
}

/** The answer to a write that is not tried again. */
export function writeOutcome(
  request: ApiRequest,
  transaction: TxnRequest,
  base: KeyValue | undefined,
  answer: TxnResponse | EtcdError,
): Outcome {
  if (isEtcdError(answer)) return failed(internal(answer.error));
  const { resource, verb, name } = request;
  const isNew = verb === 'create' && name === '';
  const [op] = transaction.success;
  if (!answer.succeeded) {
    if (isNew) return failed(alreadyExists(resource, nameIn(transaction)));
    const found = foundInstead(answer);
    return failed((found === undefined ? notFound : conflict)(resource, request.name));
  }
  const stored = (op?.op === 'put' ? op.request.value : base?.value) as KubeObject;
  return {
    status: isNew ? 201 : 200,
    body: withVersion(stored, answer.header.revision),
  };
}

function nameIn(transaction: TxnRequest): string {
  const key = transaction.compare[0]?.key ?? '';
  return key.slice(key.lastIndexOf('/') + 1);
}
