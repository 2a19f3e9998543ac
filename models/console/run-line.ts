/**
 * A command line as a shell runs it: lists (`;`, `&&`, `||`), pipes, redirections to and from files of the host, variables,
 * command substitution.
 *
 * Source: POSIX.1-2017 shell command language, sections 2.5 to 2.10. Words are read by the reader of keepalived's check scripts.
 * Not modelled: compound commands (if, for, while), functions, globbing, jobs (`&` at the end is taken as `;`).
 */
import { ShellRefused, type ShellToken, type ShellWord, shellTokens } from '../keepalived/shell-words.ts';
import type { Call, Place, Script } from './command.ts';
import { commandNamed, commandNames } from './commands.ts';
import { appendFile, readFile, writeFile } from './files.ts';

type Write = (to: 'stdout' | 'stderr', text: string) => void;
type Env = Readonly<Record<string, string>>;

interface Redirection {
  readonly from: number;
  readonly operator: '>' | '>>' | '<' | '>&' | '&>';
  readonly to: ShellWord;
}
interface Simple {
  readonly words: readonly ShellWord[];
  readonly redirections: readonly Redirection[];
}
interface Item {
  /** What of the one before lets this one run. */
  readonly after: ';' | '&&' | '||';
  readonly pipeline: readonly Simple[];
}

/** What a login shell of the administrator has. */
const LOGIN: Env = { HOME: '/root', USER: 'root' };

const NOT_FOUND = 127;
const USAGE = 2;

/** Runs a line; gives the exit code of the last command that ran. */
export function* runLine(line: string, place: Place, write: Write): Script {
  try {
    return yield* runItems(itemsOf(line), place, LOGIN, undefined, write);
  } catch (error) {
    if (!(error instanceof ShellRefused)) throw error;
    write('stderr', `sh: ${error.at.line}: Syntax error: ${error.message} cannot be read\n`);
    return USAGE;
  }
}

function* runItems(
  items: readonly Item[],
  place: Place,
  outer: Env,
  input: string | undefined,
  write: Write,
): Script {
  let code = 0;
  let env = outer;
  for (const { after, pipeline } of items) {
    if ((after === '&&' && code !== 0) || (after === '||' && code === 0)) continue;
    let fed = input;
    for (const [i, simple] of pipeline.entries()) {
      const isLast = i === pipeline.length - 1;
      let piped = '';
      const own: Write = (to, text) => {
        if (to === 'stdout' && !isLast) piped += text;
        else write(to, text);
      };
      const ran = yield* runSimple(simple, place, env, fed, own);
      code = ran.code;
      env = ran.env;
      fed = piped;
    }
  }
  return code;
}

interface Ran {
  readonly code: number;
  readonly env: Env;
}

function* runSimple(
  simple: Simple,
  place: Place,
  env: Env,
  input: string | undefined,
  write: Write,
): Script<Ran> {
  const words: string[] = [];
  let own = env;
  let leading = true;
  for (const word of simple.words) {
    const assignment = leading ? /^([A-Za-z_]\w*)=/.exec(word.raw) : null;
    const text = yield* textOfWord(word, place, own, write);
    if (assignment !== null) own = { ...own, [assignment[1] as string]: text.slice(text.indexOf('=') + 1) };
    else {
      leading = false;
      if (text !== '' || word.quoted) words.push(text);
    }
  }
  const sinks = yield* sinksOf(simple.redirections, place, own, input, write);
  if (sinks.failed) return { code: 1, env };
  const [name, ...args] = words;
  if (name === undefined) return { code: 0, env: own };
  if (name === 'export') {
    const set = args.map((arg) => arg.split(/=(.*)/s)).filter((parts) => parts.length > 1);
    return { code: 0, env: { ...own, ...Object.fromEntries(set) } };
  }
  const call: Call = {
    place,
    name,
    args,
    env: own,
    input: sinks.input,
    out: (text) => sinks.write(1, text),
    err: (text) => sinks.write(2, text),
  };
  const command = commandNamed(name);
  let code = NOT_FOUND;
  if (command === undefined) {
    call.err(`sh: 1: ${name}: not found\n(this console has ${commandNames().join(', ')})\n`);
  } else code = yield* command(call);
  yield* sinks.close();
  return { code, env };
}

// --- words

function* textOfWord({ pieces }: ShellWord, place: Place, env: Env, write: Write): Script<string> {
  let text = '';
  for (const piece of pieces) {
    if ('text' in piece) text += piece.text;
    else if ('variable' in piece) text += env[piece.variable] ?? piece.fallback ?? '';
    else {
      let output = '';
      const keep: Write = (to, part) => {
        if (to === 'stdout') output += part;
        else write(to, part);
      };
      yield* runItems(itemsOf(piece.output), place, env, undefined, keep);
      text += output.replace(/\n+$/, '');
    }
  }
  return text;
}

// --- redirections

interface Sinks {
  readonly input: string | undefined;
  readonly failed: boolean;
  write(from: number, text: string): void;
  /** What was meant for files is in them. */
  close(): Script<void>;
}

function* sinksOf(
  redirections: readonly Redirection[],
  place: Place,
  env: Env,
  input: string | undefined,
  write: Write,
): Script<Sinks> {
  const files = new Map<string, { text: string; append: boolean }>();
  const targets = new Map<number, string>([
    [1, '&1'],
    [2, '&2'],
  ]);
  let fed = input;
  let failed = false;
  for (const { from, operator, to } of redirections) {
    const path = yield* textOfWord(to, place, env, write);
    if (operator === '<') {
      const found = yield* readFile(place, path);
      if (typeof found !== 'string') {
        write('stderr', `sh: 1: cannot open ${path}: No such file\n`);
        failed = true;
      } else fed = found;
    } else if (operator === '>&' && /^\d$/.test(path)) {
      targets.set(from, targets.get(Number(path)) ?? `&${path}`);
    } else {
      if (path !== '/dev/null') files.set(path, { text: '', append: operator === '>>' });
      targets.set(from, path);
      if (operator === '&>') targets.set(2, path);
    }
  }
  return {
    input: fed,
    failed,
    write: (from, text) => {
      const target = targets.get(from) ?? '';
      const file = files.get(target);
      if (file !== undefined) file.text += text;
      else if (target === '&1') write('stdout', text);
      else if (target === '&2') write('stderr', text);
    },
    *close() {
      for (const [path, { text, append }] of files) {
        if (append) yield* appendFile(place, path, text);
        else yield* writeFile(place.host, path, text);
      }
    },
  };
}

// --- reading

function itemsOf(line: string): Item[] {
  const items: Item[] = [];
  let after: Item['after'] = ';';
  let pipeline: Simple[] = [];
  let words: ShellWord[] = [];
  let redirections: Redirection[] = [];
  const endSimple = (): void => {
    if (words.length > 0 || redirections.length > 0) pipeline.push({ words, redirections });
    words = [];
    redirections = [];
  };
  const endItem = (next: Item['after']): void => {
    endSimple();
    if (pipeline.length > 0) items.push({ after, pipeline });
    pipeline = [];
    after = next;
  };
  const tokens = shellTokens(line);
  for (let i = 0; i < tokens.length; i++) {
    const token = tokens[i] as ShellToken;
    if (token.word !== undefined) {
      words.push(token.word);
      continue;
    }
    switch (token.operator) {
      case ';':
      case '\n':
      case '&':
        endItem(';');
        break;
      case '&&':
      case '||':
        endItem(token.operator);
        break;
      case '|':
        endSimple();
        break;
      case '>':
      case '>>':
      case '<':
      case '>&':
      case '&>': {
        const to = tokens[++i]?.word;
        if (to === undefined) throw new ShellRefused('a redirection without a file', token);
        redirections.push({ from: descriptor(words, token), operator: token.operator, to });
        break;
      }
      default:
        throw new ShellRefused(token.operator, token);
    }
  }
  endItem(';');
  return items;
}

/** The number that stands directly before the operator, which is then no word; else what the operator means by itself. */
function descriptor(
  words: ShellWord[],
  operator: { readonly operator: string; readonly line: number; readonly column: number },
): number {
  const last = words.at(-1);
  const adjoins =
    last !== undefined && last.line === operator.line && last.column + last.raw.length === operator.column;
  if (adjoins && /^\d$/.test(last.raw)) {
    words.pop();
    return Number(last.raw);
  }
  return operator.operator === '<' ? 0 : 1;
}
