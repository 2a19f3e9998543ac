/**
 * A VRRP instance of keepalived: one `vrrp_instance`, a member of the family (models/keepalived/process.ts).
 *
 * Sources: RFC 3768 section 6.4 and RFC 5798 section 6.4 (Initialize, Backup, Master); keepalived 2.2.7 vrrp_scheduler.c and
 * vrrp.c, which add FAULT and start in BACKUP whatever `state` says. `goto-master` and `transition` are 1.3's (v1.3.5
 * vrrp_scheduler.c, VRRP_STATE_GOTO_MASTER: an interval for the election and one for the addresses, as its log shows).
 * Unit of time: microseconds of the host's monotonic clock.
 * Not modelled: reload (SIGHUP), IPv6, vmac, 1.3's own recovery from FAULT by polling (it recovers at once).
 */
import { assign, emit, raise, setup } from 'xstate';
import type { Effect } from '../../sim/effects.ts';
import * as hear from './instance-adverts.ts';
import * as change from './instance-changes.ts';
import {
  behaviour,
  type InstanceContext,
  type InstanceInput,
  isOwner,
  masterDownOf,
  NOTHING,
  startInstance,
  startsAsOwner,
} from './instance-context.ts';
import { batch } from './instance-effects.ts';
import * as tracking from './instance-tracking.ts';

type Advert = { readonly type: 'advert' } & hear.Heard;

export type InstanceEvent =
  | Advert
  | tracking.TrackerEvent
  /** A virtual address is gone from the interface, by whoever's hand. */
  | { readonly type: 'address-gone'; readonly atUs: number }
  /** The sync group decides. */
  | {
      readonly type: 'sync-master' | 'sync-backup' | 'sync-fault' | 'sync-garp';
      readonly after?: readonly Effect[];
      readonly atUs: number;
    }
  | { readonly type: 'shutdown'; readonly atUs: number }
  /** Its own timers. */
  | { readonly type: 'garp-due' | 'priority-due'; readonly atUs?: number };

interface Arguments {
  readonly context: InstanceContext;
  readonly event: { readonly type: string; readonly atUs?: number };
}

/** The context at the time of the event, with nothing said yet. */
const now = ({ context, event }: Arguments): InstanceContext => ({
  ...context,
  nowUs: event.atUs ?? context.nowUs,
  out: NOTHING,
});
const heard = ({ event }: Arguments): hear.Heard => event as Advert;
const tracked = ({ context, event }: Arguments): InstanceContext =>
  tracking.track(context, event as tracking.TrackerEvent);
const trackerOf = ({ event }: Arguments): tracking.TrackerEvent => event as tracking.TrackerEvent;
const isUp = ({ context, event }: Arguments): boolean =>
  tracking.comesUp(context, event as tracking.TrackerEvent);

/** What the sync group wants said and done after its order. */
function andThen({ event }: Arguments, context: InstanceContext): InstanceContext {
  const { after } = event as { readonly after?: readonly Effect[] };
  return after === undefined ? context : { ...context, out: batch([context.out, ...after]) };
}

/** Appends a word for the sync group to what the step says. */
function andTell(context: InstanceContext, what: hear.GroupWord): InstanceContext {
  if (context.group === undefined) return context;
  return { ...context, out: batch([context.out, hear.tellGroup(context, what)]) };
}

const instance = setup({
  types: {
    context: {} as InstanceContext,
    events: {} as InstanceEvent,
    emitted: {} as Effect,
    input: {} as InstanceInput,
  },
  delays: {
    masterDown: ({ context }) => Math.max(0, context.expiresAtUs - context.nowUs),
    nextAdvert: ({ context }) => Math.max(0, context.expiresAtUs - context.nowUs),
    advertInterval: ({ context }) => context.config.advertIntUs,
    nextGarp: ({ context }) => Math.max(0, (context.garpDue[0]?.atUs ?? 0) - context.nowUs),
    masterAdvertInterval: ({ context }) => context.masterAdvertIntUs,
  },
  guards: {
    isLinkDown: ({ context }) => context.faults > 0,
    isNotReady: ({ context }) => context.pendingScripts > 0 || context.group?.held === true,
    startsInGotoMaster: ({ context }) =>
      behaviour(context).gotoMaster && (context.config.state === 'MASTER' || isOwner(context)),
    startsAsOwner: ({ context }) => startsAsOwner(context),
    worksOutPriorityByTimer: ({ context }) => behaviour(context).priorityByTimer,

    isThrownAway: ({ context, event }) => heard({ context, event }).atUs < context.delayedUntilUs,
    isStop: (args) => hear.isStop(args.context, heard(args)),
    isAccepted: (args) => hear.isAccepted(args.context, heard(args)),
    isInvalid: (args) => hear.complaint(args.context, heard(args)) !== undefined,
    isSuperior: (args) => hear.isSuperior(args.context, heard(args)),
    keepsAdvertTimer: ({ context }) => context.config.lowerPrioNoAdvert,

    isOld: ({ context }) => behaviour(context).gotoMaster,
    isGrouped: ({ context }) => context.group !== undefined,
    isFarTooLate: ({ context, event }) =>
      context.config.timerExpiredBackup &&
      ((event as { atUs?: number }).atUs ?? 0) > context.expiresAtUs + masterDownOf(context),
    hasMoreGarp: ({ context }) => context.garpDue.length > 1,

    goesDown: (args) => tracking.goesDown(args.context, trackerOf(args)),
    comesUp: (args) => isUp(args),
    comesUpInGroup: (args) => args.context.group !== undefined && isUp(args),
    comesUpAsOwner: (args) => isOwner(args.context) && args.context.config.state === 'MASTER' && isUp(args),
    comesUpAsOldMaster: (args) =>
      behaviour(args.context).gotoMaster && args.context.config.state === 'MASTER' && isUp(args),
    changesPriority: (args) => tracking.changesPriority(args.context, trackerOf(args)),
    isWhole: ({ context }) => context.faults === 0 && context.pendingScripts === 0,
  },
  actions: {
    say: emit(({ context }) => context.out),
    armGarp: raise({ type: 'garp-due' }, { id: 'garp', delay: 'nextGarp' }),
    armPriority: raise({ type: 'priority-due' }, { id: 'priority', delay: 'masterAdvertInterval' }),

    enterBackup: assign(({ context }) => change.enterBackup(context)),
    enterSilently: assign(({ context }) => change.enterSilently(context)),
    enterFault: assign(({ context }) => change.enterFault(context)),

    hearStop: assign((args) => hear.hearStop(args.context, heard(args))),
    accept: assign((args) => hear.accept(args.context, heard(args))),
    discard: assign((args) => hear.discard(args.context, heard(args))),
    complain: assign((args) => hear.complain(args.context, heard(args))),
    forceElection: assign((args) => hear.forceElection(args.context, heard(args))),
    yieldTo: assign((args) => andTell(hear.yieldTo(args.context, heard(args)), 'left-master')),
    hold: assign((args) => hear.holdAgainst(args.context, heard(args))),

    timeOut: assign((args) => change.timeOut(now(args))),
    askGroup: assign((args) =>
      andTell(change.restartDownTimer({ ...now(args), asked: true }), 'wants-master'),
    ),
    advertise: assign((args) => change.advertise(now(args))),
    yieldLate: assign((args) => andTell(change.yieldMaster(now(args), []), 'left-master')),
    beginTransition: assign((args) => change.beginTransition(now(args))),
    endTransition: assign((args) => change.endTransition(now(args))),
    sendDueGarp: assign((args) => change.sendDueGarp(now(args))),
    applyPriority: assign((args) => tracking.applyPriority(now(args))),

    track: assign((args) => tracked(args)),
    trackInFault: assign((args) => {
      const next = tracked(args);
      return args.context.faults === 0 && next.faults > 0 ? andTell(next, 'down') : next;
    }),
    failBackup: assign((args) => {
      const next = tracked(args);
      return andTell(change.failBackup(next, [next.out]), 'down');
    }),
    failMaster: assign((args) => {
      const next = tracked(args);
      return andTell(change.failMaster(next, [next.out]), 'down');
    }),
    recover: assign((args) => {
      const next = tracked(args);
      return change.recover(next, [next.out]);
    }),
    recoverAsOwner: assign((args) => change.becomeMaster(tracked(args), [])),
    recoverAsOldMaster: assign((args) => change.beginTransition(tracked(args))),
    reportUp: assign((args) => andTell(tracked(args), 'up')),
    loseAddress: assign((args) => andTell(change.loseAddress(now(args)), 'left-master')),

    syncMaster: assign((args) => andThen(args, change.becomeMaster(now(args), []))),
    syncBackup: assign((args) => andThen(args, change.yieldMaster(now(args), []))),
    syncTransition: assign((args) => andThen(args, change.beginTransition(now(args)))),
    syncRecover: assign((args) => andThen(args, change.recover(now(args)))),
    syncFailMaster: assign((args) => change.failMaster(now(args), [], false)),
    syncFailBackup: assign((args) => change.failBackup(now(args), [], true)),
    syncGarp: assign((args) => change.syncGarp(now(args))),
    shutDown: assign((args) => change.shutDown(now(args))),
  },
});

/** What a tracker's news does in BACKUP: the wait is not restarted, its end moves with the priority. */
const newsInBackup = [
  { guard: 'goesDown', target: 'fault', actions: ['failBackup', 'say'] },
  { guard: 'changesPriority', target: 'backup', reenter: true, actions: ['track', 'say'] },
  { actions: ['track'] },
] as const;
const newsInMaster = [
  { guard: 'goesDown', target: 'fault', actions: ['failMaster', 'say'] },
  { actions: ['track', 'say'] },
] as const;
const newsInFault = [
  { guard: 'comesUpInGroup', actions: ['reportUp', 'say'] },
  { guard: 'comesUpAsOldMaster', target: 'transition', actions: ['recoverAsOldMaster', 'say'] },
  { guard: 'comesUpAsOwner', target: 'master', actions: ['recoverAsOwner', 'say', 'armGarp'] },
  { guard: 'comesUp', target: 'backup', actions: ['recover', 'say'] },
  { actions: ['trackInFault', 'say'] },
] as const;
const stop = { target: 'stopped', actions: ['shutDown', 'say'] } as const;

export const instanceMachine = instance.createMachine({
  id: 'keepalived.instance',
  context: ({ input }) => startInstance(input),
  initial: 'init',
  on: {
    // The thread of a delayed burst outlives the state that started it, and finds then that there is nothing to send.
    'garp-due': [
      { guard: 'hasMoreGarp', actions: ['sendDueGarp', 'say', 'armGarp'] },
      { actions: ['sendDueGarp', 'say'] },
    ],
    'priority-due': { actions: ['applyPriority', 'say', 'armPriority'] },
  },
  states: {
    init: {
      always: [
        { guard: 'worksOutPriorityByTimer', target: 'starting', actions: ['armPriority'] },
        { target: 'starting' },
      ],
    },
    starting: {
      always: [
        { guard: 'isLinkDown', target: 'fault', actions: ['enterFault', 'say'] },
        { guard: 'isNotReady', target: 'fault', actions: ['enterSilently', 'say'] },
        { guard: 'startsInGotoMaster', target: 'goto-master', actions: ['enterSilently', 'say'] },
        { guard: 'startsAsOwner', target: 'backup', actions: ['enterSilently', 'say'] },
        { target: 'backup', actions: ['enterBackup', 'say'] },
      ],
    },
    backup: {
      after: {
        masterDown: [
          { guard: 'isGrouped', target: 'backup', reenter: true, actions: ['askGroup', 'say'] },
          { guard: 'isOld', target: 'transition', actions: ['beginTransition', 'say'] },
          { target: 'master', actions: ['timeOut', 'say', 'armGarp'] },
        ],
      },
      on: {
        advert: [
          { guard: 'isThrownAway' },
          { guard: 'isAccepted', target: 'backup', reenter: true, actions: ['accept', 'say'] },
          { guard: 'isStop', target: 'backup', reenter: true, actions: ['hearStop', 'say'] },
          { guard: 'isInvalid', target: 'backup', reenter: true, actions: ['complain', 'say'] },
          { guard: 'isOld', target: 'backup', reenter: true, actions: ['forceElection', 'say'] },
          { actions: ['discard', 'say'] },
        ],
        script: newsInBackup,
        interface: newsInBackup,
        source: newsInBackup,
        'sync-master': [
          { guard: 'isOld', target: 'transition', actions: ['syncTransition', 'say'] },
          { target: 'master', actions: ['syncMaster', 'say', 'armGarp'] },
        ],
        'sync-fault': { target: 'fault', actions: ['syncFailBackup', 'say'] },
        shutdown: stop,
      },
    },
    /** 1.3 only: `state MASTER` at start waits an interval and not a whole silence. */
    'goto-master': {
      after: { advertInterval: { target: 'transition', actions: ['beginTransition', 'say'] } },
      on: {
        advert: { target: 'transition', actions: ['beginTransition', 'say'] },
        script: newsInMaster,
        interface: newsInMaster,
        source: newsInMaster,
        shutdown: stop,
      },
    },
    /** 1.3 only: it advertises, the addresses come an interval later. */
    transition: {
      after: { nextAdvert: { target: 'master', actions: ['endTransition', 'say', 'armGarp'] } },
      on: {
        advert: [
          { guard: 'isSuperior', target: 'backup', actions: ['yieldTo', 'say'] },
          { target: 'transition', reenter: true, actions: ['hold', 'say'] },
        ],
        script: newsInMaster,
        interface: newsInMaster,
        source: newsInMaster,
        'sync-backup': { target: 'backup', actions: ['syncBackup', 'say'] },
        'sync-fault': { target: 'fault', actions: ['syncFailMaster', 'say'] },
        shutdown: stop,
      },
    },
    master: {
      after: {
        nextAdvert: [
          { guard: 'isFarTooLate', target: 'backup', actions: ['yieldLate', 'say'] },
          { target: 'master', reenter: true, actions: ['advertise', 'say'] },
        ],
      },
      on: {
        // Whatever is read for its VRID puts the next advert off, even what is dropped (vrrp_scheduler.c:1211-1213).
        advert: [
          { guard: 'isSuperior', target: 'backup', actions: ['yieldTo', 'say'] },
          { guard: 'keepsAdvertTimer', actions: ['hold', 'say', 'armGarp'] },
          { guard: 'isInvalid', target: 'master', reenter: true, actions: ['hold', 'say'] },
          { target: 'master', reenter: true, actions: ['hold', 'say', 'armGarp'] },
        ],
        script: newsInMaster,
        interface: newsInMaster,
        source: newsInMaster,
        'address-gone': { target: 'backup', actions: ['loseAddress', 'say'] },
        'sync-backup': { target: 'backup', actions: ['syncBackup', 'say'] },
        'sync-fault': { target: 'fault', actions: ['syncFailMaster', 'say'] },
        'sync-garp': { actions: ['syncGarp', 'say', 'armGarp'] },
        shutdown: stop,
      },
    },
    /** No timer, and adverts are not heard. */
    fault: {
      on: {
        script: newsInFault,
        interface: newsInFault,
        source: newsInFault,
        'sync-backup': { guard: 'isWhole', target: 'backup', actions: ['syncRecover', 'say'] },
        shutdown: stop,
      },
    },
    stopped: {},
  },
});
