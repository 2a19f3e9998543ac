/**
 * The changes of an instance's state: what it knows afterwards and what it says, each as one pure function.
 *
 * Source: keepalived 2.2.7 vrrp.c (vrrp_state_goto_master, vrrp_state_become_master, vrrp_state_leave_master,
 * vrrp_state_leave_fault, vrrp_state_master_tx), vrrp_scheduler.c (vrrp_init_state); v1.3.5 for GOTO_MASTER.
 */
import type { Effect } from '../../sim/effects.ts';
import {
  behaviour,
  type GarpDue,
  type InstanceContext,
  masterDownOf,
  NOTHING,
  skewOf,
} from './instance-context.ts';
import {
  addAddresses,
  adverts,
  batch,
  detail,
  garpBurst,
  log,
  notify,
  removeAddresses,
  stopAdverts,
} from './instance-effects.ts';

/** Forgotten with the state: the rate limit on complaints and, in BACKUP, the preempt delay. */
const FRESH = { preemptAtUs: 0, complaints: [], asked: false, forcing: false } as const;

function queued(due: readonly GarpDue[], more: GarpDue): readonly GarpDue[] {
  const at = due.findIndex((other) => other.atUs > more.atUs);
  // A burst for each lower advert heard in the last seconds; more than this is a storm that says the same.
  if (due.length >= 32) return due;
  return at < 0 ? [...due, more] : [...due.slice(0, at), more, ...due.slice(at)];
}

/** The down timer starts anew. */
export function restartDownTimer(
  context: InstanceContext,
  downTimerUs = masterDownOf(context),
): InstanceContext {
  return {
    ...context,
    downTimerUs,
    expiresAtUs: Math.max(context.nowUs, context.delayedUntilUs) + downTimerUs,
  };
}

/** The addresses go on the interface, and everybody is told. */
function takeAddresses(context: InstanceContext): {
  readonly next: InstanceContext;
  readonly effects: readonly Effect[];
} {
  const { config, nowUs } = context;
  const { garp } = config;
  const next: InstanceContext = {
    ...context,
    vipSet: true,
    masterAdvertIntUs: config.advertIntUs,
    expiresAtUs: nowUs + config.advertIntUs,
    garpDue:
      garp.masterDelayUs === 0
        ? context.garpDue
        : queued(context.garpDue, { atUs: nowUs + garp.masterDelayUs, repeat: garp.masterRepeat }),
    refreshAtUs: garp.masterRefreshUs === 0 ? 0 : nowUs + garp.masterRefreshUs,
  };
  const changed = config.vrrpVersion === 3 && context.masterAdvertIntUs !== config.advertIntUs;
  const from = Math.floor(context.masterAdvertIntUs / 1000);
  const to = Math.floor(config.advertIntUs / 1000);
  return {
    next,
    effects: [
      log(context, 'Entering MASTER STATE'),
      ...(changed
        ? detail(context, `changing advert interval from ${from}ms to locally configured ${to}ms`)
        : []),
      ...addAddresses(context),
      ...garpBurst(next, garp.masterRepeat),
      ...notify(context, 'MASTER'),
    ],
  };
}

/** The advert goes first, so that the old master has gone before the gratuitous ARP comes. */
export function becomeMaster(context: InstanceContext, said: readonly Effect[]): InstanceContext {
  const { next, effects } = takeAddresses({ ...context, ...FRESH });
  return { ...next, out: batch([...said, ...adverts(context, context.effectivePriority), ...effects]) };
}

/** The silence has lasted. */
export function timeOut(context: InstanceContext): InstanceContext {
  return becomeMaster(context, detail(context, 'Receive advertisement timeout'));
}

/** 1.3: an advert forces an election; the addresses follow an interval later. */
export function beginTransition(context: InstanceContext): InstanceContext {
  const effects = [
    ...adverts(context, context.effectivePriority),
    log(context, 'Transition to MASTER STATE'),
  ];
  return {
    ...context,
    ...FRESH,
    expiresAtUs: context.nowUs + context.config.advertIntUs,
    out: batch(effects),
  };
}

/** 1.3: the second step, addresses first and then the advert. */
export function endTransition(context: InstanceContext): InstanceContext {
  const { next, effects } = takeAddresses(context);
  return { ...next, out: batch([...effects, ...adverts(context, context.effectivePriority)]) };
}

/**
 * The regular advert, and the gratuitous ARP that is repeated for ever if that is asked for: with the first advert after it is
 * due, counted from becoming MASTER (2.2.7, recording A1g3; HEAD adds garp_master_delay).
 */
export function advertise(context: InstanceContext): InstanceContext {
  const { garp } = context.config;
  const next = { ...context, expiresAtUs: context.nowUs + context.config.advertIntUs };
  const said = adverts(context, context.effectivePriority);
  const isDue = context.refreshAtUs !== 0 && context.nowUs >= context.refreshAtUs;
  if (!isDue) return { ...next, out: said.length === 1 ? said[0]! : batch(said) };
  return {
    ...next,
    refreshAtUs: context.nowUs + garp.masterRefreshUs,
    out: batch([...said, ...garpBurst(context, garp.masterRefreshRepeat)]),
  };
}

function withoutAddresses(context: InstanceContext): InstanceContext {
  return { ...context, vipSet: false };
}

/** From MASTER to BACKUP. `said` is the reason's log line; `stop` whether the others are told. */
export function yieldMaster(
  context: InstanceContext,
  said: readonly Effect[],
  stop = false,
): InstanceContext {
  const effects = [
    ...said,
    log(context, 'Entering BACKUP STATE'),
    ...(stop ? stopAdverts(context) : []),
    ...(context.vipSet ? removeAddresses(context) : []),
    ...notify(context, 'BACKUP'),
  ];
  const next = restartDownTimer(withoutAddresses({ ...context, ...FRESH }));
  return { ...next, out: batch(effects) };
}

/** Somebody else took the address off: it comes back after a skew, and so may another. */
export function loseAddress(context: InstanceContext): InstanceContext {
  const next = yieldMaster(context, [], true);
  return restartDownTimer(next, skewOf(next));
}

/** From MASTER to FAULT: "I stop" is said twice, unless a sync group asks for it. */
export function failMaster(context: InstanceContext, said: readonly Effect[], twice = true): InstanceContext {
  const effects = [
    ...said,
    log(context, 'Entering FAULT STATE'),
    ...adverts(context, 0),
    ...(twice ? stopAdverts(context) : []),
    ...(context.vipSet ? removeAddresses(context) : []),
    ...notify(context, 'FAULT'),
  ];
  return { ...withoutAddresses({ ...context, ...FRESH }), out: batch(effects) };
}

/** From BACKUP to FAULT. A sync group does it without a word. */
export function failBackup(
  context: InstanceContext,
  said: readonly Effect[],
  silent = false,
): InstanceContext {
  const effects = [
    ...said,
    ...(silent ? [] : [log(context, 'Entering FAULT STATE')]),
    ...notify(context, 'FAULT'),
  ];
  return { ...context, ...FRESH, out: batch(effects) };
}

/** All causes of FAULT are gone. */
export function recover(context: InstanceContext, said: readonly Effect[] = []): InstanceContext {
  const local: InstanceContext = { ...context, ...FRESH, masterAdvertIntUs: context.config.advertIntUs };
  const effects: Effect[] = [...said, log(local, 'Entering BACKUP STATE'), ...notify(local, 'BACKUP')];
  if (context.config.unicastPeers.length > 0) {
    // So that the master, which may have lost us from its ARP cache, reaches us at once.
    if (context.logDetail) {
      effects.push({
        ...{
          type: 'log',
          line: `${context.config.name}: sending gratuitous ARP for ${context.source}`,
          level: 'detail',
        },
      });
    }
    effects.push({ type: 'gratuitous-arp', address: context.source });
  }
  return { ...restartDownTimer(local), out: batch(effects) };
}

/** At start: whatever a killed predecessor left on the interface goes. */
export function enterBackup(context: InstanceContext): InstanceContext {
  const entering = behaviour(context).gotoMaster ? 'Entering BACKUP STATE' : 'Entering BACKUP STATE (init)';
  const effects = [...removeAddresses(context), log(context, entering), ...notify(context, 'BACKUP')];
  return { ...context, out: batch(effects) };
}

/** Without a word: an address owner, which takes over in a microsecond, and one that waits for its scripts. */
export function enterSilently(context: InstanceContext): InstanceContext {
  return { ...context, out: batch(removeAddresses(context)) };
}

/** At start with the carrier down. */
export function enterFault(context: InstanceContext): InstanceContext {
  const cause = `entering FAULT state (interface ${context.config.interface} down)`;
  const effects = [log(context, cause), ...removeAddresses(context), ...notify(context, 'FAULT')];
  return { ...context, out: batch(effects) };
}

/** The process ends: a MASTER says so and cleans up, unless -V keeps the addresses. */
export function shutDown(context: InstanceContext): InstanceContext {
  if (!context.vipSet || context.dontReleaseVrrp) return { ...context, out: batch(notify(context, 'STOP')) };
  const effects = [...stopAdverts(context), ...removeAddresses(context), ...notify(context, 'STOP')];
  return { ...withoutAddresses(context), out: batch(effects) };
}

/** Bursts whose time has come; one that finds the addresses gone sends nothing. */
export function sendDueGarp(context: InstanceContext): InstanceContext {
  const due = context.garpDue.filter((burst) => burst.atUs <= context.nowUs);
  if (due.length === 0) return { ...context, out: NOTHING };
  return {
    ...context,
    garpDue: context.garpDue.slice(due.length),
    out: batch(due.flatMap((burst) => garpBurst(context, burst.repeat))),
  };
}

/** A member of its sync group heard a lower advert: this one puts the caches right, too. */
export function syncGarp(context: InstanceContext): InstanceContext {
  return {
    ...queueLowerPrioGarp(context),
    out: batch(garpBurst(context, context.config.garp.lowerPrioRepeat)),
  };
}

/** On hearing a lower advert as MASTER: the ARP caches are put right at once, and again after the delay. */
export function queueLowerPrioGarp(context: InstanceContext): InstanceContext {
  const { lowerPrioRepeat, lowerPrioDelayUs } = context.config.garp;
  if (lowerPrioRepeat === 0 || lowerPrioDelayUs === 0) return context;
  const burst = { atUs: context.nowUs + lowerPrioDelayUs, repeat: lowerPrioRepeat };
  return { ...context, garpDue: queued(context.garpDue, burst) };
}
