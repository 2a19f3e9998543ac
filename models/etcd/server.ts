/**
 * The lead of the etcd family: the server around Raft. It owns the ports and the replicated state, answers clients,
 * and begins and ends the process.
 *
 * Sources: etcd v3.6.14 server/etcdserver/server.go, v3_server.go, server/embed/etcd.go; ETCD-FACTS; the modules it
 * puts together name theirs. Unit: microseconds.
 *
 * States: `starting` until the listeners serve, `bootstrapping` while a member without data asks the others, `joining` until
 * the member's name is published (clients are not accepted before), `serving`, `draining` and `transferring` after SIGTERM, `stopped`.
 *
 * Not modelled: see the modules; and authentication, TLS between peers, gRPC limits.
 */
import { and, assign, emit, raise, setup } from 'xstate';
import type { Effect, ProcessInput } from '../../sim/effects.ts';
import { type EtcdConfig, flagError, PEER_PORT } from './config.ts';
import type { PeersAsked } from './family.ts';
import {
  askPeers,
  begin,
  beginDrain,
  beginTransfer,
  isBusy,
  isTransferred,
  join,
  mustAskPeers,
  mustTransfer,
  refusalToStart,
} from './life.ts';
import { hearRaft, sendSnapshot } from './news.ts';
import { refuseProposals } from './proposals.ts';
import { draftOf } from './server-draft.ts';
import { type Draft, initialServer, NEVER_US, type Server } from './server-state.ts';
import {
  accepted,
  closed,
  endRemoved,
  fail,
  hearStream,
  nextWakeUs,
  type Of,
  peerActive,
  raftDescribed,
  received,
  type ServerEvent,
  wake,
} from './server-work.ts';

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
