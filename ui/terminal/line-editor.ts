/**
 * The line that is being typed: what keys and pasted text make of it, as readline does. Pure, and content with any input.
 *
 * Source: readline(3), emacs editing mode: C-a C-e C-b C-f C-d C-h C-k C-u C-w C-y C-p C-n C-l, arrows, Home, End, Delete.
 */

export interface Line {
  readonly text: string;
  /** Characters before the cursor. */
  readonly cursor: number;
  /** What was typed before, the oldest first. */
  readonly history: readonly string[];
  /** Where in the history one stands; its length is the line that is new. */
  readonly place: number;
  /** The new line, while one looks at older ones. */
  readonly kept: string;
  /** What was cut last. */
  readonly cut: string;
}

/** What has to be done about a key beside drawing the line again. */
export type Deed = 'enter' | 'stop' | 'leave' | 'clear' | 'complete';

export const EMPTY_LINE: Line = { text: '', cursor: 0, history: [], place: 0, kept: '', cut: '' };

/** Longer lines are typed by nobody. */
const LONGEST = 4_000;
const MOST_HISTORY = 500;
const MOST_INPUT = 50_000;

type Edit = (line: Line) => Line;

const put = (line: Line, text: string, cursor: number): Line => ({
  ...line,
  text,
  cursor: Math.min(Math.max(cursor, 0), text.length),
});
const move =
  (by: number): Edit =>
  (line) =>
    put(line, line.text, line.cursor + by);
const start: Edit = (line) => put(line, line.text, 0);
const end: Edit = (line) => put(line, line.text, line.text.length);

/** Cuts the characters between two places. */
function cutOut(line: Line, from: number, to: number, keep: boolean): Line {
  const { text } = line;
  const cut = text.slice(from, to);
  const left = put(line, text.slice(0, from) + text.slice(to), from);
  return keep && cut !== '' ? { ...left, cut } : left;
}

const wordBefore = ({ text, cursor }: Line): number => text.slice(0, cursor).search(/\S+\s*$/);

const EDITS: Readonly<Record<string, Edit>> = {
  '\x01': start,
  '\x1b[H': start,
  '\x1b[1~': start,
  '\x05': end,
  '\x1b[F': end,
  '\x1b[4~': end,
  '\x02': move(-1),
  '\x1b[D': move(-1),
  '\x06': move(1),
  '\x1b[C': move(1),
  '\x7f': (line) => cutOut(line, Math.max(0, line.cursor - 1), line.cursor, false),
  '\b': (line) => cutOut(line, Math.max(0, line.cursor - 1), line.cursor, false),
  '\x1b[3~': (line) => cutOut(line, line.cursor, line.cursor + 1, false),
  '\x0b': (line) => cutOut(line, line.cursor, line.text.length, true),
  '\x15': (line) => cutOut(line, 0, line.cursor, true),
  '\x17': (line) => cutOut(line, Math.max(0, wordBefore(line)), line.cursor, true),
  '\x19': (line) => insert(line, line.cut),
  '\x10': (line) => recall(line, line.place - 1),
  '\x1b[A': (line) => recall(line, line.place - 1),
  '\x0e': (line) => recall(line, line.place + 1),
  '\x1b[B': (line) => recall(line, line.place + 1),
};

const DEEDS: Readonly<Record<string, Deed>> = {
  '\r': 'enter',
  '\n': 'enter',
  '\x03': 'stop',
  '\x0c': 'clear',
  '\t': 'complete',
};

const ESCAPE = '\x1b';

/** The first key of what came in, as the terminal sends it: a control sequence, or one character. */
function firstKey(input: string): string {
  if (!input.startsWith(ESCAPE)) return String.fromCodePoint(input.codePointAt(0) ?? 0);
  const [sequence = ''] = /^(\[[0-9;]*[A-Za-z~]|O[A-Z])/.exec(input.slice(1, 20)) ?? [];
  return ESCAPE + sequence;
}

/** Takes what was typed or pasted up to the first key that is more than editing; `rest` is what comes after that. */
export function typeInto(
  before: Line,
  input: string,
): { readonly line: Line; readonly deed?: Deed; readonly rest: string } {
  let line = before;
  let rest = input.slice(0, MOST_INPUT);
  while (rest !== '') {
    const sent = firstKey(rest);
    rest = rest.slice(sent.length);
    // Some terminals say O where others say [.
    const key = sent.replace(`${ESCAPE}O`, `${ESCAPE}[`);
    if (key === '\x04' && line.text === '') return { line, deed: 'leave', rest };
    const deed = DEEDS[key];
    if (deed !== undefined) return { line, deed, rest };
    if (key === '\x04') line = cutOut(line, line.cursor, line.cursor + 1, false);
    else if (Object.hasOwn(EDITS, key)) line = EDITS[key]!(line);
    else if (!/\p{Cc}/u.test(key)) line = insert(line, key);
  }
  return { line, rest };
}

function insert(line: Line, added: string): Line {
  const { text, cursor } = line;
  if (text.length + added.length > LONGEST) return line;
  return put(line, text.slice(0, cursor) + added + text.slice(cursor), cursor + added.length);
}

function recall(line: Line, wanted: number): Line {
  const { history, place, text } = line;
  const to = Math.min(Math.max(wanted, 0), history.length);
  if (to === place) return line;
  const kept = place === history.length ? text : line.kept;
  const shown = history[to] ?? kept;
  return { ...put(line, shown, shown.length), place: to, kept };
}

/** A new line, after this one was entered. */
export function entered({ text, history, cut }: Line): Line {
  const told = text.trim() === '' || text === history.at(-1) ? history : [...history, text];
  const recent = told.slice(-MOST_HISTORY);
  return { ...EMPTY_LINE, history: recent, place: recent.length, cut };
}

/**
 * The word before the cursor made longer by what all candidates have in common; the candidates themselves if that is nothing.
 * Commands where a command stands, and else whatever was named in the line's place before.
 */
export function complete(
  line: Line,
  commands: readonly string[],
  others: readonly string[],
): { readonly line: Line; readonly among: readonly string[] } {
  const head = line.text.slice(0, line.cursor);
  const [, before = '', word = ''] = /^(.*?)([^\s|;&=,]*)$/s.exec(head) ?? [];
  const isCommand = /(^|[|;&]|\bsudo|\bwatch)\s*$/.test(before);
  const found = (isCommand ? commands : others).filter((each) => each.startsWith(word) && each !== word);
  if (found.length === 0 || word === '') return { line, among: [] };
  const common = found.reduce((a, b) => {
    let same = 0;
    while (same < a.length && a[same] === b[same]) same++;
    return a.slice(0, same);
  });
  const added = common.slice(word.length) + (found.length === 1 ? ' ' : '');
  return added === '' ? { line, among: found } : { line: insert(line, added), among: [] };
}
