/**
 * A sync group: its members are MASTER together, BACKUP together, FAULT together. The lead keeps one of these for each
 * group, as the members are machines of their own and tell it what happens to them.
 *
 * Source: keepalived 2.2.7 vrrp_sync.c (vrrp_sync_can_goto_master, vrrp_sync_master, vrrp_sync_backup, vrrp_sync_fault),
 * vrrp_track.c (num_member_fault, num_member_init).
 */
import type { Effect } from '../../sim/effects.ts';
import { tell } from '../family.ts';
import type { GroupConfig } from './config.ts';
import type { GroupWord } from './instance-adverts.ts';

export interface SyncGroup {
  readonly config: GroupConfig;
  readonly state: 'backup' | 'master' | 'fault';
  /** Members whose down timer has run out, or that began with `state MASTER`. */
  readonly wantMaster: readonly string[];
  /** Members that are in FAULT by themselves, or wait for a script's first result. */
  readonly notReady: readonly string[];
}

export interface Told {
  readonly group: SyncGroup;
  readonly effects: readonly Effect[];
}

type Order = 'sync-master' | 'sync-backup' | 'sync-fault' | 'sync-garp';

/** An order to a member. `after` is said and done once the member has carried it out, so that log lines stand in keepalived's order. */
const order = (to: string, type: Order, after?: readonly Effect[]): Effect =>
  tell(to, { type, ...(after === undefined ? {} : { after }) });
const without = (names: readonly string[], name: string): readonly string[] =>
  names.filter((other) => other !== name);
const including = (names: readonly string[], name: string): readonly string[] =>
  names.includes(name) ? names : [...names, name];

/** Says it and notifies: a group has no priority, so 0. */
function announce(group: SyncGroup, state: 'MASTER' | 'BACKUP' | 'FAULT'): readonly Effect[] {
  const { name, notify } = group.config;
  const own = { MASTER: notify.master, BACKUP: notify.backup, FAULT: notify.fault }[state];
  const commands = [own, notify.any].filter((command) => command !== undefined);
  return [
    { type: 'log', line: `VRRP_Group(${name}) Syncing instances to ${state} state` },
    ...commands.map(
      (command): Effect => ({
        ...{ type: 'note', name: 'vrrp-notify', kind: 'GROUP', instance: name, state, priority: 0, command },
      }),
    ),
  ];
}

/** What a member's news means for the others. */
export function hearMember(group: SyncGroup, id: string, what: GroupWord): Told {
  const others = without(group.config.members, id);
  switch (what) {
    case 'wants-master':
      return wantsMaster({ ...group, wantMaster: including(group.wantMaster, id) }, id, others);
    case 'wants-backup':
      return { group: { ...group, wantMaster: without(group.wantMaster, id) }, effects: [] };
    case 'left-master':
      return backup({ ...group, wantMaster: [] }, others);
    case 'down': {
      const next: SyncGroup = { ...group, wantMaster: [], notReady: including(group.notReady, id) };
      if (group.state === 'fault') return { group: next, effects: [] };
      const orders = others.map((other) => order(other, 'sync-fault'));
      return { group: { ...next, state: 'fault' }, effects: [...announce(group, 'FAULT'), ...orders] };
    }
    case 'up': {
      const next: SyncGroup = { ...group, notReady: without(group.notReady, id) };
      if (next.notReady.length > 0) return { group: next, effects: [] };
      // It comes up first, and then the others with it.
      const told = backup({ ...next, state: 'fault' }, others);
      return { ...told, effects: [order(id, 'sync-backup', told.effects)] };
    }
    case 'heard-lower':
      return { group, effects: others.map((other) => order(other, 'sync-garp')) };
  }
}

/** Only if everyone wants to: "prefer backup state to avoid thrashing". */
function wantsMaster(group: SyncGroup, id: string, others: readonly string[]): Told {
  if (group.state === 'master') return { group, effects: [order(id, 'sync-master')] };
  if (others.some((other) => !group.wantMaster.includes(other))) return { group, effects: [] };
  const orders = others.map((other) => order(other, 'sync-master'));
  return {
    group: { ...group, state: 'master' },
    effects: [order(id, 'sync-master', [...announce(group, 'MASTER'), ...orders])],
  };
}

function backup(group: SyncGroup, others: readonly string[]): Told {
  if (group.state === 'backup') return { group, effects: [] };
  const orders = others.map((other) => order(other, 'sync-backup'));
  return { group: { ...group, state: 'backup' }, effects: [...announce(group, 'BACKUP'), ...orders] };
}
