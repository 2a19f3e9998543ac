/**
 * The health counter of a check and what follows from it: when the next check is due and what the
 * statistics page calls the server. Source: src/check.c:453-660 and :1449-1460, src/server.c:165-178,
 * src/stats-proxy.c:733-790 (HAProxy 1.8 to 3.x agree).
 *
 * Unit: milliseconds, as in the configuration. The counter runs from 0 to rise + fall - 1; from `rise` on
 * the check counts as passed.
 */
import type { Check } from './config.ts';

/** The part of a check's settings that the counter needs; an agent has rise 1 and fall 1 (defaults.h:291). */
export interface Limits {
  readonly rise: number;
  readonly fall: number;
}

export const AGENT_LIMITS: Limits = { rise: 1, fall: 1 };

export function fullHealth(limits: Limits): number {
  return limits.rise + limits.fall - 1;
}

/** A single pass while "going down" restores everything; below `rise` passes are counted one by one. */
export function afterPass(health: number, limits: Limits): number {
  if (health >= fullHealth(limits)) return health;
  return health + 1 >= limits.rise ? fullHealth(limits) : health + 1;
}

/** A single failure while "going up" resets to 0; from `rise` on failures are counted one by one. */
export function afterFailure(health: number, limits: Limits): number {
  if (health <= 0) return 0;
  return health - 1 < limits.rise ? 0 : health - 1;
}

export function isHealthy(health: number, limits: Limits): boolean {
  return health >= limits.rise;
}

/**
 * At start and when maintenance ends: health = rise, UP with a budget of ONE failure (server.c:937, 7428).
 * `init-state` (3.1): fully-up, up (as without), down (one pass brings it up), fully-down (rise passes).
 */
export function initialHealth(check: Check): number {
  switch (check['init-state']) {
    case 'fully-up':
      return fullHealth(check);
    case 'down':
      return check.rise - 1;
    case 'fully-down':
      return 0;
    default:
      return check.rise;
  }
}

/** Milliseconds until the next check, counted from the end of the last (srv_getinter). */
export function intervalMs(check: Check, health: number, forcedFast: boolean): number {
  if (health >= fullHealth(check) && !forcedFast) return check.inter;
  if (health <= 0) return check.downinter ?? check.inter;
  return check.fastinter ?? check.inter;
}

/** `n/m UP` or `n/m DOWN`, as in the lines of `option log-health-checks`. */
export function healthText(health: number, limits: Limits, draining: boolean): string {
  return isHealthy(health, limits)
    ? `${health - limits.rise + 1}/${limits.fall} ${draining ? 'DRAIN' : 'UP'}`
    : `${health}/${limits.rise} DOWN`;
}
