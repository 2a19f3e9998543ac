/**
 * The proxy's side of checks: what a result makes of its server. Source: src/check.c set_server_check_status,
 * check_notify_failure, check_notify_success, check_notify_stopping (2.6 to 3.x).
 */
import type { AgentOrders, CheckEnded, CheckExpires, CheckQueued } from './check-events.ts';
import { AGENT_LIMITS, isHealthy } from './health.ts';
import { checkLine } from './log-lines.ts';
import type { CheckPlan } from './plan.ts';
import { setAdmin, setRunning, setServerWeight, setStopped, setStopping } from './server-status.ts';
import type { Turn } from './turn.ts';
import { expiresEarlier, noticed, queued, type WaitQueue } from './wait-queue.ts';

/** A check has a new result. */
export function checkEnded(turn: Turn, event: CheckEnded): void {
  const plan = turn.plan.checks.find(({ id }) => id === event.id);
  if (plan === undefined) return;
  const { backend, server, agent } = plan;
  const view = { health: event.health, verdict: event.verdict };
  const before = turn.server(backend, server);
  turn.changeServer(backend, server, {
    ...(agent ? { agent: view } : { check: view }),
    ...(event.counts ? { chkfail: before.chkfail + 1 } : {}),
    ...(event.result === 'passed' || event.result === 'conditional' ? { consecutiveErrors: 0 } : {}),
  });
  if (event.report && turn.backendConfig(backend).logHealthChecks)
    turn.log(lineOf(turn, plan, event), 'notice');
  if (event.orders !== undefined) obey(turn, plan, event.orders);
  const cause = { verdict: event.verdict };
  if (event.result === 'failed') {
    // Only what an agent says takes a server down, not that it cannot be reached.
    if (event.health === 0 && (!agent || event.verdict.status === 'L7STS'))
      setStopped(turn, backend, server, cause);
  } else if (event.result === 'passed') {
    if (allPass(turn, plan)) setRunning(turn, backend, server, cause);
  } else if (event.result === 'conditional' && !agent && allPass(turn, plan)) {
    setStopping(turn, backend, server, cause);
  }
}

/** No other check of the server is against it, and the server that it tracks is not down. */
function allPass(turn: Turn, { backend, server, agent }: CheckPlan): boolean {
  const config = turn.serverConfig(backend, server);
  const state = turn.server(backend, server);
  if (config.check !== undefined && !isHealthy(state.check?.health ?? 0, config.check)) return false;
  if (config.agent !== undefined && !isHealthy(state.agent?.health ?? 0, AGENT_LIMITS)) return false;
  return !(agent && state.operational === 'STOPPING');
}

function lineOf(turn: Turn, { backend, server, agent }: CheckPlan, event: CheckEnded): string {
  const config = turn.serverConfig(backend, server);
  const name = { backend: turn.backendConfig(backend).name, server: config.name, backup: config.backup };
  const limits = agent ? AGENT_LIMITS : (config.check ?? AGENT_LIMITS);
  const draining = turn.server(backend, server).uweight === 0;
  return checkLine(name, agent, event.result, event.verdict, event.health, limits, draining);
}

function obey(turn: Turn, { backend, server }: CheckPlan, { admin, weight, maxconn }: AgentOrders): void {
  if (maxconn !== undefined) turn.changeServer(backend, server, { maxconn });
  if (admin !== undefined) setAdmin(turn, backend, server, admin);
  if (weight === undefined) return;
  const { weight: configured } = turn.serverConfig(backend, server);
  const wanted = 'percent' in weight ? Math.trunc((configured * weight.percent) / 100) : weight.absolute;
  setServerWeight(turn, backend, server, Math.min(256, Math.max(0, wanted)));
}

/** A check's task was put into the wait queue. */
export function checkQueued(turn: Turn, event: CheckQueued): void {
  settle(turn, queued(turn.timers, event.id, event.keyUs));
}

/** A check's answer is due earlier than its task is queued for. */
export function checkExpires(turn: Turn, event: CheckExpires): void {
  settle(turn, expiresEarlier(turn.timers, event.id, event.expireUs));
}

/** The scheduler passes: whoever stands in front under a wrong time is noticed. */
function settle(turn: Turn, queue: WaitQueue): void {
  turn.timers = queue;
  for (const id of noticed(queue)) {
    turn.timers = queued(turn.timers, id, queue.stale[id] as number);
    turn.tell(id, { type: 'timer-noticed' });
  }
}
