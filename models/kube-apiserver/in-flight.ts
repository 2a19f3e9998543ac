/**
 * How many requests an apiserver serves at once.
 *
 * Source: apiserver pkg/server/filters/maxinflight.go (WithMaxInFlightLimit: two pools, long-running requests pass by, 429 with
 * Retry-After 1), kube-apiserver --max-requests-inflight, --max-mutating-requests-inflight.
 *
 * Not modelled: priority and fairness, which shares the sum of both limits out among flows and lets requests wait for up to
 * 15 s before the same answer (on by default since 1.20); that members of system:masters are never refused; health checks and
 * reads of the watch cache, which take no time here.
 */
import type { HttpResponse } from '../wire.ts';
import type { KubeApiserverConfig } from './config.ts';
import type { ApiRequest } from './paths.ts';

export interface InFlight {
  readonly reading: number;
  readonly mutating: number;
}

export const NONE_IN_FLIGHT: InFlight = { reading: 0, mutating: 0 };

/** The pool that a request takes its place in; a long-running one needs none. */
export function poolOf({ verb }: ApiRequest): keyof InFlight | undefined {
  if (verb === 'watch') return undefined;
  return verb === 'get' || verb === 'list' ? 'reading' : 'mutating';
}

export function isFull(inFlight: InFlight, pool: keyof InFlight, config: KubeApiserverConfig): boolean {
  const most = config[pool === 'reading' ? 'max-requests-inflight' : 'max-mutating-requests-inflight'];
  return most > 0 && inFlight[pool] >= most;
}

/** With so many requests more, or fewer, in a pool. */
export function counted(inFlight: InFlight, pool: keyof InFlight | undefined, by: number): InFlight {
  return pool === undefined ? inFlight : { ...inFlight, [pool]: inFlight[pool] + by };
}

export function tooManyRequests(id: number): HttpResponse {
  const body = 'Too many requests, please try again later.\n';
  return { kind: 'response', id, status: 429, body, retryAfter: 1 };
}
