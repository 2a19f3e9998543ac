/**
 * What an instance or a group tracks, and how much it weighs.
 *
 * Source: keepalived 2.2.7 vrrp_track.c (alloc_track_script, alloc_track_if), keepalived.conf(5).
 */
import type { ConfWord } from './conf-lines.ts';
import type { ConfReader } from './conf-reader.ts';
import type { Statement } from './conf-tree.ts';
import { wholeNumber } from './conf-values.ts';
import type { TrackDraft } from './instance-draft.ts';

/** `NAME [weight N [reverse|noreverse]]`. */
export function readTracked(entry: Statement, of: string, reader: ConfReader): TrackDraft | undefined {
  const { keyword, args } = entry;
  if (args[0] === undefined)
    return { word: keyword, name: keyword.text, weight: undefined, reverse: undefined };
  if (args[0].text !== 'weight') {
    reader.warn(args[0], `(${of}) unknown track option ${args[0].text.slice(0, 40)} - ignoring`);
    return { word: keyword, name: keyword.text, weight: undefined, reverse: undefined };
  }
  const weight = readWeight(args[1], keyword, of, reader);
  const direction = args[2]?.text;
  if (direction !== undefined && direction !== 'reverse' && direction !== 'noreverse') {
    reader.warn(args[2]!, `(${of}) unknown weight option ${direction.slice(0, 40)} - ignoring`);
  }
  const reverse = direction === 'reverse' ? true : direction === 'noreverse' ? false : undefined;
  return { word: keyword, name: keyword.text, weight, reverse };
}

/** -253 to 253; 254 either way is cut with a warning. */
export function readWeight(
  word: ConfWord | undefined,
  at: ConfWord,
  of: string,
  reader: ConfReader,
): number | undefined {
  const weight = wholeNumber(word?.text, -254, 254);
  if (weight === undefined || Math.abs(weight) === 254) {
    const rest = weight === undefined ? 'Ignoring...' : `Using ${Math.sign(weight) * 253}`;
    reader.warn(
      word ?? at,
      `(${of}) weight ${(word?.text ?? '').slice(0, 40)} must be in [-253, 253]. ${rest}`,
    );
  }
  return weight === undefined ? undefined : Math.max(-253, Math.min(253, weight));
}
