/**
 * The mark of a state: shape says the tone, the letter says the state, and colour repeats the tone, so that no
 * one needs to see colours. Active (a master, a leader) is filled, standing by is outlined.
 */
import type { Tone } from './run-view.ts';

/** Outlines in a box from -8 to 8: disc, diamond, octagon, and a ring with gaps. */
const OUTLINES: Readonly<Record<Tone, string>> = {
  good: 'M7,0A7,7,0,1,1,-7,0A7,7,0,1,1,7,0Z',
  changing: 'M0,-8L8,0L0,8L-8,0Z',
  bad: 'M-3,-7.2H3L7.2,-3V3L3,7.2H-3L-7.2,3V-3Z',
  off: 'M-6.5,-6.5H6.5V6.5H-6.5Z',
};

export function outlineOf(tone: Tone): string {
  return OUTLINES[tone];
}

/** One capital letter or digit for a state: the first of its last word (`up.backup` is B), the number of a host (`m2` is 2). */
export function letterOf(state: string): string {
  const word = state.slice(state.lastIndexOf('.') + 1);
  const number = /^\p{L}[^ ]*(\d)(?: |$)/u.exec(word)?.[1];
  return number ?? /[\p{L}\p{N}]/u.exec(word)?.[0].toUpperCase() ?? '–';
}
