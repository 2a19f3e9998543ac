/** Time is a whole number of microseconds since the start of the world. Each delay is rounded once, where it enters. */

export const MILLISECOND_US = 1_000;
export const SECOND_US = 1_000_000;
export const MINUTE_US = 60 * SECOND_US;
export const HOUR_US = 60 * MINUTE_US;

/** Microseconds as milliseconds with at most three decimals (exact). */
export function toMs(us: number): number {
  return us / 1000;
}
