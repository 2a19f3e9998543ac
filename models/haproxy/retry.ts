/**
 * What follows a failed connection attempt: src/backend.c back_handle_st_cer, include/haproxy/stream.h:332
 * stream_choose_redispatch (1.8 to 3.x agree).
 */
import { timerUs } from './timers.ts';

export interface Attempt {
  /** Failed attempts so far, this one included. */
  readonly failures: number;
  readonly retries: number;
  /** `option redispatch [N]`; undefined: off. */
  readonly redispatch: number | undefined;
  /** The server of the attempt has been marked DOWN meanwhile. */
  readonly serverDown: boolean;
  /** Usable active servers. */
  readonly act: number;
  /** The algorithm takes a hash of the client (source). */
  readonly hashed: boolean;
}

export function hasRetriesLeft({ failures, retries }: Attempt): boolean {
  return failures <= retries;
}

/**
 * Another server at once? Only with `option redispatch`, and if the server is DOWN, or the interval says so
 * (default: on the last retry), or there are other servers and the algorithm does not care which: then
 * already on the FIRST retry.
 */
export function choosesAnother({ failures, retries, redispatch, serverDown, act, hashed }: Attempt): boolean {
  if (redispatch === undefined) return false;
  const period = redispatch > 0 ? redispatch : retries + 1 + redispatch;
  return serverDown || (period > 0 && failures % period === 0) || (act > 1 && !hashed);
}

/**
 * The turn-around before the next attempt: min(1 s, timeout connect) after a connect ERROR (refused, no
 * route), and only if the same server is tried again or no more than one active server is left. A connect
 * TIMEOUT is retried at once. Microseconds.
 */
export function turnAroundUs(
  how: 'refused' | 'no-route' | 'timeout',
  another: boolean,
  act: number,
  connectUs: number,
): number {
  if (how === 'timeout' || (another && act > 1)) return 0;
  return Math.min(timerUs(1000), connectUs);
}
