/**
 * A health check of one server (or its agent check): sleeps, connects, shakes hands, awaits the answer, and
 * sleeps again. Sources: src/check.c process_chk_conn, set_server_check_status (2.6 to 3.x), HAPROXY.md 2-4.
 *
 * Unit: microseconds. The counter `health` lives here; the proxy is told when something is new. Not
 * modelled: external checks, checks by other protocols, several threads.
 */
import { assign, cancel, emit, raise, setup } from 'xstate';
import type { CloseReason, ConnectFailure, Effect, KernelEvent } from '../../sim/effects.ts';
import {
  advance,
  advanced,
  analysed,
  begin,
  type CheckContext,
  initial,
  resumed,
  skip,
} from './check-context.ts';
import type { Analysed, CheckInput, CheckOrder } from './check-events.ts';
import * as run from './check-run.ts';

type Event = KernelEvent | CheckOrder | { readonly type: 'limit' };
type Timed = { readonly atUs: number };

function at(event: unknown): number {
  return (event as Timed).atUs;
}

export const check = setup({
  types: {
    context: {} as CheckContext,
    events: {} as Event,
    input: {} as CheckInput,
    emitted: {} as Effect,
  },
  delays: {
    next: ({ context }) => context.waitUs,
    limit: ({ context }) => context.limitUs,
  },
  guards: {
    paused: ({ context }) => context.paused,
    concluded: ({ context }) => context.run === undefined,
    handshaking: ({ context }) => context.run?.layer === 'L6',
    talking: ({ context }) => context.run?.layer === 'L7',
    connecting: ({ context }) => context.run?.layer === 'L4',
    hasAnswerTimeout: ({ context }) => context.input.backend.timeouts.check !== undefined,
    asksForFast: ({ context, event }) =>
      event.type === 'analysed' && context.input.check.fastinter !== undefined,
  },
  actions: {
    begin: assign(({ context, event }) => begin(context, at(event))),
    skip: assign(({ context, event }) => skip(context, at(event))),
    connected: assign(({ context, event }) =>
      advance(context, run.connected(context.input, context.run as run.Run, at(event)), at(event)),
    ),
    received: assign(({ context, event }) =>
      advance(
        context,
        run.received(
          context.input,
          context.run as run.Run,
          (event as { message: unknown }).message,
          at(event),
        ),
        at(event),
      ),
    ),
    failed: assign(({ context, event }) => {
      const reason = (event as { reason: ConnectFailure }).reason;
      const failed = run.connectFailed(context.input, context.run as run.Run, reason, at(event));
      return advance(context, { run: failed, effects: [] }, at(event));
    }),
    closed: assign(({ context, event }) => {
      const how = (event as { how: CloseReason }).how;
      const over = run.closed(context.input, context.run as run.Run, how, at(event));
      return advance(context, { run: over, effects: [] }, at(event));
    }),
    expired: assign(({ context, event }) => {
      const over = run.expired(context.input, context.run as run.Run, at(event));
      return advance(context, { run: over, effects: [] }, at(event));
    }),
    noticed: assign(({ context, event }) => {
      const current = context.run as run.Run;
      return {
        limitUs: Math.max(0, current.limitUs - at(event)),
        run: { ...current, queuedUs: current.limitUs },
      };
    }),
    analysed: assign(({ context, event }) => analysed(context, event as Analysed)),
    advanced: assign(({ context, event }) => advanced(context, at(event))),
    pause: assign({ paused: true }),
    resume: assign(({ context }) => resumed(context)),
    armLimit: raise({ type: 'limit' }, { id: 'limit', delay: 'limit' }),
    disarmLimit: cancel('limit'),
    emitOut: emit(({ context }) => ({ type: 'batch', effects: context.out })),
  },
}).createMachine({
  id: 'haproxy.check',
  context: ({ input }) => initial(input),
  initial: 'sleeping',
  states: {
    sleeping: {
      after: {
        next: [
          { guard: 'paused', target: 'sleeping', reenter: true, actions: 'skip' },
          { target: 'running', actions: ['begin', 'emitOut'] },
        ],
      },
      on: {
        pause: { actions: 'pause' },
        resume: { actions: ['resume', 'emitOut'] },
        analysed: [
          {
            guard: 'asksForFast',
            target: 'sleeping',
            reenter: true,
            actions: ['analysed', 'emitOut', 'advanced'],
          },
          { actions: ['analysed', 'emitOut'] },
        ],
      },
    },
    running: {
      initial: 'connecting',
      entry: 'armLimit',
      exit: 'disarmLimit',
      on: {
        limit: { target: 'sleeping', actions: ['expired', 'emitOut'] },
        'timer-noticed': { actions: ['noticed', 'armLimit'] },
        'connect-failed': { target: 'sleeping', actions: ['failed', 'emitOut'] },
        closed: { target: 'sleeping', actions: ['closed', 'emitOut'] },
        received: { actions: ['received', 'emitOut'] },
        pause: { actions: 'pause' },
        resume: { actions: ['resume', 'emitOut'] },
        analysed: { actions: ['analysed', 'emitOut'] },
      },
      always: { guard: 'concluded', target: 'sleeping' },
      states: {
        connecting: {
          on: {
            connected: [
              { guard: 'hasAnswerTimeout', actions: ['connected', 'emitOut', 'armLimit'] },
              { actions: ['connected', 'emitOut'] },
            ],
          },
          always: [
            { guard: 'handshaking', target: 'handshake' },
            { guard: 'talking', target: 'awaiting' },
          ],
        },
        handshake: {
          always: [
            { guard: 'talking', target: 'awaiting' },
            { guard: 'connecting', target: 'connecting' },
          ],
        },
        awaiting: { always: { guard: 'connecting', target: 'connecting' } },
      },
    },
  },
});
