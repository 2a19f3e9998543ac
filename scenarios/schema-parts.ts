/** The small parts that schemas of scenarios are made of: names, times, shares, moments. */
import { z } from '../models/zod.ts';
import { DURATION_PATTERN, durationMistake, SIGNED_DURATION_PATTERN } from './durations.ts';
import { MOMENT_PATTERN, readMoment } from './moments.ts';

/** A text whose mistake is told in our own words, and that JSON Schema knows by a pattern. */
function patterned(pattern: RegExp, mistake: (text: string) => string | undefined) {
  const error = (issue: { readonly input?: unknown }) =>
    typeof issue.input === 'string' || typeof issue.input === 'number'
      ? mistake(String(issue.input))
      : undefined;
  return z
    .string({ error })
    .regex(pattern, { error, abort: true })
    .superRefine((text, context) => {
      const message = mistake(text);
      if (message !== undefined) context.addIssue({ code: 'custom', message });
    });
}

export const duration = patterned(DURATION_PATTERN, (text) => durationMistake(text));
export const signedDuration = patterned(SIGNED_DURATION_PATTERN, (text) => durationMistake(text, true));

export const moment = patterned(MOMENT_PATTERN, (text) => {
  const read = readMoment(text);
  return typeof read === 'string' ? read : undefined;
});

/** A name that moments and streams are called by. */
export const entryName = z
  .string()
  .regex(/^[A-Za-z][A-Za-z0-9_-]*$/, {
    error: 'a name begins with a letter and has letters, digits, _ and -',
  })
  .refine((name) => name !== 'start' && name !== 'end', {
    error: 'start and end are names of moments already',
  });

export const kebabName = z
  .string()
  .regex(/^[a-z0-9]+(?:-[a-z0-9]+)*$/, { error: 'a name is kebab-case: lower-case words joined by -' });

const SHARE_PATTERN = /^\d+(?:\.\d+)?%$/;

/** `30%` */
export const share = patterned(SHARE_PATTERN, (text) => {
  if (/^\d+(\.\d+)?$/.test(text)) return `${text} has no unit: write ${text}%`;
  if (!SHARE_PATTERN.test(text)) return `${text.slice(0, 40)} is no share such as 30%`;
  return Number(text.slice(0, -1)) > 100 ? `${text} is more than all` : undefined;
});

/** 0 to 1 of a checked share. */
export function shareOf(text: string): number {
  return Number(text.slice(0, -1)) / 100;
}

const RATE_PATTERN = /^\d+(?:\.\d+)?\/(?:s|m|h)$/;
const RATE_UNITS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600 };

/** `10/s`, `1/m` */
export const rate = patterned(RATE_PATTERN, (text) => {
  if (/^\d+(\.\d+)?$/.test(text)) return `${text} has no unit: write ${text}/s`;
  if (!RATE_PATTERN.test(text)) return `${text.slice(0, 40)} is no rate such as 10/s`;
  const perSecond = ratePerSecond(text);
  return perSecond > 0 && perSecond <= 1_000_000 ? undefined : `${text} is not between 0 and 1000000/s`;
});

/** Requests a second of a checked rate. */
export function ratePerSecond(text: string): number {
  const [count, unit] = text.split('/');
  return Number(count) / RATE_UNITS[unit!]!;
}

/** A parameter's value: HAProxy's and keepalived's own words, numbers, true or false. */
export const parameterValue = z.union([z.string(), z.number(), z.boolean()]);
