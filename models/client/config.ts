/** What a load generator is told. Plain data; times in microseconds. */

import type { DnsName } from '../dns/resolve.ts';

/**
 * `serializable-read` is answered from an apiserver's watch cache (resourceVersion=0). `http` is a plain GET; `hold` opens a
 * connection and keeps it until somebody ends it, or until the limit. `etcd-...` are spoken to a member of etcd.
 */
export type RequestKind =
  | 'write'
  | 'read'
  | 'serializable-read'
  | 'connect'
  | 'http'
  | 'hold'
  | 'etcd-put'
  | 'etcd-get'
  | 'etcd-serializable-get'
  | 'etcd-status';

export interface ClientConfig {
  /** Unique among clients; also names the object that it writes. */
  readonly name: string;
  readonly request: RequestKind;
  readonly address: string;
  readonly port: number;
  /** A name with several addresses, instead of the one. */
  readonly dns?: DnsName;
  /** Requests start at this distance, whether or not earlier ones have ended (open loop). */
  readonly everyUs: number;
  /** A request that has not ended by then is a time-out. */
  readonly timeoutUs: number;
  /** Of `http` and `hold`: the limit of connecting alone. */
  readonly connectTimeoutUs?: number;
  /** Of `hold`: a request over it at this distance; without it the connection is idle. */
  readonly talkUs?: number;
  /** So many requests and no more. */
  readonly count?: number;
  /** Of `etcd-put` and `etcd-get`: the key; without it one that is named after the client. */
  readonly key?: string;
  /** A connection for each request, or one that is kept and over which all of them go (HTTP/2). */
  readonly connection: 'each' | 'keep';
}

/** Limit of the standard probers (DESIGN section 6). */
export const DEFAULT_TIMEOUT_US = 5_000_000;
