/**
 * What an instance makes of an advert that it hears, in BACKUP and in MASTER.
 *
 * Source: keepalived 2.2.7 vrrp.c (vrrp_state_backup, vrrp_state_master_rx), in the order of its tests; v1.3.5 where
 * models/keepalived/version.ts says so. RFC 3768 section 6.4.2 and 6.4.3.
 * Not modelled: the rogue-owner logic of 2.3.3 (two address owners are handled as up to 2.3.2).
 */
import type { Address, Effect } from '../../sim/effects.ts';
import { tell } from '../family.ts';
import { type Advert, addressMismatch, compareAddresses, dropReason } from './advert.ts';
import { queueLowerPrioGarp, restartDownTimer, yieldMaster } from './instance-changes.ts';
import { behaviour, type InstanceContext, masterDownOf, NOTHING, skewOf } from './instance-context.ts';
import { adverts, batch, detail, garpBurst, log } from './instance-effects.ts';
import { OWNER_PRIORITY, STOP_PRIORITY } from './priority.ts';
import { secondsText } from './timers.ts';

/** An advert as it reached the host. */
export interface Heard {
  readonly advert: Advert;
  readonly from: Address;
  readonly multicast: boolean;
  readonly atUs: number;
}

/** Why it does not count, in keepalived's words. */
export function complaint(context: InstanceContext, { advert, multicast }: Heard): string | undefined {
  const { config } = context;
  const sameMaster = config.skipCheckAdvAddr && context.master === advert.source;
  return dropReason(config, advert, multicast, !sameMaster, behaviour(context));
}

// --- BACKUP

export function isStop(context: InstanceContext, heard: Heard): boolean {
  return heard.advert.priority === STOP_PRIORITY && complaint(context, heard) === undefined;
}

/** Higher or equal; with nopreempt any; while the preempt delay has not ended any. */
export function isAccepted(context: InstanceContext, heard: Heard): boolean {
  const { config, preemptAtUs, effectivePriority } = context;
  const { priority } = heard.advert;
  if (priority === STOP_PRIORITY) return false;
  const delayed = config.preemptDelayUs > 0 && (preemptAtUs === 0 || preemptAtUs > heard.atUs);
  return (
    (config.nopreempt || priority >= effectivePriority || delayed) && complaint(context, heard) === undefined
  );
}

export function hearStop(context: InstanceContext, heard: Heard): InstanceContext {
  const now = { ...context, nowUs: heard.atUs };
  const effects = detail(context, 'Backup received priority 0 advertisement');
  return { ...restartDownTimer(now, skewOf(now)), out: batch(effects) };
}

export function accept(context: InstanceContext, heard: Heard): InstanceContext {
  const { config, masterAdvertIntUs } = context;
  const { advert } = heard;
  const effects: Effect[] = [];
  const adopted = config.vrrpVersion === 3 ? advert.advertIntUs : masterAdvertIntUs;
  if (adopted !== masterAdvertIntUs) {
    const [from, to] = [Math.floor(masterAdvertIntUs / 1000), Math.floor(adopted / 1000)];
    effects.push(...detail(context, `advertisement interval updated from ${from}ms to ${to}ms by master`));
  }
  let preemptAtUs = context.preemptAtUs;
  if (config.preemptDelayUs > 0) {
    if (advert.priority >= context.effectivePriority) {
      if (preemptAtUs !== 0) effects.push(...detail(context, 'stop preempt delay'));
      preemptAtUs = 0;
    } else if (preemptAtUs === 0) {
      effects.push(...detail(context, `start preempt delay (${secondsText(config.preemptDelayUs)})`));
      preemptAtUs = heard.atUs + config.preemptDelayUs;
    }
  }
  effects.push(...differingAddresses(context, advert));
  if (context.asked) effects.push(tellGroup(context, 'wants-backup'));
  const next: InstanceContext = {
    ...context,
    nowUs: heard.atUs,
    masterAdvertIntUs: adopted,
    preemptAtUs,
    master: advert.source,
    complaints: advert.source === context.master ? context.complaints : [],
    asked: false,
    out: effects.length === 0 ? NOTHING : batch(effects),
  };
  // 1.3: an election that was forced is not called off.
  return context.forcing ? restartDownTimer(next, config.advertIntUs) : restartDownTimer(next);
}

/** From 2.3.3: other addresses are only said. */
function differingAddresses(context: InstanceContext, advert: Advert): readonly Effect[] {
  if (!behaviour(context).otherAddressesCount) return [];
  const mismatch = addressMismatch(context.config, advert);
  return mismatch === undefined || advert.source === context.master ? [] : [log(context, mismatch)];
}

/** A lower advert: the timer runs on. What is left of it is taken for the whole wait (vrrp.c:2285-2290). */
export function discard(context: InstanceContext, heard: Heard): InstanceContext {
  const { advert } = heard;
  const what = `received lower priority (${advert.priority}) advert from ${advert.source} - discarding`;
  return { ...ignored(context, heard), master: advert.source, out: log(context, what) };
}

function ignored(context: InstanceContext, heard: Heard): InstanceContext {
  return { ...context, nowUs: heard.atUs, downTimerUs: Math.max(0, context.expiresAtUs - heard.atUs) };
}

/** 1.3: a lower advert is answered at once. */
export function forceElection(context: InstanceContext, heard: Heard): InstanceContext {
  const effects = [
    log(context, 'forcing a new MASTER election'),
    ...adverts(context, context.effectivePriority),
  ];
  const next = { ...context, nowUs: heard.atUs, forcing: true, out: batch(effects) };
  return restartDownTimer(next, context.config.advertIntUs);
}

/** An advert that does not count. 1.3 restarts the timer all the same. */
export function complain(context: InstanceContext, heard: Heard): InstanceContext {
  const { said, complaints } = complaintLine(context, heard);
  const next = { ...ignored(context, heard), complaints, out: batch(said) };
  if (!behaviour(context).droppedRestartsTimer) return next;
  return { ...restartDownTimer(next, masterDownOf(next)), out: next.out };
}

function complaintLine(
  context: InstanceContext,
  heard: Heard,
): { readonly said: readonly Effect[]; readonly complaints: readonly string[] } {
  const text = complaint(context, heard) ?? '';
  if (!behaviour(context).complainsOnce)
    return { said: [log(context, text)], complaints: context.complaints };
  if (context.complaints.includes(text) || context.complaints.length >= 16) {
    return { said: [], complaints: context.complaints };
  }
  return { said: [log(context, text)], complaints: [...context.complaints, text] };
}

// --- MASTER

/** Two address owners: the one that hears the other makes itself an ordinary router first. */
function withoutOwnership(context: InstanceContext, heard: Heard): InstanceContext {
  const { advert } = heard;
  const clash = advert.priority === OWNER_PRIORITY && context.effectivePriority === OWNER_PRIORITY;
  if (!clash || compareAddresses(advert.source, context.source) === 0) return context;
  const lower = OWNER_PRIORITY - 1;
  return { ...context, basePriority: lower, totalPriority: lower, effectivePriority: lower };
}

/** Positive: the advert is superior; by priority, then by address. */
function superiority(context: InstanceContext, advert: Advert): number {
  return advert.priority - context.effectivePriority || compareAddresses(advert.source, context.source);
}

/** A higher advert, or an equal one from a higher address. nopreempt is no protection. */
export function isSuperior(context: InstanceContext, heard: Heard): boolean {
  if (heard.advert.priority === STOP_PRIORITY || complaint(context, heard) !== undefined) return false;
  return superiority(withoutOwnership(context, heard), heard.advert) > 0;
}

export function yieldTo(context: InstanceContext, heard: Heard): InstanceContext {
  const { advert } = heard;
  const { config, effectivePriority: ours } = context;
  const old = behaviour(context).gotoMaster;
  const said: Effect[] = [];
  // 1.3 always sends a last one.
  if (config.higherPrioSendAdvert || old) said.push(...adverts(context, ours));
  const next = withoutOwnership({ ...context, nowUs: heard.atUs }, heard);
  if (next.effectivePriority !== ours) said.push(log(context, OWNERS));
  const higher = advert.priority > next.effectivePriority;
  if (old) said.push(log(context, `Received advert with higher priority ${advert.priority}, ours ${ours}`));
  else if (higher) {
    const what = `higher priority ${advert.priority}, ours ${next.effectivePriority}`;
    said.push(log(context, `Master received advert from ${advert.source} with ${what}`));
  } else {
    const what = `same priority ${advert.priority} but higher IP address than ours`;
    said.push(log(context, `Master received advert from ${advert.source} with ${what}`));
  }
  const interval = config.vrrpVersion === 3 ? advert.advertIntUs : next.masterAdvertIntUs;
  return { ...yieldMaster({ ...next, masterAdvertIntUs: interval }, said), master: advert.source };
}

const OWNERS =
  'CONFIGURATION ERROR: local instance and a remote instance are both configured as address owner, please fix - reducing local priority';

/**
 * From the arrival of a packet to the new wait, which begins when it has been handled, with its log line and its gratuitous
 * ARP packets (set_time_now in vrrp_init_instance_sands). Quiet recordings have 0.1 to 0.3 ms between the lines of a handler and
 * 0.1 ms between gratuitous ARPs (A1b_quiet, A3d). It decides which of two MASTERs that drop each other's packets is never
 * heard: the second, whose wait always begins after the first one's (A3i, where a third router then takes over every 3.6 s).
 */
const HANDLING_US = 200;
const GARP_US = 100;

/** Anything else that a MASTER hears: it stays, and puts the other right. */
export function holdAgainst(context: InstanceContext, heard: Heard): InstanceContext {
  const { advert } = heard;
  const now = putOff({ ...context, nowUs: heard.atUs });
  if (complaint(context, heard) !== undefined) {
    const { said, complaints } = complaintLine(context, heard);
    return { ...now, complaints, out: batch(said) };
  }
  const own = adverts(now, now.effectivePriority);
  if (advert.priority === STOP_PRIORITY) {
    return { ...now, out: batch([...own, ...detail(now, 'Master received priority 0 message')]) };
  }
  if (superiority(now, advert) === 0) {
    const what = 'WARNING - equal priority advert received from remote host with our IP address.';
    return { ...now, out: log(now, what) };
  }
  const { lowerPrioNoAdvert, garp } = now.config;
  const ours = now.effectivePriority;
  const forcing = lowerPrioNoAdvert ? '' : ', forcing new election';
  const from = behaviour(now).gotoMaster ? '' : ` from ${advert.source}`;
  const line = `Received advert${from} with lower priority ${advert.priority}, ours ${ours}${forcing}`;
  const burst = garpBurst(now, garp.lowerPrioRepeat);
  const effects = [log(now, line), ...(lowerPrioNoAdvert ? [] : own), ...burst, ...otherMembersGarp(now)];
  const packets = burst.filter((effect) => effect.type === 'gratuitous-arp').length;
  return { ...queueLowerPrioGarp(putOff(now, packets)), out: batch(effects) };
}

/** Whatever it hears puts its next advert off, unless lower_prio_no_advert is set. */
function putOff(context: InstanceContext, garpPackets = 0): InstanceContext {
  const { lowerPrioNoAdvert, advertIntUs } = context.config;
  if (lowerPrioNoAdvert) return context;
  return { ...context, expiresAtUs: context.nowUs + HANDLING_US + garpPackets * GARP_US + advertIntUs };
}

/** The other members of a sync group put the caches right, too. */
function otherMembersGarp(context: InstanceContext): readonly Effect[] {
  return context.group === undefined ? [] : [tellGroup(context, 'heard-lower')];
}

/** To the lead, which keeps the sync groups. */
export function tellGroup(context: InstanceContext, what: GroupWord): Effect {
  return tell('', { type: 'member', id: context.config.name, what });
}

/** What a member tells its sync group of itself. */
export type GroupWord = 'wants-master' | 'wants-backup' | 'left-master' | 'down' | 'up' | 'heard-lower';
