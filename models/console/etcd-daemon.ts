/**
 * `etcd [FLAGS]`: starts the member of this host anew with these flags, as `systemctl stop etcd; etcd ... &` (or an edit of its
 * manifest) does: how an operator joins a new member, uses a restored data directory, or forces a new cluster.
 *
 * Sources: etcd v3.6.14 server/etcdmain/config.go (flags), docs op-guide/recovery.md, runtime-configuration.md. Unit: microseconds.
 *
 * What is not given stays as the host's member had it, but for --force-new-cluster, which counts for this start only.
 * Not modelled: URLs beyond the address and port of --initial-cluster; the log on the terminal (the command returns at once).
 */
import { type EtcdConfig, type EtcdFlags, flagError } from '../etcd/config.ts';
import { act, type Call, look, type Script, wait } from './command.ts';
import { DATA_DIR, ETCD, etcdDisk, isDataDirectory, liveDataDir, liveMark } from './data-directory.ts';
import { addressOf } from './etcdctl/session.ts';
import { readInitialCluster } from './etcdctl/snapshot.ts';
import { listFiles, replaceFiles } from './files.ts';
import { type Flags, type FlagTable, flagOf, isFlagError, isSet, readFlags } from './flags.ts';

const NUMBERS = [
  'heartbeat-interval',
  'election-timeout',
  'snapshot-count',
  'quota-backend-bytes',
  'max-learners',
] as const;
const SWITCHES = [
  'pre-vote',
  'initial-election-tick-advance',
  'strict-reconfig-check',
  'force-new-cluster',
] as const;

const FLAGS: FlagTable = {
  name: 'value',
  'data-dir': 'value',
  'wal-dir': 'value',
  'initial-cluster': 'value',
  'initial-cluster-state': 'value',
  'initial-cluster-token': 'value',
  'initial-advertise-peer-urls': 'value',
  'listen-peer-urls': 'value',
  'listen-client-urls': 'value',
  'listen-metrics-urls': 'value',
  'advertise-client-urls': 'value',
  'cert-file': 'value',
  'key-file': 'value',
  'trusted-ca-file': 'value',
  'client-cert-auth': 'switch',
  'peer-cert-file': 'value',
  'peer-key-file': 'value',
  'peer-trusted-ca-file': 'value',
  'peer-client-cert-auth': 'switch',
  ...Object.fromEntries(NUMBERS.map((name) => [name, 'value' as const])),
  ...Object.fromEntries(SWITCHES.map((name) => [name, 'switch' as const])),
};

/** How long a stop may take before it is given up: systemd's TimeoutStopSec. */
const STOP_LIMIT_US = 90_000_000;
const POLL_US = 100_000;

function flagsOf(base: EtcdFlags, given: Flags): EtcdFlags {
  const { 'force-new-cluster': _, ...kept } = base;
  const numbers = NUMBERS.flatMap((name) => {
    const value = flagOf(given, name);
    return value === undefined ? [] : [[name, Number(value)] as const];
  });
  const switches = SWITCHES.flatMap((name) =>
    given.values.has(name) ? [[name, isSet(given, name)] as const] : [],
  );
  return { ...kept, ...Object.fromEntries(numbers), ...Object.fromEntries(switches) };
}

/** The configuration that the flags make of the host's own; or what is wrong with them. */
function configOf(call: Call, base: EtcdConfig, given: Flags): EtcdConfig | string {
  const cluster = flagOf(given, 'initial-cluster');
  const state = flagOf(given, 'initial-cluster-state');
  if (state !== undefined && state !== 'new' && state !== 'existing') {
    return `invalid value "${state}" for flag -initial-cluster-state: invalid value "${state}"`;
  }
  const token = flagOf(given, 'initial-cluster-token');
  const config: EtcdConfig = {
    ...base,
    name: flagOf(given, 'name') ?? base.name,
    ...(cluster === undefined ? {} : { initialCluster: readInitialCluster(cluster, { call }) }),
    ...(state === undefined ? {} : { initialClusterState: state }),
    ...(token === undefined ? {} : { initialClusterToken: token }),
    flags: flagsOf(base.flags ?? {}, given),
  };
  const own = config.initialCluster.find(({ name }) => name === config.name);
  if (own === undefined)
    return `couldn't find local name "${config.name}" in the initial cluster configuration`;
  if (own.peerAddress !== addressOf(call.place.host, call.place) && cluster !== undefined) {
    return `--initial-cluster has ${config.name}=https://${own.peerAddress}:${own.peerPort} but missing from --initial-advertise-peer-urls`;
  }
  return flagError(config.flags ?? {}) ?? config;
}

export function* etcdDaemon(call: Call): Script {
  const { host } = call.place;
  const path = `${host}/${ETCD}`;
  const base = yield* look(({ world }) => {
    const known = world.processes.some(
      ({ host: on, spec }) => spec.name === ETCD && world.hosts[on]?.name === host,
    );
    return known ? (world.process(path).spec.config as EtcdConfig) : undefined;
  });
  if (base === undefined) {
    call.err('sh: 1: etcd: not found\n');
    return 127;
  }
  const given = readFlags(call.args, FLAGS);
  if (isFlagError(given)) {
    call.err(`error verifying flags, ${given.error}. See 'etcd --help'.\n`);
    return 2;
  }
  const config = configOf(call, base, given);
  if (typeof config === 'string') {
    call.err(`error verifying flags, ${config}. See 'etcd --help'.\n`);
    return 1;
  }
  if (!(yield* stopped(path))) {
    call.err('etcd: the running member does not end\n');
    return 1;
  }
  yield* useDataDir(host, flagOf(given, 'data-dir'));
  yield* act([
    { do: 'configure', process: path, config },
    { do: 'start', process: path },
  ]);
  return 0;
}

/** Stops the member in good order, and waits for its end. */
function* stopped(path: string): Script<boolean> {
  const isRunning = (): Script<boolean> =>
    look(({ world }) => ['running', 'paused', 'waiting'].includes(world.process(path).state));
  if (!(yield* isRunning())) return true;
  yield* act([{ do: 'stop', process: path }]);
  for (let us = 0; us < STOP_LIMIT_US; us += POLL_US) {
    if (!(yield* isRunning())) return true;
    yield* wait(POLL_US);
  }
  return false;
}

/** Puts the data of this directory under the member, and keeps what it had before in the directory of before. */
function* useDataDir(host: string, dataDir: string | undefined): Script<void> {
  if (dataDir === undefined) return;
  const files = yield* listFiles(host);
  const live = liveDataDir(files);
  if (live === dataDir) return;
  const before = yield* look(({ world }) => etcdDisk(world, host));
  const { [dataDir]: wanted, ...others } = files;
  const isEmpty = Object.keys(before).length === 0;
  const kept = { ...others, ...(isEmpty ? {} : { [live]: { kind: 'etcd-data', values: before } }) };
  if (isEmpty) delete (kept as Record<string, unknown>)[live];
  yield* replaceFiles(host, { ...kept, ...(dataDir === DATA_DIR ? {} : { [dataDir]: liveMark() }) });
  const values = isDataDirectory(wanted) ? wanted.values : {};
  yield* act([{ do: 'disk-put', host, process: ETCD, values }]);
}
