/**
 * etcd's client API (v3) as it travels inside an HTTP/2 stream of models/wire.ts: one HttpRequest
 * {method: 'POST', path: one of METHODS, body: ...Request}, answered by one HttpResponse {status: 200,
 * body: ...Response | EtcdError}; gRPC keeps its own status in the trailers, so the HTTP status is 200
 * either way (errors.ts). Watch answers in HttpChunks {body: WatchResponse} under the request's id until the stream
 * ends with an HttpResponse {body: EtcdError} or the client sends HttpCancel.
 *
 * Sources: etcd api/etcdserverpb/rpc.proto, api/mvccpb/kv.proto (v3.6.14); server/etcdserver/api/etcdhttp/health.go
 * for GET /health. Times to live are seconds, as in the protocol.
 *
 * Ports: 2379 clients (TLS), 2380 peers, 2381 plain HTTP for GET /health (`--listen-metrics-urls`, kubeadm).
 *
 * Not modelled: authentication, range sort orders, watch filters and fragments, nested transactions, the
 * Auth and Lock services. Keys are text and ranges are in code-unit order; values are plain data.
 */

export const CLIENT_PORT = 2379;
export const METRICS_PORT = 2381;

/** Paths of the requests, as gRPC names them. */
export const METHODS = {
  range: '/etcdserverpb.KV/Range',
  put: '/etcdserverpb.KV/Put',
  deleteRange: '/etcdserverpb.KV/DeleteRange',
  txn: '/etcdserverpb.KV/Txn',
  compact: '/etcdserverpb.KV/Compact',
  watch: '/etcdserverpb.Watch/Watch',
  leaseGrant: '/etcdserverpb.Lease/LeaseGrant',
  leaseRevoke: '/etcdserverpb.Lease/LeaseRevoke',
  leaseKeepAlive: '/etcdserverpb.Lease/LeaseKeepAlive',
  memberList: '/etcdserverpb.Cluster/MemberList',
  memberAdd: '/etcdserverpb.Cluster/MemberAdd',
  memberRemove: '/etcdserverpb.Cluster/MemberRemove',
  memberUpdate: '/etcdserverpb.Cluster/MemberUpdate',
  memberPromote: '/etcdserverpb.Cluster/MemberPromote',
  status: '/etcdserverpb.Maintenance/Status',
  alarm: '/etcdserverpb.Maintenance/Alarm',
  defragment: '/etcdserverpb.Maintenance/Defragment',
  moveLeader: '/etcdserverpb.Maintenance/MoveLeader',
  snapshot: '/etcdserverpb.Maintenance/Snapshot',
} as const;

export interface ResponseHeader {
  /** Hexadecimal, as etcdctl prints it. */
  readonly clusterId: string;
  readonly memberId: string;
  /** The serving member's applied revision. */
  readonly revision: number;
  readonly raftTerm: number;
}

export interface KeyValue {
  readonly key: string;
  readonly value: unknown;
  readonly createRevision: number;
  readonly modRevision: number;
  /** 1 when created, +1 for each change. */
  readonly version: number;
  /** Lease that the key is attached to; 0 is none. */
  readonly lease: number;
}

// --- KV

export interface RangeRequest {
  readonly key: string;
  /** Keys from `key` up to but without this one; without it the one key. `prefixEnd(key)` for a prefix. */
  readonly rangeEnd?: string;
  readonly limit?: number;
  /** Read at this revision; without it the newest. */
  readonly revision?: number;
  /** Answer from the member's own store, possibly stale, also without quorum. Default: linearizable. */
  readonly serializable?: boolean;
  readonly keysOnly?: boolean;
  readonly countOnly?: boolean;
}
export interface RangeResponse {
  readonly ok: true;
  readonly header: ResponseHeader;
  /** In the order of their keys. */
  readonly kvs: readonly KeyValue[];
  /** There are more than `limit`. */
  readonly more: boolean;
  /** How many keys the range holds, whatever the limit. */
  readonly count: number;
}

export interface PutRequest {
  readonly key: string;
  readonly value: unknown;
  readonly lease?: number;
}
export interface PutResponse {
  readonly ok: true;
  readonly header: ResponseHeader;
}

export interface DeleteRangeRequest {
  readonly key: string;
  readonly rangeEnd?: string;
}
export interface DeleteRangeResponse {
  readonly ok: true;
  readonly header: ResponseHeader;
  readonly deleted: number;
}

/** The comparisons that kube-apiserver makes: the key's modification revision, or its version, equals this; 0 means there is no such key. */
export type Compare =
  | { readonly key: string; readonly modRevision: number }
  | { readonly key: string; readonly version: number };
export type RequestOp =
  | { readonly op: 'range'; readonly request: RangeRequest }
  | { readonly op: 'put'; readonly request: PutRequest }
  | { readonly op: 'delete-range'; readonly request: DeleteRangeRequest };
export type ResponseOp =
  | { readonly op: 'range'; readonly response: RangeResponse }
  | { readonly op: 'put'; readonly response: PutResponse }
  | { readonly op: 'delete-range'; readonly response: DeleteRangeResponse };
export interface TxnRequest {
  /** All must hold for `success` to run, else `failure` does. */
  readonly compare: readonly Compare[];
  readonly success: readonly RequestOp[];
  readonly failure: readonly RequestOp[];
}
export interface TxnResponse {
  readonly ok: true;
  readonly header: ResponseHeader;
  readonly succeeded: boolean;
  readonly responses: readonly ResponseOp[];
}

export interface CompactionRequest {
  readonly revision: number;
}
export interface CompactionResponse {
  readonly ok: true;
  readonly header: ResponseHeader;
}

// --- Watch

/** One watch a stream. */
export interface WatchRequest {
  readonly key: string;
  readonly rangeEnd?: string;
  /** First revision to report; 0 is from now on. */
  readonly startRevision: number;
  readonly prevKv?: boolean;
  /** A line now and then without events, so that the client knows up to which revision it is complete. */
  readonly progressNotify?: boolean;
  /** Metadata `hasleader`: the member ends the stream with `no leader` after 3 checks without one (v3rpc/interceptor.go). */
  readonly requireLeader: boolean;
}
export interface EtcdEvent {
  readonly type: 'PUT' | 'DELETE';
  /** Of a deleted key only `key` and `modRevision` mean anything. */
  readonly kv: KeyValue;
  readonly prevKv?: KeyValue;
}
/** What a chunk of the stream holds. The first one has `created`. */
export interface WatchResponse {
  readonly header: ResponseHeader;
  readonly created?: true;
  readonly events: readonly EtcdEvent[];
  /** The member ended the watch; with `compactRevision` because the start revision is compacted. */
  readonly canceled?: true;
  readonly cancelReason?: string;
  readonly compactRevision?: number;
}

// --- Lease

export interface LeaseGrantRequest {
  /** Seconds; the member raises it to its minimum (2 s at default election timeout). */
  readonly ttl: number;
  /** 0: the member chooses. */
  readonly id: number;
}
export interface LeaseGrantResponse {
  readonly ok: true;
  readonly header: ResponseHeader;
  readonly id: number;
  readonly ttl: number;
}
export interface LeaseRevokeRequest {
  readonly id: number;
}
export interface LeaseRevokeResponse {
  readonly ok: true;
  readonly header: ResponseHeader;
}
export interface LeaseKeepAliveRequest {
  readonly id: number;
}
export interface LeaseKeepAliveResponse {
  readonly ok: true;
  readonly header: ResponseHeader;
  readonly id: number;
  /** 0: the lease is gone. */
  readonly ttl: number;
}

// --- Cluster, Maintenance

export interface MemberListRequest {
  /** False: from the member's own store (etcd 3.4 always; `etcdctl member list --consistency=s`). */
  readonly linearizable: boolean;
}
export interface Member {
  readonly id: string;
  /** Empty until the member has started once. */
  readonly name: string;
  readonly peerUrls: readonly string[];
  readonly clientUrls: readonly string[];
  readonly isLearner: boolean;
}
export interface MemberListResponse {
  readonly ok: true;
  readonly header: ResponseHeader;
  readonly members: readonly Member[];
}

export interface MemberAddRequest {
  readonly peerUrls: readonly string[];
  readonly isLearner: boolean;
}
export interface MemberAddResponse extends MemberListResponse {
  readonly member: Member;
}
export interface MemberRemoveRequest {
  /** Hexadecimal. */
  readonly id: string;
}
export interface MemberUpdateRequest {
  readonly id: string;
  readonly peerUrls: readonly string[];
}
export interface MemberPromoteRequest {
  readonly id: string;
}

export interface AlarmRequest {
  readonly action: 'get' | 'activate' | 'deactivate';
  /** Hexadecimal; empty means all. */
  readonly memberId: string;
  readonly alarm: 'NONE' | 'NOSPACE' | 'CORRUPT';
}
export interface AlarmResponse {
  readonly ok: true;
  readonly header: ResponseHeader;
  /** Those that the action found or changed. */
  readonly alarms: readonly { readonly memberId: string; readonly alarm: 'NOSPACE' | 'CORRUPT' }[];
}

export type DefragmentRequest = Readonly<Record<string, never>>;
export interface MoveLeaderRequest {
  /** Hexadecimal. */
  readonly targetId: string;
}
/** Both answer with nothing but the header. */
export interface HeaderResponse {
  readonly ok: true;
  readonly header: ResponseHeader;
}

export type SnapshotRequest = Readonly<Record<string, never>>;
/** The whole database at once, where etcd streams the file. `db` goes into models/etcd/restore.ts. */
export interface SnapshotResponse {
  readonly ok: true;
  readonly header: ResponseHeader;
  readonly db: unknown;
  readonly revision: number;
  readonly totalKeys: number;
  readonly totalSize: number;
}

/** Local to the member: works without quorum. */
export type StatusRequest = Readonly<Record<string, never>>;
export interface StatusResponse {
  readonly ok: true;
  readonly header: ResponseHeader;
  readonly version: string;
  /** Bytes: of the file, of what is in use of it, and --quota-backend-bytes as it was given. */
  readonly dbSize: number;
  readonly dbSizeInUse: number;
  readonly dbSizeQuota: number;
  /** Member id; empty when it knows none. */
  readonly leader: string;
  readonly raftIndex: number;
  readonly raftTerm: number;
  readonly raftAppliedIndex: number;
  readonly isLearner: boolean;
  readonly errors: readonly string[];
}

/** Body of GET /health: status 200 or 503. */
export interface HealthBody {
  readonly health: 'true' | 'false';
  /** `ALARM NOSPACE`, `RAFT NO LEADER`, `RANGE ERROR:...`, or empty. */
  readonly reason: string;
}

/** The range end that makes `prefix` a prefix: its last code unit plus one (clientv3.GetPrefixRangeEnd). */
export function prefixEnd(prefix: string): string {
  const last = prefix.length - 1;
  return prefix.slice(0, last) + String.fromCharCode(prefix.charCodeAt(last) + 1);
}
