/**
 * The HAProxy process: binds its listening sockets, balances, queues, keeps the states of servers. Source:
 * src/haproxy.c, src/protocol.c, src/proxy.c (2.6 to 3.x), HAPROXY.md. Checks and sessions are members of
 * their own (check.ts, session.ts).
 *
 * Unit: microseconds. Not modelled: the master process, several threads, peers, the CLI's protocol (its
 * commands come as events). SIGTERM ends the process at once, with its sessions, as HAProxy does; a soft stop
 * is a `reload`: sessions go on while new sockets, cursors and checks begin.
 */
import { assign, emit, raise, setup } from 'xstate';
import type { Effect, KernelEvent, ProcessInput } from '../../sim/effects.ts';
import type { CheckReport } from './check-events.ts';
import * as checks from './checks.ts';
import type { HaproxyConfig } from './config.ts';
import { observeAnswer } from './observation.ts';
import { NEVER_US } from './plan.ts';
import * as server from './server-status.ts';
import { shutdownSessions } from './session-book.ts';
import type { SessionReport } from './session-events.ts';
import * as sessions from './sessions.ts';
import { bindsOf, checkEffects, freshState, type Listen, listenEffects } from './start.ts';
import { statsCsv } from './stats.ts';
import { type ProxyContext, Turn } from './turn.ts';

/** What an operator does through the stats socket, or systemctl. */
export type OperatorEvent =
  | {
      readonly type: 'set-server';
      readonly backend: string;
      readonly server: string;
      readonly state: 'ready' | 'drain' | 'maint';
    }
  | {
      readonly type: 'set-weight';
      readonly backend: string;
      readonly server: string;
      readonly weight: number;
    }
  /** Where on-marked-down or on-marked-up made it keep a list of them. */
  | { readonly type: 'shutdown-sessions'; readonly backend: string; readonly server: string }
  | { readonly type: 'reload'; readonly config?: HaproxyConfig };

type Event = KernelEvent | CheckReport | SessionReport | OperatorEvent | { readonly type: 'warm-up' };

function at(event: unknown): number {
  return (event as { readonly atUs: number }).atUs;
}

function initial({ config, luck, address, atUs }: ProcessInput<HaproxyConfig>): ProxyContext {
  const fresh = freshState(config, atUs);
  return {
    ...fresh,
    luck,
    address,
    actconn: 0,
    nextSession: 1,
    generation: 0,
    toBind: bindsOf(fresh.plan).length,
    out: [],
  };
}

/** What happened, applied to the state; the effects are in `out`. */
function handle(context: ProxyContext, event: Event): ProxyContext {
  const turn = new Turn(context, at(event));
  switch (event.type) {
    case 'accepted':
      sessions.accepted(turn, event.connection, event.port, event.from);
      break;
    case 'session-ended':
      sessions.ended(turn, event);
      break;
    case 'attempt-failed':
      sessions.attemptFailed(turn, event);
      break;
    case 'wants-server':
      sessions.wantsServer(turn, event);
      break;
    case 'session-connected':
      sessions.connected(turn, event);
      break;
    case 'session-answered':
      observeAnswer(turn, event.backend, event.server, event.status);
      break;
    case 'stats-request':
      turn.tell(event.id, { type: 'stats-answer', body: statsCsv(context, at(event)) });
      break;
    case 'check-ended':
      checks.checkEnded(turn, event);
      break;
    case 'check-queued':
      checks.checkQueued(turn, event);
      break;
    case 'check-expires':
      checks.checkExpires(turn, event);
      break;
    case 'warm-up':
      context.backends.forEach(({ servers }, backend) => {
        servers.forEach(({ warmUpAtUs }, index) => {
          if (warmUpAtUs > 0 && warmUpAtUs <= turn.atUs) server.warmUp(turn, backend, index);
        });
      });
      break;
    case 'set-server':
    case 'set-weight':
    case 'shutdown-sessions':
      operate(turn, event);
      break;
  }
  return turn.finish();
}

function operate(turn: Turn, event: Exclude<OperatorEvent, { readonly type: 'reload' }>): void {
  const backend = turn.plan.backends.findIndex(({ config }) => config.name === event.backend);
  const index =
    turn.plan.backends[backend]?.config.servers.findIndex(({ name }) => name === event.server) ?? -1;
  if (index < 0) return;
  if (event.type === 'set-server') server.setAdmin(turn, backend, index, event.state);
  else if (event.type === 'set-weight') server.setServerWeight(turn, backend, index, event.weight);
  else shutdownSessions(turn, backend, index, 'K');
}

/** systemctl reload: a new process with fresh cursors and checks; the sessions of the old one live on. */
function reload(context: ProxyContext, event: Event): ProxyContext {
  const { config = context.plan.config } = event as Extract<OperatorEvent, { type: 'reload' }>;
  const atUs = at(event);
  const fresh = freshState(config, atUs);
  const before = listenEffects(context.plan);
  const after = listenEffects(fresh.plan);
  const isIn = (list: readonly Listen[], { port, address }: Listen): boolean =>
    list.some((other) => other.port === port && other.address === address);
  // Sockets that both have are handed on, with what waits in their backlogs.
  const kept = after.filter((socket) => isIn(before, socket));
  const out: Effect[] = [
    ...context.plan.checks.map(({ id }): Effect => ({ type: 'stop', id })),
    ...before
      .filter((socket) => !isIn(after, socket))
      .map(({ port }): Effect => ({ type: 'unlisten', port })),
    ...kept.map(({ port }): Effect => ({ type: 'accept', port, on: true })),
    ...after.filter((socket) => !isIn(before, socket)),
    ...checkEffects(fresh.plan, context.luck, atUs),
  ];
  return { ...context, ...fresh, generation: context.generation + 1, out };
}

function bindAlert(context: ProxyContext, event: unknown): Effect {
  const { port, reason } = event as { readonly port: number; readonly reason: string };
  // The answers come in the order of the wishes.
  const binds = bindsOf(context.plan);
  const failed = binds[binds.length - context.toBind];
  const name = context.plan.frontends[failed?.frontend ?? 0]?.config.name ?? '';
  const why = reason === 'in-use' ? 'Address already in use' : 'Cannot assign requested address';
  const socket = `${failed?.bind.address ?? '0.0.0.0'}:${port}`;
  const line = `Binding [haproxy.cfg:${failed?.bind.line ?? 0}] for proxy ${name}: cannot bind socket (${why}) for [${socket}]`;
  return {
    type: 'batch',
    effects: [
      { type: 'log', line, level: 'alert' },
      { type: 'exit', code: 1 },
    ],
  };
}

export const proxy = setup({
  types: {
    context: {} as ProxyContext,
    events: {} as Event,
    input: {} as ProcessInput<HaproxyConfig>,
    emitted: {} as Effect,
  },
  delays: { warmUp: ({ context }) => (context.warmUpAtUs === 0 ? NEVER_US : context.warmUpInUs) },
  guards: {
    allBound: ({ context }) => context.toBind === 0,
    nothingToBind: ({ context }) => bindsOf(context.plan).length === 0,
    knowsSlowstart: ({ context }) => context.plan.knowsSlowstart,
  },
  actions: {
    listen: emit(({ context }) => ({ type: 'batch', effects: listenEffects(context.plan) })),
    bound: assign(({ context }) => ({ toBind: context.toBind - 1 })),
    startChecks: emit(({ context }) => ({
      type: 'batch',
      effects: checkEffects(context.plan, context.luck, context.startedAtUs),
    })),
    handle: assign(({ context, event }) => handle(context, event)),
    reload: assign(({ context, event }) => reload(context, event)),
    emitOut: emit(({ context }) => ({ type: 'batch', effects: context.out })),
    alert: emit(({ context, event }) => bindAlert(context, event)),
    exit: emit({ type: 'exit', code: 1 }),
    armWarmUp: raise({ type: 'warm-up' }, { id: 'warm-up', delay: 'warmUp' }),
  },
}).createMachine({
  id: 'haproxy.proxy',
  context: ({ input }) => initial(input),
  initial: 'binding',
  states: {
    binding: {
      entry: 'listen',
      always: [
        { guard: 'nothingToBind', target: 'failed', actions: 'exit' },
        { guard: 'allBound', target: 'running', actions: 'startChecks' },
      ],
      on: {
        listening: { actions: 'bound' },
        'listen-failed': { target: 'failed', actions: 'alert' },
      },
    },
    running: {
      on: {
        accepted: { actions: ['handle', 'emitOut'] },
        'session-ended': { actions: ['handle', 'emitOut'] },
        'attempt-failed': { actions: ['handle', 'emitOut'] },
        'wants-server': { actions: ['handle', 'emitOut'] },
        'session-connected': { actions: ['handle', 'emitOut'] },
        'session-answered': { actions: ['handle', 'emitOut'] },
        'stats-request': { actions: ['handle', 'emitOut'] },
        'check-queued': { actions: ['handle', 'emitOut'] },
        'check-expires': { actions: ['handle', 'emitOut'] },
        'check-ended': [
          { guard: 'knowsSlowstart', actions: ['handle', 'emitOut', 'armWarmUp'] },
          { actions: ['handle', 'emitOut'] },
        ],
        'set-server': { actions: ['handle', 'emitOut', 'armWarmUp'] },
        'warm-up': { actions: ['handle', 'emitOut', 'armWarmUp'] },
        'set-weight': { actions: ['handle', 'emitOut'] },
        'shutdown-sessions': { actions: ['handle', 'emitOut'] },
        reload: { actions: ['reload', 'emitOut'] },
        'listen-failed': { target: 'failed', actions: 'alert' },
      },
    },
    failed: {},
  },
});
