/**
 * What one VRRP instance knows, and with what it starts.
 *
 * Source: the fields of vrrp_t in keepalived 2.2.7 vrrp.h (master_adver_int, ms_down_timer, sands, preempt_time,
 * num_script_if_fault, num_script_init, garp_refresh_timer). Times are of the host's monotonic clock, in microseconds.
 */
import type { Address, Effect } from '../../sim/effects.ts';
import { uniform, uniformInteger } from '../uniform.ts';
import type { InstanceConfig, KeepalivedConfig } from './config.ts';
import { contribution, effectivePriority, isFault, OWNER_PRIORITY, type Weighted } from './priority.ts';
import { eagerDownUs, masterDownUs, skewUs } from './timers.ts';
import { type Behaviour, behaviourOf } from './version.ts';

export interface InstanceInput {
  readonly config: InstanceConfig;
  /** keepalived's version. */
  readonly version: string;
  readonly logDetail: boolean;
  readonly dontReleaseVrrp: boolean;
  readonly luck: number;
  readonly wakeUpUs: KeepalivedConfig['wakeUpUs'];
  /** Of those in the configuration, the scripts that count (models/keepalived/trackers.ts). */
  readonly trackScripts: InstanceConfig['trackScripts'];
  /** In a sync group: whether its members wait for one that is not ready, and whether all of them are address owners. */
  readonly group: { readonly held: boolean; readonly owners: boolean } | undefined;
  readonly address: Address;
  readonly linkUp: boolean;
  /** vrrp_startup_delay: until then adverts are thrown away and no timer runs; not later than atUs for none. */
  readonly delayedUntilUs: number;
  readonly atUs: number;
}

/** A burst of gratuitous ARP that is due. */
export interface GarpDue {
  readonly atUs: number;
  readonly repeat: number;
}

export interface InstanceContext extends InstanceInput {
  /** Source address of its adverts. */
  readonly source: Address;
  readonly nowUs: number;
  readonly basePriority: number;
  /** Not clamped. */
  readonly totalPriority: number;
  readonly effectivePriority: number;
  readonly masterAdvertIntUs: number;
  /** ms_down_timer: also the rest of the wait after an ignored advert. */
  readonly downTimerUs: number;
  /** sands: when the down timer ends. */
  readonly expiresAtUs: number;
  /** End of the preempt delay; 0 while it is not running. */
  readonly preemptAtUs: number;
  /** Trackers that hold it in FAULT. */
  readonly faults: number;
  /** Unweighted scripts without a first result. */
  readonly pendingScripts: number;
  /** It told its group that it wants to be MASTER. */
  readonly asked: boolean;
  /** 1.3: it has forced an election and takes over an interval later, whatever it hears. */
  readonly forcing: boolean;
  readonly vipSet: boolean;
  readonly master: Address | undefined;
  readonly garpDue: readonly GarpDue[];
  readonly refreshAtUs: number;
  /** Complaints that were made since the state or the master changed last (from 2.3.0). */
  readonly complaints: readonly string[];
  /** What the present step wants of the world. */
  readonly out: Effect;
}

export const NOTHING: Effect = { type: 'batch', effects: [] };

export function behaviour(context: InstanceInput): Behaviour {
  return behaviourOf(context.version);
}

/** The priority from which the skew is worked out. */
function skewPriority(context: InstanceContext): number {
  return behaviour(context).skewFromBase ? context.basePriority : context.effectivePriority;
}

export function skewOf(context: InstanceContext): number {
  return skewUs(context.config.vrrpVersion, skewPriority(context), context.masterAdvertIntUs);
}

export function masterDownOf(context: InstanceContext): number {
  const { vrrpVersion, downTimerAdverts } = context.config;
  return masterDownUs(vrrpVersion, skewPriority(context), context.masterAdvertIntUs, downTimerAdverts);
}

/** From now to when the timer fires: when it is due, and a little late. The due time is new each time, so it counts the draws. */
export function untilFiringUs({ expiresAtUs, nowUs, luck, wakeUpUs }: InstanceContext): number {
  return Math.max(0, expiresAtUs - nowUs) + lateUs(luck, expiresAtUs, wakeUpUs);
}

/** What is left of all timers beyond the upper quartile that `most` is. */
const WAITING_SHARE = 0.25;

function lateUs(luck: number, dueUs: number, { least, most, worst }: InstanceContext['wakeUpUs']): number {
  if (worst !== undefined && uniform(luck, 'wake-up-behind-others', dueUs) < WAITING_SHARE)
    return uniformInteger(luck, 'wake-up', dueUs, most, Math.max(most, worst));
  return most <= least ? least : uniformInteger(luck, 'wake-up', dueUs, least, most);
}

/** Own interface as a tracker: implicit with weight 0, unless it is named or not to be tracked. Others are always up. */
export function interfaceTrackers(config: InstanceConfig): readonly Weighted[] {
  const named = config.trackInterfaces.filter((tracked) => tracked.interface === config.interface);
  if (named.length > 0) return named;
  return config.dontTrackPrimary ? [] : [{ weight: 0, reverse: false }];
}

/** Interfaces that the model does not have are up, so a positive weight counts from the start. */
function otherInterfaces(config: InstanceConfig): readonly Weighted[] {
  return config.trackInterfaces.filter((tracked) => tracked.interface !== config.interface);
}

/** vrrp_complete_instance, initialise_tracking_priorities and vrrp_init_state together. */
export function startInstance(input: InstanceInput): InstanceContext {
  const { config, linkUp, trackScripts, atUs } = input;
  const interfaces = [
    ...interfaceTrackers(config).map((weighted) => ({ weighted, up: linkUp })),
    ...otherInterfaces(config).map((weighted) => ({ weighted, up: true })),
  ];
  let total = config.priority;
  let faults = 0;
  for (const { weighted, up } of interfaces) {
    if (weighted.weight !== 0) total += contribution(weighted, up, true);
    else if (isFault(weighted, up)) faults++;
  }
  const known: InstanceContext = {
    ...input,
    source: config.sourceAddress ?? input.address,
    nowUs: atUs,
    basePriority: config.priority,
    totalPriority: total,
    effectivePriority: effectivePriority(config.priority, total),
    masterAdvertIntUs: config.advertIntUs,
    downTimerUs: 0,
    expiresAtUs: 0,
    preemptAtUs: 0,
    faults,
    pendingScripts: trackScripts.filter((tracked) => tracked.weight === 0).length,
    asked: false,
    forcing: false,
    vipSet: false,
    master: undefined,
    garpDue: [],
    refreshAtUs: 0,
    complaints: [],
    out: NOTHING,
  };
  const downTimerUs = firstDownTimer(known);
  return { ...known, downTimerUs, expiresAtUs: Math.max(atUs, input.delayedUntilUs) + downTimerUs };
}

function firstDownTimer(context: InstanceContext): number {
  const { config, group } = context;
  // "The simplest way to become master is to time out from the backup state very quickly" (vrrp_init_state).
  if (startsAsOwner(context)) return 1;
  if (group !== undefined && config.state === 'MASTER')
    return eagerDownUs(config.vrrpVersion, config.advertIntUs);
  return masterDownOf(context);
}

/** "Only if 255 and state MASTER"; members of a sync group only if all of them are. */
export function startsAsOwner(context: InstanceContext): boolean {
  const { config, group } = context;
  return isOwner(context) && config.state === 'MASTER' && (group === undefined || group.owners);
}

export function isOwner(context: InstanceContext): boolean {
  return context.basePriority === OWNER_PRIORITY;
}
