/**
 * How HAProxy's timers turn into real delays. Its scheduler counts whole milliseconds; the poller sleeps
 * one millisecond longer than the nearest timer needs (compute_poll_timeout, include/haproxy/time.h:
 * "TICKS_TO_MS(tick_remain(now_ms, next)) + 1"), so a 2000 ms timer fires after 2001 ms. The recordings
 * show it: time-outs of checks report "check duration: 2001ms".
 *
 * Unit: microseconds out, milliseconds in. Not modelled: that other work may wake the loop in that last
 * millisecond, and the sub-millisecond phase of now_ms.
 */

const POLL_ROUNDING_US = 1000;

/** Microseconds after which a timer of so many milliseconds fires. */
export function timerUs(ms: number): number {
  return Math.round(ms * 1000) + POLL_ROUNDING_US;
}

/** Whole milliseconds of a duration, as HAProxy prints them. */
export function wholeMs(us: number): number {
  return Math.floor(us / 1000);
}
