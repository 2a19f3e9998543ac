/**
 * Replays data-driven files of etcd-io/raft against the Raft of models/etcd/raft and compares the text byte
 * by byte. Takes any folder: which suite a file belongs to shows in its first command.
 *
 * Source of the rules: etcd-io/raft v3.7.0; cockroachdb/datadriven v1.0.2 (comparison).
 */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { Program } from '../../sim/machine.ts';
import { type Directive, parseDirectives, SyntaxProblem } from './data-driven.ts';
import { confChanges } from './raft-confchange.ts';
import { interaction } from './raft-interaction.ts';
import { quorumDirective } from './raft-quorum.ts';

export interface FileResult {
  /** Relative to the folder that was given. */
  readonly file: string;
  readonly directives: number;
  /** The first difference as text with its surroundings; null if there is none. */
  readonly difference: string | null;
}

/** Files beside the data: they say where it comes from. */
const BESIDE = /^(PROVENANCE|README|LICENSE|NOTICE)/i;

/** The data-driven files of a folder and of those in it, sorted. */
export function dataDrivenFiles(folder: string): string[] {
  const found: string[] = [];
  const walk = (at: string): void => {
    for (const name of readdirSync(at).sort()) {
      const path = join(at, name);
      if (statSync(path).isDirectory()) walk(path);
      else if (name.endsWith('.txt') && !BESIDE.test(name)) found.push(path);
    }
  };
  walk(folder);
  return found;
}

/** Replays every file of the folder with this executor. */
export function replayFolder(folder: string, program: Program): FileResult[] {
  return dataDrivenFiles(folder).map((path) => {
    const file = relative(folder, path);
    return { file, ...replayText(readFileSync(path, 'utf8'), program) };
  });
}

/** Replays the text of one file. Stops at the first difference. */
export function replayText(text: string, program: Program): Omit<FileResult, 'file'> {
  let directives: Directive[];
  try {
    directives = parseDirectives(text);
  } catch (error) {
    if (error instanceof SyntaxProblem) return { directives: 0, difference: error.message };
    throw error;
  }
  const run = suiteOf(directives, program);
  for (const directive of directives) {
    const difference = compare(directive, () => run(directive));
    if (difference !== null) return { directives: directives.length, difference };
  }
  return { directives: directives.length, difference: null };
}

function suiteOf(directives: readonly Directive[], program: Program): (directive: Directive) => string {
  switch (directives[0]?.command) {
    case 'vote':
    case 'committed':
      return quorumDirective;
    case 'simple':
    case 'enter-joint':
    case 'leave-joint':
      return confChanges();
    default:
      return interaction(program);
  }
}

function compare(directive: Directive, run: () => string): string | null {
  let actual: string;
  try {
    actual = run();
  } catch (error) {
    actual = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  }
  if (actual !== '' && !actual.endsWith('\n')) actual += '\n';
  if (actual === directive.expected) return null;
  return explain(directive, actual);
}

/** The first line that differs, with those before it. */
function explain(directive: Directive, actual: string): string {
  const want = directive.expected.split('\n');
  const got = actual.split('\n');
  let at = 0;
  while (at < want.length && want[at] === got[at]) at++;
  const shown = want.slice(Math.max(0, at - 3), at).map((line) => `      ${line}`);
  const line = (lines: readonly string[]): string =>
    at >= lines.length - 1 && lines[at] === '' ? '(end of output)' : (lines[at] ?? '(end of output)');
  const args = directive.arguments.map(({ key, values }) =>
    values.length === 0 ? key : `${key}=${values.length === 1 ? values[0] : `(${values.join(',')})`}`,
  );
  return [
    `    line ${directive.outputLine + at}, in: ${[directive.command, ...args].join(' ')} (line ${directive.line})`,
    ...shown,
    `    - ${line(want)}`,
    `    + ${line(got)}`,
  ].join('\n');
}

/** The whole run as text; the last line counts. */
export function printResults(results: readonly FileResult[]): string {
  const failed = results.filter(({ difference }) => difference !== null);
  const lines = failed.map(({ file, difference }) => `FAIL ${file}\n${difference}\n`);
  return `${lines.join('\n')}${lines.length > 0 ? '\n' : ''}${results.length - failed.length} passed, ${failed.length} failed\n`;
}
