/**
 * What the output of a command says, as far as check scripts look at it: how many lines there are, whether there is any,
 * which HTTP status curl wrote.
 *
 * Sources: the manual pages of ps(1), pgrep(1), grep(1), wc(1), ss(8), netstat(8) and curl(1) (--write-out). Not modelled:
 * what lines contain; that a port is listened on is tried by connecting to it on the loopback.
 */
import type { Expression } from './probe.ts';
import { baseName, processName, recognise } from './probe-commands.ts';
import { curl, type KnownCommand, portOf, type Recognised, refuse, tcp } from './probe-network.ts';

/** An output, or the status of the last command (`$?`). The expression succeeds when: */
export type Output =
  /** ... there is at least one line, and the output is their number. */
  | { readonly kind: 'count'; readonly some: Expression }
  /** ... there is any output; `ok` when it is the word of a health path. */
  | { readonly kind: 'text'; readonly some: Expression; readonly ok?: Expression }
  /** ... it is a status below 400; `answered` when it is not 000. */
  | { readonly kind: 'status'; readonly some: Expression; readonly answered: Expression }
  /** ... the status is 0; undefined: it is the status of what was run last. */
  | { readonly kind: 'exit'; readonly some: Expression | undefined };

export type KnownOutput = Output | { readonly refused: string };

/** A script finds itself in the list of processes when its own name contains the pattern. */
export interface Itself {
  /** File name of the script, '' for a line that is no file. */
  readonly name: string;
  /** Called with what it finds. */
  readonly found: (pattern: string) => void;
}

const ALWAYS: Expression = { status: 0 };

/** The output of commands joined by pipes; undefined if it is of no kind that is known. */
export function outputOf(commands: readonly KnownCommand[], itself: Itself): KnownOutput | undefined {
  const [first, ...filters] = commands as [KnownCommand, ...KnownCommand[]];
  const counts = isCount(filters[filters.length - 1]);
  const listed = sourceOf(
    first,
    filters.filter((filter) => !isWc(filter)),
    itself,
  );
  if (listed === undefined || 'refused' in listed) return listed;
  return counts && listed.kind === 'text' ? { kind: 'count', some: listed.some } : listed;
}

function sourceOf(
  first: KnownCommand,
  filters: readonly KnownCommand[],
  itself: Itself,
): KnownOutput | undefined {
  const name = baseName(first.words[0] ?? '');
  const patterns = patternsOf(filters);
  switch (name) {
    case 'ps':
      return patterns && text(ofPs(first, patterns, itself));
    case 'pgrep':
    case 'pidof':
      return patterns?.kept.length === 0 ? text(processListed(first, itself)) : undefined;
    case 'ss':
    case 'netstat':
      return patterns && text(ofListeners(first, patterns));
    case 'systemctl':
    case 'service':
      return patterns?.kept.join() === 'running' ? text(recognise(first)) : undefined;
    case 'curl':
      return patterns && ofCurl(first, patterns);
    default:
      return undefined;
  }
}

function text(found: Recognised | undefined): KnownOutput | undefined {
  return found && ('refused' in found ? found : { kind: 'text', some: found.expression });
}

interface Patterns {
  readonly kept: readonly string[];
  readonly dropped: readonly string[];
}

const isWc = ({ words }: KnownCommand): boolean => baseName(words[0] ?? '') === 'wc' && words[1] === '-l';
const isGrep = ({ words }: KnownCommand): boolean => /^[ef]?grep$/.test(baseName(words[0] ?? ''));
const isCount = (last: KnownCommand | undefined): boolean =>
  last !== undefined &&
  (isWc(last) || (isGrep(last) && last.words.some((word) => /^-[a-zA-Z]*c/.test(word))));

/** What the greps of a pipe let through; undefined if there is another filter that might drop lines. */
function patternsOf(filters: readonly KnownCommand[]): Patterns | undefined {
  const kept: string[] = [];
  const dropped: string[] = [];
  for (const filter of filters) {
    const name = baseName(filter.words[0] ?? '');
    if (/^(?:awk|cut|tr|head|tail|sort|uniq)$/.test(name)) continue;
    const words = filter.words.slice(1);
    const flags = words.filter((word) => /^-[a-zA-Z-]+$/.test(word));
    const patterns = words.filter((word) => !flags.includes(word));
    if (!isGrep(filter) || patterns.length !== 1) return undefined;
    const inverted = flags.some((flag) => flag === '--invert-match' || /^-[a-zA-Z]*v/.test(flag));
    (inverted ? dropped : kept).push(patterns[0]!);
  }
  return { kept, dropped };
}

function ofPs({ words }: KnownCommand, { kept, dropped }: Patterns, itself: Itself): Recognised | undefined {
  const named = words.indexOf('-C');
  if (named > 0) {
    const name = processName(words[named + 1] ?? '');
    // The heading is a line, too.
    const bare = words.some((word) => /^(?:--no-headers?|--no-heading|h|-h|pid=|comm=|cmd=)$/.test(word));
    if (name === undefined || kept.length > 0) return undefined;
    return bare
      ? { expression: { probe: { process: name } } }
      : refuse('the lines of `ps -C`, of which the heading is one: write --no-headers');
  }
  const [pattern] = kept;
  if (pattern === undefined || kept.length > 1) return undefined;
  const name = processName(pattern);
  if (name === undefined) return refuse(`the pattern ${pattern}`);
  const drops = (word: string): boolean => dropped.some((one) => word.includes(one));
  if (!drops('grep') && !/\[.\]/.test(pattern))
    return refuse(`\`ps | grep ${pattern}\`, which always finds the grep itself`);
  return findsItself(name, itself) && !drops(itself.name)
    ? { expression: ALWAYS }
    : { expression: { probe: { process: name } } };
}

/** `pgrep NAME` and `pidof NAME`. */
export function processListed(command: KnownCommand, itself: Itself): Recognised {
  const words = command.words.slice(1);
  const exact = baseName(command.words[0]!) === 'pidof' || words.some((word) => /^-[a-z]*x/.test(word));
  const name = processName(words.find((word) => !word.startsWith('-')) ?? '');
  if (!exact && name !== undefined && findsItself(name, itself)) return { expression: ALWAYS };
  return recognise(command);
}

/** `ps` and `pgrep NAME` list the interpreter of this very script with the script's name. */
function findsItself(name: string, itself: Itself): boolean {
  if (!itself.name.includes(name)) return false;
  itself.found(name);
  return true;
}

/** `ss -ltn | grep :6443`; `netstat -ltnp | grep haproxy`. */
function ofListeners(
  { words, addresses }: KnownCommand,
  { kept, dropped }: Patterns,
): Recognised | undefined {
  const listening = words.some((word) => /^-[a-zA-Z]*l|^--listening$/.test(word));
  const patterns = kept.filter((pattern) => !/^(?:LISTEN|tcp)$/i.test(pattern));
  const [pattern] = patterns;
  if (!listening || pattern === undefined || patterns.length > 1 || dropped.some((one) => one !== 'grep'))
    return undefined;
  const port = /^(?:\\?[*:.]|0\.0\.0\.0|127\.0\.0\.1|\[::\])*:?(\d{1,5})(?:\\b|\$|\\s|\s)*$/.exec(
    pattern,
  )?.[1];
  if (portOf(port) !== undefined) return tcp('127.0.0.1', port, addresses);
  const name = /^[A-Za-z]/.test(pattern) ? processName(pattern) : undefined;
  return name === undefined ? undefined : { expression: { probe: { process: name } } };
}

/** `curl -w %{http_code} -o FILE`, `curl URL | grep ok` of a health path, `curl URL`. */
function ofCurl(command: KnownCommand, { kept }: Patterns): KnownOutput | undefined {
  const found = curl(command);
  if ('refused' in found || !('probe' in found.expression)) return found as { refused: string };
  const { probe } = found.expression;
  if (!('http' in probe)) return undefined;
  const strict: Expression = { probe: { ...probe, failOnStatus: true } };
  const written = command.words.findIndex((word) => word === '-w' || word === '--write-out');
  const discards = command.words.some((word) => /^(?:-[a-zA-Z]*o|--output)$/.test(word));
  if (written > 0) {
    const code = /^%\{(?:http_code|response_code)\}(?:\\n)?$/.test(command.words[written + 1] ?? '');
    if (!code || !discards || kept.length > 0) return undefined;
    return { kind: 'status', some: strict, answered: { probe: { ...probe, failOnStatus: false } } };
  }
  if (discards) return undefined;
  const health = /^\/(?:healthz|livez|readyz)$/.test(probe.path);
  if (kept.length === 0) return { kind: 'text', some: found.expression, ...(health && { ok: strict }) };
  return health && kept.join() === 'ok' ? { kind: 'text', some: strict } : undefined;
}
