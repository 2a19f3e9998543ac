/**
 * What pipes of operators lead to: grep, wc, head, tail, sort, cat, echo, true, false, sleep, sh -c.
 *
 * Sources: grep(1), wc(1), head(1), tail(1), sort(1) of GNU. Basic and extended expressions are read as JavaScript's.
 * Not modelled: every option but those below; files are those that console commands wrote.
 */
import type { Call, Script } from './command.ts';
import { wait } from './command.ts';
import { readFile } from './files.ts';

function linesOf(text: string): string[] {
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  return lines;
}

/** Standard input, or the files that are named; undefined (and a complaint) if one is missing. */
function* inputOf(call: Call, paths: readonly string[]): Script<string | undefined> {
  if (paths.length === 0) return call.input ?? '';
  let text = '';
  for (const path of paths) {
    const found = yield* readFile(call.place, path);
    if (typeof found === 'string') text += found;
    else {
      call.err(`${call.name}: ${path}: No such file or directory\n`);
      return undefined;
    }
  }
  return text;
}

function pattern(text: string, flags: string, basic: boolean, fixed: boolean): RegExp {
  const escaped = text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  if (fixed) return new RegExp(escaped, flags);
  // In a basic expression \| and \+ are operators, and the bare ones are themselves.
  const source = basic
    ? text.replace(/\\([|+?(){}])|([|+?(){}])/g, (_, op, bare) => op ?? `\\${bare}`)
    : text;
  try {
    return new RegExp(source, flags);
  } catch {
    return new RegExp(escaped, flags);
  }
}

export function* grep(call: Call): Script {
  const flags = new Set<string>();
  const rest: string[] = [];
  let after = 0;
  for (let i = 0; i < call.args.length; i++) {
    const arg = call.args[i] as string;
    const context = /^-A(\d*)$/.exec(arg);
    if (context !== null) after = Number(context[1] === '' ? call.args[++i] : context[1]);
    else if (arg === '-e') rest.unshift(call.args[++i] ?? '');
    else if (/^-[a-zA-Z]+$/.test(arg)) for (const flag of arg.slice(1)) flags.add(flag);
    else if (!arg.startsWith('--')) rest.push(arg);
  }
  const [wanted, ...paths] = rest;
  if (wanted === undefined) {
    call.err('Usage: grep [OPTION]... PATTERNS [FILE]...\n');
    return 2;
  }
  const input = yield* inputOf(call, paths);
  if (input === undefined) return 2;
  const isBasic = call.name === 'grep' && !flags.has('E') && !flags.has('P');
  const found = pattern(wanted, flags.has('i') ? 'i' : '', isBasic, flags.has('F') || call.name === 'fgrep');
  let shown = 0;
  let count = 0;
  for (const line of linesOf(input)) {
    const match = found.exec(line);
    const isWord =
      match !== null && (!flags.has('w') || new RegExp(`\\b(?:${found.source})\\b`, found.flags).test(line));
    if (isWord !== flags.has('v')) {
      count++;
      shown = after + 1;
    }
    if (shown > 0 && !flags.has('c') && !flags.has('q')) {
      const texts = flags.has('o') ? matchesIn(line, found) : [line];
      for (const text of texts) call.out(`${text}\n`);
    }
    shown = Math.max(0, shown - 1);
  }
  if (flags.has('c')) call.out(`${count}\n`);
  return count > 0 ? 0 : 1;
}

/** What grep -o prints of a line: each match that is not empty. */
function matchesIn(line: string, found: RegExp): string[] {
  const all = new RegExp(found.source, `${found.flags}g`);
  return [...line.matchAll(all)].map(([text]) => text).filter((text) => text !== '');
}

export function* wc(call: Call): Script {
  const flags = call.args.filter((arg) => arg.startsWith('-')).join('');
  const paths = call.args.filter((arg) => !arg.startsWith('-'));
  const input = yield* inputOf(call, paths);
  if (input === undefined) return 1;
  const counts = {
    l: input.split('\n').length - 1,
    w: input.split(/\s+/).filter((word) => word !== '').length,
    c: input.length,
  };
  const wanted = (['l', 'w', 'c'] as const).filter((key) => flags === '' || flags.includes(key));
  const numbers = wanted.map((key) => String(counts[key]));
  const text =
    numbers.length === 1 ? numbers.join('') : numbers.map((number) => number.padStart(7)).join(' ');
  call.out(`${[text, ...paths].join(' ')}\n`);
  return 0;
}

/** head and tail: the first or the last ten lines, or as many as -n says. */
export function* headOrTail(call: Call): Script {
  let count = 10;
  const paths: string[] = [];
  for (let i = 0; i < call.args.length; i++) {
    const arg = call.args[i] as string;
    const short = /^-n?(\d+)$/.exec(arg);
    if (short !== null) count = Number(short[1]);
    else if (arg === '-n') count = Number(call.args[++i]);
    else if (!arg.startsWith('-')) paths.push(arg);
  }
  const input = yield* inputOf(call, paths);
  if (input === undefined) return 1;
  const lines = linesOf(input);
  const kept = call.name === 'head' ? lines.slice(0, count) : lines.slice(Math.max(0, lines.length - count));
  for (const line of kept) call.out(`${line}\n`);
  return 0;
}

export function* sort(call: Call): Script {
  const flags = call.args.filter((arg) => arg.startsWith('-')).join('');
  const input = yield* inputOf(
    call,
    call.args.filter((arg) => !arg.startsWith('-')),
  );
  if (input === undefined) return 2;
  let lines = linesOf(input).sort((a, b) =>
    flags.includes('n') ? Number.parseFloat(a) - Number.parseFloat(b) : a < b ? -1 : a > b ? 1 : 0,
  );
  if (flags.includes('r')) lines.reverse();
  if (flags.includes('u')) lines = lines.filter((line, i) => line !== lines[i - 1]);
  for (const line of lines) call.out(`${line}\n`);
  return 0;
}

export function* cat(call: Call): Script {
  const input = yield* inputOf(
    call,
    call.args.filter((arg) => !arg.startsWith('-')),
  );
  if (input === undefined) return 1;
  call.out(input);
  return 0;
}

// biome-ignore lint/correctness/useYield: every command is a script, also one that asks nothing.
export function* echo(call: Call): Script {
  const [first, ...others] = call.args;
  const args = first === '-n' || first === '-e' ? others : call.args;
  call.out(args.join(' ') + (first === '-n' ? '' : '\n'));
  return 0;
}

// biome-ignore lint/correctness/useYield: see echo.
export function* trueOrFalse(call: Call): Script {
  return call.name === 'true' ? 0 : 1;
}

const UNITS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };

export function* sleep(call: Call): Script {
  const read = call.args.map((arg) => /^(\d+(?:\.\d+)?)([smhd]?)$/.exec(arg));
  const wrong = read.indexOf(null);
  if (wrong >= 0 || read.length === 0) {
    call.err(
      wrong >= 0 ? `sleep: invalid time interval '${call.args[wrong]}'\n` : 'sleep: missing operand\n',
    );
    return 1;
  }
  const seconds = read.reduce((sum, match) => sum + Number(match?.[1]) * (UNITS[match?.[2] || 's'] ?? 1), 0);
  yield* wait(Math.round(seconds * 1e6));
  return 0;
}
