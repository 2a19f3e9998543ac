/**
 * Times, sizes and numbers as haproxy.cfg writes them: doc section 2.5 ("us ms s m h d", a bare number is
 * milliseconds), parse_time_err() of src/tools.c. Results are whole milliseconds, rounded up.
 */

/** TIMER_MAX of parse_time_err: what fits into 31 bits of milliseconds. */
const LONGEST_MS = 2147483647;

const UNIT_US: Readonly<Record<string, number>> = {
  us: 1,
  ms: 1_000,
  s: 1_000_000,
  m: 60_000_000,
  h: 3_600_000_000,
  d: 86_400_000_000,
};

/** Milliseconds, or what is wrong with the text. `bare` is the unit of a number without one. */
export function parseTime(text: string, bare: 'ms' | 's' = 'ms'): number | string {
  const match = /^(\d{1,18})(us|ms|s|m|h|d)?$/.exec(text.slice(0, 40));
  if (match === null || text.length > 40)
    return `'${text.slice(0, 40)}' is no time (a number with us, ms, s, m, h or d)`;
  const ms = Math.ceil((Number(match[1]) * (UNIT_US[match[2] ?? bare] as number)) / 1000);
  return ms > LONGEST_MS ? `'${text}' is longer than the longest timer, ${LONGEST_MS} ms` : ms;
}

/** A whole number in [from, to], or what is wrong with the text. */
export function parseNumber(text: string, from: number, to: number): number | string {
  if (!/^[+-]?\d{1,15}$/.test(text)) return `'${text.slice(0, 40)}' is no number`;
  const value = Number(text);
  return value < from || value > to ? `${value} is not between ${from} and ${to}` : value;
}
