/**
 * The lead of the etcd family: the server around Raft. It owns the ports and the replicated state, answers clients,
 * and begins and ends the process.
 *
 * Sources: etcd v3.6.14 server/etcdserver/server.go, v3_server.go, server/embed/etcd.go; ETCD-FACTS; the modules it
 * puts together name theirs. Unit: microseconds.
 *
 * States: `starting` until the listeners serve, `joining` until the member's name is published (clients are not
 * accepted before), `serving`, `draining` and `transferring` after SIGTERM, `stopped`.
 *
 * Not modelled: see the modules; and authentication, TLS between peers, gRPC limits.
 */
import { and, assign, emit, raise, setup } from 'xstate';
import type { Effect, KernelEvent, ProcessInput } from '../../sim/effects.ts';
import type { WireMessage } from '../wire.ts';
import { type EtcdConfig, PEER_PORT } from './config.ts';
import type {
  Fatal,
  FromPeer,
  Gone,
  PeerActive,
  PeerMessage,
  ProposalRefused,
  RaftDescribed,
  RaftNews,
  SnapshotWanted,
} from './family.ts';
import {
  checkExpiries,
  nextRenewalUs,
  renewalsDue,
  renewedByLeader,
  renewForPeer,
  revokeOverdue,
} from './lease-requests.ts';
import {
  begin,
  beginDrain,
  beginTransfer,
  expireRequests,
  hearPeer,
  isBusy,
  mustTransfer,
  pollPeers,
} from './life.ts';
import { hearRaft, noteActive, noteInactive, sendSnapshot } from './news.ts';
import { refuseProposals } from './proposals.ts';
import { nextReadUs, readsDue } from './reads.ts';
import { hearClient } from './requests.ts';
import { type Draft, draftOf, initialServer, log, NEVER_US, type Server } from './server-state.ts';
import { checkLeader, closeWatchesOf, notifyProgress } from './watch.ts';

/** From the first line of the log to `listening for peers` in ground-truth/logs/startup-m1-capnslog.log. */
const START_US = 91_000;

interface Context extends Server {
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
  if (message.kind === 'lease-renewal') renewForPeer(server, from, message, atUs);
  else if (message.kind === 'lease-renewed') renewedByLeader(server, message, atUs);
}

function peerActive(server: Draft, { id, active, atUs }: PeerActive): void {
  if (active) noteActive(server, id, atUs);
  else noteInactive(server, id, atUs);
}

function fail(server: Draft, line: string): void {
  log(server, line, 'C');
  server.out.push({ type: 'exit', code: 1 });
}

/** Everything that time brings. Each part looks whether it is due. */
function wake(server: Draft, atUs: number): void {
  server.armedUs = NEVER_US;
  pollPeers(server, atUs);
  expireRequests(server, atUs);
  readsDue(server, atUs);
  renewalsDue(server, atUs);
  checkExpiries(server, atUs);
  checkLeader(server, atUs);
  notifyProgress(server, atUs);
  if (server.readyAtUs <= atUs) {
    server.readyAtUs = NEVER_US;
    server.isReady = true;
  }
  if (server.stopAtUs <= atUs) fail(server, 'the member has been permanently removed from the cluster');
}

function nextWakeUs(server: Server): number {
  return Math.min(
    server.pending.first()?.deadlineUs ?? NEVER_US,
    nextReadUs(server),
    server.renewals.isEmpty() ? NEVER_US : nextRenewalUs(server),
    server.nextExpiryCheckUs,
    server.leaderCheckAtUs,
    server.progressAtUs,
    server.pollPeersAtUs,
    server.readyAtUs,
    server.stopAtUs,
    server.drainUntilUs,
  );
}

// --- the machine

/** An assign of the next state; what it asks for is in `out`. */
const act = <Type extends ServerEvent['type']>(work: (server: Draft, event: Of<Type>) => void) =>
  assign<Context, ServerEvent, undefined, ServerEvent, never>(({ context, event }) => {
    const server = draftOf(context);
    server.nowUs = event.atUs ?? context.startedAtUs;
    work(server, event as Of<Type>);
    server.wakeUs = nextWakeUs(server);
    return server;
  });

export const etcdServer = setup({
  types: {
    input: {} as ProcessInput<EtcdConfig>,
    context: {} as Context,
    events: {} as ServerEvent,
    emitted: {} as Effect,
  },
  guards: {
    mustWakeEarlier: ({ context }) => context.wakeUs < context.armedUs,
    isReady: ({ context }) => context.isReady,
    isDrained: ({ context }) => !isBusy(context) || context.drainUntilUs <= context.nowUs,
    mustTransfer: ({ context }) => mustTransfer(context),
    isTransferred: ({ context: { lead, transferee, drainUntilUs, nowUs, backend }, event }) =>
      transferee === 0 ||
      (lead !== 0 && lead === transferee) ||
      Math.max(nowUs, event.atUs) >= drainUntilUs ||
      backend.members.length === 0,
  },
  actions: {
    carryOut: emit(
      ({ context: { out } }): Effect =>
        out.length === 1 ? (out[0] as Effect) : { type: 'batch', effects: out },
    ),
    arm: assign({ armedUs: ({ context }) => context.wakeUs }),
    raiseWake: raise({ type: 'wake' } as ServerEvent, {
      id: 'wake',
      delay: ({ context }) => Math.max(0, context.wakeUs - context.nowUs),
    }),
    listen: emit(({ context: { settings } }): Effect => {
      const ports = [PEER_PORT, settings.clientPort, settings.metricsPort];
      return {
        type: 'batch',
        effects: ports.flatMap((port): Effect[] => [
          { type: 'listen', port },
          { type: 'accept', port, on: false },
        ]),
      };
    }),
    begin: assign(({ context, event }) => {
      const server = draftOf(context);
      server.nowUs = event.atUs;
      for (const port of [PEER_PORT, server.settings.metricsPort])
        server.out.push({ type: 'accept', port, on: true });
      begin(server, context.disk, event.atUs);
      server.wakeUs = nextWakeUs(server);
      return { ...server, disk: {} };
    }),
    serveClients: emit(
      ({ context: { settings } }): Effect => ({
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
    refuseProposals: act<'proposal-refused'>((server, { entries, reason }) =>
      refuseProposals(server, entries, reason),
    ),
    sendSnapshot: act<'snapshot-wanted'>((server, { message }) => sendSnapshot(server, message)),
    peerActive: act(peerActive),
    hearStream: act(hearStream),
    revokeOverdue: act<'raft-described'>((server, { stalledUs, atUs }) =>
      revokeOverdue(server, stalledUs, atUs),
    ),
    fail: act<'fatal'>((server, { line }) => fail(server, line)),
    failRemoved: act((server) => fail(server, 'the member has been permanently removed from the cluster')),
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
    tick: ({ context }) => context.settings.heartbeatUs,
  },
}).createMachine({
  id: 'etcd.server',
  context: ({ input }) => ({ ...initialServer(input), disk: input.disk }),
  initial: 'starting',
  entry: 'listen',
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
    'raft-described': { actions: ['revokeOverdue', 'carryOut'] },
    fatal: { actions: ['fail', 'carryOut'] },
    gone: { actions: ['failRemoved', 'carryOut'] },
    wake: { actions: ['wake', 'carryOut'] },
  },
  always: { guard: 'mustWakeEarlier', actions: ['arm', 'raiseWake'] },
  states: {
    starting: {
      on: { terminate: 'stopped' },
      after: { start: { target: 'running', actions: ['begin', 'carryOut'] } },
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
