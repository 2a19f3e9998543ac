/**
 * A session: one client connection and what HAProxy does for it. Waits for a server (or its request, in http
 * mode), connects, turns around, relays in both directions, ends. Source: src/stream.c, src/backend.c
 * (2.6 to 3.x), HAPROXY.md 7; state names as the stconn's: REQ, QUE, TAR, CON, EST, CLO.
 *
 * Unit: microseconds. The proxy process decides (sessions.ts), the session carries out. Not modelled:
 * half-closed connections (FIN ends both directions), bytes, splitting of messages; in http mode the
 * balancing of later requests of one connection (they stay with the first one's server) and rewriting.
 */
import { assign, emit, setup } from 'xstate';
import type { CloseReason, ConnectFailure, Effect, KernelEvent } from '../../sim/effects.ts';
import type { HttpRequest, HttpResponse } from '../wire.ts';
import {
  CLIENT,
  connectEffect,
  endEffects,
  establishedEffects,
  failedEffects,
  initial,
  report,
  SERVER,
  type SessionContext,
  wantsEffect,
  whose,
} from './session-effects.ts';
import type {
  ConnectTo,
  GiveUp,
  Kill,
  SessionInput,
  SessionOrder,
  StatsAnswer,
  TurnAround,
  WaitInQueue,
} from './session-events.ts';

type Event = KernelEvent | SessionOrder;

function at(event: unknown): number {
  return (event as { readonly atUs: number }).atUs;
}

function from(event: unknown): string {
  return (event as { readonly connection: string }).connection;
}

function message(event: unknown): unknown {
  return (event as { readonly message: unknown }).message;
}

function isRequest(event: unknown): boolean {
  return (message(event) as { readonly kind?: string }).kind === 'request';
}

function pathOf(event: unknown): string {
  return (message(event) as HttpRequest).path ?? '';
}

export const session = setup({
  types: {
    context: {} as SessionContext,
    events: {} as Event,
    input: {} as SessionInput,
    emitted: {} as Effect,
  },
  delays: {
    connect: ({ context }) => context.input.settings.connectUs,
    queue: ({ context }) => context.input.settings.queueUs,
    request: ({ context }) => context.input.settings.requestUs,
    turnAround: ({ context }) => context.turnAroundUs,
    idle: ({ context }) => context.idleUs,
  },
  guards: {
    hasTarget: ({ context }) => context.target !== undefined && context.slot,
    isQueued: ({ context }) => context.queue !== undefined,
    isHttp: ({ context }) => context.input.settings.mode === 'http',
    fromClient: ({ event }) => from(event) === CLIENT,
    fromServer: ({ event }) => from(event) === SERVER,
    isRequest: ({ event }) => isRequest(event),
    isStatsRequest: ({ context, event }) => {
      const uri = context.input.settings.statsUri;
      return uri !== undefined && isRequest(event) && pathOf(event).startsWith(uri);
    },
    isJudged: ({ context, event }) =>
      context.input.settings.tellsAnswers &&
      (message(event) as { readonly kind?: string }).kind === 'response',
    isIdle: ({ context, event }) => at(event) - context.lastUs >= context.input.settings.idleUs,
  },
  actions: {
    // What the client says while there is no server yet.
    keep: assign(({ context, event }) => ({
      pending: [...context.pending, message(event)],
      messagesIn: context.messagesIn + 1,
    })),
    connect: emit(({ context }) => connectEffect(context)),
    connecting: assign({ serverOpen: true }),
    connectTo: assign(({ context, event }) => {
      const { server, address, port } = event as ConnectTo;
      const moved = context.target !== undefined && context.target.server !== server;
      return {
        target: { server, address, port },
        slot: true,
        queue: undefined,
        another: false,
        redispatched: context.redispatched || (moved && context.failures > 0),
        queueUs: context.queue === undefined ? context.queueUs : at(event) - context.lastUs,
      };
    }),
    waitInQueue: assign(({ event }) => ({
      queue: (event as WaitInQueue).queue,
      slot: false,
      lastUs: at(event),
    })),
    turnAround: assign(({ context, event }) => {
      const { delayUs, another } = event as TurnAround;
      return { turnAroundUs: delayUs, another, slot: context.slot && !another };
    }),
    giveUp: assign(({ context, event }) => {
      const { state, slot } = event as GiveUp;
      return { state, slot, answer: context.input.settings.mode === 'http' ? 503 : 0 };
    }),
    lostQueue: assign({ queue: undefined, another: false, target: undefined, slot: false }),
    failed: assign(({ context }) => ({ failures: context.failures + 1, serverOpen: false })),
    tellFailed: emit(({ context, event }) =>
      failedEffects(context, (event as { reason: ConnectFailure }).reason, false),
    ),
    tellTimeout: emit(({ context }) => failedEffects(context, 'timeout', true)),
    wantServer: emit(({ context }) => wantsEffect(context, false)),
    enter: assign({ entered: true }),
    wantFirstServer: emit(({ context }) => wantsEffect(context, true)),
    wantStats: emit(({ context, event }) =>
      report({ type: 'stats-request', ...whose(context), path: pathOf(event) }),
    ),
    answerStats: emit(({ context, event }) => {
      const request = context.pending[0] as HttpRequest;
      const response: HttpResponse = {
        kind: 'response',
        id: request.id,
        status: 200,
        body: (event as StatsAnswer).body,
      };
      return { type: 'transmit', connection: CLIENT, message: response };
    }),
    answered: assign(({ context }) => ({ pending: [], messagesOut: context.messagesOut + 1 })),
    established: assign(({ context, event }) => ({
      connectUs: at(event) - context.input.atUs - context.queueUs,
      lastUs: at(event),
      idleUs: context.input.settings.idleUs,
    })),
    tellEstablished: emit(({ context }) => establishedEffects(context)),
    forget: assign({ pending: [] }),
    countIn: assign(({ context, event }) => ({ lastUs: at(event), messagesIn: context.messagesIn + 1 })),
    countOut: assign(({ context, event }) => ({ lastUs: at(event), messagesOut: context.messagesOut + 1 })),
    toServer: emit(({ event }) => ({ type: 'transmit', connection: SERVER, message: message(event) })),
    toClient: emit(({ event }) => ({ type: 'transmit', connection: CLIENT, message: message(event) })),
    tellAnswer: emit(({ context, event }) =>
      report({
        type: 'session-answered',
        ...whose(context),
        server: context.target?.server ?? 0,
        status: (message(event) as HttpResponse).status,
      }),
    ),
    stillIdle: assign(({ context, event }) => ({
      idleUs: context.lastUs + context.input.settings.idleUs - at(event),
    })),
    // A reset of the client is passed on as a reset, everything else ends in order (stream.c: SI_FL_NOLINGER).
    clientGone: assign(({ context, event }, letter: { phase: string }) => {
      const how = (event as { how: CloseReason }).how;
      const orderly = letter.phase === 'D' && how === 'eof';
      return {
        clientOpen: false,
        resetServer: how !== 'eof',
        state: orderly ? '--' : `C${letter.phase}`,
        slot: context.slot,
      };
    }),
    serverGone: assign(({ event }) => ({
      serverOpen: false,
      state: (event as { how: CloseReason }).how === 'eof' ? '--' : 'SD',
    })),
    timedOut: assign(({ context }) => ({ state: `${context.input.settings.idleSide}D` })),
    queueTimedOut: assign(({ context }) => ({
      state: 'sQ',
      answer: context.input.settings.mode === 'http' ? 503 : 0,
    })),
    requestTimedOut: assign({ state: 'cR', answer: 408 }),
    badRequest: assign({ state: 'PR', answer: 400 }),
    killed: assign(({ event }) => ({ state: `${(event as Kill).letter}D` })),
    end: emit(({ context }) => endEffects(context)),
  },
}).createMachine({
  id: 'haproxy.session',
  context: ({ input }) => initial(input),
  initial: 'assigned',
  states: {
    // Decided by what the proxy has given it.
    assigned: {
      always: [
        { guard: 'hasTarget', target: 'connecting' },
        { guard: 'isQueued', target: 'queued' },
        { guard: 'isHttp', target: 'requesting' },
        { target: 'closed' },
      ],
    },
    requesting: {
      after: { request: { target: 'closed', actions: 'requestTimedOut' } },
      on: {
        received: [
          { guard: 'isStatsRequest', actions: ['keep', 'wantStats'] },
          { guard: 'isRequest', target: 'deciding', actions: ['keep', 'wantFirstServer', 'enter'] },
          { target: 'closed', actions: 'badRequest' },
        ],
        'stats-answer': { target: 'requesting', reenter: true, actions: ['answerStats', 'answered'] },
        closed: { target: 'closed', actions: { type: 'clientGone', params: { phase: 'R' } } },
        kill: { target: 'closed', actions: 'killed' },
      },
    },
    // The proxy answers at once: no time passes here.
    deciding: {
      on: {
        'connect-to': { target: 'connecting', actions: 'connectTo' },
        'wait-in-queue': { target: 'queued', actions: 'waitInQueue' },
        'turn-around': { target: 'turnAround', actions: 'turnAround' },
        'give-up': { target: 'closed', actions: 'giveUp' },
      },
    },
    queued: {
      after: { queue: { target: 'closed', actions: 'queueTimedOut' } },
      on: {
        'connect-to': { target: 'connecting', actions: 'connectTo' },
        'choose-again': { target: 'deciding', actions: ['lostQueue', 'wantServer'] },
        received: { actions: 'keep' },
        closed: { target: 'closed', actions: { type: 'clientGone', params: { phase: 'Q' } } },
        kill: { target: 'closed', actions: 'killed' },
      },
    },
    turnAround: {
      after: { turnAround: { target: 'deciding', actions: 'wantServer' } },
      on: {
        received: { actions: 'keep' },
        closed: { target: 'closed', actions: { type: 'clientGone', params: { phase: 'C' } } },
        kill: { target: 'closed', actions: 'killed' },
      },
    },
    connecting: {
      entry: ['connecting', 'connect'],
      after: { connect: { target: 'deciding', actions: ['failed', 'tellTimeout'] } },
      on: {
        connected: { target: 'established', actions: ['established', 'tellEstablished', 'forget'] },
        'connect-failed': { target: 'deciding', actions: ['failed', 'tellFailed'] },
        received: { actions: 'keep' },
        closed: { target: 'closed', actions: { type: 'clientGone', params: { phase: 'C' } } },
        kill: { target: 'closed', actions: 'killed' },
      },
    },
    established: {
      after: {
        idle: [
          { guard: 'isIdle', target: 'closed', actions: 'timedOut' },
          { target: 'established', reenter: true, actions: 'stillIdle' },
        ],
      },
      on: {
        received: [
          { guard: 'fromClient', actions: ['countIn', 'toServer'] },
          { guard: 'isJudged', actions: ['countOut', 'toClient', 'tellAnswer'] },
          { actions: ['countOut', 'toClient'] },
        ],
        closed: [
          { guard: 'fromClient', target: 'closed', actions: { type: 'clientGone', params: { phase: 'D' } } },
          { target: 'closed', actions: 'serverGone' },
        ],
        kill: { target: 'closed', actions: 'killed' },
      },
    },
    // The member is gone when its last effects are carried out.
    closed: { entry: 'end' },
  },
});
