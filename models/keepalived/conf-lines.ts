/**
 * keepalived.conf as words with places: lines joined, comments cut, definitions filled in, conditional lines dropped,
 * include files put in.
 *
 * Source: keepalived 2.2.7 lib/parser.c (read_line, decomment_string, alloc_strvec, replace_param, process_include),
 * keepalived.conf(5) "INCLUDE FILES", "CONDITIONAL CONFIGURATION", "PARAMETER SUBSTITUTION".
 * Not modelled: ~SEQ and ~LST sequences, definitions with parameters, the random definitions; they are said and left.
 */
import type { Finding, Position } from '../finding.ts';

export interface ConfWord extends Position {
  readonly text: string;
  readonly file: string;
  /** It stood in double quotes: a brace in it is text. */
  readonly quoted: boolean;
}

/** The words of one line, at least one. */
export type ConfLine = readonly ConfWord[];

export interface IncludedText {
  readonly file: string;
  readonly text: string;
}

export interface ConfLinesOptions {
  /** The texts that an `include` pattern stands for, in order; undefined if it cannot be said. The caller expands globs. */
  readonly include?: ((pattern: string, fromFile: string) => readonly IncludedText[] | undefined) | undefined;
  /** For `@id` lines: --config-id, by default the host's name up to the first dot. */
  readonly configId?: string | undefined;
}

/** More complaints than this of one pass, and the text is not what it was taken for. */
const MAX_KEPT = 200;
const LONGEST_MESSAGE = 300;

/** Keeps a complaint in bounded space. Errors find a place after everything else has filled up. */
export function keep(findings: Finding[], finding: Finding): void {
  if (findings.length >= (finding.severity === 'error' ? 2 * MAX_KEPT : MAX_KEPT)) return;
  const { message } = finding;
  const shorter = message.length > LONGEST_MESSAGE ? `${message.slice(0, LONGEST_MESSAGE)}...` : message;
  findings.push({ ...finding, message: shorter });
}

/** An include file that includes itself would never end. */
const MAX_INCLUDES = 100;
/** Definitions of definitions may grow without bound; no configuration does. */
const MAX_EXPANDED = 1_000_000;
const INCLUDES = new Set(['include', 'includer', 'includem', 'includew', 'includeb', 'includea']);

class LineReader {
  readonly lines: ConfLine[] = [];
  readonly findings: Finding[] = [];
  private readonly options: ConfLinesOptions;
  private readonly definitions = new Map<string, readonly string[]>([
    ['_HASH', ['#']],
    ['_BANG', ['!']],
  ]);
  private includes = 0;
  private expanded = 0;
  private saidLarge = false;

  constructor(options: ConfLinesOptions) {
    this.options = options;
  }

  say(severity: Finding['severity'], file: string, at: Position, message: string): void {
    keep(this.findings, { severity, file, line: at.line, column: at.column, message });
  }

  read(text: string, file: string, depth: number): void {
    const physical = text.split('\n');
    for (let i = 0; i < physical.length; i++) {
      const line = i + 1;
      let raw = this.withoutNul(physical[i]!, file, line);
      if (raw.endsWith('\r')) raw = raw.slice(0, -1);
      const definition = /^\s*\$([A-Za-z0-9_]+)\s*=(.*)$/.exec(raw);
      if (definition !== null) {
        // A definition that goes on over lines keeps them as lines.
        const values = [definition[2]!.trim()];
        while (values[values.length - 1]!.endsWith('\\') && i + 1 < physical.length) {
          values[values.length - 1] = values[values.length - 1]!.slice(0, -1).trimEnd();
          values.push(this.withoutNul(physical[++i]!, file, i + 1).trimEnd());
        }
        this.definitions.set(definition[1]!, values[0] === '' ? values.slice(1) : values);
        continue;
      }
      const parts = [raw];
      while (parts[parts.length - 1]!.endsWith('\\') && !parts[parts.length - 1]!.endsWith('\\\\')) {
        if (i + 1 >= physical.length) break;
        parts[parts.length - 1] = parts[parts.length - 1]!.slice(0, -1);
        parts.push(this.withoutNul(physical[++i]!, file, i + 1));
      }
      this.logicalLine(parts.length === 1 ? raw : parts.join(''), file, line, depth);
    }
  }

  /** keepalived reads C strings: a NUL ends the line. */
  private withoutNul(raw: string, file: string, line: number): string {
    const nul = raw.indexOf('\0');
    if (nul < 0) return raw;
    this.say('warning', file, { line, column: nul + 1 }, 'a NUL character: the rest of the line is not read');
    return raw.slice(0, nul);
  }

  private logicalLine(raw: string, file: string, line: number, depth: number): void {
    const conditional = /^\s*@(\^?)([^\s]*)\s*/.exec(raw);
    let rest = raw;
    let shift = 0;
    if (conditional !== null) {
      const matches = conditional[2] === this.options.configId;
      if (matches === (conditional[1] === '^')) return;
      shift = conditional[0].length;
      rest = raw.slice(shift);
    }
    if (!rest.includes('$')) {
      this.words(rest, file, line, shift, depth);
      return;
    }
    const column = rest.length - rest.trimStart().length + shift;
    for (const expanded of this.expand(rest, file, line, 0)) {
      this.words(expanded.trim(), file, line, column, depth);
    }
  }

  /** Fills in `$NAME` and `${NAME}`; what is not defined stays as it stands, as in keepalived. */
  private expand(text: string, file: string, line: number, depth: number): readonly string[] {
    let out: string[] = [''];
    const add = (piece: string): void => {
      this.expanded += piece.length + 1;
      out[out.length - 1] += piece;
    };
    let from = 0;
    for (const match of text.matchAll(/\$(?:\{([A-Za-z0-9_]+)\}|([A-Za-z0-9_]+))/g)) {
      const values = this.definitions.get(match[1] ?? match[2]!);
      if (values === undefined) continue;
      if (depth > 20 || this.expanded > MAX_EXPANDED) {
        if (!this.saidLarge)
          this.say('error', file, { line, column: match.index + 1 }, 'definitions that grow without bound');
        this.saidLarge = true;
        return [];
      }
      add(text.slice(from, match.index));
      const inner = values.flatMap((value) => this.expand(value, file, line, depth + 1));
      inner.forEach((value, i) => {
        if (i > 0) out.push('');
        add(value);
      });
      from = match.index + match[0].length;
    }
    add(text.slice(from));
    if (out.length > 10_000) out = out.slice(0, 10_000);
    return out;
  }

  private words(text: string, file: string, line: number, shift: number, depth: number): void {
    const words: ConfWord[] = [];
    let i = 0;
    while (i < text.length) {
      const c = text[i]!;
      if (c === ' ' || c === '\t' || c === '\v' || c === '\f') {
        i++;
      } else if (c === '#' || c === '!') {
        this.cutWord(words, i > 0 && !' \t'.includes(text[i - 1]!), c);
        break;
      } else if (c === '"') {
        let end = text.indexOf('"', i + 1);
        if (end < 0) {
          this.say(
            'warning',
            file,
            { line, column: i + 1 + shift },
            `Unmatched quote: '${short(text.slice(i + 1))}'`,
          );
          end = text.length;
        }
        words.push({ text: text.slice(i + 1, end), line, column: i + 1 + shift, file, quoted: true });
        i = end + 1;
      } else {
        const start = i;
        let word = '';
        while (i < text.length && !' \t\v\f"#!'.includes(text[i]!)) {
          if (text[i] === '\\' && (text[i + 1] === '#' || text[i + 1] === '!')) i++;
          word += text[i++];
        }
        for (const part of splitBraces(word)) {
          words.push({ text: part.text, line, column: start + part.offset + 1 + shift, file, quoted: false });
        }
      }
    }
    if (words.length === 0) return;
    if (INCLUDES.has(words[0]!.text) && !words[0]!.quoted) this.include(words, depth);
    else this.lines.push(words);
  }

  /** A comment sign that touches a word has cut it, which is seldom what was meant: `auth_pass P@##D321!` is `P@`. */
  private cutWord(words: readonly ConfWord[], touches: boolean, sign: string): void {
    const word = words[words.length - 1];
    if (!touches || word === undefined || word.quoted) return;
    const severity = words[0]!.text === 'auth_pass' ? 'warning' : 'note';
    this.say(
      severity,
      word.file,
      word,
      `'${sign}' begins a comment: the word is read as '${short(word.text)}'`,
    );
  }

  private include(words: ConfLine, depth: number): void {
    const [keyword, pattern] = words;
    if (pattern === undefined) {
      this.say('warning', keyword!.file, keyword!, 'include without a file');
      return;
    }
    const named = `include ${short(pattern.text)}`;
    if (depth > 16 || ++this.includes > MAX_INCLUDES) {
      this.say('error', pattern.file, pattern, `${named}: too many, or a file that includes itself`);
      return;
    }
    const texts = this.options.include?.(pattern.text, pattern.file) ?? [];
    if (texts.length === 0) {
      this.say('warning', pattern.file, pattern, `${named}: no such file was handed in`);
    }
    for (const { file, text } of texts) this.read(text, file, depth + 1);
  }
}

/** `foo{` is `foo` and `{`; a brace inside a word is text. */
function splitBraces(word: string): readonly { text: string; offset: number }[] {
  const isBrace = (c: string | undefined): boolean => c === '{' || c === '}';
  let from = 0;
  let to = word.length;
  while (from < to && isBrace(word[from])) from++;
  while (to > from && isBrace(word[to - 1])) to--;
  const parts: { text: string; offset: number }[] = [];
  for (let i = 0; i < from; i++) parts.push({ text: word[i]!, offset: i });
  if (to > from) parts.push({ text: word.slice(from, to), offset: from });
  for (let i = to; i < word.length; i++) parts.push({ text: word[i]!, offset: i });
  return parts;
}

/** A word in a complaint: never a page of it. */
export function short(text: string): string {
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

/** All lines that have words, includes put in. Linear in the size of the text. */
export function readConfLines(
  text: string,
  file: string,
  options: ConfLinesOptions = {},
): { readonly lines: readonly ConfLine[]; readonly findings: readonly Finding[] } {
  const reader = new LineReader(options);
  reader.read(text, file, 0);
  return { lines: reader.lines, findings: reader.findings };
}
