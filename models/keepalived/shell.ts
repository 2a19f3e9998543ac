/**
 * A shell script as commands: simple commands joined by pipes, && and ||, if, groups and functions.
 *
 * Source: POSIX.1-2017 shell command language, section 2.9 and 2.10 (grammar). Not modelled and refused by name:
 * loops, case, here-documents, background jobs.
 */
import type { Position } from '../finding.ts';
import { ShellRefused, type ShellToken, type ShellWord, shellTokens } from './shell-words.ts';

export interface SimpleCommand extends Position {
  readonly kind: 'simple';
  readonly assignments: readonly { readonly name: string; readonly value: ShellWord }[];
  readonly words: readonly ShellWord[];
  /** What is read from (`<`); everything written is thrown away. */
  readonly input: ShellWord | undefined;
}
export type Command =
  | SimpleCommand
  | ({
      readonly kind: 'if';
      readonly condition: Command;
      readonly body: Command;
      readonly else: Command | undefined;
    } & Position)
  | ({ readonly kind: 'sequence'; readonly commands: readonly Command[] } & Position)
  | ({ readonly kind: 'and' | 'or'; readonly left: Command; readonly right: Command } & Position)
  | ({ readonly kind: 'pipe'; readonly commands: readonly Command[] } & Position)
  | ({ readonly kind: 'not'; readonly command: Command } & Position)
  | ({ readonly kind: 'function'; readonly name: string; readonly body: Command } & Position);

const REFUSED_WORDS = new Set(['while', 'until', 'for', 'case', 'select']);
const ENDS = new Set(['then', 'elif', 'else', 'fi', '}', 'do', 'done', 'esac']);
/** Deeper nesting than this is no check script. */
const MAX_DEPTH = 40;

class Parser {
  private readonly tokens: readonly ShellToken[];
  private at = 0;
  private depth = 0;

  constructor(tokens: readonly ShellToken[]) {
    this.tokens = tokens;
  }

  script(): Command {
    const list = this.list();
    const left = this.tokens[this.at];
    if (left !== undefined) throw new ShellRefused(`${textOf(left)} at this place`, placeOf(left));
    return list;
  }

  private operator(): string | undefined {
    return this.tokens[this.at]?.operator;
  }

  private keyword(): string | undefined {
    const word = this.tokens[this.at]?.word;
    return word === undefined || word.quoted ? undefined : word.raw;
  }

  private here(): Position {
    const token = this.tokens[this.at] ?? this.tokens[this.tokens.length - 1];
    return token === undefined ? { line: 1, column: 1 } : placeOf(token);
  }

  private expect(keyword: string): void {
    if (this.keyword() !== keyword) throw new ShellRefused(`${keyword} is missing`, this.here());
    this.at++;
  }

  private skipBreaks(): void {
    while (this.operator() === '\n' || this.operator() === ';') this.at++;
  }

  private deeper(): void {
    if (++this.depth > MAX_DEPTH) throw new ShellRefused('nesting this deep', this.here());
  }

  private list(): Command {
    this.deeper();
    const place = this.here();
    const commands: Command[] = [];
    for (;;) {
      this.skipBreaks();
      const keyword = this.keyword();
      if (this.at >= this.tokens.length || this.operator() === ')') break;
      if (keyword !== undefined && ENDS.has(keyword)) break;
      commands.push(this.andOr());
      if (this.operator() === '&') throw new ShellRefused('a background job (&)', this.here());
    }
    this.depth--;
    return commands.length === 1 ? commands[0]! : { kind: 'sequence', commands, ...place };
  }

  private andOr(): Command {
    let left = this.pipeline();
    for (;;) {
      const operator = this.operator();
      if (operator !== '&&' && operator !== '||') return left;
      const place = this.here();
      this.at++;
      while (this.operator() === '\n') this.at++;
      left = { kind: operator === '&&' ? 'and' : 'or', left, right: this.pipeline(), ...place };
    }
  }

  private pipeline(): Command {
    const place = this.here();
    if (this.keyword() === '!') {
      this.at++;
      this.deeper();
      return { kind: 'not', command: this.pipeline(), ...place };
    }
    const commands = [this.command()];
    while (this.operator() === '|') {
      this.at++;
      while (this.operator() === '\n') this.at++;
      commands.push(this.command());
    }
    return commands.length === 1 ? commands[0]! : { kind: 'pipe', commands, ...place };
  }

  private command(): Command {
    const place = this.here();
    const keyword = this.keyword();
    if (this.operator() === '(') {
      this.at++;
      const body = this.list();
      if (this.operator() !== ')') throw new ShellRefused('a ( that is not closed', place);
      this.at++;
      return this.withoutRedirections(body);
    }
    if (keyword === '{') {
      this.at++;
      const body = this.list();
      this.expect('}');
      return this.withoutRedirections(body);
    }
    if (keyword === 'if') {
      this.at++;
      return this.withoutRedirections(this.ifRest(place));
    }
    if (keyword !== undefined && REFUSED_WORDS.has(keyword)) throw new ShellRefused(`\`${keyword}\``, place);
    if (keyword === 'function') this.at++;
    const next = this.tokens[this.at + 1];
    const name = this.keyword();
    if (name !== undefined && (keyword === 'function' || next?.operator === '(')) {
      this.at++;
      if (this.operator() === '(') {
        this.at++;
        if (this.operator() !== ')') throw new ShellRefused('a ( at this place', place);
        this.at++;
      }
      while (this.operator() === '\n') this.at++;
      return { kind: 'function', name, body: this.command(), ...place };
    }
    return this.simple(place);
  }

  /** After `if` or `elif`. */
  private ifRest(place: Position): Command {
    this.deeper();
    const condition = this.list();
    this.expect('then');
    const body = this.list();
    const keyword = this.keyword();
    if (keyword === 'elif') {
      const at = this.here();
      this.at++;
      return { kind: 'if', condition, body, else: this.ifRest(at), ...place };
    }
    let otherwise: Command | undefined;
    if (keyword === 'else') {
      this.at++;
      otherwise = this.list();
    }
    this.expect('fi');
    return { kind: 'if', condition, body, else: otherwise, ...place };
  }

  private withoutRedirections(command: Command): Command {
    while (this.redirection() !== undefined);
    return command;
  }

  /** Where a `<` reads from, null for anything that writes, undefined if there is no redirection. */
  private redirection(): ShellWord | null | undefined {
    const number = this.tokens[this.at]?.word;
    const ahead = number !== undefined && /^[0-9]$/.test(number.raw) ? 1 : 0;
    const token = this.tokens[this.at + ahead];
    const operator = token?.operator;
    if (operator === undefined || !/^(?:[<>]|>>|>&|<&|>\||&>|&>>|<<)$/.test(operator)) return undefined;
    // `grep 2 >file` writes the word 2 apart from the operator; `2>file` does not.
    if (ahead === 1 && (number!.line !== token!.line || token!.column !== number!.column + 1))
      return undefined;
    if (operator === '<<') throw new ShellRefused('a here-document', placeOf(token!));
    const target = this.tokens[this.at + ahead + 1]?.word;
    if (target === undefined) throw new ShellRefused(`${operator} without a file`, placeOf(token!));
    this.at += ahead + 2;
    return operator === '<' ? target : null;
  }

  private simple(place: Position): SimpleCommand {
    const assignments: { name: string; value: ShellWord }[] = [];
    const words: ShellWord[] = [];
    let input: ShellWord | undefined;
    for (;;) {
      const redirected = this.redirection();
      if (redirected !== undefined) {
        if (redirected !== null) input = redirected;
        continue;
      }
      const word = this.tokens[this.at]?.word;
      if (word === undefined) break;
      const assignment = words.length === 0 ? assignmentOf(word) : undefined;
      if (assignment === undefined) words.push(word);
      else assignments.push(assignment);
      this.at++;
    }
    if (words.length + assignments.length === 0 && input === undefined) {
      const token = this.tokens[this.at];
      const found = token === undefined ? 'the end of the script' : textOf(token);
      throw new ShellRefused(`${found} at this place`, this.here());
    }
    return { kind: 'simple', assignments, words, input, ...place };
  }
}

/** `NAME=value`, where the name and the sign are not quoted. */
export function assignmentOf(word: ShellWord): { name: string; value: ShellWord } | undefined {
  const first = word.pieces[0];
  if (first === undefined || !('text' in first)) return undefined;
  const match = /^([A-Za-z_][A-Za-z0-9_]*)=/.exec(first.text);
  if (match === null || !word.raw.startsWith(match[0])) return undefined;
  const rest = first.text.slice(match[0].length);
  return {
    name: match[1]!,
    value: { ...word, pieces: [...(rest === '' ? [] : [{ text: rest }]), ...word.pieces.slice(1)] },
  };
}

function placeOf(token: ShellToken): Position {
  const { line, column } = token.word ?? token;
  return { line, column };
}

function textOf(token: ShellToken): string {
  const text = token.word?.raw ?? token.operator;
  return text === '\n' ? 'the end of the line' : `\`${text}\``;
}

/** @throws ShellRefused */
export function parseShell(text: string): Command {
  return new Parser(shellTokens(text)).script();
}
