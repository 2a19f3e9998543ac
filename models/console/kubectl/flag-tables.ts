/**
 * The flags that kubectl and each of its commands know here, and where on the line the command stands.
 *
 * Sources: spf13/cobra command.go (Find, stripFlags: what follows an unknown flag before the command counts as its value);
 * cli-runtime pkg/genericclioptions/config_flags.go (the flags of every command); the AddFlags of each kubectl pkg/cmd/NAME.
 */
import type { FlagTable } from '../flags.ts';

export const GLOBAL_FLAGS: FlagTable = {
  namespace: 'value',
  server: 'value',
  kubeconfig: 'value',
  context: 'value',
  cluster: 'value',
  user: 'value',
  'request-timeout': 'value',
  'insecure-skip-tls-verify': 'switch',
  v: 'value',
  help: 'switch',
};
const GLOBAL_SHORT: Readonly<Record<string, string>> = { n: 'namespace', s: 'server', v: 'v', h: 'help' };

const MANY: FlagTable = { selector: 'value', 'all-namespaces': 'switch' };
const WRITTEN: FlagTable = { filename: 'value', validate: 'value' };
const OVERWRITE: FlagTable = { overwrite: 'switch' };

/** By command; one that is not here has those of all commands only. */
const OWN: Readonly<Record<string, FlagTable>> = {
  get: {
    ...MANY,
    output: 'value',
    watch: 'switch',
    'watch-only': 'switch',
    'no-headers': 'switch',
    'field-selector': 'value',
    'sort-by': 'value',
    'show-labels': 'switch',
    'ignore-not-found': 'switch',
    raw: 'value',
  },
  logs: { previous: 'switch', follow: 'switch', tail: 'value', container: 'value' },
  exec: { stdin: 'switch', tty: 'switch', container: 'value' },
  create: { ...WRITTEN, image: 'value', replicas: 'value' },
  apply: WRITTEN,
  scale: { replicas: 'value' },
  expose: { name: 'value', type: 'value', port: 'value', 'target-port': 'value' },
  delete: {
    force: 'switch',
    'grace-period': 'value',
    wait: 'switch',
    now: 'switch',
    'ignore-not-found': 'switch',
  },
  drain: {
    force: 'switch',
    'grace-period': 'value',
    'ignore-daemonsets': 'switch',
    'delete-emptydir-data': 'switch',
    'delete-local-data': 'switch',
    'disable-eviction': 'switch',
    timeout: 'value',
  },
  taint: OVERWRITE,
  label: OVERWRITE,
  annotate: OVERWRITE,
  wait: { for: 'value', timeout: 'value', all: 'switch', selector: 'value' },
  'rollout status': { watch: 'switch', timeout: 'value' },
  version: { client: 'switch', short: 'switch' },
  'api-resources': { 'no-headers': 'switch', namespaced: 'switch', output: 'value' },
  'config view': { minify: 'switch', raw: 'switch', flatten: 'switch' },
  'config get-contexts': { 'no-headers': 'switch', output: 'value' },
  'top nodes': { selector: 'value', 'no-headers': 'switch', 'sort-by': 'value' },
  'top pods': { ...MANY, 'no-headers': 'switch', 'sort-by': 'value', containers: 'switch' },
};

const OWN_SHORT: Readonly<Record<string, string>> = {
  o: 'output',
  A: 'all-namespaces',
  w: 'watch',
  l: 'selector',
  p: 'previous',
  f: 'filename',
  c: 'container',
  i: 'stdin',
  t: 'tty',
};

export interface CommandFlags {
  readonly table: FlagTable;
  readonly short: Readonly<Record<string, string>>;
}

/** Of a command (`get`, `rollout status`), or of kubectl alone. */
export function flagsOf(command: string): CommandFlags {
  const own = OWN[command] ?? {};
  const short = Object.entries(OWN_SHORT).filter(([, name]) => own[name] !== undefined);
  const follow = command === 'logs' ? { f: 'follow' } : {};
  return {
    table: { ...GLOBAL_FLAGS, ...own },
    short: { ...GLOBAL_SHORT, ...Object.fromEntries(short), ...follow },
  };
}

function takesValue(arg: string): boolean {
  if (arg.includes('=')) return false;
  if (arg.startsWith('--')) return GLOBAL_FLAGS[arg.slice(2)] !== 'switch';
  return arg.length === 2 && GLOBAL_FLAGS[GLOBAL_SHORT[arg.charAt(1)] ?? ''] !== 'switch';
}

/** Where the first word stands that is neither a flag nor its value; -1 if there is none. */
export function firstWord(args: readonly string[]): number {
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] as string;
    if (arg === '--') return -1;
    if (arg.startsWith('-')) {
      if (takesValue(arg)) i++;
    } else if (arg !== '') return i;
  }
  return -1;
}
