/** What the members of kube-apiserver tell each other. */
import type { HttpChunk, HttpResponse } from '../wire.ts';
import type { ApiRequest, HealthRequest } from './paths.ts';

/** Ids of the members of which there is one. */
export const ETCD_CLIENT = 'etcd-client';
export const ETCD_CHECK = 'etcd';
export const ETCD_READINESS_CHECK = 'etcd-readiness';
export const COMPACTOR = 'compactor';
export const ENDPOINT_RECONCILER = 'endpoint-reconciler';

export function subchannelId(index: number): string {
  return `${ETCD_CLIENT}/${index}`;
}
export function cacherId(plural: string): string {
  return `cacher/${plural}`;
}
/** The member that serves one request of one connection. */
export function streamId(connection: string, id: number): string {
  return `${connection}/${id}`;
}

// --- to the etcd client

/** One call at a time a caller; it waits until an endpoint is ready (WaitForReady). */
export interface EtcdCall {
  readonly type: 'call';
  readonly from: string;
  readonly path: string;
  readonly body: unknown;
}
/** The caller gave up (its context ended). */
export interface EtcdCancel {
  readonly type: 'cancel';
  readonly from: string;
}
export interface SubchannelState {
  readonly type: 'subchannel';
  readonly index: number;
  readonly state: 'connecting' | 'ready' | 'transient-failure';
}

// --- from the etcd client to the caller

/** The end of a call: a response or EtcdError. `lost`: the connection ended before the answer came. */
export interface EtcdAnswer {
  readonly type: 'answer';
  readonly body: unknown;
  readonly lost: boolean;
}
/** A part of a watch. */
export interface EtcdChunk {
  readonly type: 'chunk';
  readonly body: unknown;
}

// --- to the lead

export interface EtcdConnected {
  readonly type: 'etcd-connected';
}
/** The last word to a request. */
export interface Reply {
  readonly type: 'reply';
  readonly connection: string;
  readonly message: HttpResponse;
}
/** Watch events for a client. */
export interface Push {
  readonly type: 'push';
  readonly connection: string;
  readonly message: HttpChunk;
}

// --- to a cacher

/** A read with resourceVersion=0. */
export interface CachedRead {
  readonly type: 'read';
  readonly connection: string;
  readonly id: number;
  readonly request: ApiRequest;
}
export interface Subscribe {
  readonly type: 'subscribe';
  /** Member id of the watch. */
  readonly watch: string;
  readonly connection: string;
  readonly id: number;
  readonly request: ApiRequest;
}
export interface Unsubscribe {
  readonly type: 'unsubscribe';
  readonly watch: string;
}

// --- to a health check

/** A health request passes from check to check; the last one answers. */
export interface CheckHealth {
  readonly type: 'check';
  readonly connection: string;
  readonly id: number;
  readonly request: HealthRequest;
  readonly failed: readonly string[];
  /** Checks still to be made after this one. */
  readonly then: readonly string[];
}
