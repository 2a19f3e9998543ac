/**
 * What a request asks of etcd, and what etcd's answer means to the client.
 *
 * Source: apiserver pkg/storage/etcd3/store.go (Get, List, Create, GuaranteedUpdate, conditionalDelete: one transaction
 * that compares the key's modification revision), pkg/endpoints/handlers/responsewriters/status.go for unknown errors.
 */
import {
  type EtcdError,
  isEtcdError,
  type KeyValue,
  prefixEnd,
  type RangeRequest,
  type RangeResponse,
  type TxnRequest,
  type TxnResponse,
} from '../etcd/api.ts';
import type { HttpResponse } from '../wire.ts';
import {
  alreadyExists,
  conflict,
  internal,
  type KubeList,
  type KubeObject,
  notFound,
  type Status,
} from './api.ts';
import { fromKeyValue, mergePatch, toStored, updated, withVersion } from './objects.ts';
import { type ApiRequest, keyOf } from './paths.ts';

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

/** An update that names no resource version, a patch and a delete begin with a read. */
export function readsFirst(request: ApiRequest, body: KubeObject | undefined): boolean {
  switch (request.verb) {
    case 'create':
      return false;
    case 'update':
      return body?.metadata.resourceVersion === undefined;
    default:
      return true;
  }
}

export function rangeOf(request: ApiRequest): RangeRequest {
  const key = keyOf(request);
  return request.verb === 'list' ? { key, rangeEnd: prefixEnd(key) } : { key };
}

/** A list as the API answers it, from etcd or from a cache. */
export function listOf(request: ApiRequest, items: readonly KubeObject[], revision: number): KubeList {
  const { apiVersion, kind } = request.resource;
  return { apiVersion, kind: `${kind}List`, metadata: { resourceVersion: String(revision) }, items };
}

/** The answer to a finished read; undefined when there is still something to write. */
export function readOutcome(request: ApiRequest, answer: RangeResponse | EtcdError): Outcome | undefined {
  if (isEtcdError(answer)) return failed(internal(answer.error));
  if (request.verb === 'list') {
    const items = answer.kvs.map(fromKeyValue);
    return { status: 200, body: listOf(request, items, answer.header.revision) };
  }
  const [found] = answer.kvs;
  if (found === undefined) return failed(notFound(request.resource, request.name));
  return request.verb === 'get' ? { status: 200, body: fromKeyValue(found) } : undefined;
}

/** The object that a write stores; `base` is what was read, if anything was. */
function toWrite(
  request: ApiRequest,
  body: KubeObject,
  base: KeyValue | undefined,
  atUs: number,
): KubeObject {
  if (request.verb === 'create') {
    const namespace = request.namespace === '' ? {} : { namespace: request.namespace };
    return toStored({ ...body, metadata: { ...body.metadata, ...namespace, creationTimestampUs: atUs } });
  }
  if (base === undefined) return toStored(body);
  const stored = base.value as KubeObject;
  if (request.verb === 'patch') return toStored(mergePatch(stored, body) as KubeObject);
  return updated(stored, body, request.subresource);
}

/** The one transaction of a write. */
export function transactionOf(
  request: ApiRequest,
  body: KubeObject | undefined,
  base: KeyValue | undefined,
  atUs: number,
): TxnRequest {
  const key = keyOf(request, request.verb === 'create' ? body?.metadata.name : request.name);
  if (request.verb === 'delete') {
    return {
      compare: [{ key, modRevision: base?.modRevision ?? 0 }],
      success: [{ op: 'delete-range', request: { key } }],
      failure: [{ op: 'range', request: { key } }],
    };
  }
  const value = toWrite(request, body as KubeObject, base, atUs);
  const modRevision =
    request.verb === 'create' ? 0 : (base?.modRevision ?? Number(body?.metadata.resourceVersion));
  return {
    compare: [{ key, modRevision }],
    success: [{ op: 'put', request: { key, value } }],
    failure: request.verb === 'create' ? [] : [{ op: 'range', request: { key } }],
  };
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
  const { resource, verb } = request;
  const [op] = transaction.success;
  if (!answer.succeeded) {
    if (verb === 'create') return failed(alreadyExists(resource, nameIn(transaction)));
    const found = foundInstead(answer);
    return failed((found === undefined ? notFound : conflict)(resource, request.name));
  }
  const stored = (op?.op === 'put' ? op.request.value : base?.value) as KubeObject;
  return {
    status: verb === 'create' ? 201 : 200,
    body: withVersion(stored, answer.header.revision),
  };
}

function nameIn(transaction: TxnRequest): string {
  const key = transaction.compare[0]?.key ?? '';
  return key.slice(key.lastIndexOf('/') + 1);
}
