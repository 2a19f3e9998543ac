/**
 * A host's clocks. The monotonic clock drives timers and leases and can drift; the wall clock adds an
 * offset that an operator or NTP may step. Unit: integer microseconds; drift in parts per million.
 *
 * Not modelled: a timer that is armed while the drift changes keeps the rate under which it was armed.
 */

export interface HostClock {
  /** World time and local time when the rate last changed. */
  readonly sinceUs: number;
  readonly localAtSinceUs: number;
  readonly driftPpm: number;
  /** Wall clock minus monotonic clock. */
  readonly wallOffsetUs: number;
}

export const EXACT_CLOCK: HostClock = { sinceUs: 0, localAtSinceUs: 0, driftPpm: 0, wallOffsetUs: 0 };

export function localUs(clock: HostClock, nowUs: number): number {
  if (clock.driftPpm === 0) return clock.localAtSinceUs + (nowUs - clock.sinceUs);
  return clock.localAtSinceUs + Math.round((nowUs - clock.sinceUs) * (1 + clock.driftPpm / 1e6));
}

export function wallUs(clock: HostClock, nowUs: number): number {
  return localUs(clock, nowUs) + clock.wallOffsetUs;
}

/** How long a local delay lasts in world time. */
export function worldDelayUs(clock: HostClock, localDelayUs: number): number {
  return clock.driftPpm === 0
    ? localDelayUs
    : Math.max(0, Math.round(localDelayUs / (1 + clock.driftPpm / 1e6)));
}

export function withDrift(clock: HostClock, nowUs: number, driftPpm: number): HostClock {
  return { ...clock, sinceUs: nowUs, localAtSinceUs: localUs(clock, nowUs), driftPpm };
}
