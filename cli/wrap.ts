/** Text for a terminal of a certain width. */

/** Narrower is not tried: a word is broken by the terminal rather than by us. */
const NARROWEST = 40;
/** Where nobody says how wide it is, as in a pipe, nothing is broken. */
export const UNLIMITED = Number.POSITIVE_INFINITY;

/**
 * Breaks a text between words so that no line is longer than `width`, if a word allows it. The first line begins with `first`, the
 * others with as many spaces or with `rest`.
 */
export function wrap(text: string, width: number, first = '', rest = ' '.repeat(first.length)): string {
  const most = Math.max(width, NARROWEST);
  const lines: string[] = [];
  let line = first;
  let empty = true;
  for (const word of text.trim().split(/\s+/)) {
    if (!empty && line.length + 1 + word.length > most) {
      lines.push(line);
      line = rest;
      empty = true;
    }
    line += empty ? word : ` ${word}`;
    empty = false;
  }
  return [...lines, line].join('\n');
}
