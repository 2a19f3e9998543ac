/** Time is a whole number of microseconds since the start of the world. Each delay is rounded once, where it enters. */

export const SECOND_US = 1_000_000;
export const MINUTE_US = 60 * SECOND_US;
