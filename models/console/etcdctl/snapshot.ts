/**
 * `etcdctl snapshot save|status|restore` and the same of etcdutl: a backup of the database as a file of the host, and a data
 * directory made of it for each member of a new cluster.
 *
 * Sources: etcd v3.4.23 clientv3/snapshot/v3_snapshot.go, etcdctl/ctlv3/command/snapshot_command.go; v3.6.14
 * etcdutl/etcdutl/snapshot_command.go (restore and status live there since 3.5; etcdctl of 3.6 has them no more).
 *
 * Not modelled: bytes of the file (its hash is one of what it holds).
 */
import { METHODS, type SnapshotResponse } from '../../etcd/api.ts';
import type { Backend } from '../../etcd/backend.ts';
import type { EtcdConfig, InitialMember } from '../../etcd/config.ts';
import { type RestoreOptions, restoredDisk } from '../../etcd/first-members.ts';
import { addressOf as urlAddress } from '../../etcd/ids.ts';
import { look, type Script } from '../command.ts';
import type { DataDirectory } from '../data-directory.ts';
import { readFile, writeFile } from '../files.ts';
import { flagOf, isSet } from '../flags.ts';
import { humanBytes } from '../go-text.ts';
import { hostWallUs } from '../host-clock.ts';
import { isoTime } from '../wall-clock.ts';
import { call, isFailure } from './client.ts';
import { printJson, printRows } from './print.ts';
import { addressOf, EXIT_BAD_ARGS, exitWithError, fullVersion, type Session } from './session.ts';

/** A snapshot of the database, as a file. */
export interface SnapshotFile {
  readonly kind: 'etcd-snapshot';
  readonly db: Backend;
  readonly revision: number;
  readonly totalKeys: number;
  readonly totalSize: number;
}

function* info(session: Session, msg: string, fields: object): Script<void> {
  const ts = isoTime(yield* look(hostWallUs));
  const caller = 'snapshot/v3_snapshot.go';
  session.call.err(`${JSON.stringify({ level: 'info', ts, caller, msg, ...fields })}\n`);
}

export function* snapshotSave(session: Session): Script {
  const [path, ...more] = session.args;
  if (path === undefined || more.length > 0)
    return exitWithError(session, 'snapshot save expects one argument', EXIT_BAD_ARGS);
  const { endpoints } = session;
  if (endpoints.length > 1) {
    const texts = endpoints.map(({ text }) => text).join(' ');
    return exitWithError(session, `snapshot must be requested to one selected node, not multiple [${texts}]`);
  }
  yield* info(session, 'created temporary db file', { path: `${path}.part` });
  // The command's limit does not count for a snapshot (snapshot_command.go: a context of its own).
  const limited = session.flags.values.has('command-timeout');
  const answer = yield* call<SnapshotResponse>(session, METHODS.snapshot, {}, { unlimited: !limited });
  if (isFailure(answer)) return exitWithError(session, answer.failure);
  const { db, revision, totalKeys, totalSize } = answer.body;
  const file: SnapshotFile = { kind: 'etcd-snapshot', db: db as Backend, revision, totalKeys, totalSize };
  yield* writeFile(session.call.place.host, path, file);
  yield* info(session, 'fetched snapshot', { endpoint: endpoints[0]?.text, size: humanBytes(totalSize) });
  yield* info(session, 'saved', { path });
  session.call.out(`Snapshot saved at ${path}\n`);
  if (session.version === '3.6') session.call.out(`Server version ${fullVersion(session.call.place)}\n`);
  return 0;
}

function* openSnapshot(session: Session, path: string): Script<SnapshotFile | undefined> {
  const file = yield* readFile(session.call.place, path);
  return (file as { kind?: string } | undefined)?.kind === 'etcd-snapshot'
    ? (file as unknown as SnapshotFile)
    : undefined;
}

function hashOf({ revision, totalKeys, totalSize, db }: SnapshotFile): number {
  let hash = 0x811c9dc5;
  for (const number of [revision, totalKeys, totalSize, db.appliedIndex])
    hash = Math.imul(hash ^ number, 0x01000193) >>> 0;
  return hash;
}

export function* snapshotStatus(session: Session): Script {
  const [path, ...more] = session.args;
  if (path === undefined || more.length > 0)
    return exitWithError(session, 'snapshot status requires exactly one argument', EXIT_BAD_ARGS);
  const file = yield* openSnapshot(session, path);
  if (file === undefined) return exitWithError(session, `stat ${path}: no such file or directory`);
  const hash = hashOf(file);
  const version = session.version === '3.6' ? '3.6.0' : undefined;
  if (session.format === 'json') {
    const { revision, totalKeys: totalKey, totalSize } = file;
    printJson(session, {
      hash,
      revision,
      totalKey,
      totalSize,
      ...(version === undefined ? {} : { version }),
    });
    return 0;
  }
  const columns = ['hash', 'revision', 'total keys', 'total size'];
  const row = [hash.toString(16), String(file.revision), String(file.totalKeys), humanBytes(file.totalSize)];
  if (version === undefined) printRows(session, columns, [row]);
  else printRows(session, [...columns, 'version'], [[...row, version]]);
  return 0;
}

/** `m1=https://10.0.0.11:2380,m2=...` */
export function readInitialCluster(text: string, session: Pick<Session, 'call'>): InitialMember[] {
  return text.split(',').flatMap((part) => {
    const [name = '', url] = part.split(/=(.*)/s);
    if (url === undefined) return [];
    const { address, port } = urlAddress(url.replace(/^http:/, 'https:'));
    return [{ name, peerAddress: addressOf(address, session.call.place), peerPort: port }];
  });
}

export function* snapshotRestore(session: Session): Script {
  const { flags, call: asked } = session;
  const [path, ...more] = session.args;
  if (path === undefined || more.length > 0)
    return exitWithError(session, 'snapshot restore requires exactly one argument', EXIT_BAD_ARGS);
  const name = flagOf(flags, 'name') ?? 'default';
  const dataDir = flagOf(flags, 'data-dir') ?? `${name}.etcd`;
  const cluster = flagOf(flags, 'initial-cluster') ?? `${name}=http://localhost:2380`;
  const initialCluster = readInitialCluster(cluster, session);
  if (!initialCluster.some((member) => member.name === name)) {
    return exitWithError(
      session,
      `couldn't find local name "${name}" in the initial cluster configuration`,
      EXIT_BAD_ARGS,
    );
  }
  const peerUrls = flagOf(flags, 'initial-advertise-peer-urls');
  if (peerUrls !== undefined && !cluster.split(',').includes(`${name}=${peerUrls}`)) {
    const own = cluster.split(',').find((part) => part.startsWith(`${name}=`));
    return exitWithError(
      session,
      `--initial-cluster has ${own} but missing from --initial-advertise-peer-urls=${peerUrls} (resolved urls do not match)`,
    );
  }
  const { host } = asked.place;
  if ((yield* readFile(asked.place, dataDir)) !== undefined) {
    return exitWithError(
      session,
      `data-dir "${dataDir}" ${session.version === '3.4' ? 'exists' : 'not empty or could not be read'}`,
    );
  }
  const file = yield* openSnapshot(session, path);
  if (file === undefined) return exitWithError(session, `open ${path}: no such file or directory`);
  const initialClusterToken = flagOf(flags, 'initial-cluster-token') ?? 'etcd-cluster';
  const config: EtcdConfig = {
    name,
    version: session.version,
    initialCluster,
    initialClusterState: 'new',
    initialClusterToken,
  };
  const bump = flagOf(flags, 'bump-revision');
  const options: RestoreOptions = {
    ...(bump === undefined ? {} : { bumpRevision: Number(bump) }),
    ...(isSet(flags, 'mark-compacted') ? { markCompacted: true } : {}),
  };
  const dirs = {
    path,
    'wal-dir': `${dataDir}/member/wal`,
    'data-dir': dataDir,
    'snap-dir': `${dataDir}/member/snap`,
  };
  yield* info(session, 'restoring snapshot', dirs);
  const directory: DataDirectory = { kind: 'etcd-data', values: restoredDisk(file.db, config, options) };
  yield* writeFile(host, dataDir, directory);
  yield* info(session, 'restored snapshot', dirs);
  return 0;
}
