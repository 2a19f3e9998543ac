/**
 * Two or three VRRP routers in every order: each timer may end and each packet arrive (or stay under way) at any moment, routers crash
 * and start again, within bounds. From every state that can be reached a quiet time has to lead to one router that holds
 * the VIP, the one with the highest priority that runs.
 *
 * Source: RFC 3768 section 6.4, of which keepalived's machine is run. There are no clocks: every moment is 0, so an order in which
 * timers end is tried whatever their lengths. Two equal adverts under way to a router are one, as the second changes nothing.
 * In the quiet time packets arrive at once, masters advertise, and who hears none that is better fires, shortest timer first.
 * Not modelled here: track scripts, sync groups, gratuitous ARP, start-up delays.
 */
import type { Advert } from '../models/keepalived/advert.ts';
import type { InstanceContext, InstanceInput } from '../models/keepalived/instance-context.ts';
import { instanceMachine } from '../models/keepalived/instance-machine.ts';
import { readKeepalivedConf } from '../models/keepalived/read-conf.ts';
import { compiledProgram } from '../sim/compiled.ts';
import type { Effect } from '../sim/effects.ts';
import type { Instance, MachineEvent } from '../sim/machine.ts';
import { effectsOf } from './etcd/watch.ts';
import type { SmallWorld } from './interleavings.ts';

export interface SmallVrrpOptions {
  /** By router; addresses rise in the same order. */
  readonly priorities: readonly number[];
  /** Crashes in all; each may be followed by a start. */
  readonly crashes: number;
  /** More lines of the `vrrp_instance` of each router: for planted faults. */
  readonly more?: readonly string[];
}

interface Router {
  readonly leaf: number;
  readonly context: InstanceContext;
  /** By slot: what arrives when the timer ends. */
  readonly timers: readonly (MachineEvent | undefined)[];
}

interface Packet {
  readonly to: number;
  readonly from: number;
  readonly advert: Advert;
}

export interface SmallVrrp {
  readonly routers: readonly (Router | undefined)[];
  readonly packets: readonly Packet[];
  readonly crashes: number;
}

export type SmallVrrpAction =
  | { readonly do: 'fire'; readonly router: number; readonly timer: number }
  | { readonly do: 'deliver'; readonly at: number }
  | { readonly do: 'crash' | 'start'; readonly router: number };

const program = compiledProgram(instanceMachine);
/** Timers on which an election depends; those of gratuitous ARP do not. */
const ELECTING = program.timers.map((name) => /masterDown|nextAdvert/.test(name));
/** Rounds of the quiet time: a takeover, a second one by who preempts, and none. */
const QUIET_ROUNDS = 4;

const addressOf = (router: number): string => `10.0.0.${router + 1}`;

function inputOf(router: number, { priorities, more = [] }: SmallVrrpOptions): InstanceInput {
  const text = `vrrp_instance VI_1 {
    state BACKUP
    interface eth0
    virtual_router_id 51
    priority ${priorities[router]}
    advert_int 1
    ${more[router] ?? ''}
    virtual_ipaddress {
      10.0.0.100
    }
  }\n`;
  const [config] = readKeepalivedConf(text, 'keepalived.conf', {}).config.instances;
  if (config === undefined) throw new Error(`no instance can be read from ${text}`);
  return {
    config,
    version: '2.2.7',
    logDetail: false,
    dontReleaseVrrp: false,
    luck: 0,
    wakeUpUs: { least: 0, most: 0 },
    trackScripts: [],
    group: undefined,
    address: addressOf(router),
    linkUp: true,
    delayedUntilUs: 0,
    atUs: 0,
  };
}

/** Lets one router take a step; gives it as it is afterwards, and what it sent. */
function stepped(
  before: Router | undefined,
  take: (instance: Instance, port: Parameters<typeof program.step>[2]) => void,
) {
  const instance: Instance = { leaf: before?.leaf ?? -1, context: before?.context };
  const timers = [...(before?.timers ?? program.timers.map(() => undefined))];
  const sent: Effect[] = [];
  take(instance, {
    emit: (effect) => sent.push(effect),
    schedule: (timer, _, event) => {
      timers[timer] = event;
    },
    cancel: (timer) => {
      timers[timer] = undefined;
    },
  });
  const router: Router = { leaf: instance.leaf, context: instance.context as InstanceContext, timers };
  return { router, sent };
}

export function smallVrrp(options: SmallVrrpOptions): SmallWorld<SmallVrrp, SmallVrrpAction> {
  const inputs = options.priorities.map((_, router) => inputOf(router, options));
  const all = inputs.map((_, router) => router);

  const withStep = (
    { routers, packets, crashes }: SmallVrrp,
    index: number,
    before: Router | undefined,
    take: Parameters<typeof stepped>[1],
  ): SmallVrrp => {
    const { router, sent } = stepped(before, take);
    const more: Packet[] = [];
    for (const effect of effectsOf(sent)) {
      if (effect.type !== 'datagram') continue;
      for (const to of all)
        if (to !== index) more.push({ to, from: index, advert: effect.message as Advert });
    }
    return {
      routers: routers.map((one, i) => (i === index ? router : one)),
      packets: more.reduce(added, packets),
      crashes,
    };
  };

  const start = (state: SmallVrrp, router: number): SmallVrrp =>
    withStep(state, router, undefined, (instance, port) => program.start(instance, inputs[router], port));

  const fire = (state: SmallVrrp, index: number, timer: number): SmallVrrp => {
    const router = state.routers[index] as Router;
    const event = router.timers[timer] as MachineEvent;
    const timers = router.timers.map((one, slot) => (slot === timer ? undefined : one));
    return withStep(state, index, { ...router, timers }, (instance, port) => {
      program.step(instance, { ...event, atUs: 0 } as MachineEvent, port);
    });
  };

  const deliver = (state: SmallVrrp, at: number): SmallVrrp => {
    const { to, from, advert } = state.packets[at] as Packet;
    const packets = state.packets.filter((_, i) => i !== at);
    const router = state.routers[to];
    if (router === undefined) return { ...state, packets };
    const event = { type: 'advert', advert, from: addressOf(from), multicast: true, atUs: 0 };
    return withStep({ ...state, packets }, to, router, (instance, port) => {
      program.step(instance, event, port);
    });
  };

  /** Everything that is under way arrives, and what that brings about. */
  const delivered = (state: SmallVrrp): SmallVrrp => {
    let next = state;
    while (next.packets.length > 0) next = deliver(next, 0);
    return next;
  };

  const firing = ({ routers }: SmallVrrp, index: number): number =>
    routers[index]?.timers.findIndex((event, timer) => event !== undefined && ELECTING[timer]) ?? -1;

  const quiet = (state: SmallVrrp): SmallVrrp => {
    let next = delivered(state);
    for (let round = 0; round < QUIET_ROUNDS; round++) {
      for (const index of all) {
        if (isMaster(next.routers[index]) && firing(next, index) >= 0)
          next = delivered(fire(next, index, firing(next, index)));
      }
      const waiting = all
        .filter((index) => next.routers[index] !== undefined)
        .sort((a, b) => downUs(next.routers[a]) - downUs(next.routers[b]));
      for (const index of waiting) {
        const own = next.routers[index];
        const isHeld = next.routers.some((one) => isMaster(one) && priorityOf(one) >= priorityOf(own));
        if (!isMaster(own) && !isHeld && firing(next, index) >= 0)
          next = delivered(fire(next, index, firing(next, index)));
      }
    }
    return next;
  };

  return {
    initial: all.reduce(start, { routers: all.map(() => undefined), packets: [], crashes: 0 } as SmallVrrp),
    actions: ({ routers, packets, crashes }) => [
      ...routers.flatMap((router, index): SmallVrrpAction[] => {
        if (router === undefined) return [{ do: 'start', router: index }];
        const timers = router.timers.flatMap((event, timer): SmallVrrpAction[] =>
          event !== undefined && ELECTING[timer] ? [{ do: 'fire', router: index, timer }] : [],
        );
        return crashes < options.crashes ? [...timers, { do: 'crash', router: index }] : timers;
      }),
      ...packets.map((_, at): SmallVrrpAction => ({ do: 'deliver', at })),
    ],
    after: (state, action) => {
      switch (action.do) {
        case 'fire':
          return fire(state, action.router, action.timer);
        case 'deliver':
          return deliver(state, action.at);
        case 'start':
          return start(state, action.router);
        case 'crash':
          return {
            ...state,
            routers: state.routers.map((one, index) => (index === action.router ? undefined : one)),
            crashes: state.crashes + 1,
          };
      }
    },
    key,
    violation: (state) => wrongAfter(quiet(state)),
  };
}

function isMaster(router: Router | undefined): boolean {
  return router !== undefined && program.leaves[router.leaf] === 'master';
}

const priorityOf = (router: Router | undefined): number => router?.context.effectivePriority ?? 0;
const downUs = (router: Router | undefined): number => router?.context.downTimerUs ?? 0;

function added(packets: readonly Packet[], packet: Packet): readonly Packet[] {
  const text = JSON.stringify(packet);
  return packets.some((one) => JSON.stringify(one) === text) ? packets : [...packets, packet];
}

/** After a quiet time one holds the VIP: of those that run the one with the highest priority, of equals any. */
function wrongAfter({ routers }: SmallVrrp): string | undefined {
  const running = routers.flatMap((router, index) => (router === undefined ? [] : [{ router, index }]));
  if (running.length === 0) return undefined;
  const holders = running.filter(({ router }) => router.context.vipSet);
  const [holder] = holders;
  const names = holders.map(({ index }) => `router ${index + 1}`).join(' and ');
  if (holder === undefined) return 'nobody holds the VIP after a quiet time';
  if (holders.length > 1) return `${names} hold the VIP after a quiet time`;
  const highest = Math.max(...running.map(({ router }) => priorityOf(router)));
  return priorityOf(holder.router) === highest
    ? undefined
    : `${names} holds the VIP after a quiet time, and another has priority ${highest}`;
}

/** What can make a difference: not what a router says or was told of the past, and packets have no order. */
function key({ routers, packets, crashes }: SmallVrrp): string {
  const parts = routers.map((router) => {
    if (router === undefined) return null;
    const { context, leaf, timers } = router;
    return [
      leaf,
      context.effectivePriority,
      context.masterAdvertIntUs,
      context.downTimerUs,
      context.expiresAtUs,
      context.vipSet,
      context.master ?? '',
      timers.map((event, timer) => event !== undefined && ELECTING[timer]),
    ];
  });
  const under = packets.map((packet) => JSON.stringify(packet)).sort();
  return JSON.stringify([parts, under, crashes]);
}
