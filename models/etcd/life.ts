/**
 * How a member starts and ends: bootstrap or recovery, publishing its name, fast-forwarding the election timeout,
 * leaving in good order.
 *
 * Sources: etcd v3.6.14 server/etcdserver/bootstrap.go, server.go:476-545 (adjustTicks), :1285-1345 (TransferLeadership),
 * :1804 (publish), server/embed/etcd.go:443-476 (Close), serve.go (clients wait for ReadyNotify); ETCD-FACTS sections
 * 1 and 6. Unit: microseconds.
 *
 * Not modelled: GOAWAY (an idle connection is closed when the end begins, one with open requests when they are done).
 */
import { List } from 'immutable';
import { type Backend, emptyBackend, type MemberRecord, votersOf } from './backend.ts';
import type { EtcdConfig } from './config.ts';
import { type PeerMessage, RAFT } from './family.ts';
import { hexId, memberId, peerUrl } from './ids.ts';
import { linkPeers } from './news.ts';
import type { MemberChange } from './proposal.ts';
import { propose, takeOverdue, timeoutError } from './proposals.ts';
import { confChangeEntry, type Entry } from './raft/entries.ts';
import { NONE } from './raft/messages.ts';
import { raftConfig } from './raft/raft.ts';
import { EMPTY_STORAGE, type RaftStorage } from './raft/storage.ts';
import type { RaftNodeInput } from './raft-node.ts';
import { RAFT_KEY } from './raft-node-work.ts';
import { answer, type Draft, isLeader, log, NEVER_US, type Server, tellRaft } from './server-state.ts';

/** etcdserver/raft.go:37, :40. */
const MAX_INFLIGHT_MESSAGES = 512;
const MAX_SIZE_PER_MESSAGE = 1024 * 1024;
/** server.go:497: how often and for how long peers are waited for before ticks are skipped (rafthttp.ConnReadTimeout). */
const POLL_PEERS_US = 50_000;
const POLL_PEERS_FOR_US = 5_000_000;

/** What identifies a member on its disk (the write-ahead log's metadata). */
export interface Meta {
  readonly id: number;
  readonly cluster: number;
}
export const META_KEY = 'meta';

// --- the beginning

function membersOf({ initialCluster, initialClusterToken = 'etcd-cluster' }: EtcdConfig): MemberRecord[] {
  return initialCluster
    .map(({ peerAddress, peerPort }) => {
      const peerUrls = [peerUrl(peerAddress, peerPort)];
      return {
        id: memberId(peerUrls, initialClusterToken),
        name: '',
        peerUrls,
        address: peerAddress,
        port: peerPort,
        clientUrls: [],
        isLearner: false,
      };
    })
    .sort((a, b) => a.id - b.id);
}

/** What every first member writes for itself (raft Bootstrap): one membership entry a member, committed, at term 1. */
export function bootstrapStorage(config: EtcdConfig): RaftStorage {
  const members = membersOf(config);
  const entries: Entry[] = members.map((member, i) => {
    const context: MemberChange = { proposer: NONE, number: 0, member, isPromote: false };
    const change = {
      transition: 'ConfChangeTransitionAuto' as const,
      changes: [{ type: 'ConfChangeAddNode' as const, nodeId: member.id }],
      context,
    };
    return { ...confChangeEntry('EntryConfChange', change), term: 1, index: i + 1 };
  });
  const voters = members.map(({ id }) => id);
  const confState = { voters, votersOutgoing: [], learners: [], learnersNext: [], autoLeave: false };
  return {
    ...EMPTY_STORAGE,
    hardState: { term: 1, vote: NONE, commit: members.length },
    snapshot: { index: 0, term: 0, confState, data: null },
    entries: List(entries),
  };
}

/** Starts Raft and the links with what the disk has, or as a first member. */
export function begin(server: Draft, disk: Readonly<Record<string, unknown>>, atUs: number): void {
  const found = disk[RAFT_KEY] as RaftStorage | undefined;
  const meta = disk[META_KEY] as Meta | undefined;
  if (meta !== undefined) {
    server.id = meta.id;
    server.hexId = hexId(meta.id);
    server.backend = emptyBackend(meta.cluster);
  } else {
    const value: Meta = { id: server.id, cluster: server.backend.clusterId };
    server.out.push({ type: 'write', id: META_KEY, key: META_KEY, value, sync: true });
  }
  const storage = found ?? bootstrapStorage(server.config);
  const snapshot = storage.snapshot;
  if (snapshot !== null) server.confState = snapshot.confState;
  if (snapshot !== null && snapshot.data !== null) {
    server.backend = snapshot.data as Backend;
    server.snapshotIndex = snapshot.index;
  }
  log(server, `starting member ${server.hexId} in cluster ${hexId(server.backend.clusterId)}`);
  startRaft(server, storage, atUs);
  linkPeers(server, atUs);
  planTicks(server, found === undefined, atUs);
  server.readyAtUs = atUs + server.rules.waitClusterReadyUs;
  publish(server, atUs);
}

function startRaft(server: Draft, storage: RaftStorage, atUs: number): void {
  const { settings, config, luck } = server;
  const input: RaftNodeInput = {
    config: raftConfig({
      id: server.id,
      electionTick: settings.electionTicks,
      heartbeatTick: 1,
      maxSizePerMessage: MAX_SIZE_PER_MESSAGE,
      maxInflightMessages: MAX_INFLIGHT_MESSAGES,
      checkQuorum: true,
      preVote: settings.preVote,
      logging: true,
    }),
    luck,
    storage,
    applied: storage.snapshot?.index ?? 0,
    peers: [],
    name: config.name,
    heartbeatUs: settings.heartbeatUs,
    atUs,
  };
  server.out.push({ type: 'start', machine: RAFT, id: RAFT, input });
}

/** A lone member whose peers are known at this point skips its wait at once; others once two peers are there. */
function planTicks(server: Draft, isFresh: boolean, atUs: number): void {
  const { settings, backend, config } = server;
  const known = isFresh ? config.initialCluster.length : backend.members.length;
  if (known === 1) advanceTicks(server, settings.electionTicks - 1);
  else if (settings.advanceTicks) {
    server.pollPeersAtUs = atUs + POLL_PEERS_US;
    server.pollPeersUntilUs = atUs + POLL_PEERS_FOR_US;
  }
}

function advanceTicks(server: Draft, count: number): void {
  for (let i = 0; i < count; i++) tellRaft(server, { type: 'tick' });
}

/** With more than one peer there, most of the election timeout is skipped: a leader would have been heard of soon. */
export function pollPeers(server: Draft, atUs: number): void {
  if (server.pollPeersAtUs > atUs) return;
  const { electionTicks } = server.settings;
  server.pollPeersAtUs = atUs + POLL_PEERS_US <= server.pollPeersUntilUs ? atUs + POLL_PEERS_US : NEVER_US;
  const active = server.activeSinceUs.size;
  if (active <= 1) return;
  const ticks = electionTicks - 2;
  log(
    server,
    `${server.hexId} initialized peer connection; fast-forwarding ${ticks} ticks (election ticks ${electionTicks}) with ${active} active peer(s)`,
  );
  advanceTicks(server, ticks);
  server.pollPeersAtUs = NEVER_US;
}

function publish(server: Draft, atUs: number): void {
  const { settings, address, config, id } = server;
  const clientUrls = [`${settings.tls ? 'https' : 'http'}://${address}:${settings.clientPort}`];
  propose(server, { kind: 'publish', member: id, name: config.name, clientUrls }, null, atUs);
}

/** Requests over their limit are answered; publishing is tried again. */
export function expireRequests(server: Draft, atUs: number): void {
  for (const pending of takeOverdue(server, atUs)) {
    if (pending.proposal.operation.kind === 'publish') publish(server, atUs);
    else answer(server, pending.reply, timeoutError(server, pending));
  }
}

// --- the peer port

export function hearPeer(server: Draft, connection: string, message: PeerMessage): void {
  if (message.kind !== 'stream-request') {
    server.out.push({ type: 'close', connection });
    return;
  }
  const { backend, id } = server;
  const isMember = backend.members.some((member) => member.id === message.from);
  const isGone = backend.removed.includes(message.from);
  const isMeant = message.to === id && message.cluster === backend.clusterId;
  const status = isGone ? 410 : !isMeant ? 412 : isMember ? 200 : 404;
  server.out.push({
    type: 'transmit',
    connection,
    message: { kind: 'stream-answer', status } satisfies PeerMessage,
  });
  server.clients = server.clients.delete(connection);
  if (status !== 200) {
    server.out.push({ type: 'close', connection });
    return;
  }
  const name = `to/${hexId(message.from)}/${++server.streams}`;
  server.out.push({ type: 'hand-over', connection, to: RAFT, as: name });
  tellRaft(server, { type: 'writer', id: message.from, connection: name });
}

// --- the end

/** Whether a request or a stream of a client is still open. */
export function isBusy(server: Server): boolean {
  const waits = ({ reply }: { readonly reply: { readonly connection: string } | null }) =>
    reply !== null && server.clients.has(reply.connection);
  return (
    server.pending.some(waits) ||
    server.pendingChanges.some(waits) ||
    server.watchers.some(waits) ||
    server.renewals.some(waits) ||
    server.nextReads.some(waits) ||
    server.round?.waiters.some(waits) === true
  );
}

function connectionsInUse(server: Server): ReadonlySet<string> {
  const all = [
    ...server.pending.values(),
    ...server.pendingChanges.values(),
    ...server.watchers.values(),
    ...server.renewals.values(),
    ...server.nextReads,
    ...(server.round?.waiters ?? []),
  ];
  return new Set(all.map(({ reply }) => reply?.connection ?? ''));
}

/** SIGTERM: no new connections; idle ones are closed; what is under way may end. */
export function beginDrain(server: Draft, atUs: number): void {
  const { settings } = server;
  server.isDraining = true;
  server.drainUntilUs = atUs + settings.requestTimeoutUs;
  log(server, 'received terminated signal, shutting down...', 'N');
  server.out.push({ type: 'unlisten', port: settings.clientPort });
  const inUse = connectionsInUse(server);
  server.clients.forEach((client, connection) => {
    if (client.port === settings.clientPort && !inUse.has(connection)) closeClient(server, connection);
  });
}

function closeClient(server: Draft, connection: string): void {
  server.out.push({ type: 'close', connection });
  server.clients = server.clients.delete(connection);
}

/** The voter whose link has stood longest takes over (server.go longestConnected). */
export function successorOf(server: Server): number {
  let best = NONE;
  let bestSinceUs = NEVER_US;
  for (const { id } of votersOf(server.backend)) {
    const sinceUs = server.activeSinceUs.get(id);
    if (id !== server.id && sinceUs !== undefined && sinceUs < bestSinceUs) {
      best = id;
      bestSinceUs = sinceUs;
    }
  }
  return best;
}

export function mustTransfer(server: Server): boolean {
  return isLeader(server) && votersOf(server.backend).length > 1;
}

export function beginTransfer(server: Draft, atUs: number): void {
  const successor = successorOf(server);
  server.transferee = successor;
  server.drainUntilUs = atUs + server.settings.requestTimeoutUs;
  if (successor === NONE) {
    log(server, `${server.hexId} failed to transfer leadership (unhealthy cluster)`, 'E');
    return;
  }
  log(server, `${server.hexId} starts leadership transfer from ${server.hexId} to ${hexId(successor)}`);
  tellRaft(server, { type: 'transfer-leader', to: successor });
}
