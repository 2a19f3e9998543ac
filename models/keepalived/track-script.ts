/**
 * Imports a check script: a `script` line or a script file becomes an expression of probes (models/keepalived/probe.ts).
 * What is not understood is refused with its place; the caller may then say what the script tests. What a command says is
 * understood where the script asks only for its status, whether it says anything, how many lines, or which HTTP status.
 *
 * Sources: the check scripts of kubeadm's docs/ha-considerations.md and of HAProxy tutorials; keepalived.conf(5)
 * "vrrp_script" (a line is run without a shell). Not modelled: side effects of a script, the time its own commands take.
 */
import type { Address } from '../../sim/effects.ts';
import type { Finding, Position } from '../finding.ts';
import { type Expression, simplified } from './probe.ts';
import { baseName, recognise, recogniseAddressTest } from './probe-commands.ts';
import { http, type Recognised, tcp } from './probe-network.ts';
import { processListed } from './script-output.ts';
import { itself, known, type Scope, saidBy, testOf, textOf, valueOrReason } from './script-values.ts';
import { assignmentOf, type Command, parseShell, type SimpleCommand } from './shell.ts';
import { ShellRefused, type ShellWord } from './shell-words.ts';

/** A longer script is more than a check. */
const MAX_SCRIPT = 20_000;
const MAX_CALLS = 20;

export interface TrackScriptOptions {
  /** `$1`, `$2`, ... */
  readonly args?: readonly string[];
  /** Names or placeholders that stand for addresses. */
  readonly addresses?: Readonly<Record<string, Address>>;
  /** The file name under which it is run, which it finds in the list of processes. */
  readonly name?: string;
}

export interface ReadTrackScript {
  /** Undefined if there is an error among the findings; warnings say what a check does not do. */
  readonly check: Expression | undefined;
  readonly findings: readonly Finding[];
}

/** Reads the text of a script file. */
export function readTrackScript(
  text: string,
  file: string,
  options: TrackScriptOptions = {},
): ReadTrackScript {
  const findings: Finding[] = [];
  try {
    if (text.length > MAX_SCRIPT)
      throw new ShellRefused(`a script of ${text.length} characters`, { line: 1, column: 1 });
    const scope: Scope = {
      variables: new Map((options.args ?? []).map((arg, i) => [String(i + 1), arg])),
      functions: new Map(),
      addresses: options.addresses ?? {},
      name: options.name ?? '',
      warn: ({ line, column }, message) =>
        findings.push({ severity: 'warning', file, line, column, message }),
      assigned: undefined,
      exitsOnError: false,
      calls: 0,
    };
    return { check: simplified(translate(parseShell(text), scope)), findings };
  } catch (error) {
    if (!(error instanceof ShellRefused)) throw error;
    // A command of a text that is no script may be the whole text.
    const what = error.message.length > 200 ? `${error.message.slice(0, 197)}...` : error.message;
    const message = `the check script is not understood: ${what}; say what it tests: process:NAME, tcp:HOST:PORT or http:URL`;
    return { check: undefined, findings: [{ severity: 'error', file, ...error.at, message }] };
  }
}

/**
 * What a caller says a script tests: `process:haproxy`, `tcp:HOST:PORT` or `http:URL` (a status of 400 or more fails, as
 * with curl --fail; the URL may be https). Undefined, or why not.
 */
export function parseScriptOverride(
  text: string,
  addresses: Readonly<Record<string, Address>> = {},
): { readonly check: Expression } | { readonly message: string } {
  const colon = text.indexOf(':');
  const kind = text.slice(0, colon);
  const rest = text.slice(colon + 1).trim();
  let found: Recognised | undefined;
  if (kind === 'process' && /^[A-Za-z0-9_.-]+$/.test(rest))
    found = { expression: { probe: { process: rest } } };
  if (kind === 'tcp')
    found = tcp(rest.slice(0, rest.lastIndexOf(':')), rest.slice(rest.lastIndexOf(':') + 1), addresses);
  if (kind === 'http' || kind === 'https') {
    // Both http:http://host/path and http://host/path are taken.
    const url = rest.startsWith('//') ? `${kind}:${rest}` : rest;
    found = http(url, { failOnStatus: true, method: 'GET', maxTimeUs: undefined }, addresses);
  }
  if (found === undefined) return { message: `${text} is not process:NAME, tcp:HOST:PORT or http:URL` };
  return 'expression' in found ? { check: found.expression } : { message: `${text}: ${found.refused}` };
}

function translate(command: Command, scope: Scope): Expression {
  switch (command.kind) {
    case 'sequence': {
      const parts: Expression[] = [];
      for (const part of command.commands) {
        if (part.kind === 'function') scope.functions.set(part.name, part.body);
        else parts.push(orExit(translate(part, scope), scope.exitsOnError && !isAssignment(part)));
      }
      return { sequence: parts };
    }
    case 'and':
    case 'or': {
      const pair: [Expression, Expression] = [
        translate(command.left, scope),
        translate(command.right, scope),
      ];
      return command.kind === 'and' ? { and: pair } : { or: pair };
    }
    case 'not':
      return { not: translate(command.command, scope) };
    case 'if': {
      const exits = scope.exitsOnError;
      // In a condition a failure is an answer, not an error.
      scope.exitsOnError = false;
      const condition = translate(command.condition, scope);
      scope.exitsOnError = exits;
      const body = translate(command.body, scope);
      return { if: condition, do: body, else: command.else && translate(command.else, scope) };
    }
    case 'function':
      scope.functions.set(command.name, command.body);
      return { status: 0 };
    case 'pipe':
      return pipe(command.commands, command, scope);
    case 'simple':
      return simple(command, scope);
  }
}

/** What `set -e` adds to a command; in a list only its last command counts. */
function orExit(expression: Expression, exits: boolean): Expression {
  if (!exits || 'status' in expression) return expression;
  if ('and' in expression) return { and: [expression.and[0], orExit(expression.and[1], true)] };
  if ('or' in expression) return { or: [expression.or[0], orExit(expression.or[1], true)] };
  if ('if' in expression || 'not' in expression || 'exit' in expression) return expression;
  return { or: [expression, { exit: 'last' }] };
}

function isAssignment(command: Command): boolean {
  return command.kind === 'simple' && command.words.length === 0;
}

function pipe(commands: readonly Command[], at: Position, scope: Scope): Expression {
  const [left, right] = commands;
  if (commands.length === 2 && left?.kind === 'simple' && right?.kind === 'simple') {
    const tested = recogniseAddressTest(known(left, scope).words, known(right, scope).words);
    if (tested !== undefined) return accepted(tested, at);
  }
  const last = commands[commands.length - 1];
  const said =
    last?.kind === 'simple' && /grep$/.test(last.words[0]?.raw ?? '') && saidBy(commands, at, scope);
  if (said && !('refused' in said) && said.some) return said.some;
  throw new ShellRefused(said && 'refused' in said ? said.refused : 'a pipe of this kind', at);
}

function accepted(found: Recognised, at: Position): Expression {
  if ('refused' in found) throw new ShellRefused(found.refused, at);
  return found.expression;
}

function simple(command: SimpleCommand, scope: Scope): Expression {
  const assigned = scope.assigned;
  scope.assigned = undefined;
  for (const { name, value } of command.assignments) {
    const found = valueOrReason(value, scope);
    scope.variables.set(name, found);
    if (typeof found === 'object' && 'output' in found) scope.assigned = found;
  }
  const test = testOf(command, scope, assigned);
  if (test !== undefined) return accepted(test, command);
  // What is only said may contain anything.
  if (/^(?:echo|printf|logger)$/.test(command.words[0]?.raw ?? '')) return { status: 0 };
  const words = known(command, scope);
  const name = words.words[0];
  if (name === undefined)
    return command.input === undefined ? { status: 0 } : fromDevice(command.input, scope);
  const body = scope.functions.get(name);
  if (body !== undefined) return call(body, words.words.slice(1), command, scope);
  switch (baseName(name)) {
    case 'exit':
    case 'return':
      return exit(words.words, command, scope);
    case 'set':
      scope.exitsOnError ||= words.words.some((word) => /^-[a-z]*e/.test(word));
      return { status: 0 };
    case 'sh':
    case 'bash':
    case 'dash':
      return inner(words.words, command, scope);
    case 'sudo':
    case 'exec':
      return simple({ ...command, assignments: [], words: command.words.slice(1) }, scope);
    case 'export':
    case 'local':
    case 'readonly':
      for (const word of command.words.slice(1)) {
        const assignment = assignmentOf(word);
        if (assignment !== undefined)
          scope.variables.set(assignment.name, valueOrReason(assignment.value, scope));
      }
      return { status: 0 };
    case ':':
      return command.input === undefined ? { status: 0 } : fromDevice(command.input, scope);
    case 'pgrep':
      return accepted(processListed(words, itself(command, scope)), command);
    default:
      return accepted(recognise(words), command);
  }
}

function call(body: Command, args: readonly string[], at: Position, scope: Scope): Expression {
  if (++scope.calls > MAX_CALLS) throw new ShellRefused('functions that call each other this often', at);
  const saved = new Map(scope.variables);
  for (let i = 1; i <= 9; i++) scope.variables.delete(String(i));
  args.forEach((arg, i) => {
    scope.variables.set(String(i + 1), arg);
  });
  scope.variables.set('*', args.join(' ')).set('@', args.join(' '));
  const expression = translate(body, scope);
  scope.variables.clear();
  for (const [name, value] of saved) scope.variables.set(name, value);
  return expression;
}

/** `return` is taken where `exit` would mean the same: not inside a function whose caller goes on. */
function exit(words: readonly string[], at: Position, scope: Scope): Expression {
  if (words[0] === 'return' && scope.calls > 0) throw new ShellRefused('`return`', at);
  if (words[1] === undefined) return { exit: 'last' };
  if (!/^\d{1,3}$/.test(words[1])) throw new ShellRefused(`\`${words.join(' ')}\``, at);
  return { exit: Number(words[1]) & 255 };
}

/** `sh -c '...'`, taken as the last thing that the script does: its exit is the script's. */
function inner(words: readonly string[], at: Position, scope: Scope): Expression {
  const index = words.findIndex((word) => /^-[a-z]*c$/.test(word));
  const text = words[index + 1];
  if (index < 0 || text === undefined) throw new ShellRefused(`\`${words.join(' ')}\``, at);
  try {
    return translate(parseShell(text), { ...scope, variables: new Map(scope.variables) });
  } catch (error) {
    if (error instanceof ShellRefused) throw new ShellRefused(error.message, at);
    throw error;
  }
}

/** bash's `</dev/tcp/HOST/PORT`. */
function fromDevice(word: ShellWord, scope: Scope): Expression {
  const match = /^\/dev\/tcp\/([^/]+)\/(\d+)$/.exec(textOf(word, scope));
  if (match === null) return { status: 0 };
  return accepted(tcp(match[1], match[2], scope.addresses), word);
}
