/**
 * What the server puts into Raft's log: a request with a number by which the proposer finds its client again.
 *
 * Source: etcd v3.6.14 api/etcdserverpb/raft_internal.proto (InternalRaftRequest), server/etcdserver/api/membership
 * (member attributes); sizes are those of the request as JSON, where etcd counts protobuf bytes.
 */
import type { CompactionRequest, DeleteRangeRequest, PutRequest, TxnRequest } from './api.ts';
import type { MemberRecord } from './backend.ts';
import { type Entry, normalEntry } from './raft/entries.ts';

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
}

export function proposalEntry(proposal: Proposal): Entry {
  return normalEntry(proposal, JSON.stringify(proposal.operation).length);
}
