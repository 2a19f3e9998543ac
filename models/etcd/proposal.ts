/**
 * What the server puts into Raft's log: a request with a number by which the proposer finds its client again.
 *
 * Source: etcd v3.6.14 api/etcdserverpb/raft_internal.proto (InternalRaftRequest), server/etcdserver/api/membership
 * (member attributes); sizes are those of keys and of values as JSON, where etcd counts protobuf bytes.
 */
import type { CompactionRequest, DeleteRangeRequest, PutRequest, RequestOp, TxnRequest } from './api.ts';
import type { MemberRecord } from './backend.ts';
import { type Entry, normalEntry } from './raft/entries.ts';
import { lengthOf } from './store.ts';

export type Operation =
  | { readonly kind: 'put'; readonly request: PutRequest }
  | { readonly kind: 'delete-range'; readonly request: DeleteRangeRequest }
  | { readonly kind: 'txn'; readonly request: TxnRequest }
  | { readonly kind: 'compact'; readonly request: CompactionRequest }
  | { readonly kind: 'lease-grant'; readonly lease: number; readonly ttl: number }
  | { readonly kind: 'lease-revoke'; readonly lease: number }
  /** A member publishes its name and client URLs: from now on it counts as started. */
  | {
      readonly kind: 'publish';
      readonly member: number;
      readonly name: string;
      readonly clientUrls: readonly string[];
    }
  | {
      readonly kind: 'alarm';
      readonly action: 'get' | 'activate' | 'deactivate';
      /** 0: any. */
      readonly member: number;
      readonly alarm: 'NONE' | 'NOSPACE' | 'CORRUPT';
    };

export interface Proposal {
  /** Unique in the cluster (pkg/idutil): the proposing member and a count. */
  readonly proposer: number;
  readonly number: number;
  readonly operation: Operation;
}

/** The application's part of a membership change entry. */
export interface MemberChange {
  readonly proposer: number;
  readonly number: number;
  /** The member added, or promoted; null: a removal. */
  readonly member: MemberRecord | null;
  readonly isPromote: boolean;
  /** The version that proposed it forgot to write it to the v3 store too. */
  readonly isNotInV3?: true;
}

/** What a request and its fields take beside keys and values, in bytes. An assumption: protobuf's tags and lengths. */
const FIELDS_BYTES = 16;

function requestBytes({ op, request }: RequestOp): number {
  return FIELDS_BYTES + request.key.length + (op === 'put' ? lengthOf(request.value) : 0);
}

function bytesOf(operation: Operation): number {
  switch (operation.kind) {
    case 'put':
      return requestBytes({ op: 'put', request: operation.request });
    case 'txn': {
      const { compare, success, failure } = operation.request;
      let bytes = FIELDS_BYTES;
      for (const { key } of compare) bytes += FIELDS_BYTES + key.length;
      for (const request of success) bytes += requestBytes(request);
      for (const request of failure) bytes += requestBytes(request);
      return bytes;
    }
    default:
      return JSON.stringify(operation).length;
  }
}

export function proposalEntry(proposal: Proposal): Entry {
  return normalEntry(proposal, bytesOf(proposal.operation));
}
