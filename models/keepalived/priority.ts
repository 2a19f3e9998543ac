/**
 * The effective priority: the configured one plus what scripts and interfaces contribute.
 *
 * Source: keepalived vrrp_track.c (vrrp_set_effective_priority, process_script_update_priority,
 * initialise_interface_tracking_priorities), 2.2.7.
 */

/** An address owner (RFC 3768 section 6.1); no weight changes it. */
export const OWNER_PRIORITY = 255;
/** "I stop": advertised only. */
export const STOP_PRIORITY = 0;
/** VRRP_PRIO_DFL. */
export const DEFAULT_PRIORITY = 100;

/** A script or interface that an instance tracks. Weight 0 means FAULT on failure. */
export interface Weighted {
  readonly weight: number;
  readonly reverse: boolean;
}

/** Weights can be overspent: the total is kept, only what is advertised stays within 1 and 254. */
export function effectivePriority(base: number, total: number): number {
  if (base === OWNER_PRIORITY) return base;
  return Math.min(Math.max(total, 1), OWNER_PRIORITY - 1);
}

/**
 * What a result adds to the total. Before a first result nothing has been added or subtracted, so then only
 * the half that the sign of the weight names applies.
 */
export function contribution({ weight, reverse }: Weighted, ok: boolean, first: boolean): number {
  const direction = reverse ? -1 : 1;
  if (first) return ok === weight > 0 ? weight * direction : 0;
  return (ok ? Math.abs(weight) : -Math.abs(weight)) * direction;
}

/** Whether an unweighted tracker holds the instance in FAULT. */
export function isFault({ reverse }: Weighted, ok: boolean): boolean {
  return ok === reverse;
}
