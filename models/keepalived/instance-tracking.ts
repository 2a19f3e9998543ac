/**
 * What an instance makes of its trackers: scripts, its interface, its own address.
 *
 * Source: keepalived 2.2.7 vrrp_track.c (process_script_update_priority, down_instance, vrrp_set_effective_priority),
 * vrrp_scheduler.c (try_up_instance), keepalived_netlink.c (address and link changes).
 */
import { behaviour, type InstanceContext, interfaceTrackers, masterDownOf } from './instance-context.ts';
import { batch, log } from './instance-effects.ts';
import { contribution, effectivePriority, isFault, type Weighted } from './priority.ts';

export type TrackerEvent =
  /** A script's state changed; `first`: it had none before. */
  | {
      readonly type: 'script';
      readonly script: string;
      readonly ok: boolean;
      readonly first: boolean;
      readonly atUs: number;
    }
  | { readonly type: 'interface'; readonly up: boolean; readonly atUs: number }
  /** The host's own address came or went. */
  | { readonly type: 'source'; readonly present: boolean; readonly atUs: number };

/** What the event says of each tracker concerned, and whether scripts were waited for. */
function results(
  context: InstanceContext,
  event: TrackerEvent,
): { readonly trackers: readonly Weighted[]; readonly ok: boolean; readonly first: boolean } {
  switch (event.type) {
    case 'script': {
      const trackers = context.trackScripts.filter((tracked) => tracked.script === event.script);
      return { trackers, ok: event.ok, first: event.first };
    }
    case 'interface':
      return { trackers: interfaceTrackers(context.config), ok: event.up, first: false };
    case 'source':
      return { trackers: [{ weight: 0, reverse: false }], ok: event.present, first: false };
  }
}

/** The counts and the total after the event; priorities that take effect at once are already in it, and said. */
export function track(context: InstanceContext, event: TrackerEvent): InstanceContext {
  const { trackers, ok, first } = results(context, event);
  let { faults, pendingScripts, totalPriority } = context;
  for (const tracker of trackers) {
    if (tracker.weight !== 0) {
      totalPriority += contribution(tracker, ok, first);
      continue;
    }
    if (first) pendingScripts--;
    if (isFault(tracker, ok)) faults++;
    else if (!first) faults = Math.max(0, faults - 1);
  }
  const counted: InstanceContext = {
    ...context,
    nowUs: event.atUs,
    faults,
    pendingScripts,
    totalPriority,
    out: batch([]),
  };
  return behaviour(context).priorityByTimer ? counted : applyPriority(counted);
}

/** vrrp_set_effective_priority: in BACKUP the end of the wait moves by as much as the wait changes. */
export function applyPriority(context: InstanceContext): InstanceContext {
  const priority = effectivePriority(context.basePriority, context.totalPriority);
  const { effectivePriority: before, downTimerUs, expiresAtUs } = context;
  if (priority === before) return { ...context, out: batch([]) };
  const next: InstanceContext = {
    ...context,
    effectivePriority: priority,
    out: log(context, `Changing effective priority from ${before} to ${priority}`),
  };
  if (behaviour(context).priorityByTimer) return next;
  const afterUs = masterDownOf(next);
  return { ...next, downTimerUs: afterUs, expiresAtUs: expiresAtUs + afterUs - downTimerUs };
}

export function goesDown(context: InstanceContext, event: TrackerEvent): boolean {
  return track(context, event).faults > 0;
}

/** Nothing holds it in FAULT any more. */
export function comesUp(context: InstanceContext, event: TrackerEvent): boolean {
  const next = track(context, event);
  return next.faults === 0 && next.pendingScripts === 0;
}

export function changesPriority(context: InstanceContext, event: TrackerEvent): boolean {
  return track(context, event).effectivePriority !== context.effectivePriority;
}
