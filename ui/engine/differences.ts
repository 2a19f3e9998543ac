/** What a step changed in what its machine knows: plain fields, two levels deep, as short texts. */

export interface Difference {
  /** `run.limitUs` */
  readonly field: string;
  readonly before: string;
  readonly after: string;
}

const DEPTH = 2;
const MOST = 12;
const LONGEST = 80;
/** Wishes to the world are told in words already. */
const LEFT_OUT = ['out', 'ready', 'effects', 'luck'];

export function differencesOf(before: unknown, after: unknown): Difference[] {
  const found: Difference[] = [];
  compare(before, after, '', DEPTH, found);
  return found.slice(0, MOST);
}

function compare(before: unknown, after: unknown, field: string, depth: number, found: Difference[]): void {
  if (Object.is(before, after)) return;
  if (depth > 0 && isPlain(after) && (isPlain(before) || before === undefined)) {
    for (const key of new Set([...Object.keys(before ?? {}), ...Object.keys(after)])) {
      if (LEFT_OUT.includes(key)) continue;
      const path = field === '' ? key : `${field}.${key}`;
      compare((before as Record<string, unknown> | undefined)?.[key], after[key], path, depth - 1, found);
    }
    return;
  }
  const texts = { before: shortText(before), after: shortText(after) };
  if (texts.before !== texts.after) found.push({ field, ...texts });
}

function isPlain(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

function shortText(value: unknown): string {
  if (value === undefined) return 'none';
  if (typeof value === 'object' && value !== null) {
    if (Array.isArray(value))
      return value.length > 4 ? `${value.length} items` : cut(JSON.stringify(value) ?? '');
    if (!isPlain(value)) return `${(value as { size?: number }).size ?? 'several'} items`;
  }
  return cut(typeof value === 'string' ? value : (JSON.stringify(value) ?? ''));
}

function cut(text: string): string {
  return text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text;
}
