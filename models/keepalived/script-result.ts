/**
 * What a run of a track script counts for.
 *
 * Source: keepalived 2.2.7 vrrp_scheduler.c (vrrp_script_child_thread, vrrp_init_script): the counter goes from 0 to
 * rise + fall - 1 and is OK from rise on; before the first result it is rise - 1, so that one success or one failure decides.
 */

export interface Tally {
  readonly result: number;
  /** No run has ended yet. */
  readonly isInitial: boolean;
  readonly lastStatus: number;
}

/** How a run ended: with an exit status, or because it took too long. */
export type RunEnd = { readonly status: number } | 'timed_out';

export interface Counted {
  readonly tally: Tally;
  /** Log lines, in order. */
  readonly lines: readonly string[];
  /** Set when the script's state changes; instances are then told. */
  readonly changed: { readonly ok: boolean; readonly first: boolean } | undefined;
}

export function firstTally(rise: number): Tally {
  return { result: rise - 1, isInitial: true, lastStatus: 0 };
}

export function count(name: string, rise: number, fall: number, tally: Tally, end: RunEnd): Counted {
  const { result, isInitial } = tally;
  const lines: string[] = [];
  let lastStatus = tally.lastStatus;
  if (end !== 'timed_out') {
    if (end.status !== lastStatus) lines.push(`Script \`${name}\` now returning ${end.status}`);
    lastStatus = end.status;
  }
  const done = (next: number, ok?: boolean): Counted => ({
    tally: { result: next, isInitial: false, lastStatus },
    lines,
    changed: ok === undefined ? undefined : { ok, first: isInitial },
  });
  if (end !== 'timed_out' && end.status === 0) {
    if (result < rise - 1) return done(result + 1);
    if (result >= rise) return done(rise + fall - 1);
    lines.push(`VRRP_Script(${name}) succeeded`);
    return done(rise + fall - 1, true);
  }
  if (result > rise) return done(result - 1);
  if (result !== rise && !isInitial) return done(0);
  const how = end === 'timed_out' ? 'timed_out' : `failed (exited with status ${end.status})`;
  lines.push(`VRRP_Script(${name}) ${how}`);
  return done(0, false);
}
