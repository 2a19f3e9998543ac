/**
 * A health check of one server (or its agent check): sleeps, connects, shakes hands, awaits the answer, and
 * sleeps again. Sources: src/check.c process_chk_conn, set_server_check_status (2.6 to 3.x), HAPROXY.md 2-4.
 *
 * Unit: microseconds. The counter `health` lives here; the proxy is told when something is new. Not
 * modelled: external checks, checks by other protocols, several threads.
 */
import { assign, cancel, emit, raise, setup } from 'xstate';
import type { CloseReason, ConnectFailure, Effect, KernelEvent } from '../../sim/effects.ts';
import { uniform } from '../uniform.ts';
import { agentVerdict } from './agent-words.ts';
import type { Analysed, CheckEnded, CheckInput, CheckOrder, CheckReport } from './check-events.ts';
import * as run from './check-run.ts';
import { resultOf, type Verdict } from './check-status.ts';
import type { ServerConfig } from './config.ts';
import { afterFailure, afterPass, fullHealth, initialHealth, intervalMs } from './health.ts';
import { timerUs } from './timers.ts';
import { requeuesCheckTimeout } from './version.ts';

export interface CheckContext {
  readonly input: CheckInput;
  readonly health: number;
  readonly verdict: Verdict;
  /** When the next check begins; and how long until then, for the timer. */
  readonly dueUs: number;
  readonly waitUs: number;
  readonly paused: boolean;
  /** `observe` asks for one check at the fast interval. */
  readonly forcedFast: boolean;
  /** Draws of `spread-checks` so far. */
  readonly draws: number;
  /** The running check; undefined while sleeping. */
  readonly run: run.Run | undefined;
  /** How long the running check may still take, for the timer. */
  readonly limitUs: number;
  readonly out: readonly Effect[];
}

type Event = KernelEvent | CheckOrder | { readonly type: 'limit' };
type Timed = { readonly atUs: number };

function at(event: unknown): number {
  return (event as Timed).atUs;
}

function initial(input: CheckInput): CheckContext {
  return {
    input,
    health: input.agent ? 1 : initialHealth(input.check),
    verdict: { status: 'INI', code: 0, info: '', durationMs: -1 },
    dueUs: input.atUs + input.offsetUs,
    waitUs: input.offsetUs,
    paused: input.paused,
    forcedFast: false,
    draws: 0,
    run: undefined,
    limitUs: 0,
    out: [],
  };
}

function tellLead(report: CheckReport): Effect {
  return { type: 'tell', to: '', event: report };
}

/** The check begins: its first connection. */
function begin(context: CheckContext, atUs: number): CheckContext {
  const progress = run.begin(context.input, atUs);
  const queued: Effect[] = context.input.tellsTimers
    ? [tellLead({ type: 'check-queued', id: context.input.id, keyUs: progress.run.queuedUs })]
    : [];
  return {
    ...context,
    run: progress.run,
    limitUs: progress.run.limitUs - atUs,
    out: [...progress.effects, ...queued],
  };
}

/** Takes over what a step of the check came to; a verdict ends it. */
function advance(context: CheckContext, progress: run.Progress, atUs: number): CheckContext {
  if (progress.run.verdict !== undefined) return conclude(context, progress, progress.run.verdict, atUs);
  const limitUs = Math.max(0, effectiveLimitUs(context, progress.run) - atUs);
  const expires: Effect[] = isStale(context, progress.run)
    ? [tellLead({ type: 'check-expires', id: context.input.id, expireUs: progress.run.limitUs })]
    : [];
  return { ...context, run: progress.run, limitUs, out: [...progress.effects, ...expires] };
}

/** The answer is due earlier than the task is queued for, and the scheduler does not know it yet. */
function isStale(context: CheckContext, { limitUs, queuedUs }: run.Run): boolean {
  return context.input.tellsTimers && limitUs < queuedUs && !requeuesCheckTimeout(context.input.version);
}

function effectiveLimitUs(context: CheckContext, current: run.Run): number {
  return isStale(context, current) ? current.queuedUs : current.limitUs;
}

/** The check is over: counts, tells the proxy what is new, and waits for the next one. */
function conclude(
  context: CheckContext,
  progress: run.Progress,
  verdict: Verdict,
  atUs: number,
): CheckContext {
  const counted = withVerdict(context, verdict, progress.run.line);
  const next = schedule({ ...counted.context, run: undefined }, atUs);
  const queued: Effect[] = context.input.tellsTimers
    ? [tellLead({ type: 'check-queued', id: context.input.id, keyUs: next.dueUs })]
    : [];
  return { ...next, out: [...progress.effects, run.ending(progress.run), ...counted.told, ...queued] };
}

/** set_server_check_status: the new health, and a report if the status or the health has changed. */
function withVerdict(
  context: CheckContext,
  verdict: Verdict,
  line: string | undefined,
): { readonly context: CheckContext; readonly told: readonly Effect[] } {
  const { input, health } = context;
  const result = resultOf(verdict.status);
  // An agent that cannot be reached says nothing about the server.
  const ignored = result === 'failed' && input.agent && verdict.status !== 'L7STS';
  const after =
    result === 'failed' && !ignored
      ? afterFailure(health, input.check)
      : result === 'passed' || result === 'conditional'
        ? afterPass(health, input.check)
        : health;
  const report = result !== 'neutral' && (verdict.status !== context.verdict.status || after !== health);
  const orders = input.agent && line !== undefined ? agentVerdict(line).orders : undefined;
  const hasOrders = orders !== undefined && Object.keys(orders).length > 0;
  const ended: CheckEnded = {
    type: 'check-ended',
    id: input.id,
    result,
    verdict,
    health: after,
    report,
    counts: result === 'failed' && !ignored && health > 0,
    ...(hasOrders ? { orders } : {}),
  };
  const isNew = report || hasOrders || result === 'conditional' || input.server.observe !== undefined;
  return { context: { ...context, health: after, verdict }, told: isNew ? [tellLead(ended)] : [] };
}

/** The next check starts `inter` (or fast, or down) after the END of this one, plus or minus the spread. */
function schedule(context: CheckContext, atUs: number): CheckContext {
  const { input, health, forcedFast, draws } = context;
  const interval = intervalMs(input.check, health, forcedFast);
  const reach = Math.trunc((interval * input.spread) / 100);
  const spread = reach === 0 ? 0 : reach - Math.trunc(2 * reach * uniform(input.luck, input.id, draws));
  const waitUs = timerUs(interval + spread);
  return {
    ...context,
    waitUs,
    dueUs: atUs + waitUs,
    forcedFast: false,
    draws: reach === 0 ? draws : draws + 1,
  };
}

/** Maintenance: the rhythm goes on, without checks. */
function skip(context: CheckContext, atUs: number): CheckContext {
  const waitUs = timerUs(context.input.check.inter);
  return { ...context, waitUs, dueUs: atUs + waitUs, out: [] };
}

/** Live traffic has had too many errors (__health_adjust). A check that sleeps may be advanced. */
function analysed(context: CheckContext, { action, info }: Analysed): CheckContext {
  const forced = { ...context, forcedFast: true, out: [] };
  if (action === 'fastinter') return forced;
  const verdict: Verdict = { status: 'HANA', code: 0, info, durationMs: -1 };
  const counted = withVerdict({ ...forced, health: healthBefore(context, action) }, verdict, undefined);
  return { ...counted.context, out: counted.told };
}

function healthBefore({ health, input }: CheckContext, action: ServerConfig['on-error']): number {
  if (action === 'mark-down') return input.check.rise;
  // One more failure after this one is fatal.
  if (action === 'sudden-death' && health > input.check.rise) return input.check.rise + 1;
  return health;
}

/** Woken before its time: only an earlier time counts. */
function advanced(context: CheckContext, atUs: number): CheckContext {
  const sooner = schedule(context, atUs);
  return sooner.dueUs < context.dueUs ? sooner : { ...context, waitUs: Math.max(0, context.dueUs - atUs) };
}

/** Leaving maintenance: UP, and one failure away from DOWN (server.c:7428). */
function resumed(context: CheckContext): CheckContext {
  const { input } = context;
  const health = input.agent ? 1 : input.check.rise;
  const ended: CheckEnded = {
    type: 'check-ended',
    id: input.id,
    result: 'unknown',
    verdict: context.verdict,
    health,
    report: false,
    counts: false,
  };
  return { ...context, paused: false, health, out: [tellLead(ended)] };
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

/** Is a check running? For the statistics page's asterisk. */
export function isRunning(context: CheckContext): boolean {
  return context.run !== undefined;
}

/** The server counts as fully healthy. */
export function isFull(context: CheckContext): boolean {
  return context.health >= fullHealth(context.input.check);
}
