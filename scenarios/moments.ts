/**
 * Moments that expectations and measures speak of: a time (`120s`), the `end`, a named entry of the timeline
 * or a named measure (`fault`), or a while after one of them (`fault+10s`).
 */
import { durationMistake, durationUs } from './durations.ts';

export interface Moment {
  /** `start`, `end`, or the name of a timeline entry or a measure. */
  readonly base: string;
  readonly plusUs: number;
}

/** What a moment looks like, for JSON Schema. */
export const MOMENT_PATTERN = /^(?:[A-Za-z][A-Za-z0-9_-]*(?:\+[0-9.a-z]+)?|[0-9][0-9.a-z]*)$/;

/** The moment a text means, or the words that say why it means none. */
export function readMoment(text: string): Moment | string {
  if (/^[+-]?[0-9]/.test(text)) {
    const mistake = durationMistake(text);
    return mistake ?? { base: 'start', plusUs: durationUs(text) };
  }
  const [base = '', plus, ...rest] = text.split('+');
  if (!/^[A-Za-z][A-Za-z0-9_-]*$/.test(base) || rest.length > 0) {
    return `${text.slice(0, 40)} is no moment: write 120s, end, NAME or NAME+10s`;
  }
  if (plus === undefined) return { base, plusUs: 0 };
  const mistake = durationMistake(plus);
  return mistake ?? { base, plusUs: durationUs(plus) };
}
