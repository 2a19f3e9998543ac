/**
 * What keepalived's lead machine knows and does, as pure functions: starting the family, handing on what arrives, ending.
 *
 * Sources: as in keepalived-machine.ts; the recordings of keepalived 2.2.7 for how long a start takes.
 */
import type { Address, Effect, KernelEvent, ProcessInput } from '../../sim/effects.ts';
import { tell } from '../family.ts';
import { uniformInteger } from '../uniform.ts';
import type { Advert } from './advert.ts';
import type { InstanceConfig, KeepalivedConfig } from './config.ts';
import type { GroupWord } from './instance-adverts.ts';
import { type InstanceInput, interfaceTrackers } from './instance-context.ts';
import { isFault, OWNER_PRIORITY } from './priority.ts';
import type { ScriptInput } from './script-machine.ts';
import * as sync from './sync-group.ts';
import { activeScripts, activeTrackScripts, unusedLines } from './trackers.ts';

/** From the start of the process to "Entering BACKUP STATE (init)": forks, configuration, sockets (recordings A1b, A1e). */
const START_TAKES_US = { least: 15_000, most: 60_000 };
/** The process leaves about 1 s after SIGTERM: it waits for its children (vrrp_daemon.c, TIMER_HZ; 1.01 to 1.03 s recorded). */
export const STOP_TAKES_US = 1_000_000;
/** A child that ran this long is respawned at once (lib/scheduler.c). */
const LONG_RUN_US = 60_000_000;
const LONGEST_RESPAWN_DELAY_US = 60_000_000;

export interface LeadContext {
  readonly config: KeepalivedConfig;
  readonly luck: number;
  readonly address: Address;
  readonly linkUp: boolean;
  readonly nowUs: number;
  /** When the VRRP child began, and how many have died soon after that. */
  readonly childSinceUs: number;
  readonly children: number;
  readonly quickDeaths: number;
  readonly groups: readonly sync.SyncGroup[];
  readonly out: Effect;
}

export type Datagram = Extract<KernelEvent, { type: 'datagram' }>;
export type LinkEvent = Extract<KernelEvent, { type: 'link' }>;
export type AddressEvent = Extract<KernelEvent, { type: 'address' }>;
export interface ScriptResult {
  readonly script: string;
  readonly ok: boolean;
  readonly first: boolean;
}
export interface MemberEvent {
  readonly id: string;
  readonly what: GroupWord;
}

const batch = (effects: readonly Effect[]): Effect => ({ type: 'batch', effects });
const log = (line: string): Effect => ({ type: 'log', line });

export function timeOf(
  event: { readonly type: string; readonly atUs?: number },
  context: LeadContext,
): number {
  return event.atUs ?? context.nowUs;
}

/** The member id of a script; an instance's is its name. */
export function scriptId(name: string): string {
  return `script:${name}`;
}

export function startLead(input: ProcessInput<KeepalivedConfig>): LeadContext {
  const { config, luck, address, atUs } = input;
  return {
    ...{ config, luck, address, linkUp: true, nowUs: atUs, childSinceUs: atUs },
    ...{ children: 0, quickDeaths: 0, groups: [], out: batch([]) },
  };
}

export function startTakesUs(context: LeadContext): number {
  const { least, most } = START_TAKES_US;
  return uniformInteger(context.luck, 'start', context.children, least, most);
}

function pid(context: LeadContext): number {
  return uniformInteger(context.luck, 'pid', context.children, 300, 32_767);
}

export function firstLines(context: LeadContext): Effect {
  return log(`Starting Keepalived v${context.config.version}`);
}

/** The VRRP child: every instance enters its first state, then every script runs for the first time. */
export function startFamily(context: LeadContext, atUs: number): LeadContext {
  const { config, luck, linkUp, address } = context;
  const first = context.children === 0;
  const delayed = first && config.startupDelayUs > 0;
  const delayedUntilUs = delayed ? atUs + config.startupDelayUs : 0;
  const groups = config.groups.map((group) => startGroup(context, group));
  const effects: Effect[] = [log(`Starting VRRP child process, pid=${pid(context)}`)];
  for (const line of unusedLines(config)) effects.push(log(line));
  if (delayed) effects.push(log(`Delaying startup for ${config.startupDelayUs / 1e6} seconds`));
  for (const instance of config.instances) {
    const group = groups.find((candidate) => candidate.config.members.includes(instance.name));
    const input: InstanceInput = {
      config: instance,
      version: config.version,
      logDetail: config.logDetail,
      dontReleaseVrrp: config.dontReleaseVrrp,
      luck,
      wakeUpUs: config.wakeUpUs,
      trackScripts: activeTrackScripts(config, instance),
      group: group && { held: group.notReady.length > 0, owners: isOwnersGroup(context, group) },
      ...{ address, linkUp, delayedUntilUs, atUs },
    };
    effects.push({ type: 'start', machine: 'instance', id: instance.name, input });
  }
  effects.push(log('Startup complete'));
  for (const script of activeScripts(config)) {
    const input: ScriptInput = { config: script, luck };
    effects.push({ type: 'start', machine: 'script', id: scriptId(script.name), input });
  }
  return {
    ...context,
    ...{ nowUs: atUs, childSinceUs: atUs, children: context.children + 1, groups, out: batch(effects) },
  };
}

function membersOf(
  context: LeadContext,
  group: { readonly members: readonly string[] },
): readonly InstanceConfig[] {
  return context.config.instances.filter((instance) => group.members.includes(instance.name));
}

function isOwnersGroup(context: LeadContext, group: sync.SyncGroup): boolean {
  const members = membersOf(context, group.config);
  return members.every((member) => member.priority === OWNER_PRIORITY && member.state === 'MASTER');
}

function startGroup(context: LeadContext, group: sync.SyncGroup['config']): sync.SyncGroup {
  const members = membersOf(context, group);
  const isReady = (member: InstanceConfig): boolean => {
    const waits = activeTrackScripts(context.config, member).some((tracked) => tracked.weight === 0);
    const faulty = interfaceTrackers(member).some(
      (tracked) => tracked.weight === 0 && isFault(tracked, context.linkUp),
    );
    return !waits && !faulty;
  };
  return {
    config: group,
    state: 'backup',
    wantMaster: members.filter((member) => member.state === 'MASTER').map((member) => member.name),
    notReady: members.filter((member) => !isReady(member)).map((member) => member.name),
  };
}

/** By virtual router id; multicast and unicast have sockets of their own. */
export function instanceOf(context: LeadContext, event: Datagram): InstanceConfig | undefined {
  const { vrid } = event.message as Advert;
  const candidates = context.config.instances.filter((instance) => instance.virtualRouterId === vrid);
  return (
    candidates.find((instance) => (instance.unicastPeers.length === 0) === event.multicast) ?? candidates[0]
  );
}

export function route(context: LeadContext, event: Datagram): Effect {
  const { from, multicast, message } = event;
  const advert = message as Advert;
  return tell(instanceOf(context, event)!.name, { type: 'advert', advert, from, multicast } as {
    type: string;
  });
}

export function unknownVrid(context: LeadContext, event: Datagram): Effect {
  const { vrid } = event.message as Advert;
  const on = context.config.instances[0]?.interface ?? '';
  return log(`Unknown VRID(${vrid}) received on interface(${on}). ignoring...`);
}

/** One line for each interface, and its instances. */
export function tellLink(context: LeadContext, event: LinkEvent): Effect {
  const { instances } = context.config;
  const interfaces = [...new Set(instances.map((instance) => instance.interface))];
  const news = { type: 'interface', up: event.up };
  return batch([
    ...interfaces.map((name) => log(`Netlink reports ${name} ${event.up ? 'up' : 'down'}`)),
    ...instances.map((instance) => tell(instance.name, news)),
  ]);
}

/** The host's own address is the source of adverts; a virtual one that went was taken off by somebody. */
export function tellAddress(context: LeadContext, event: AddressEvent): Effect {
  const effects: Effect[] = [];
  for (const instance of context.config.instances) {
    const { virtualIpAddresses, virtualIpAddressesExcluded, noTrackAddresses, sourceAddress } = instance;
    const isOwn = event.address === context.address && sourceAddress === undefined;
    if (isOwn) effects.push(tell(instance.name, { type: 'source', present: event.present }));
    if (event.present || noTrackAddresses.includes(event.address)) continue;
    if (virtualIpAddresses.includes(event.address) || virtualIpAddressesExcluded.includes(event.address)) {
      effects.push(tell(instance.name, { type: 'address-gone' }));
    }
  }
  return batch(effects);
}

export function tellScript(context: LeadContext, event: ScriptResult): Effect {
  const { script, ok, first } = event;
  const tracking = context.config.instances.filter((instance) =>
    activeTrackScripts(context.config, instance).some((tracked) => tracked.script === script),
  );
  return batch(tracking.map((instance) => tell(instance.name, { type: 'script', script, ok, first })));
}

export function hearMember(context: LeadContext, event: MemberEvent): LeadContext {
  const group = context.groups.find((candidate) => candidate.config.members.includes(event.id));
  if (group === undefined) return { ...context, out: batch([]) };
  const told = sync.hearMember(group, event.id, event.what);
  const groups = context.groups.map((other) => (other === group ? told.group : other));
  return { ...context, groups, out: batch(told.effects) };
}

/** SIGTERM: the instances say that they stop, the scripts end. */
export function stopFamily(context: LeadContext): Effect {
  const { config } = context;
  return batch([
    log('Stopping'),
    ...config.instances.map((instance) => tell(instance.name, { type: 'shutdown' })),
    ...activeScripts(config).map((script): Effect => ({ type: 'stop', id: scriptId(script.name) })),
  ]);
}

export function lastEffects(context: LeadContext, code: number): Effect {
  return batch([log(`Stopped Keepalived v${context.config.version}`), { type: 'exit', code }]);
}

/** The child is killed: its machines are gone, what it put on the interface stays. */
export function loseChild(context: LeadContext, atUs: number): LeadContext {
  const { config, childSinceUs, children } = context;
  const ranLong = atUs - childSinceUs > LONG_RUN_US;
  const died = `VRRP child process(${pid({ ...context, children: children - 1 })}) died: ${config.dontRespawn ? 'Exiting' : 'Respawning'}`;
  return {
    ...context,
    nowUs: atUs,
    quickDeaths: ranLong ? 0 : context.quickDeaths + 1,
    out: batch([
      log(died),
      ...config.instances.map((instance): Effect => ({ type: 'stop', id: instance.name })),
      ...activeScripts(config).map((script): Effect => ({ type: 'stop', id: scriptId(script.name) })),
    ]),
  };
}

/** 0, 1, 2, 4, ... up to 60 s for children that die soon. */
export function respawnDelayUs(context: LeadContext): number {
  const { quickDeaths } = context;
  if (quickDeaths <= 1) return 0;
  return Math.min(2 ** Math.min(quickDeaths - 2, 10) * 1_000_000, LONGEST_RESPAWN_DELAY_US);
}
