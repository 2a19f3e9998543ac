/**
 * The data a member starts with: a new cluster's, a restored one's, and what --force-new-cluster makes of its own.
 *
 * Sources: etcd v3.6.14 server/etcdserver/bootstrap.go (createConfChangeEnts for a forced new cluster), raft node.go
 * (Bootstrap: a membership entry for each first member, committed, at term 1), etcdutl/snapshot/v3_snapshot.go (Restore).
 */
import { List } from 'immutable';
import type { Backend, MemberRecord } from './backend.ts';
import type { EtcdConfig } from './config.ts';
import { clusterId, memberId, peerUrl } from './ids.ts';
import type { MemberChange } from './proposal.ts';
import { type ConfChangeType, confChangeEntry, confChangeOf, type Entry } from './raft/entries.ts';
import { NONE } from './raft/messages.ts';
import { EMPTY_STORAGE, type RaftStorage } from './raft/storage.ts';
import { compact } from './store.ts';

/** What identifies a member on its disk (the write-ahead log's metadata). */
export interface Meta {
  readonly id: number;
  readonly cluster: number;
}
export const META_KEY = 'meta';
/** Key under which the write-ahead log and the last snapshot are on disk. The value is a RaftStorage. */
export const RAFT_KEY = 'raft';

/** The members of --initial-cluster, by id. */
export function firstMembers({
  initialCluster,
  initialClusterToken = 'etcd-cluster',
}: EtcdConfig): MemberRecord[] {
  return initialCluster
    .map(({ name, peerAddress, peerPort }) => {
      const peerUrls = [peerUrl(peerAddress, peerPort)];
      const id = memberId(peerUrls, initialClusterToken);
      return { id, name, peerUrls, address: peerAddress, port: peerPort, clientUrls: [], isLearner: false };
    })
    .sort((a, b) => a.id - b.id);
}

function changeEntry(
  type: ConfChangeType,
  nodeId: number,
  member: MemberRecord | null,
  isInV3 = true,
): Entry {
  const base: MemberChange = { proposer: NONE, number: 0, member, isPromote: false };
  const context: MemberChange = isInV3 ? base : { ...base, isNotInV3: true };
  const change = { transition: 'ConfChangeTransitionAuto' as const, changes: [{ type, nodeId }], context };
  return confChangeEntry('EntryConfChange', change);
}

/** What every first member of a new cluster writes for itself. */
export function bootstrapStorage(config: EtcdConfig): RaftStorage {
  const members = firstMembers(config);
  const entries = members.map((member, i) => ({
    ...changeEntry('ConfChangeAddNode', member.id, member),
    term: 1,
    index: i + 1,
  }));
  const voters = members.map(({ id }) => id);
  const confState = { voters, votersOutgoing: [], learners: [], learnersNext: [], autoLeave: false };
  return {
    ...EMPTY_STORAGE,
    hardState: { term: 1, vote: NONE, commit: members.length },
    snapshot: { index: 0, term: 0, confState, data: null },
    entries: List(entries),
  };
}

export interface RestoreOptions {
  /** --bump-revision (3.6): the restored revision is ahead by this. */
  readonly bumpRevision?: number;
  /** --mark-compacted (3.6): everything before counts as compacted, so that every watch ends. */
  readonly markCompacted?: boolean;
}

/**
 * `etcdctl snapshot restore`: the data of one new member, made of a snapshot's database and the new cluster's members.
 * @returns the values for the disk of this member's etcd, by key
 */
export function restoredDisk(
  db: Backend,
  config: EtcdConfig,
  options: RestoreOptions = {},
): Record<string, unknown> {
  const members = firstMembers(config);
  const own = members.find(({ name }) => name === config.name);
  if (own === undefined) throw new Error(`--initial-cluster has no member ${config.name}`);
  const cluster = clusterId(members.map(({ id }) => id));
  let { store } = db;
  if (options.bumpRevision !== undefined)
    store = { ...store, revision: store.revision + options.bumpRevision };
  if (options.markCompacted === true) {
    const compacted = compact(store, store.revision);
    if (typeof compacted !== 'string') store = compacted;
  }
  const storage = bootstrapStorage(config);
  const index = members.length;
  const data: Backend = {
    ...db,
    clusterId: cluster,
    store,
    members,
    removed: [],
    appliedIndex: index,
    appliedTerm: 1,
  };
  const confState = (storage.snapshot as NonNullable<RaftStorage['snapshot']>).confState;
  const meta: Meta = { id: own.id, cluster };
  const raft: RaftStorage = {
    ...storage,
    snapshot: { index, term: 1, confState, data },
    dummyIndex: index,
    dummyTerm: 1,
    entries: List(),
  };
  return { [META_KEY]: meta, [RAFT_KEY]: raft };
}

/**
 * --force-new-cluster: what was not committed is dropped, and committed entries remove every other member.
 * @param isInV3 the version removes them from the v3 store, too
 */
export function forcedAlone(storage: RaftStorage, id: number, isInV3: boolean): RaftStorage {
  const { hardState, snapshot, dummyIndex } = storage;
  if (hardState === null) return storage;
  const kept = storage.entries.take(hardState.commit - dummyIndex);
  const members = new Set([...(snapshot?.confState.voters ?? []), ...(snapshot?.confState.learners ?? [])]);
  for (const entry of kept) {
    for (const { type, nodeId } of confChangeOf(entry)?.changes ?? []) {
      if (type === 'ConfChangeRemoveNode') members.delete(nodeId);
      else members.add(nodeId);
    }
  }
  const removals = [...members]
    .filter((other) => other !== id)
    .sort((a, b) => a - b)
    .map((other, i) => ({
      ...changeEntry('ConfChangeRemoveNode', other, null, isInV3),
      term: hardState.term,
      index: hardState.commit + 1 + i,
    }));
  return {
    ...storage,
    hardState: { ...hardState, commit: hardState.commit + removals.length },
    entries: kept.concat(removals),
  };
}
