/**
 * The syntax of data-driven test files: directives with arguments, input, and the output they expect.
 *
 * Source: github.com/cockroachdb/datadriven v1.0.2.
 */

export interface Argument {
  readonly key: string;
  /** None for an argument without `=`. */
  readonly values: readonly string[];
}

export interface Directive {
  readonly command: string;
  readonly arguments: readonly Argument[];
  readonly input: string;
  /** Line of the file on which the directive stands, and on which its expected output starts; counted from 1. */
  readonly line: number;
  readonly outputLine: number;
  /** The expected output, each line with its newline. */
  readonly expected: string;
}

/** A file that is not in the format. */
export class SyntaxProblem extends Error {
  constructor(line: number, what: string) {
    super(`line ${line}: ${what}`);
    this.name = 'SyntaxProblem';
  }
}

/** Reads a whole file. */
export function parseDirectives(text: string): Directive[] {
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  const directives: Directive[] = [];
  let at = 0;
  while (at < lines.length) {
    const start = at;
    let head = lines[at++]!.trim();
    if (head === '' || head.startsWith('#')) continue;
    while (head.endsWith('\\') && at < lines.length)
      head = `${head.slice(0, -1).trimEnd()} ${lines[at++]!.trim()}`;
    const input: string[] = [];
    while (at < lines.length && lines[at] !== '----') input.push(lines[at++]!);
    if (at >= lines.length) throw new SyntaxProblem(start + 1, "a directive without '----'");
    at++;
    const doubled = lines[at] === '----';
    if (doubled) at++;
    const outputLine = at + 1;
    const expected: string[] = [];
    const ends = (): boolean =>
      doubled ? lines[at] === '----' && lines[at + 1] === '----' : lines[at]!.trim() === '';
    while (at < lines.length && !ends()) expected.push(`${lines[at++]!}\n`);
    if (doubled) at += 2;
    const [command, ...args] = splitArguments(head, start + 1);
    directives.push({
      command: command!.key,
      arguments: args,
      input: input.join('\n').trim(),
      line: start + 1,
      outputLine,
      expected: expected.join(''),
    });
  }
  return directives;
}

/** `key`, `key=value`, `key=` and `key=(v1, v2, ...)`, separated by blanks. */
function splitArguments(head: string, line: number): Argument[] {
  const found: Argument[] = [];
  let at = 0;
  while (at < head.length) {
    if (/\s/.test(head[at]!)) {
      at++;
      continue;
    }
    const start = at;
    while (at < head.length && !/[\s=]/.test(head[at]!)) at++;
    const key = head.slice(start, at);
    if (head[at] !== '=') {
      found.push({ key, values: [] });
      continue;
    }
    at++;
    if (head[at] !== '(') {
      const from = at;
      while (at < head.length && !/\s/.test(head[at]!)) at++;
      found.push({ key, values: [head.slice(from, at)] });
      continue;
    }
    const end = closing(head, at);
    if (end < 0) throw new SyntaxProblem(line, `unbalanced parentheses in ${head}`);
    found.push({ key, values: splitValues(head.slice(at + 1, end)) });
    at = end + 1;
  }
  return found;
}

function closing(text: string, open: number): number {
  let depth = 0;
  for (let at = open; at < text.length; at++) {
    if (text[at] === '(') depth++;
    else if (text[at] === ')' && --depth === 0) return at;
  }
  return -1;
}

/** Cut at commas outside of nested parentheses; blanks after a comma do not count. */
function splitValues(text: string): string[] {
  const values: string[] = [];
  let depth = 0;
  let value = '';
  for (const character of text) {
    if (character === '(') depth++;
    if (character === ')') depth--;
    if (character === ',' && depth === 0) {
      values.push(value);
      value = '';
    } else if (value !== '' || !/\s/.test(character) || values.length === 0) {
      value += character;
    }
  }
  values.push(value);
  return values;
}
