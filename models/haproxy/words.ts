/**
 * Cuts a line of haproxy.cfg into words, as parse_line() of src/tools.c does (HAProxy 2.2 to 3.x, doc
 * section 2.2): blanks separate, `#` begins a comment, backslash escapes, '...' is literal, "..." knows
 * escapes and $VARIABLES.
 *
 * Environment variables are those that the file itself sets, or have the default that stands behind a dash (doc section
 * 2.3); others are empty here, and a note says so. Not modelled: ${LIST[*]} splitting.
 */

export interface Word {
  readonly text: string;
  /** From 1. */
  readonly column: number;
}

export interface Line {
  readonly words: readonly Word[];
  /** What the daemon would refuse, with its column; the words before it are still there. */
  readonly error?: { readonly column: number; readonly message: string };
  /** Columns of environment variables whose value nobody can tell here. */
  readonly variables: readonly { readonly column: number; readonly name: string }[];
}

/** More words on one line are an error (MAX_LINE_ARGS, include/haproxy/defaults.h). */
export const MAX_WORDS = 64;

const NOTHING_SET: ReadonlyMap<string, string> = new Map();

const SHORT: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t' };

/** Linear in the length of the line. `environment`: what `setenv` and `presetenv` have set before it. */
export function wordsOf(line: string, environment: ReadonlyMap<string, string> = NOTHING_SET): Line {
  const words: Word[] = [];
  const variables: { column: number; name: string }[] = [];
  let text = '';
  let start = -1;
  let quote = '';
  let quotedAt = 0;
  const fail = (column: number, message: string): Line => ({ words, variables, error: { column, message } });
  const finish = (): void => {
    if (start >= 0) words.push({ text, column: start + 1 });
    text = '';
    start = -1;
  };
  let i = 0;
  while (i < line.length) {
    const character = line[i] as string;
    if (character === '\0') return fail(i + 1, 'stray NUL character');
    if (quote === '') {
      if (isBlank(character)) {
        finish();
        i++;
        continue;
      }
      if (character === '#') break;
    }
    if (start < 0) {
      if (words.length >= MAX_WORDS) return fail(i + 1, `too many words, more than ${MAX_WORDS}`);
      start = i;
    }
    if (quote !== '' && character === quote) quote = '';
    else if (quote === '' && (character === '"' || character === "'")) {
      quote = character;
      quotedAt = i;
    } else if (character === '\\' && quote !== "'") {
      const escaped = escapeAt(line, i, quote);
      if (escaped === undefined) return fail(i + 1, 'invalid or truncated escape sequence');
      text += escaped.text;
      i += escaped.length;
      continue;
    } else if (character === '$' && quote === '"') {
      const variable = variableAt(line, i);
      if (variable === undefined)
        return fail(i + 1, 'unmatched brace or bad name of an environment variable');
      const value = environment.get(variable.name) ?? variable.fallback;
      if (value === undefined) variables.push({ column: i + 1, name: variable.name });
      text += value ?? '';
      i += variable.length;
      continue;
    } else text += character;
    i++;
  }
  if (quote !== '') return fail(quotedAt + 1, 'unmatched quote');
  finish();
  return { words, variables };
}

function isBlank(character: string): boolean {
  return character === ' ' || (character >= '\t' && character <= '\r');
}

function escapeAt(line: string, at: number, quote: string): { text: string; length: number } | undefined {
  const next = line[at + 1];
  if (next === undefined) return undefined;
  if (next === 'x') {
    const digits = line.slice(at + 2, at + 4);
    if (!/^[0-9a-fA-F]{2}$/.test(digits)) return undefined;
    return { text: String.fromCharCode(Number.parseInt(digits, 16)), length: 4 };
  }
  const short = SHORT[next];
  if (short !== undefined) return { text: short, length: 2 };
  const escapable = quote === '"' ? '"\\$' : ' #\\"\'$';
  // A backslash before anything else stays, with what follows it.
  return escapable.includes(next) ? { text: next, length: 2 } : { text: `\\${next}`, length: 2 };
}

function variableAt(
  line: string,
  at: number,
): { name: string; length: number; fallback?: string } | undefined {
  const braced = line[at + 1] === '{';
  const from = at + (braced ? 2 : 1);
  let to = from;
  while (to < line.length && /[A-Za-z0-9_.]/.test(line[to] as string)) to++;
  if (to === from) return undefined;
  const name = line.slice(from, to);
  if (!braced) return { name, length: to - at };
  // ${NAME-default} and ${NAME[*]} end at the brace.
  const afterName = to;
  while (to < line.length && line[to] !== '}' && line[to] !== '"') to++;
  if (line[to] !== '}') return undefined;
  const fallback = line[afterName] === '-' ? { fallback: line.slice(afterName + 1, to) } : {};
  return { name, length: to + 1 - at, ...fallback };
}
