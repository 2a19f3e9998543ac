/**
 * Which calls the etcd client library repeats, and when.
 *
 * Sources: etcd client/v3/options.go:45-56 (100 tries, 25 ms between laps, jitter 10 %), retry.go:54-94 (reads on
 * Unavailable; writes only when they were never sent, which WaitForReady makes a wait instead), client.go
 * roundRobinQuorumBackoff (a pause after each lap of a quorum of the endpoints, none within). Unit: microseconds.
 */
import { isEtcdError } from '../etcd/errors.ts';

export const UNARY_MAX_RETRIES = 100;
const WAIT_BETWEEN_US = 25_000;
const JITTER_FRACTION = 0.1;

/** A read whose answer was Unavailable, with tries left. `tries` counts those made. */
export function mayRetryRead(body: unknown, tries: number): boolean {
  return isEtcdError(body) && body.code === 'Unavailable' && tries < UNARY_MAX_RETRIES;
}

/** Pause before the next try when `tries` were made; 0 within a lap. `draw` is in [0, 1). */
export function retryPauseUs(tries: number, endpoints: number, draw: number): number {
  const quorum = Math.floor(endpoints / 2) + 1;
  if (tries % quorum !== 0) return 0;
  return Math.round(WAIT_BETWEEN_US * (1 + JITTER_FRACTION * (2 * draw - 1)));
}
