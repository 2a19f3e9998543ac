/**
 * keepalived's parent process and the dispatcher of its VRRP child: starts the instances and scripts, hands them what arrives,
 * keeps the sync groups, stops, respawns.
 *
 * Sources: keepalived 2.2.7 core/main.c, vrrp_daemon.c (start_vrrp_child, vrrp_terminate_phase1, delayed start),
 * lib/scheduler.c:488-530 (respawn delays), keepalived_netlink.c ("Netlink reports ... down"), vrrp_scheduler.c
 * (vrrp_dispatcher_read). Unit of time: microseconds of the host's monotonic clock.
 *
 * Outside events, beside the kernel's: `child-killed` (kill -9 of the VRRP child: it is respawned, and the respawn removes the
 * addresses), `parent-killed` (kill -9 of the parent: PDEATHSIG ends the child in good order). A kill of both is the kernel's.
 * Not modelled: reload, the checker and BFD children, more than one interface.
 */
import { assign, emit, raise, setup } from 'xstate';
import type { Effect, KernelEvent, ProcessInput } from '../../sim/effects.ts';
import type { KeepalivedConfig } from './config.ts';
import type { GroupWord } from './instance-adverts.ts';
import * as lead from './lead.ts';

export type LeadEvent =
  | KernelEvent
  | {
      readonly type: 'script-result';
      readonly script: string;
      readonly ok: boolean;
      readonly first: boolean;
      readonly atUs: number;
    }
  | { readonly type: 'member'; readonly id: string; readonly what: GroupWord; readonly atUs: number }
  | { readonly type: 'child-killed' | 'parent-killed'; readonly atUs: number }
  | { readonly type: 'delay-over'; readonly atUs?: number };

const keepalived = setup({
  types: {
    context: {} as lead.LeadContext,
    events: {} as LeadEvent,
    emitted: {} as Effect,
    input: {} as ProcessInput<KeepalivedConfig>,
  },
  delays: {
    startTakes: ({ context }) => lead.startTakesUs(context),
    stopTakes: () => lead.STOP_TAKES_US,
    respawnDelay: ({ context }) => lead.respawnDelayUs(context),
    startupDelay: ({ context }) => context.config.startupDelayUs,
  },
  guards: {
    isKnown: ({ context, event }) =>
      event.type === 'datagram' && lead.instanceOf(context, event) !== undefined,
    logsUnknown: ({ context }) => context.config.logUnknownVrids,
    isDelayed: ({ context }) => context.config.startupDelayUs > 0,
    mayNotRespawn: ({ context }) => context.config.dontRespawn,
  },
  actions: {
    say: emit(({ context }) => context.out),
    announce: emit(({ context }) => lead.firstLines(context)),
    startFamily: assign(({ context, event }) => lead.startFamily(context, lead.timeOf(event, context))),
    armDelay: raise({ type: 'delay-over' }, { id: 'startup-delay', delay: 'startupDelay' }),
    endDelay: emit({ type: 'log', line: 'Delayed start completed' }),
    rememberLink: assign(({ context, event }) => ({
      ...context,
      linkUp: event.type === 'link' ? event.up : context.linkUp,
    })),
    route: emit(({ context, event }) => lead.route(context, event as lead.Datagram)),
    logUnknown: emit(({ context, event }) => lead.unknownVrid(context, event as lead.Datagram)),
    tellLink: emit(({ context, event }) => lead.tellLink(context, event as lead.LinkEvent)),
    tellAddress: emit(({ context, event }) => lead.tellAddress(context, event as lead.AddressEvent)),
    tellScript: emit(({ context, event }) => lead.tellScript(context, event as lead.ScriptResult)),
    hearMember: assign(({ context, event }) => lead.hearMember(context, event as lead.MemberEvent)),
    stopFamily: emit(({ context }) => lead.stopFamily(context)),
    loseChild: assign(({ context, event }) => lead.loseChild(context, lead.timeOf(event, context))),
    leave: emit(({ context }) => lead.lastEffects(context, 0)),
    leaveFailed: emit(({ context }) => lead.lastEffects(context, 1)),
  },
});

const stop = { target: 'stopping', actions: ['stopFamily'] } as const;
const leaveAtOnce = { target: 'ended', actions: ['leave'] } as const;

export const keepalivedMachine = keepalived.createMachine({
  id: 'keepalived',
  context: ({ input }) => lead.startLead(input),
  initial: 'starting',
  states: {
    starting: {
      entry: ['announce'],
      after: {
        startTakes: [
          { guard: 'isDelayed', target: 'running', actions: ['startFamily', 'say', 'armDelay'] },
          { target: 'running', actions: ['startFamily', 'say'] },
        ],
      },
      on: {
        link: { actions: ['rememberLink'] },
        terminate: leaveAtOnce,
        'parent-killed': leaveAtOnce,
      },
    },
    running: {
      on: {
        datagram: [
          { guard: 'isKnown', actions: ['route'] },
          { guard: 'logsUnknown', actions: ['logUnknown'] },
        ],
        link: { actions: ['rememberLink', 'tellLink'] },
        address: { actions: ['tellAddress'] },
        'script-result': { actions: ['tellScript'] },
        member: { actions: ['hearMember', 'say'] },
        'delay-over': { actions: ['endDelay'] },
        terminate: stop,
        'parent-killed': stop,
        'child-killed': [
          { guard: 'mayNotRespawn', target: 'ended', actions: ['loseChild', 'say', 'leaveFailed'] },
          { target: 'respawning', actions: ['loseChild', 'say'] },
        ],
      },
    },
    /** The child is dead; its addresses are still on the interface. */
    respawning: {
      after: { respawnDelay: { target: 'starting-child' } },
      on: {
        link: { actions: ['rememberLink'] },
        terminate: leaveAtOnce,
        'parent-killed': leaveAtOnce,
      },
    },
    'starting-child': {
      after: { startTakes: { target: 'running', actions: ['startFamily', 'say'] } },
      on: {
        link: { actions: ['rememberLink'] },
        terminate: leaveAtOnce,
        'parent-killed': leaveAtOnce,
      },
    },
    /** Priority 0 is sent and the addresses are gone; the process waits for its children. */
    stopping: { after: { stopTakes: { target: 'ended', actions: ['leave'] } } },
    ended: {},
  },
});
