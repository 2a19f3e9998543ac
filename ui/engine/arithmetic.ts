/** The arithmetic behind a step, in words: priorities, counters, timers. From what the machine knew when it made the step. */
import { type InstanceContext, masterDownOf, skewOf } from '../../models/keepalived/instance-context.ts';
import { durationText } from '../../scenarios/durations.ts';
import type { TraceRecord } from '../../sim/trace.ts';

type Known = Readonly<Record<string, unknown>>;

export function arithmeticOf(program: string, { contextAfter, event }: TraceRecord): string[] {
  if (typeof contextAfter !== 'object' || contextAfter === null) return [];
  const known = contextAfter as Known;
  switch (program) {
    case 'keepalived.instance':
      return vrrp(known as unknown as InstanceContext);
    case 'haproxy.check':
      return check(known);
    case 'etcd.raft-node':
      return raft(known);
    default:
      return [...elector(known), ...timeout(known, event?.type ?? '')];
  }
}

function vrrp(context: InstanceContext): string[] {
  const { basePriority, totalPriority, effectivePriority, masterAdvertIntUs, config } = context;
  const added = totalPriority - basePriority;
  const priority =
    added === 0
      ? `priority ${effectivePriority}, as configured; no script or interface takes anything from it`
      : `priority ${basePriority} ${added < 0 ? '−' : '+'} ${Math.abs(added)} by tracked scripts and interfaces = ${effectivePriority}`;
  const adverts = config.downTimerAdverts ?? 3;
  const down = `it takes over after ${adverts} × advert_int ${durationText(masterAdvertIntUs)} + skew (256 − ${effectivePriority})/256 ${durationText(skewOf(context))} = ${durationText(masterDownOf(context))} without an advert`;
  return [priority, down];
}

function check({ health, input, verdict }: Known): string[] {
  const { check: settings } = (input ?? {}) as { check?: { rise?: number; fall?: number; inter?: number } };
  if (settings?.rise === undefined || settings.fall === undefined) return [];
  const full = settings.rise + settings.fall - 1;
  const { status, info } = (verdict ?? {}) as { status?: string; info?: string };
  return [
    `health ${String(health)} of ${full} (rise ${settings.rise} + fall ${settings.fall} − 1); UP from ${settings.rise} on`,
    `last check: ${status ?? ''}${info ? ` (${info})` : ''}; inter ${settings.inter ?? '?'} ms`,
  ];
}

function raft({ raft }: Known): string[] {
  const { electionElapsed, randomizedElectionTimeout, term, role } = (raft ?? {}) as Known;
  if (typeof electionElapsed !== 'number' || typeof randomizedElectionTimeout !== 'number') return [];
  const now = `${String(role)} in term ${String(term)}`;
  if (role === 'leader') return [now];
  return role === 'follower'
    ? [`${now}; ${electionElapsed} of ${randomizedElectionTimeout} drawn ticks without a word of the leader`]
    : [`${now}; another try after ${randomizedElectionTimeout - electionElapsed} ticks without a majority`];
}

function elector({ config }: Known): string[] {
  const settings = (config ?? {}) as Known;
  const duration = settings['leader-elect-lease-duration'];
  const period = settings['leader-elect-retry-period'];
  if (typeof duration !== 'number' || typeof period !== 'number') return [];
  return [
    `a lease may be taken ${durationText(duration)} after its last renewal was seen; looked at every ${durationText(period)} and up to 1.2 times longer`,
  ];
}

function timeout({ config }: Known, event: string): string[] {
  const { timeoutUs } = (config ?? {}) as Known;
  if (typeof timeoutUs !== 'number' || !event.includes('limit')) return [];
  return [`it waited ${durationText(timeoutUs)} for an answer and gave up`];
}
