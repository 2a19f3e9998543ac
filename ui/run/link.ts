/**
 * What a link to the page says, in the fragment of its address: `#scenario=power-off&seed=1&t=12.561s`. The fragment never
 * leaves the browser. Everything in it comes from strangers: what cannot be used is a message, never an exception.
 */
import { durationMistake, durationUs } from '../../scenarios/durations.ts';

/** What is to be run; the same words as the flags of `quorate run`. */
export interface RunRequest {
  readonly scenario: string;
  readonly seed: number;
  readonly topology?: string;
  /** `120s` */
  readonly until?: string;
  /** Each `path=value`. */
  readonly set: readonly string[];
}

/** Where a run comes from: it is run here, or it was stored beside the page (`file=run.json`). */
export type Source =
  | { readonly request: RunRequest; readonly file?: never }
  | { readonly file: string; readonly request?: never };

/** `atMs`: where the playhead stands. */
export type Link = Source & { readonly atMs: number };

/** Longer than any link of ours; a text of megabytes is refused before it is taken apart. */
const LONGEST_LINK = 64_000;
const KNOWN = ['scenario', 'seed', 'topology', 'until', 'set', 't'];
export const HIGHEST_SEED = Number.MAX_SAFE_INTEGER;
/** A name in the page's own folder: no path, no other place. */
const FILE = /^\w[\w.-]{0,80}\.json$/;

/** Undefined for an empty fragment; a text that says what is wrong with one that cannot be used. */
export function readLink(fragment: string): Link | string | undefined {
  const text = fragment.startsWith('#') ? fragment.slice(1) : fragment;
  if (text === '') return undefined;
  if (text.length > LONGEST_LINK) return `The link is ${text.length} characters long, which is too long.`;
  const fields = new URLSearchParams(text);
  const known = fields.has('file') ? ['file', 't'] : KNOWN;
  const unknown = [...fields.keys()].find((key) => !known.includes(key));
  if (unknown !== undefined) return `The link says ${quoted(unknown)}, which means nothing here.`;
  const at = readTime(fields.get('t') ?? '0s', 't');
  if (typeof at === 'string') return at;
  const source = fields.has('file') ? readFile(fields.get('file') ?? '') : readRequest(fields);
  return typeof source === 'string' ? source : { ...source, atMs: at };
}

function readFile(file: string): Source | string {
  return FILE.test(file) ? { file } : `The link's file ${quoted(file)} is no name of a stored run.`;
}

function readRequest(fields: URLSearchParams): Source | string {
  const scenario = fields.get('scenario') ?? '';
  if (scenario === '') return 'The link names no scenario.';
  const seedText = fields.get('seed') ?? '1';
  const seed = /^\d{1,16}$/.test(seedText) ? Number(seedText) : Number.NaN;
  if (!Number.isSafeInteger(seed)) return `The link's seed ${quoted(seedText)} is no whole number.`;
  const until = fields.get('until');
  const end = readTime(until ?? '0s', 'until');
  if (typeof end === 'string') return end;
  const topology = fields.get('topology');
  return {
    request: {
      scenario,
      seed,
      ...(topology === null ? {} : { topology }),
      ...(until === null ? {} : { until }),
      set: fields.getAll('set'),
    },
  };
}

/** Milliseconds, or what is wrong. */
function readTime(text: string, name: string): number | string {
  const mistake = durationMistake(text);
  return mistake === undefined
    ? durationUs(text) / 1_000
    : `The link's ${name} cannot be read: ${mistake.slice(0, 120)}.`;
}

/** The fragment, without its `#`. */
export function writeLink({ request, file, atMs }: Link): string {
  const fields = new URLSearchParams();
  if (file !== undefined) fields.set('file', file);
  else {
    fields.set('scenario', request.scenario);
    fields.set('seed', String(request.seed));
    if (request.topology !== undefined) fields.set('topology', request.topology);
    if (request.until !== undefined) fields.set('until', request.until);
    for (const setting of request.set) fields.append('set', setting);
  }
  const atUs = Math.round(atMs * 1_000);
  fields.set('t', atUs % 1_000 === 0 ? `${atUs / 1_000_000}s` : `${atUs}us`);
  return fields.toString();
}

/** The command that does the same in a terminal. */
export function commandOf(request: RunRequest): string {
  const parts = ['quorate', 'run', request.scenario];
  if (request.topology !== undefined) parts.push('--topology', request.topology);
  parts.push('--seed', String(request.seed));
  if (request.until !== undefined) parts.push('--until', request.until);
  for (const setting of request.set) parts.push('--set', setting);
  return parts.map(shellWord).join(' ');
}

function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

function quoted(text: string): string {
  return `“${text.length > 40 ? `${text.slice(0, 40)}…` : text}”`;
}
