/**
 * The words of a check script with their values: variables, what commands said, `$?`, and the tests that ask for them.
 *
 * Source: POSIX.1-2017 shell command language, sections 2.5 (parameters) and 2.6 (expansions).
 */
import type { Address } from '../../sim/effects.ts';
import type { Position } from '../finding.ts';
import { baseName, processOfPidFile } from './probe-commands.ts';
import type { KnownCommand, Recognised } from './probe-network.ts';
import { type Itself, type KnownOutput, type Output, outputOf } from './script-output.ts';
import { type Command, parseShell, type SimpleCommand } from './shell.ts';
import { type Operand, recogniseTest } from './shell-test.ts';
import { ShellRefused, type ShellWord } from './shell-words.ts';

/** What a command said, and why that is no text here. */
export interface Said {
  readonly output: Output;
  readonly refused: ShellRefused;
}

export interface Scope {
  /** A value that cannot be told is an error only when it is used. */
  readonly variables: Map<string, string | ShellRefused | Said>;
  readonly functions: Map<string, Command>;
  readonly addresses: Readonly<Record<string, Address>>;
  readonly name: string;
  readonly warn: (at: Position, message: string) => void;
  /** The last command was an assignment of this, whose status `$?` then is. */
  assigned: Said | undefined;
  /** `set -e`. */
  exitsOnError: boolean;
  calls: number;
}

/** What commands joined by pipes say; undefined if that is of no use. */
export function saidBy(commands: readonly Command[], at: Position, scope: Scope): KnownOutput | undefined {
  const simple = commands.filter((command) => command.kind === 'simple');
  if (simple.length < commands.length || simple.some(({ words }) => words.length === 0)) return undefined;
  return outputOf(
    simple.map((command) => known(command, scope)),
    itself(at, scope),
  );
}

export const itself = (at: Position, { name, warn }: Scope): Itself => ({
  name,
  found: (pattern) =>
    warn(
      at,
      `the check finds itself: ${name} contains ${pattern}, so it never fails, whatever becomes of ${pattern}`,
    ),
});

const BRACKETS: Readonly<Record<string, string>> = { '[': ']', '[[': ']]' };

/** `[ ... ]`, `[[ ... ]]`, `test ...` of a script; undefined if it is another command. */
export function testOf(
  { words }: SimpleCommand,
  scope: Scope,
  assigned: Said | undefined,
): Recognised | undefined {
  const [first, ...rest] = words;
  if (first === undefined || first.quoted || !(first.raw === 'test' || first.raw in BRACKETS))
    return undefined;
  const closing = BRACKETS[first.raw];
  if (closing !== undefined && rest.pop()?.raw !== closing)
    throw new ShellRefused(`${closing} is missing`, first);
  const operands = rest.map((word) => operandOf(word, scope, assigned));
  return fileTest(operands, first, scope) ?? recogniseTest(operands);
}

/** `-f FILE` and its kin: hosts have the files that their check scripts ask for, but what a daemon leaves in /run. */
function fileTest(operands: readonly Operand[], at: Position, scope: Scope): Recognised | undefined {
  const [operator, file] = operands[0] === '!' ? operands.slice(1) : operands;
  const asks = typeof operator === 'string' && /^-[efdrsx]$/.test(operator) && typeof file === 'string';
  if (!asks || /^(?:\/var)?\/(?:run|lock)\/|\.(?:pid|sock|lock)$/.test(file) || !file.startsWith('/'))
    return undefined;
  scope.warn(at, `${file.slice(0, 80)} is taken for a file that is there`);
  return { expression: { status: operands[0] === '!' ? 1 : 0 } };
}

function operandOf(word: ShellWord, scope: Scope, assigned: Said | undefined): Operand {
  const [piece] = word.pieces;
  if (word.pieces.length !== 1 || piece === undefined || 'text' in piece) return textOf(word, scope);
  if ('output' in piece) {
    const found = valueOrReason(word, scope);
    if (found instanceof ShellRefused) throw found;
    return typeof found === 'string' ? found : found.output;
  }
  if (piece.variable === '?') return exitOf(assigned, word);
  const value = scope.variables.get(piece.variable);
  return typeof value === 'object' && 'output' in value ? value.output : textOf(word, scope);
}

/** `$?`: of what was run last, or of the command whose output was just kept. */
function exitOf(assigned: Said | undefined, at: Position): Output {
  if (assigned === undefined) return { kind: 'exit', some: undefined };
  const { output } = assigned;
  if (output.kind === 'text') return { kind: 'exit', some: output.some };
  if (output.kind === 'status') return { kind: 'exit', some: output.answered };
  throw new ShellRefused('the status of a pipe into wc', at);
}

export function known(command: SimpleCommand, scope: Scope): KnownCommand {
  const pids = new Map<number, string>();
  const words: string[] = [];
  for (const word of command.words) {
    const process = pidOf(word);
    if (process !== undefined) pids.set(words.length, process);
    const text = process === undefined ? textOf(word, scope) : word.raw;
    // An unquoted variable without a value is no word at all.
    if (text !== '' || word.quoted) words.push(text);
  }
  return { words, pids, addresses: scope.addresses };
}

/** `$(cat /run/haproxy.pid)`, `$(pidof haproxy)`, `$(pgrep haproxy)`: whose pid that is. */
function pidOf(word: ShellWord): string | undefined {
  const [piece] = word.pieces;
  if (word.pieces.length !== 1 || piece === undefined || !('output' in piece)) return undefined;
  const match =
    /^\s*(?:\S*\/)?(cat|pidof|pgrep)\s+(?:-\w+\s+)*["']?([^\s"'|;&]+)["']?\s*(?:2>\s*\/dev\/null\s*)?$/.exec(
      piece.output,
    );
  if (match === null) {
    const file = /^\s*<\s*["']?([^\s"']+\.pid)["']?\s*$/.exec(piece.output);
    return file === null ? undefined : processOfPidFile(file[1]!);
  }
  return match[1] === 'cat' ? processOfPidFile(match[2]!) : baseName(match[2]!);
}

export function valueOrReason(word: ShellWord, scope: Scope): string | ShellRefused | Said {
  try {
    return textOf(word, scope);
  } catch (error) {
    if (!(error instanceof ShellRefused)) throw error;
    const [piece] = word.pieces;
    if (word.pieces.length !== 1 || piece === undefined || !('output' in piece)) return error;
    return outputOrReason(piece, error, scope);
  }
}

function outputOrReason(
  { output, at }: { readonly output: string; readonly at: Position },
  refused: ShellRefused,
  scope: Scope,
): ShellRefused | Said {
  try {
    const command = parseShell(output);
    const said = saidBy(command.kind === 'pipe' ? command.commands : [command], at, scope);
    if (said === undefined) return refused;
    return 'refused' in said ? new ShellRefused(said.refused, at) : { output: said, refused };
  } catch (error) {
    if (error instanceof ShellRefused) return refused;
    throw error;
  }
}

/** A word with its variables filled in; one that is not set is empty, as in sh. */
export function textOf(word: ShellWord, scope: Scope): string {
  return word.pieces
    .map((piece) => {
      if ('text' in piece) return piece.text;
      if ('output' in piece) throw new ShellRefused(`the output of \`${piece.output.trim()}\``, piece.at);
      const value = scope.variables.get(piece.variable);
      if (piece.variable === '?') throw new ShellRefused('the variable $?', word);
      if (value instanceof ShellRefused) throw value;
      if (typeof value === 'object') throw value.refused;
      return value ?? piece.fallback ?? '';
    })
    .join('');
}
