/**
 * kubectl: finds the command, reads its flags, and says which commands there are.
 *
 * Sources: kubectl pkg/cmd/cmd.go (NewDefaultKubectlCommandWithArgs: what is no command may be a plugin, HandlePluginCommand), pkg/util/
 * templates/templater.go (FlagErrorFunc), pkg/cmd/util/helpers.go (DefaultSubCommandRun, UsageErrorf); spf13/cobra command.go (the
 * command is looked for first, then its flags are read). Commands that this console does not have are named as such. Versions
 * are those of the cluster.
 */
import { nearest } from '../../nearest.ts';
import type { Call, Script } from '../command.ts';
import { flagOf, isFlagError, isSet, readFlags } from '../flags.ts';
import { apiResources, top } from './api-resources.ts';
import { apply } from './apply.ts';
import { cordon, drain, expose, remove, scale, taint } from './change.ts';
import { type Kubectl, serverOf, timeoutOf } from './client.ts';
import { currentContext, getContexts, useContext, viewConfig } from './config.ts';
import { create } from './create.ts';
import { describe } from './describe.ts';
import { firstWord, flagsOf } from './flag-tables.ts';
import { get } from './get.ts';
import { annotate, label } from './label.ts';
import { exec, logs } from './logs.ts';
import { rolloutStatus } from './rollout.ts';
import { clusterInfo, version } from './version.ts';
import { waitFor } from './wait.ts';

type Subcommand = (kubectl: Kubectl) => Script;

const SUBCOMMANDS: Readonly<Record<string, Subcommand>> = {
  get,
  describe,
  logs,
  exec,
  create,
  apply,
  scale,
  expose,
  delete: remove,
  cordon: (kubectl) => cordon(kubectl, true),
  uncordon: (kubectl) => cordon(kubectl, false),
  drain,
  taint,
  label,
  annotate,
  wait: waitFor,
  'rollout status': rolloutStatus,
  'api-resources': apiResources,
  'config view': viewConfig,
  'config current-context': currentContext,
  'config get-contexts': getContexts,
  'config use-context': useContext,
  'top nodes': top,
  'top pods': top,
  version,
  'cluster-info': clusterInfo,
};
const ALIASES: Readonly<Record<string, string>> = {
  'top node': 'top nodes',
  'top no': 'top nodes',
  'top pod': 'top pods',
  'top po': 'top pods',
};
const NAMES = Object.keys(SUBCOMMANDS);
/** First words of commands of two. */
const GROUPS = new Set(
  NAMES.filter((name) => name.includes(' ')).map((name) => name.split(' ')[0] as string),
);
const FIRST_WORDS = [...new Set(NAMES.map((name) => name.split(' ')[0] as string))];

function usage(): string {
  return `This console has: ${NAMES.toSorted().join(', ')}\n`;
}

/** What stands behind a `--` belongs to the command in the container. */
function splitAt(args: readonly string[]): [readonly string[], readonly string[]] {
  const at = args.indexOf('--');
  return at < 0 ? [args, []] : [args.slice(0, at), args.slice(at + 1)];
}

/** A command's name and what is left of the line without it; or what is wrong, already said. */
type Found = { readonly name: string; readonly rest: readonly string[] } | number;

function without(args: readonly string[], at: number): readonly string[] {
  return args.filter((_, i) => i !== at);
}

/** Plugins are looked for under every name that is no command, and those cannot have flags before them. */
function unknown(call: Call, word: string): number {
  const [first = ''] = call.args;
  if (first.startsWith('-')) {
    call.err(`Error: flags cannot be placed before plugin name: ${first}\n`);
    return 1;
  }
  const near = nearest(word, FIRST_WORDS);
  const hint = near.length === 0 ? '' : `\n\nDid you mean this?\n${near.map((one) => `\t${one}\n`).join('')}`;
  call.err(`error: unknown command "${word}" for "kubectl"${hint}\n${usage()}`);
  return 1;
}

function find(call: Call, args: readonly string[]): Found {
  const at = firstWord(args);
  const word = args[at];
  if (word === undefined || word === 'help') return { name: '', rest: args };
  const rest = without(args, at);
  if (Object.hasOwn(SUBCOMMANDS, word)) return { name: word, rest };
  if (!GROUPS.has(word)) return unknown(call, word);
  const next = firstWord(rest);
  const second = rest[next];
  if (second === undefined) {
    call.out(`${usage()}`);
    return 1;
  }
  const name = `${word} ${second}`;
  const known = ALIASES[name] ?? name;
  if (Object.hasOwn(SUBCOMMANDS, known)) return { name: known, rest: without(rest, next) };
  call.err(`error: unknown command "${second}"\nSee 'kubectl ${word} -h' for help and examples\n${usage()}`);
  return 1;
}

export function* kubectl(call: Call): Script {
  const [own, behind] = splitAt(call.args);
  const found = find(call, own);
  if (typeof found === 'number') return found;
  const { name, rest } = found;
  const { table, short } = flagsOf(name);
  const read = readFlags(rest, table, short);
  if (isFlagError(read)) {
    call.err(`error: ${read.error}\nSee '${`kubectl ${name}`.trimEnd()} --help' for usage.\n`);
    return 1;
  }
  const run = SUBCOMMANDS[name];
  if (run === undefined || isSet(read, 'help')) {
    const flags = Object.keys(table).map((flag) => (flag.length === 1 ? `-${flag}` : `--${flag}`));
    call.out(
      run === undefined
        ? `kubectl controls the Kubernetes cluster manager.\n\n${usage()}`
        : `Usage:\n  kubectl ${name} [flags] [options]\n\nOf its flags this console has: ${flags.join(', ')}\n`,
    );
    return 0;
  }
  return yield* run({
    call,
    flags: read,
    args: [...read.positional, ...behind],
    server: yield* serverOf(call, read),
    timeoutUs: timeoutOf(read),
    namespace: (flagOf(read, 'namespace') ?? 'default').replace(/^=/, ''),
  });
}
