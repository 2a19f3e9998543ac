/**
 * What a check knows and how it counts: from what happened to the next context with its effects. The machine
 * is in check.ts, the steps of one check in check-run.ts. Unit: microseconds.
 */
import type { Effect } from '../../sim/effects.ts';
import { uniform } from '../uniform.ts';
import { agentVerdict } from './agent-words.ts';
import type { Analysed, CheckEnded, CheckInput, CheckReport } from './check-events.ts';
import * as run from './check-run.ts';
import { resultOf, type Verdict } from './check-status.ts';
import type { ServerConfig } from './config.ts';
import { afterFailure, afterPass, initialHealth, intervalMs } from './health.ts';
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

export function initial(input: CheckInput): CheckContext {
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

/** A draft of the next context, field by field, so that all keep one shape (etcd/raft/raft.ts draftOf). */
function draftOf(context: CheckContext): { -readonly [K in keyof CheckContext]: CheckContext[K] } {
  return {
    input: context.input,
    health: context.health,
    verdict: context.verdict,
    dueUs: context.dueUs,
    waitUs: context.waitUs,
    paused: context.paused,
    forcedFast: context.forcedFast,
    draws: context.draws,
    run: context.run,
    limitUs: context.limitUs,
    out: context.out,
  };
}

function tellLead(report: CheckReport): Effect {
  return { type: 'tell', to: '', event: report };
}

/** The check begins: its first connection. */
export function begin(context: CheckContext, atUs: number): CheckContext {
  const progress = run.begin(context.input, atUs);
  const queued: Effect[] = context.input.tellsTimers
    ? [tellLead({ type: 'check-queued', id: context.input.id, keyUs: progress.run.queuedUs })]
    : [];
  const next = draftOf(context);
  next.run = progress.run;
  next.limitUs = progress.run.limitUs - atUs;
  next.out = [...progress.effects, ...queued];
  return next;
}

/** Takes over what a step of the check came to; a verdict ends it. */
export function advance(context: CheckContext, progress: run.Progress, atUs: number): CheckContext {
  if (progress.run.verdict !== undefined) return conclude(context, progress, progress.run.verdict, atUs);
  const limitUs = Math.max(0, effectiveLimitUs(context, progress.run) - atUs);
  const expires: Effect[] = isStale(context, progress.run)
    ? [tellLead({ type: 'check-expires', id: context.input.id, expireUs: progress.run.limitUs })]
    : [];
  const next = draftOf(context);
  next.run = progress.run;
  next.limitUs = limitUs;
  next.out = [...progress.effects, ...expires];
  return next;
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
  const next = draftOf(schedule(counted.context, atUs));
  next.run = undefined;
  const queued: Effect[] = context.input.tellsTimers
    ? [tellLead({ type: 'check-queued', id: context.input.id, keyUs: next.dueUs })]
    : [];
  next.out = [...progress.effects, run.ending(progress.run), ...counted.told, ...queued];
  return next;
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
  const next = draftOf(context);
  next.health = after;
  next.verdict = verdict;
  return { context: next, told: isNew ? [tellLead(ended)] : [] };
}

/** The next check starts `inter` (or fast, or down) after the END of this one, plus or minus the spread. */
function schedule(context: CheckContext, atUs: number): CheckContext {
  const { input, health, forcedFast, draws } = context;
  const interval = intervalMs(input.check, health, forcedFast);
  const reach = Math.trunc((interval * input.spread) / 100);
  const spread = reach === 0 ? 0 : reach - Math.trunc(2 * reach * uniform(input.luck, input.id, draws));
  const waitUs = timerUs(interval + spread);
  const next = draftOf(context);
  next.waitUs = waitUs;
  next.dueUs = atUs + waitUs;
  next.forcedFast = false;
  if (reach > 0) next.draws = draws + 1;
  return next;
}

/** Maintenance: the rhythm goes on, without checks. */
export function skip(context: CheckContext, atUs: number): CheckContext {
  const waitUs = timerUs(context.input.check.inter);
  return { ...context, waitUs, dueUs: atUs + waitUs, out: [] };
}

/** Live traffic has had too many errors (__health_adjust). A check that sleeps may be advanced. */
export function analysed(context: CheckContext, { action, info }: Analysed): CheckContext {
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
export function advanced(context: CheckContext, atUs: number): CheckContext {
  const sooner = schedule(context, atUs);
  return sooner.dueUs < context.dueUs ? sooner : { ...context, waitUs: Math.max(0, context.dueUs - atUs) };
}

/** Leaving maintenance: UP, and one failure away from DOWN (server.c:7428). */
export function resumed(context: CheckContext): CheckContext {
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
