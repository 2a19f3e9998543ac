/**
 * Times in scenarios: always with units, `10s`, `250ms`, `1.5s`, `1m30s`, `2h`. Kept as whole microseconds.
 * A bare number is refused, as nobody can tell whether it means seconds or milliseconds.
 */

const UNITS: Readonly<Record<string, number>> = {
  us: 1,
  ms: 1_000,
  s: 1_000_000,
  m: 60_000_000,
  h: 3_600_000_000,
};
const PART = /(\d+(?:\.\d+)?)(us|ms|s|m|h)/g;

/** What a duration looks like, for JSON Schema and for the check. */
export const DURATION_PATTERN = /^(?:\d+(?:\.\d+)?(?:us|ms|s|m|h))+$/;
/** A duration that may be negative: a step of a clock. */
export const SIGNED_DURATION_PATTERN = /^[+-]?(?:\d+(?:\.\d+)?(?:us|ms|s|m|h))+$/;

/** A year is longer than any scenario. */
const LONGEST_US = 366 * 24 * 3_600_000_000;

/** Why a text is no duration, or undefined if it is one. */
export function durationMistake(text: string, signed = false): string | undefined {
  if (/^[+-]?\d+(\.\d+)?$/.test(text)) return `${text} has no unit: write ${text}s or ${text}ms`;
  if (!signed && text.startsWith('-')) return `${text} is negative`;
  if (!(signed ? SIGNED_DURATION_PATTERN : DURATION_PATTERN).test(text)) {
    return `${text.slice(0, 40)} is not a time such as 10s, 250ms, 2m or 1h`;
  }
  const us = Math.abs(parsed(text));
  if (us > LONGEST_US) return `${text} is longer than a year`;
  return Number.isInteger(us) ? undefined : `${text} is no whole number of microseconds`;
}

/** Microseconds. The text must be a duration (`durationMistake` is undefined); throws otherwise. */
export function durationUs(text: string, signed = false): number {
  const mistake = durationMistake(text, signed);
  if (mistake !== undefined) throw new Error(mistake);
  return parsed(text);
}

/** The shortest text with one unit that means the same: 1500000 is `1.5s`, 250000 is `250ms`. */
export function durationText(us: number): string {
  const sign = us < 0 ? '-' : '';
  const size = Math.abs(us);
  if (size >= 60_000_000 && size % 60_000_000 === 0) {
    return size % 3_600_000_000 === 0 ? `${sign}${size / 3_600_000_000}h` : `${sign}${size / 60_000_000}m`;
  }
  if (size >= 1_000_000 && size % 1_000 === 0) return `${sign}${size / 1_000_000}s`;
  if (size >= 1_000) return `${sign}${size / 1_000}ms`;
  return size === 0 ? '0s' : `${sign}${size}us`;
}

function parsed(text: string): number {
  let us = 0;
  for (const [, amount, unit] of text.matchAll(PART)) us += exactProduct(amount!, UNITS[unit!]!);
  return text.startsWith('-') ? -us : us;
}

/** amount x unit without the error of binary fractions: 2.3 s is 2300000 us, not 2299999.9999999995. */
function exactProduct(amount: string, unit: number): number {
  const [whole, fraction = ''] = amount.split('.');
  const scale = 10 ** fraction.length;
  return (Number(`${whole}${fraction}`) * unit) / scale;
}
