/**
 * The lead of the etcd family: the server around Raft. It owns the ports and the replicated state, answers clients,
 * and begins and ends the process.
 *
 * Sources: etcd v3.6.14 server/etcdserver/server.go, v3_server.go, server/embed/etcd.go; ETCD-FACTS; the modules it
 * puts together name theirs. Unit: microseconds.
 *
 * States: `starting` until the listeners serve, `bootstrapping` while a member without data asks the others, `joining` until the member's name is published (clients are not
 * accepted before), `serving`, `draining` and `transferring` after SIGTERM, `stopped`.
 *
 * Not modelled: see the modules; and authentication, TLS between peers, gRPC limits.
 */
import { and, assign, emit, raise, setup } from 'xstate';
import type { Effect, KernelEvent, ProcessInput } from '../../sim/effects.ts';
import type { WireMessage } from '../wire.ts';
import { type EtcdConfig, flagError, PEER_PORT } from './config.ts';
import type {
  Fatal,
  FromPeer,
  Gone,
  PeerActive,
  PeerMessage,
  PeersAsked,
  ProposalRefused,
  RaftDescribed,
  RaftNews,
  SnapshotWanted,
} from './family.ts';
import { forwardsDue, nextForwardUs, retryForward, takeForward } from './forwarding.ts';
import { checkExpiries, revokeOverdue } from './lease-requests.ts';
import {
  askPeers,
  begin,
  beginDrain,
  beginTransfer,
  expireRequests,
  hearPeer,
  isBusy,
  isTransferred,
  join,
  mustAskPeers,
  mustTransfer,
  pollPeers,
  refusalToStart,
} from './life.ts';
import { endDefragmentation } from './maintenance.ts';
import { decidePromotions, movesDue, nextMoveUs } from './membership.ts';
import { applyEntries, hearRaft, noteActive, noteInactive, sendSnapshot } from './news.ts';
import { refuseProposals } from './proposals.ts';
import { NONE } from './raft/messages.ts';
import { nextReadUs, readsDue, serveHeldReads } from './reads.ts';
import { hearClient, serveAsLeader } from './requests.ts';
import { draftOf } from './server-draft.ts';
import {
  answer,
  answerTo,
  type Draft,
  initialServer,
  isLeader,
  log,
  NEVER_US,
  type Server,
} from './server-state.ts';
import { checkLeader, closeWatchesOf, notifyProgress } from './watch.ts';

/**
 * From the start of the process until it listens. 91 ms from the first line of its log to `listening for peers`
 * (ground-truth/logs/startup-m1-capnslog.log), and before that line what E6 leaves: its first answer after a restart
 * came 165 ms at the earliest and 231 ms in the middle after the command.
 */
const START_US = 136_000;

/** The server in one piece, so that a step replaces one reference. */
export interface ServerContext {
  readonly server: Server;
  /** For when the one timer of the server is armed; NEVER_US: it is not. */
  readonly armedUs: number;
  /** What the disk had at the start; dropped once it is read. */
  readonly disk: Readonly<Record<string, unknown>>;
}

type ServerEvent =
  | Extract<
      KernelEvent,
      {
        type:
          | 'accepted'
          | 'received'
          | 'closed'
          | 'listen-failed'
          | 'terminate'
          | 'written'
          | 'member-exited';
      }
    >
  | RaftNews
  | ProposalRefused
  | SnapshotWanted
  | PeerActive
  | FromPeer
  | RaftDescribed
  | Fatal
  | Gone
  | PeersAsked
  | { readonly type: 'wake'; readonly atUs: number };
type Of<Type extends ServerEvent['type']> = Extract<ServerEvent, { type: Type }>;

// --- what each event does

function accepted(server: Draft, { connection, port }: Of<'accepted'>): void {
  const ready = port !== server.settings.clientPort || !server.settings.tls;
  server.clients = server.clients.set(connection, { port, ready });
}

function received(server: Draft, { connection, message, atUs }: Of<'received'>): void {
  const client = server.clients.get(connection);
  if (client === undefined) return;
  if (client.port === PEER_PORT) hearPeer(server, connection, message as PeerMessage);
  else hearClient(server, connection, client, message as WireMessage, atUs);
}

function closed(server: Draft, { connection }: Of<'closed'>): void {
  server.clients = server.clients.delete(connection);
  closeWatchesOf(server, connection);
}

function hearStream(server: Draft, { from, message, atUs }: FromPeer): void {
  if (message.kind === 'forwarded') {
    const reply = { peer: from, request: message.request };
    if (isLeader(server) && serveAsLeader(server, reply, message.what, atUs)) return;
    answerTo(server, reply, null);
  } else if (message.kind === 'forward-answer') {
    if (message.body === null) retryForward(server, message.request, atUs);
    else answer(server, takeForward(server, message.request)?.reply ?? null, message.body);
  }
}

function raftDescribed(server: Draft, { stalledUs, match, atUs }: RaftDescribed): void {
  revokeOverdue(server, stalledUs, atUs);
  decidePromotions(server, match);
}

/** The file is written anew: what could not be applied and read meanwhile is. */
function unblock(server: Draft, atUs: number): void {
  if (server.blockedUntilUs === 0 || server.blockedUntilUs > atUs) return;
  endDefragmentation(server);
  const entries = server.heldEntries;
  server.heldEntries = entries.clear();
  applyEntries(server, entries, atUs);
  serveHeldReads(server, atUs);
}

function peerActive(server: Draft, { id, active, atUs }: PeerActive): void {
  if (active) noteActive(server, id, atUs);
  else noteInactive(server, id, atUs);
}

function fail(server: Draft, line: string, code = 1): void {
  log(server, line, 'C');
  server.out.push({ type: 'exit', code });
}

/** A removed member ends in good order: exit code 0, as recorded (E15a). */
function endRemoved(server: Draft): void {
  fail(server, 'the member has been permanently removed from the cluster', 0);
}

/** Everything that time brings. Each part looks whether it is due. */
function wake(server: Draft, atUs: number): void {
  pollPeers(server, atUs);
  unblock(server, atUs);
  expireRequests(server, atUs);
  readsDue(server, atUs);
  forwardsDue(server, atUs, serveAsLeader);
  movesDue(server, atUs);
  checkExpiries(server, atUs);
  checkLeader(server, atUs);
  notifyProgress(server, atUs);
  if (server.readyAtUs <= atUs) {
    server.readyAtUs = NEVER_US;
    server.isReady = true;
  }
  if (server.stopAtUs <= atUs) endRemoved(server);
}

function nextWakeUs(server: Server): number {
  return Math.min(
    server.pending.first()?.deadlineUs ?? NEVER_US,
    nextReadUs(server),
    server.forwards.isEmpty() ? NEVER_US : nextForwardUs(server),
    nextMoveUs(server),
    server.blockedUntilUs === 0 ? NEVER_US : server.blockedUntilUs,
    server.nextExpiryCheckUs,
    server.leaderCheckAtUs,
    server.progressAtUs,
    server.pollPeersAtUs,
    server.readyAtUs,
    server.stopAtUs,
    // A transfer of the office looks at its limit with each poll.
    server.transferee === NONE ? server.drainUntilUs : NEVER_US,
  );
}

// --- the machine

/** An assign of the next state; what it asks for is in `out`. */
const act = <Type extends ServerEvent['type']>(work: (server: Draft, event: Of<Type>) => void) =>
  assign<ServerContext, ServerEvent, undefined, ServerEvent, never>(({ context, event }) => {
    const server = draftOf(context.server);
    server.nowUs = event.atUs ?? server.startedAtUs;
    work(server, event as Of<Type>);
    server.wakeUs = nextWakeUs(server);
    return { server, armedUs: context.armedUs, disk: context.disk };
  });

export const etcdServer = setup({
  types: {
    input: {} as ProcessInput<EtcdConfig>,
    context: {} as ServerContext,
    events: {} as ServerEvent,
    emitted: {} as Effect,
  },
  guards: {
    mustWakeEarlier: ({ context }) => context.server.wakeUs < context.armedUs,
    isReady: ({ context }) => context.server.isReady,
    isDrained: ({ context: { server } }) => !isBusy(server) || server.drainUntilUs <= server.nowUs,
    mustTransfer: ({ context }) => mustTransfer(context.server),
    isMisconfigured: ({ context }) => flagError(context.server.config.flags ?? {}) !== undefined,
    mustAskPeers: ({ context }) => mustAskPeers(context.server, context.disk),
    mayStart: ({ context, event }) => refusalToStart(context.server, (event as PeersAsked).answer) === null,
    isTransferred: ({ context, event }) => isTransferred(context.server, event.atUs),
  },
  actions: {
    carryOut: emit(
      ({
        context: {
          server: { out },
        },
      }): Effect => (out.length === 1 ? (out[0] as Effect) : { type: 'batch', effects: out }),
    ),
    arm: assign({ armedUs: ({ context }) => context.server.wakeUs }),
    disarm: assign({ armedUs: NEVER_US }),
    raiseWake: raise({ type: 'wake' } as ServerEvent, {
      id: 'wake',
      delay: ({ context: { server } }) => Math.max(0, server.wakeUs - server.nowUs),
    }),
    askPeers: act(askPeers),
    join: act<'peers-asked'>((server, { answer: said }) => {
      if (said !== null && server.config.initialClusterState === 'existing') join(server, said);
    }),
    refuseToStart: act<'peers-asked'>((server, { answer: said }) =>
      fail(server, refusalToStart(server, said) as string),
    ),
    failFlags: act((server) => fail(server, flagError(server.config.flags ?? {}) as string)),
    begin: assign(({ context, event }) => {
      const server = draftOf(context.server);
      server.nowUs = event.atUs;
      const { clientPort, metricsPort } = server.settings;
      for (const port of [PEER_PORT, clientPort, metricsPort]) server.out.push({ type: 'listen', port });
      // Clients wait in the backlog until the member is ready.
      server.out.push({ type: 'accept', port: clientPort, on: false });
      begin(server, context.disk, event.atUs);
      server.wakeUs = nextWakeUs(server);
      return { server, disk: {} };
    }),
    serveClients: emit(
      ({
        context: {
          server: { settings },
        },
      }): Effect => ({
        type: 'batch',
        effects: [
          { type: 'log', line: 'ready to serve client requests', level: 'I' },
          { type: 'accept', port: settings.clientPort, on: true },
        ],
      }),
    ),
    accepted: act(accepted),
    received: act(received),
    closed: act(closed),
    hearRaft: act<'raft-news'>(hearRaft),
    refuseProposals: act<'proposal-refused'>(refuseProposals),
    sendSnapshot: act<'snapshot-wanted'>((server, { message }) => sendSnapshot(server, message)),
    peerActive: act(peerActive),
    hearStream: act(hearStream),
    raftDescribed: act(raftDescribed),
    fail: act<'fatal'>((server, { line }) => fail(server, line)),
    endRemoved: act(endRemoved),
    failListen: act<'listen-failed'>((server, { port }) =>
      fail(server, `listen tcp ${server.address}:${port}: bind: address already in use`),
    ),
    wake: act((server, { atUs }) => wake(server, atUs)),
    beginDrain: act((server, { atUs }) => beginDrain(server, atUs)),
    beginTransfer: act((server) => beginTransfer(server, server.nowUs)),
    exit: emit({ type: 'exit', code: 0 } as Effect),
  },
  delays: {
    start: START_US,
    tick: ({ context }) => context.server.settings.heartbeatUs,
  },
}).createMachine({
  id: 'etcd.server',
  context: ({ input }) => ({ server: initialServer(input), armedUs: NEVER_US, disk: input.disk }),
  initial: 'starting',
  on: {
    'listen-failed': { actions: ['failListen', 'carryOut'] },
    accepted: { actions: ['accepted', 'carryOut'] },
    received: { actions: ['received', 'carryOut'] },
    closed: { actions: ['closed', 'carryOut'] },
    'raft-news': { actions: ['hearRaft', 'carryOut'] },
    'proposal-refused': { actions: ['refuseProposals', 'carryOut'] },
    'snapshot-wanted': { actions: ['sendSnapshot', 'carryOut'] },
    'peer-active': { actions: ['peerActive', 'carryOut'] },
    'from-peer': { actions: ['hearStream', 'carryOut'] },
    'raft-described': { actions: ['raftDescribed', 'carryOut'] },
    fatal: { actions: ['fail', 'carryOut'] },
    gone: { actions: ['endRemoved', 'carryOut'] },
    wake: { actions: ['disarm', 'wake', 'carryOut'] },
  },
  always: { guard: 'mustWakeEarlier', actions: ['arm', 'raiseWake'] },
  states: {
    starting: {
      on: { terminate: 'stopped' },
      after: {
        start: [
          { guard: 'isMisconfigured', actions: ['failFlags', 'carryOut'] },
          { guard: 'mustAskPeers', target: 'bootstrapping' },
          { target: 'running', actions: ['begin', 'carryOut'] },
        ],
      },
    },
    bootstrapping: {
      entry: ['askPeers', 'carryOut'],
      on: {
        terminate: 'stopped',
        'peers-asked': [
          { guard: 'mayStart', target: 'running', actions: ['join', 'begin', 'carryOut'] },
          { actions: ['refuseToStart', 'carryOut'] },
        ],
      },
    },
    running: {
      initial: 'joining',
      on: { terminate: { target: 'draining', actions: ['beginDrain', 'carryOut'] } },
      states: {
        joining: { always: { guard: 'isReady', target: 'serving' } },
        serving: { entry: 'serveClients' },
      },
    },
    draining: {
      always: [
        { guard: and(['isDrained', 'mustTransfer']), target: 'transferring' },
        { guard: 'isDrained', target: 'stopped' },
      ],
    },
    transferring: {
      entry: ['beginTransfer', 'carryOut'],
      initial: 'polling',
      states: {
        polling: {
          after: {
            tick: [
              { guard: 'isTransferred', target: '#stopped' },
              { target: 'polling', reenter: true },
            ],
          },
        },
      },
    },
    stopped: { id: 'stopped', entry: 'exit' },
  },
});
