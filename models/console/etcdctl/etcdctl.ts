/**
 * etcdctl 3.4 and later, and etcdutl: the subcommands that operators of a control plane use.
 *
 * Sources: etcd v3.4.23 and v3.6.14 etcdctl/ctlv3/ctl.go; each subcommand's file names its own. ETCDCTL_API is taken as 3; a line with
 * flags of version 2 (etcdctl/ctlv2: --ca-file, --cert-file, --key-file; `member add NAME URL`) is read, and answered as 3 does.
 * Not modelled: watch, lock, elect, txn, auth, check, make-mirror, hashkv; -w fields and protobuf beyond `get`.
 */
import type { Call, Script } from '../command.ts';
import { type FlagTable, isFlagError, readFlags } from '../flags.ts';
import { endpointHealth, endpointStatus } from './endpoint.ts';
import { del, get, put } from './kv.ts';
import { leaseGrant, leaseKeepAlive, leaseRevoke } from './lease.ts';
import { alarms, compaction, defrag } from './maintenance.ts';
import { memberAdd, memberList, memberPromote, memberRemove, memberUpdate, moveLeader } from './member.ts';
import {
  EXIT_BAD_ARGS,
  EXIT_ERROR,
  fullVersion,
  GLOBAL_FLAGS,
  openSession,
  type Session,
  SHORTHANDS,
  versionOf,
} from './session.ts';
import { snapshotRestore, snapshotSave, snapshotStatus } from './snapshot.ts';

interface Subcommand {
  readonly run: (session: Session) => Script;
  readonly flags?: FlagTable;
}

const CLUSTER: FlagTable = { cluster: 'switch' };
const RANGE: FlagTable = {
  prefix: 'switch',
  'keys-only': 'switch',
  'count-only': 'switch',
  'print-value-only': 'switch',
  limit: 'value',
  rev: 'value',
  consistency: 'value',
};
const RESTORE: FlagTable = {
  name: 'value',
  'data-dir': 'value',
  'wal-dir': 'value',
  'initial-cluster': 'value',
  'initial-cluster-token': 'value',
  'initial-advertise-peer-urls': 'value',
  'skip-hash-check': 'switch',
  'bump-revision': 'value',
  'mark-compacted': 'switch',
};

const SUBCOMMANDS: Readonly<Record<string, Subcommand>> = {
  'endpoint status': { run: endpointStatus, flags: CLUSTER },
  'endpoint health': { run: endpointHealth, flags: CLUSTER },
  'member list': { run: memberList, flags: { consistency: 'value' } },
  'member add': { run: memberAdd, flags: { 'peer-urls': 'value', learner: 'switch' } },
  'member promote': { run: memberPromote },
  'member remove': { run: memberRemove },
  'member update': { run: memberUpdate, flags: { 'peer-urls': 'value' } },
  'move-leader': { run: moveLeader },
  'alarm list': { run: (session) => alarms(session, 'get') },
  'alarm disarm': { run: (session) => alarms(session, 'deactivate') },
  'snapshot save': { run: snapshotSave },
  'snapshot status': { run: snapshotStatus },
  'snapshot restore': { run: snapshotRestore, flags: RESTORE },
  compaction: { run: compaction, flags: { physical: 'switch' } },
  compact: { run: compaction, flags: { physical: 'switch' } },
  defrag: { run: defrag, flags: CLUSTER },
  get: { run: get, flags: RANGE },
  put: { run: put, flags: { lease: 'value' } },
  del: { run: del, flags: { prefix: 'switch' } },
  'lease grant': { run: leaseGrant },
  'lease revoke': { run: leaseRevoke },
  'lease keep-alive': { run: leaseKeepAlive, flags: { once: 'switch' } },
  version: { run: printVersion },
};

// biome-ignore lint/correctness/useYield: every subcommand is a script, also one that asks nothing.
function* printVersion({ call }: Session): Script {
  const full = fullVersion(call.place);
  call.out(`${call.name} version: ${full}\nAPI version: ${versionOf(call.place)}\n`);
  return 0;
}

/** Subcommands of etcdutl, and those that etcdctl lost to it in 3.6. */
const OFFLINE = ['snapshot status', 'snapshot restore'];

function knows(call: Call, name: string): boolean {
  if (!Object.hasOwn(SUBCOMMANDS, name)) return false;
  if (call.name.endsWith('etcdutl')) return OFFLINE.includes(name) || name === 'version';
  return versionOf(call.place) !== '3.6' || !OFFLINE.includes(name);
}

/** The name of the subcommand among the words, and what is left of them. */
function subcommandOf(words: readonly string[]): { readonly name: string; readonly args: readonly string[] } {
  const [first = '', second = ''] = words;
  const pair = `${first} ${second}`;
  return Object.hasOwn(SUBCOMMANDS, pair)
    ? { name: pair, args: words.slice(2) }
    : { name: first, args: words.slice(1) };
}

const OLD_FLAGS: Readonly<Record<string, string>> = {
  '--ca-file': '--cacert',
  '--cert-file': '--cert',
  '--key-file': '--key',
};

/** The words of version 2 in those of version 3. */
function inNewWords(args: readonly string[]): readonly string[] {
  const flagOfArg = (arg: string): string => OLD_FLAGS[arg.replace(/=.*/s, '')] ?? '';
  if (!args.some((arg) => flagOfArg(arg) !== '')) return args;
  const renamed = args.map((arg) => (flagOfArg(arg) === '' ? arg : arg.replace(/^[^=]*/, flagOfArg(arg))));
  const add = renamed.indexOf('add');
  const isAdd = add > 0 && renamed[add - 1] === 'member' && /^https?:/.test(renamed[add + 2] ?? '');
  return isAdd ? renamed.map((arg, i) => (i === add + 2 ? `--peer-urls=${arg}` : arg)) : renamed;
}

export function* etcdctl(call: Call): Script {
  const every: FlagTable = Object.assign(
    {},
    GLOBAL_FLAGS,
    ...Object.values(SUBCOMMANDS).map(({ flags }) => flags ?? {}),
  );
  const read = readFlags(inNewWords(call.args), every, SHORTHANDS);
  if (isFlagError(read)) {
    call.err(`Error: ${read.error}\n`);
    return EXIT_ERROR;
  }
  const { name, args } = subcommandOf(read.positional);
  if (name === '') {
    call.out(usage(call));
    return 0;
  }
  if (!knows(call, name)) {
    call.err(`Error: unknown command "${name}" for "${call.name}"\n\nRun '${call.name} --help' for usage.\n`);
    return EXIT_ERROR;
  }
  const { run, flags } = SUBCOMMANDS[name] as Subcommand;
  const foreign = [...read.values.keys()].find(
    (flag) => GLOBAL_FLAGS[flag] === undefined && flags?.[flag] === undefined,
  );
  if (foreign !== undefined) {
    call.err(`Error: unknown flag: --${foreign}\n`);
    return EXIT_ERROR;
  }
  const session = openSession(call, read, args);
  if (typeof session === 'string') {
    call.err(`Error: ${session}\n`);
    return EXIT_BAD_ARGS;
  }
  if (versionOf(call.place) === '3.5' && OFFLINE.includes(name) && !call.name.endsWith('etcdutl')) {
    call.err(`Deprecated: Use \`etcdutl ${name}\` instead.\n\n`);
  }
  return yield* run(session);
}

function usage(call: Call): string {
  const names = Object.keys(SUBCOMMANDS).filter((name) => knows(call, name));
  return `NAME:\n\t${call.name} - A simple command line client for etcd3.\n\nCOMMANDS:\n${names.map((name) => `\t${name}\n`).join('')}`;
}
