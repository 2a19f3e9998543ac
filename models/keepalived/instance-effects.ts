/**
 * What an instance says to the world: adverts, addresses, gratuitous ARP, log lines, notifications.
 *
 * Source: keepalived 2.2.7 vrrp.c (vrrp_send_adv, vrrp_send_link_update, vrrp_state_become_master,
 * vrrp_restore_interface) and the lines of its log at LOG_INFO, those of -D with level `detail`.
 */
import type { Address, Effect } from '../../sim/effects.ts';
import type { Advert } from './advert.ts';
import { behaviour, type InstanceContext } from './instance-context.ts';
import { STOP_PRIORITY } from './priority.ts';

export const batch = (effects: readonly Effect[]): Effect => ({ type: 'batch', effects });

/** A line as the daemon logs it, with the instance's name before it. */
export function log(context: InstanceContext, text: string): Effect {
  return { type: 'log', line: `${behaviour(context).logPrefix(context.config.name)} ${text}` };
}

/** A line of -D only. */
export function detail(context: InstanceContext, text: string): readonly Effect[] {
  if (!context.logDetail) return [];
  const line = `${behaviour(context).logPrefix(context.config.name)} ${text}`;
  return [{ type: 'log', line, level: 'detail' }];
}

export function adverts(context: InstanceContext, priority: number): readonly Effect[] {
  const { config } = context;
  const message: Advert = {
    version: config.vrrpVersion,
    vrid: config.virtualRouterId,
    priority,
    authType: config.authType,
    authPass: config.authPass,
    advertIntUs: config.advertIntUs,
    addresses: config.virtualIpAddresses,
    source: context.source,
  };
  const to: readonly (Address | 'multicast')[] =
    config.unicastPeers.length === 0 ? ['multicast'] : config.unicastPeers;
  return to.map((address) => ({ type: 'datagram', protocol: 'vrrp', to: address, message }));
}

/** All addresses it puts on the interface: the advertised ones and the excluded ones. */
function addresses(context: InstanceContext): readonly Address[] {
  const { virtualIpAddresses, virtualIpAddressesExcluded } = context.config;
  return virtualIpAddressesExcluded.length === 0
    ? virtualIpAddresses
    : [...virtualIpAddresses, ...virtualIpAddressesExcluded];
}

/** So many packets for each address, one address after the other. */
export function garpBurst(context: InstanceContext, repeat: number): readonly Effect[] {
  if (!context.vipSet) return [];
  const effects: Effect[] = [];
  const on = context.config.interface;
  for (let i = 0; i < repeat; i++) {
    for (const address of addresses(context)) {
      if (i === 0)
        effects.push(...detail(context, `Sending/queueing gratuitous ARPs on ${on} for ${address}`));
      if (context.logDetail) {
        effects.push({
          type: 'log',
          line: `Sending gratuitous ARP on ${on} for ${address}`,
          level: 'detail',
        });
      }
      effects.push({ type: 'gratuitous-arp', address });
    }
  }
  return effects;
}

export function addAddresses(context: InstanceContext): readonly Effect[] {
  return [
    ...detail(context, 'setting VIPs.'),
    ...addresses(context).map((address): Effect => ({ type: 'address-add', address })),
  ];
}

export function removeAddresses(context: InstanceContext): readonly Effect[] {
  return [
    ...detail(context, 'removing VIPs.'),
    ...addresses(context).map((address): Effect => ({ type: 'address-remove', address })),
  ];
}

/** "I stop", so that others need not wait for silence. */
export function stopAdverts(context: InstanceContext): readonly Effect[] {
  return [...adverts(context, STOP_PRIORITY), ...detail(context, 'sent 0 priority')];
}

const NOTIFY_KEYS = { MASTER: 'master', BACKUP: 'backup', FAULT: 'fault', STOP: 'stop' } as const;

/** What `notify_*` and `notify` would run (INSTANCE, name, state, priority); nothing runs them here. */
export function notify(context: InstanceContext, state: keyof typeof NOTIFY_KEYS): readonly Effect[] {
  const { name, notify: scripts } = context.config;
  const commands = [scripts[NOTIFY_KEYS[state]], scripts.any].filter((command) => command !== undefined);
  const priority = context.effectivePriority;
  return commands.map((command) => ({
    ...{ type: 'note', name: 'vrrp-notify', kind: 'INSTANCE', instance: name, state, priority, command },
  }));
}
