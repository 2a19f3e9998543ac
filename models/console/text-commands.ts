/**
 * sed, tr, base64: as far as pipes of the guides and edits of a manifest need them.
 *
 * Sources: sed(1), tr(1), base64(1) of GNU. Of sed: s and p commands, -n, -e, -i, -E; of tr: -d and sets of single characters.
 */
import type { Call, Script } from './command.ts';
import { etcdDaemon } from './etcd-daemon.ts';
import { atHome, readFile, writeFile } from './files.ts';
import { MANIFESTS } from './system-files.ts';

/** `s/FROM/TO/g` with any delimiter; undefined: this console does not have it. */
function substitution(script: string, extended: boolean): ((line: string) => string) | undefined {
  const delimiter = script.charAt(1);
  const [, from, to, flags = ''] = script.slice(1).split(delimiter);
  if (script.charAt(0) !== 's' || from === undefined || to === undefined || /[^gi]/.test(flags))
    return undefined;
  const source = extended
    ? from
    : from.replace(/\\([|+?(){}])|([|+?(){}])/g, (_, op, bare) => op ?? `\\${bare}`);
  try {
    const pattern = new RegExp(source, flags);
    const target = to
      .replace(/\$/g, '$$$$')
      .replace(/\\(\d)/g, '$$$1')
      .replace(/(?<!\\)&/g, '$$&');
    return (line) => line.replace(pattern, target);
  } catch {
    return undefined;
  }
}

interface Edit {
  readonly scripts: readonly string[];
  readonly paths: readonly string[];
  readonly inPlace: boolean;
  readonly extended: boolean;
}

function readSed(args: readonly string[]): Edit {
  const scripts: string[] = [];
  const rest: string[] = [];
  let inPlace = false;
  let extended = false;
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] as string;
    if (arg === '-e') scripts.push(args[++i] ?? '');
    else if (/^-[nEri]+/.test(arg)) {
      inPlace ||= arg.includes('i');
      extended ||= /[Er]/.test(arg);
    } else rest.push(arg);
  }
  return { scripts: scripts.length > 0 ? scripts : rest.splice(0, 1), paths: rest, inPlace, extended };
}

export function* sed(call: Call): Script {
  const { scripts, paths, inPlace, extended } = readSed(call.args);
  if (scripts.length === 0) {
    call.err('Usage: sed [OPTION]... {script-only-if-no-other-script} [input-file]...\n');
    return 1;
  }
  const edits = scripts.map((script) => substitution(script, extended));
  const wrong = edits.indexOf(undefined);
  if (wrong >= 0) {
    call.err(`sed: -e expression #${wrong + 1}, char 1: this console has s/FROM/TO/g only\n`);
    return 1;
  }
  const edited = (text: string): string =>
    text
      .split('\n')
      .map((line) => edits.reduce((now, edit) => edit?.(now) ?? now, line))
      .join('\n');
  if (paths.length === 0) {
    call.out(edited(call.input ?? ''));
    return 0;
  }
  let code = 0;
  for (const path of paths) {
    const found = yield* readFile(call.place, path);
    if (typeof found !== 'string') {
      call.err(`sed: can't read ${path}: No such file or directory\n`);
      code = 2;
    } else if (inPlace) code = Math.max(code, yield* save(call, path, found, edited(found)));
    else call.out(edited(found));
  }
  return code;
}

const flagsIn = (text: string): string[] =>
  text.split('\n').flatMap((line) => /^ *- (--\S+)$/.exec(line)?.[1] ?? []);

/** A changed manifest of etcd is one with which the kubelet starts it anew. */
function* save(call: Call, path: string, before: string, after: string): Script {
  if (path !== `${MANIFESTS}/etcd.yaml`) {
    yield* writeFile(call.place.host, atHome(path), after);
    return 0;
  }
  const known = flagsIn(before);
  const args = flagsIn(after).filter((flag) => !known.includes(flag));
  if (args.length === 0) return 0;
  return yield* etcdDaemon({ ...call, name: 'etcd', args });
}

/** tr -d SET, tr SET SET */
export function* tr(call: Call): Script {
  const isDelete = call.args.includes('-d');
  const [from, to = ''] = call.args.filter((arg) => arg !== '-d').map((set) => set.replaceAll('\\n', '\n'));
  if (from === undefined || (!isDelete && to === '')) {
    call.err(`tr: missing operand${from === undefined ? '' : ` after '${from}'`}\n`);
    return 1;
  }
  const map = (letter: string): string => {
    const at = from.indexOf(letter);
    if (at < 0) return letter;
    return isDelete ? '' : to.charAt(Math.min(at, to.length - 1));
  };
  call.out([...(call.input ?? '')].map(map).join(''));
  return 0;
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const LINE = 76;

/** Of ASCII text. */
export function* base64(call: Call): Script {
  const bytes = [...(call.input ?? '')].map((letter) => letter.charCodeAt(0) & 255);
  let text = '';
  for (let i = 0; i < bytes.length; i += 3) {
    const [a = 0, b = 0, c = 0] = bytes.slice(i, i + 3);
    const left = bytes.length - i;
    text += ALPHABET.charAt(a >> 2) + ALPHABET.charAt(((a & 3) << 4) | (b >> 4));
    text += left > 1 ? ALPHABET.charAt(((b & 15) << 2) | (c >> 6)) : '=';
    text += left > 2 ? ALPHABET.charAt(c & 63) : '=';
  }
  for (let i = 0; i < text.length; i += LINE) call.out(`${text.slice(i, i + LINE)}\n`);
  return 0;
}
