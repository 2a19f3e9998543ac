/** Go's time.Ticker, as data. Unit: whatever the caller's. */

/**
 * The next tick of a Go ticker, of which at most one waits: `tickUs` is the one before (undefined: the ticker begins
 * now). A tick in the past is one that came during a slow try, and is taken at once.
 */
export function nextTick(tickUs: number | undefined, periodUs: number, atUs: number): number {
  if (tickUs === undefined) return atUs + periodUs;
  const next = tickUs + periodUs;
  return next > atUs ? next : tickUs + Math.floor((atUs - tickUs) / periodUs) * periodUs;
}
