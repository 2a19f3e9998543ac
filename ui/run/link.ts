/**
 * What a link to the page says, in the fragment of its address: `#scenario=power-off&seed=1&t=12.561s`. The fragment never
 * leaves the browser. Everything in it comes from strangers: what cannot be used is a message, never an exception.
 */
import { durationMistake, durationUs } from '../../scenarios/durations.ts';
import { readChange, writeChange } from './change-text.ts';
import type { Change, RunRequest } from './request.ts';

/** Where a run comes from: it is run here, or it was stored beside the page (`file=run.json`). */
export type Source =
  | { readonly request: RunRequest; readonly file?: never }
  | { readonly file: string; readonly request?: never };

/** An expression that is watched. */
export interface Watch {
  readonly text: string;
  /** Playing stops where it begins to hold. */
  readonly stops: boolean;
}

/** What a link says beside the run. */
export interface Extras {
  /** Where the playhead stands. */
  readonly atMs: number;
  /** The visible stretch of the lanes, milliseconds. */
  readonly span?: readonly [number, number];
  /** Lane that is selected. */
  readonly selected?: string;
  /** How lanes are grouped, if not by host. */
  readonly grouping?: string;
  /** Lanes that stay at the top. */
  readonly pinned?: readonly string[];
  /** Open tab of the side panel. */
  readonly tab?: string;
  readonly watches?: readonly Watch[];
  readonly title?: string;
  readonly note?: string;
  /** Version of the page that the link was made with, and the trace hash that the run had there. */
  readonly version?: string;
  readonly outcome?: string;
}

export type Link = Source & Extras;

/** Longer than any link of ours; a text of megabytes is refused before it is taken apart. */
const LONGEST_LINK = 64_000;
const EXTRAS = ['t', 'span', 'lane', 'by', 'pin', 'tab', 'watch', 'title', 'note', 'v', 'outcome'];
const KNOWN = ['scenario', 'seed', 'topology', 'until', 'set', 'change', 'files', ...EXTRAS];
const MOST_CHANGES = 200;
const MOST_WATCHES = 20;
const MOST_PINNED = 20;
/** Letters of a title and of a note. */
const LONGEST_TEXT = 2_000;
/** A name in the page's own folder: no path, no other place. */
const FILE = /^\w[\w.-]{0,80}\.json$/;

/** Undefined for an empty fragment; a text that says what is wrong with one that cannot be used. */
export function readLink(fragment: string): Link | string | undefined {
  const text = fragment.startsWith('#') ? fragment.slice(1) : fragment;
  if (text === '') return undefined;
  if (text.length > LONGEST_LINK) return `The link is ${text.length} characters long, which is too long.`;
  const fields = new URLSearchParams(text);
  const known = fields.has('file') ? ['file', ...EXTRAS] : KNOWN;
  const unknown = [...fields.keys()].find((key) => !known.includes(key));
  if (unknown !== undefined) return `The link says ${quoted(unknown)}, which means nothing here.`;
  const extras = readExtras(fields);
  if (typeof extras === 'string') return extras;
  const source = fields.has('file') ? readFile(fields.get('file') ?? '') : readRequest(fields);
  return typeof source === 'string' ? source : { ...source, ...extras };
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
  const packed = fields.get('files');
  const texts = fields.getAll('change');
  if (texts.length > MOST_CHANGES) return `The link has ${texts.length} changes, which is too many.`;
  const changes: Change[] = [];
  for (const text of texts) {
    const change = readChange(text);
    if (typeof change === 'string') return change;
    changes.push(change);
  }
  return {
    request: {
      scenario,
      seed,
      ...(topology === null ? {} : { topology }),
      ...(until === null ? {} : { until }),
      set: fields.getAll('set'),
      ...(changes.length === 0 ? {} : { changes }),
      ...(packed === null ? {} : { packed }),
    },
  };
}

function readExtras(fields: URLSearchParams): Extras | string {
  const atMs = readTime(fields.get('t') ?? '0s', 't');
  if (typeof atMs === 'string') return atMs;
  const words = (key: string) => fields.get(key)?.slice(0, LONGEST_TEXT);
  const span = fields
    .get('span')
    ?.split('-')
    .map((text) => readTime(text, 'span'));
  const wrong = span?.find((time) => typeof time === 'string');
  if (wrong !== undefined) return wrong as string;
  const [from, to] = (span ?? []) as number[];
  const selected = words('lane');
  const tab = words('tab');
  const grouping = words('by');
  const pinned = fields.getAll('pin').slice(0, MOST_PINNED);
  const watches = fields.getAll('watch').slice(0, MOST_WATCHES).map(readWatch);
  const title = words('title');
  const note = words('note');
  const version = words('v');
  const outcome = words('outcome');
  return {
    atMs,
    ...(from === undefined || to === undefined || from >= to ? {} : { span: [from, to] }),
    ...(selected === undefined ? {} : { selected }),
    ...(grouping === undefined ? {} : { grouping }),
    ...(pinned.length === 0 ? {} : { pinned }),
    ...(tab === undefined ? {} : { tab }),
    ...(watches.length === 0 ? {} : { watches }),
    ...(title === undefined ? {} : { title }),
    ...(note === undefined ? {} : { note }),
    ...(version === undefined ? {} : { version }),
    ...(outcome === undefined ? {} : { outcome }),
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
export function writeLink(link: Link): string {
  const { request, file } = link;
  const fields = new URLSearchParams();
  if (file !== undefined) fields.set('file', file);
  else {
    fields.set('scenario', request.scenario);
    fields.set('seed', String(request.seed));
    if (request.topology !== undefined) fields.set('topology', request.topology);
    if (request.until !== undefined) fields.set('until', request.until);
    for (const setting of request.set) fields.append('set', setting);
    for (const change of request.changes ?? []) fields.append('change', writeChange(change));
    if (request.packed !== undefined) fields.set('files', request.packed);
  }
  fields.set('t', timeText(link.atMs));
  if (link.span !== undefined) fields.set('span', link.span.map(timeText).join('-'));
  if (link.selected !== undefined) fields.set('lane', link.selected);
  if (link.grouping !== undefined) fields.set('by', link.grouping);
  for (const id of link.pinned ?? []) fields.append('pin', id);
  if (link.tab !== undefined) fields.set('tab', link.tab);
  for (const { text, stops } of link.watches ?? []) fields.append('watch', stops ? `stop ${text}` : text);
  if (link.title !== undefined) fields.set('title', link.title);
  if (link.note !== undefined) fields.set('note', link.note);
  if (link.version !== undefined) fields.set('v', link.version);
  if (link.outcome !== undefined) fields.set('outcome', link.outcome);
  return fields.toString();
}

function readWatch(text: string): Watch {
  const stops = text.startsWith('stop ');
  return { text: (stops ? text.slice(5) : text).slice(0, LONGEST_TEXT), stops };
}

function timeText(ms: number): string {
  const us = Math.round(ms * 1_000);
  return us % 1_000 === 0 ? `${us / 1_000_000}s` : `${us}us`;
}

function quoted(text: string): string {
  return `“${text.length > 40 ? `${text.slice(0, 40)}…` : text}”`;
}
