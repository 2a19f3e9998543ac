/**
 * VRRP's arithmetic of time. Unit: whole microseconds, as in keepalived (integer division throughout).
 *
 * Sources: RFC 3768 section 6.1 and RFC 5798 section 6.1; keepalived vrrp.h (VRRP_TIMER_SKEW, VRRP_TIMER_SKEW_MIN,
 * VRRP_MS_DOWN_TIMER) and vrrp.c (vrrp_complete_instance), 2.2.7.
 */

export const SECOND_US = 1_000_000;
const CENTISECOND_US = 10_000;
/** RFC 3768 section 6.1, keepalived VRRP_ADVER_DFL. */
export const DEFAULT_ADVERT_INT_US = SECOND_US;
/** `down_timer_adverts`, default 3 (VRRP_DOWN_TIMER_ADVERTS). */
export const DEFAULT_DOWN_TIMER_ADVERTS = 3;

/** How much later a lower priority fires. Version 2: (256 - P) / 256 s; version 3: the same share of the master's interval. */
export function skewUs(vrrpVersion: 2 | 3, priority: number, masterAdvertIntUs: number): number {
  if (vrrpVersion === 2) return Math.floor(((256 - priority) * SECOND_US) / 256);
  return Math.floor(((256 - priority) * Math.floor(masterAdvertIntUs / CENTISECOND_US) * 625) / 16);
}

/** Silence after which a BACKUP takes over. */
export function masterDownUs(
  vrrpVersion: 2 | 3,
  priority: number,
  masterAdvertIntUs: number,
  downTimerAdverts: number = DEFAULT_DOWN_TIMER_ADVERTS,
): number {
  return downTimerAdverts * masterAdvertIntUs + skewUs(vrrpVersion, priority, masterAdvertIntUs);
}

/** First wait of a `state MASTER` member of a sync group: one interval and the least skew (vrrp_init_state). */
export function eagerDownUs(vrrpVersion: 2 | 3, advertIntUs: number): number {
  return advertIntUs + Math.floor((vrrpVersion === 2 ? SECOND_US : advertIntUs) / 256);
}

/** What keepalived makes of an `advert_int`: whole seconds in version 2, centiseconds in version 3, half rounded up. */
export function roundedAdvertIntUs(vrrpVersion: 2 | 3, advertIntUs: number): number {
  const unitUs = vrrpVersion === 2 ? SECOND_US : CENTISECOND_US;
  const longestUs = vrrpVersion === 2 ? 255 * SECOND_US : 4095 * CENTISECOND_US;
  if (advertIntUs >= longestUs + unitUs) return longestUs;
  return Math.max(unitUs, Math.floor((advertIntUs + unitUs / 2) / unitUs) * unitUs);
}

/** `0.500000`, as keepalived prints intervals. */
export function secondsText(us: number): string {
  return (us / SECOND_US).toFixed(6);
}
