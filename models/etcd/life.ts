/**
 * How a member starts and ends: bootstrap or recovery, publishing its name, fast-forwarding the election timeout,
 * leaving in good order.
 *
 * Sources: etcd v3.6.14 server/etcdserver/bootstrap.go, server.go:476-545 (adjustTicks), :1285-1345 (TransferLeadership),
 * :1804 (publish), server/embed/etcd.go:443-476 (Close), serve.go (clients wait for ReadyNotify); ETCD-FACTS sections
 * 1 and 6. Unit: microseconds.
 *
 * At the end each connection with open requests (watches) is told GOAWAY, and is closed when they are done, 7 s later at the latest
 * (serve.go, etcd.go stopServers: with TLS http.Server.Shutdown, as gRPC runs under it, then grpc Stop; without, grpc GracefulStop).
 * Not modelled: that an idle one is told so too, before it is closed.
 */
import type { HttpGoAway } from '../wire.ts';
import { type Backend, emptyBackend, votersOf } from './backend.ts';
import { BOOTSTRAP, type BootstrapInput } from './bootstrap.ts';
import { type MembersAnswer, type PeerMessage, RAFT } from './family.ts';
import { bootstrapStorage, forcedAlone, META_KEY, type Meta, RAFT_KEY } from './first-members.ts';
import { hexId, peerUrl } from './ids.ts';
import { linkPeers } from './news.ts';
import { propose, takeOverdue, timeoutError } from './proposals.ts';
import { NONE } from './raft/messages.ts';
import { raftConfig } from './raft/raft.ts';
import { EMPTY_STORAGE, type RaftStorage } from './raft/storage.ts';
import type { RaftNodeInput } from './raft-node-work.ts';
import { answer, type Draft, isLeader, log, NEVER_US, type Server, tellRaft } from './server-state.ts';

/** etcdserver/raft.go:37, :40. */
const MAX_INFLIGHT_MESSAGES = 512;
const MAX_SIZE_PER_MESSAGE = 1024 * 1024;
/**
 * The ticker runs and the server starts before the listeners serve: 14 and 71 ms after the first line of the log, whose
 * 91 ms are the end of the start (ground-truth/logs/startup-m1-capnslog.log: `starting member`, `starting server`).
 */
const TICKER_AHEAD_US = 77_000;
const SERVER_AHEAD_US = 20_000;
/** server.go:497: how often and for how long peers are waited for before ticks are skipped (rafthttp.ConnReadTimeout). */
const POLL_PEERS_US = 50_000;
const POLL_PEERS_FOR_US = 5_000_000;
/** config.go BootstrapTimeout: for each peer, whether it knows this member already. */
const BOOTSTRAP_TIMEOUT_US = 1_000_000;
/** cluster_util.go GetClusterFromRemotePeers: for each peer of the cluster that is joined. */
const JOIN_TIMEOUT_US = 10_000_000;

// --- the beginning

/** Whether a member without data has to ask the others before it starts. */
export function mustAskPeers({ config }: Server, disk: Readonly<Record<string, unknown>>): boolean {
  return (
    disk[RAFT_KEY] === undefined &&
    (config.initialClusterState === 'existing' || config.initialCluster.length > 1)
  );
}

export function askPeers(server: Draft): void {
  const { config } = server;
  const peers = config.initialCluster
    .filter(({ name }) => name !== config.name)
    .map(({ peerAddress, peerPort }) => ({ address: peerAddress, port: peerPort }));
  const timeoutUs = config.initialClusterState === 'existing' ? JOIN_TIMEOUT_US : BOOTSTRAP_TIMEOUT_US;
  const input: BootstrapInput = { peers, timeoutUs };
  server.out.push({ type: 'start', machine: BOOTSTRAP, id: BOOTSTRAP, input });
}

/** Why a member without data may not start, given what the others say; null if it may. */
export function refusalToStart(server: Server, answer: MembersAnswer | null): string | null {
  const { config, id } = server;
  if (config.initialClusterState === 'new') {
    const known = answer?.members.find((member) => member.id === id);
    // One that has told where its clients go has run before.
    return known === undefined || known.clientUrls.length === 0
      ? null
      : `member ${hexId(id)} has already been bootstrapped`;
  }
  if (answer === null) {
    return 'cannot fetch cluster info from peer urls: could not retrieve cluster information from the given URLs';
  }
  const urls = config.initialCluster.map(({ peerAddress, peerPort }) => peerUrl(peerAddress, peerPort));
  if (answer.members.length !== urls.length) return 'error validating peerURLs: member count is unequal';
  const known = new Set(answer.members.flatMap(({ peerUrls }) => peerUrls));
  const unknown = urls.find((url) => !known.has(url));
  return unknown === undefined
    ? null
    : `error validating peerURLs: unmatched member while checking PeerURLs (${unknown})`;
}

/** Takes the identity that the running cluster has for us. */
export function join(server: Draft, { cluster, members }: MembersAnswer): void {
  const own = server.config.initialCluster.find(({ name }) => name === server.config.name);
  const url = own === undefined ? '' : peerUrl(own.peerAddress, own.peerPort);
  const member = members.find(({ peerUrls }) => peerUrls.includes(url));
  if (member === undefined) return;
  server.id = member.id;
  server.hexId = hexId(member.id);
  server.backend = emptyBackend(cluster, server.config.databaseBytes);
  server.remotes = members;
}

/** What Raft starts with: what the disk has, nothing for a member that joins, or the first entries of a new cluster. */
function storageFor({ config, id, rules }: Server, found: RaftStorage | undefined): RaftStorage {
  if (found === undefined) {
    return config.initialClusterState === 'existing' ? EMPTY_STORAGE : bootstrapStorage(config);
  }
  return config.flags?.['force-new-cluster'] === true
    ? forcedAlone(found, id, rules.storesForcedRemovals)
    : found;
}

/** Starts Raft and the links with what the disk has, or as a first member. */
export function begin(server: Draft, disk: Readonly<Record<string, unknown>>, atUs: number): void {
  const found = disk[RAFT_KEY] as RaftStorage | undefined;
  const meta = disk[META_KEY] as Meta | undefined;
  if (meta !== undefined && found !== undefined) {
    server.id = meta.id;
    server.hexId = hexId(meta.id);
    server.backend = emptyBackend(meta.cluster, server.config.databaseBytes);
  } else {
    const value: Meta = { id: server.id, cluster: server.backend.clusterId };
    server.out.push({ type: 'write', id: META_KEY, key: META_KEY, value, sync: true });
  }
  const storage = storageFor(server, found);
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
    tickerSinceUs: atUs - TICKER_AHEAD_US,
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
    server.pollPeersAtUs = atUs - SERVER_AHEAD_US + POLL_PEERS_US;
    server.pollPeersUntilUs = server.pollPeersAtUs + POLL_PEERS_FOR_US;
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
  if (message.kind === 'stream-request') hearStreamRequest(server, connection, message);
  else if (message.kind === 'members-request') {
    const { clusterId: cluster, members, removed } = server.backend;
    const body: MembersAnswer = { kind: 'members-answer', cluster, members, removed };
    server.out.push({ type: 'transmit', connection, message: body });
  } else server.out.push({ type: 'close', connection });
}

/** A peer wants to receive what we send: the connection becomes the raft member's, or the peer hears why not. */
function hearStreamRequest(
  server: Draft,
  connection: string,
  { from, to, cluster }: Extract<PeerMessage, { kind: 'stream-request' }>,
): void {
  const { backend, id, linked } = server;
  const isMember = linked.some((member) => member.id === from);
  const isMeant = to === id && cluster === backend.clusterId;
  const status = backend.removed.includes(from) ? 410 : !isMeant ? 412 : isMember ? 200 : 404;
  const body: PeerMessage = { kind: 'stream-answer', status, cluster: backend.clusterId };
  server.out.push({ type: 'transmit', connection, message: body });
  server.clients = server.clients.delete(connection);
  if (status !== 200) {
    server.out.push({ type: 'close', connection });
    return;
  }
  const name = `to/${hexId(from)}/${++server.streams}`;
  server.out.push({ type: 'hand-over', connection, to: RAFT, as: name });
  tellRaft(server, { type: 'writer', id: from, connection: name });
}

// --- the end

/** Whether a request or a stream of a client is still open. */
export function isBusy(server: Server): boolean {
  const waits = ({ reply }: { readonly reply: { readonly connection: string } | null }) =>
    reply !== null && server.clients.has(reply.connection);
  return (
    server.pending.some(waits) ||
    server.watchers.some(waits) ||
    server.pendingChanges.some(
      ({ reply }) => 'connection' in reply && server.clients.has(reply.connection),
    ) ||
    server.forwards.some(waits) ||
    server.moves.some(waits) ||
    server.heldReads.some(waits) ||
    server.defragmenting.some(({ connection }) => server.clients.has(connection)) ||
    server.nextReads.some(waits) ||
    server.round?.waiters.some(waits) === true
  );
}

function connectionsInUse(server: Server): ReadonlySet<string> {
  const all = [
    ...server.pending.values(),
    ...server.watchers.values(),
    ...server.forwards.values(),
    ...server.moves,
    ...server.heldReads,
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
    if (client.port !== settings.clientPort) return;
    if (inUse.has(connection))
      server.out.push({ type: 'transmit', connection, message: { kind: 'goaway' } satisfies HttpGoAway });
    else closeClient(server, connection);
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

/** Clients that took too long are cut off, then the office is handed over. */
export function beginTransfer(server: Draft, atUs: number): void {
  server.clients.forEach((client, connection) => {
    if (client.port === server.settings.clientPort) closeClient(server, connection);
  });
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

/** The successor leads, there is none, or it took too long: the process may end. */
export function isTransferred({ lead, transferee, drainUntilUs }: Server, atUs: number): boolean {
  return transferee === NONE || lead === transferee || atUs >= drainUntilUs;
}
