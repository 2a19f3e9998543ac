/**
 * The words and operators of a shell script, each with its place. Quotes, escapes, variables and command
 * substitutions stay visible, so that the parser can fill them in.
 *
 * Source: POSIX.1-2017 shell command language, sections 2.2 (quoting), 2.3 (token recognition), 2.6 (expansions).
 * Not modelled: here-documents, arithmetic, arrays, globbing; they are refused.
 */
import type { Position } from '../finding.ts';

/** A piece of a word: plain text, a variable with an optional default, or the output of a command. */
export type Piece =
  | { readonly text: string }
  | { readonly variable: string; readonly fallback: string | undefined }
  | { readonly output: string; readonly at: Position };

export interface ShellWord extends Position {
  readonly pieces: readonly Piece[];
  /** As written. */
  readonly raw: string;
  readonly quoted: boolean;
}

export type ShellToken =
  | { readonly word: ShellWord; readonly operator?: undefined }
  | ({ readonly operator: string; readonly word?: undefined } & Position);

/** A script that is not understood, at this place. */
export class ShellRefused extends Error {
  readonly at: Position;
  constructor(message: string, at: Position) {
    super(message);
    this.name = 'ShellRefused';
    this.at = { line: at.line, column: at.column };
  }
}

const OPERATORS = [
  '&&',
  '||',
  ';;',
  '&>>',
  '&>',
  '>>',
  '<<',
  '>&',
  '<&',
  '>|',
  '&',
  '|',
  ';',
  '(',
  ')',
  '<',
  '>',
  '\n',
];
const NAME = /[A-Za-z_][A-Za-z0-9_]*/y;

class Scanner {
  readonly text: string;
  at = 0;
  private line = 1;
  private lineStart = 0;
  private counted = 0;

  constructor(text: string) {
    this.text = text;
  }

  /** Offsets only grow, so lines are counted as they pass. */
  position(): Position {
    for (; this.counted < this.at; this.counted++) {
      if (this.text[this.counted] === '\n') {
        this.line++;
        this.lineStart = this.counted + 1;
      }
    }
    return { line: this.line, column: this.at - this.lineStart + 1 };
  }

  tokens(): ShellToken[] {
    const tokens: ShellToken[] = [];
    while (this.at < this.text.length) {
      const c = this.text[this.at]!;
      if (c === ' ' || c === '\t' || c === '\r') this.at++;
      else if (c === '\\' && this.text[this.at + 1] === '\n') this.at += 2;
      else if (c === '#') this.at = this.endOfLine();
      else {
        const operator = OPERATORS.find((candidate) => this.text.startsWith(candidate, this.at));
        if (operator === undefined) tokens.push({ word: this.word() });
        else {
          tokens.push({ operator, ...this.position() });
          this.at += operator.length;
        }
      }
    }
    return tokens;
  }

  private endOfLine(): number {
    const end = this.text.indexOf('\n', this.at);
    return end < 0 ? this.text.length : end;
  }

  private word(): ShellWord {
    const place = this.position();
    const start = this.at;
    const pieces: Piece[] = [];
    let text = '';
    let quoted = false;
    let inDouble = false;
    const flush = (): void => {
      if (text !== '') pieces.push({ text });
      text = '';
    };
    while (this.at < this.text.length) {
      const c = this.text[this.at]!;
      if (c === '"') {
        inDouble = !inDouble;
        quoted = true;
        this.at++;
      } else if (c === "'" && !inDouble) {
        const end = this.text.indexOf("'", this.at + 1);
        if (end < 0) throw new ShellRefused("a ' that is not closed", place);
        text += this.text.slice(this.at + 1, end);
        quoted = true;
        this.at = end + 1;
      } else if (c === '\\') {
        const next = this.text[this.at + 1] ?? '';
        if (next !== '\n') text += inDouble && !'$`"\\'.includes(next) ? `\\${next}` : next;
        this.at += 2;
      } else if (c === '$' || c === '`') {
        const piece = this.expansion(this.position());
        if (piece === undefined) {
          text += c;
          this.at++;
        } else {
          flush();
          pieces.push(piece);
        }
      } else if (!inDouble && (' \t\r\n;&|()<>'.includes(c) || c === undefined)) break;
      else {
        text += c;
        this.at++;
      }
    }
    if (inDouble) throw new ShellRefused('a " that is not closed', place);
    flush();
    return { ...place, pieces, raw: this.text.slice(start, this.at), quoted };
  }

  private expansion(place: Position): Piece | undefined {
    const { text } = this;
    if (text[this.at] === '`') {
      const end = text.indexOf('`', this.at + 1);
      if (end < 0) throw new ShellRefused('a ` that is not closed', place);
      const output = text.slice(this.at + 1, end);
      this.at = end + 1;
      return { output, at: place };
    }
    const next = text[this.at + 1] ?? '';
    if (next === '(') {
      if (text[this.at + 2] === '(') throw new ShellRefused('arithmetic', place);
      const end = closing(text, this.at + 2);
      if (end < 0) throw new ShellRefused('a $( that is not closed', place);
      const output = text.slice(this.at + 2, end);
      this.at = end + 1;
      return { output, at: place };
    }
    if (next === '{') {
      const end = text.indexOf('}', this.at);
      const match = /^([A-Za-z_][A-Za-z0-9_]*|[0-9])(?::?-(.*))?$/.exec(text.slice(this.at + 2, end));
      if (end < 0 || match === null) throw new ShellRefused('this use of a variable', place);
      this.at = end + 1;
      return { variable: match[1]!, fallback: match[2] };
    }
    if (/[0-9*@?]/.test(next)) {
      this.at += 2;
      return { variable: next, fallback: undefined };
    }
    NAME.lastIndex = this.at + 1;
    const name = NAME.exec(text)?.[0];
    if (name === undefined) {
      if (next !== '' && '#$!-'.includes(next)) throw new ShellRefused(`the variable $${next}`, place);
      return undefined;
    }
    this.at += 1 + name.length;
    return { variable: name, fallback: undefined };
  }
}

/** Index of the `)` that closes a `$(`. */
function closing(text: string, from: number): number {
  let depth = 1;
  for (let i = from; i < text.length; i++) {
    const c = text[i];
    if (c === '(') depth++;
    else if (c === ')' && --depth === 0) return i;
  }
  return -1;
}

/** @throws ShellRefused */
export function shellTokens(text: string): readonly ShellToken[] {
  return new Scanner(text).tokens();
}
