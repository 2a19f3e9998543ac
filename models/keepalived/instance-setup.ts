/**
 * The vocabulary of the instance machine (instance-machine.ts): its events, guards, actions and delays, each a call of the pure
 * functions beside it. Sources are named there.
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
  startsAsOwner,
  untilFiringUs,
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

export const instance = setup({
  types: {
    context: {} as InstanceContext,
    events: {} as InstanceEvent,
    emitted: {} as Effect,
    input: {} as InstanceInput,
  },
  delays: {
    masterDown: ({ context }) => untilFiringUs(context),
    nextAdvert: ({ context }) => untilFiringUs(context),
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
