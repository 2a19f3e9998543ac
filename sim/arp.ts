/**
 * Addresses and who answers for them: each host's ARP cache, gratuitous ARP, and the ageing of entries.
 *
 * Source: Linux neighbour discovery (net/core/neighbour.c, Documentation/networking/ip-sysctl): base_reachable_time 30 s,
 * drawn 15 to 45 s; a stale entry is used for delay_first_probe_time 5 s more, then probed 3 times each second and
 * given up. A gratuitous ARP changes an existing entry at once (net/ipv4/arp.c arp_process, is_garp) and makes no
 * new one (arp_accept 0). Unit: microseconds.
 *
 * Not modelled: garbage collection of entries; the entry of a host's own fixed address, which is resolved by the topology
 * (who has it never changes), except that a host that cannot be reached has no route once its entry is given up.
 */

import { isCut, pass } from './datagram.ts';
import type { Address } from './effects.ts';
import { ARP, type ArpEntry, type Host, type Item } from './state.ts';
import { SECOND_US } from './time.ts';
import type { World } from './world.ts';

const BASE_REACHABLE_US = 30 * SECOND_US;
const DELAY_FIRST_PROBE_US = 5 * SECOND_US;
const PROBES_US = 3 * SECOND_US;
/** How long a broadcast without an answer takes: 3 tries, a second apart (mcast_solicit, retrans_time). */
export const UNRESOLVED_US = 3 * SECOND_US;

function reachableForUs(world: World, host: Host): number {
  return Math.floor(BASE_REACHABLE_US * (0.5 + world.streams.next(`arp/${host.name}`)));
}

function isLocal(host: Host, address: Address): boolean {
  return (
    address === host.address ||
    address.startsWith('127.') ||
    address === 'localhost' ||
    host.addresses.includes(address)
  );
}

/** Hosts of the segment that would answer who-has for this address, and can. */
function owners(world: World, from: Host, address: Address): Host[] {
  const found: Host[] = [];
  for (const index of world.holders.get(address) ?? []) {
    const host = world.hosts[index] as Host;
    if (host !== from && !isCut(world, from, host, 'arp') && !isCut(world, host, from, 'arp'))
      found.push(host);
  }
  return found;
}

/** Gives a host these addresses and no others. */
export function setAddresses(world: World, host: Host, addresses: readonly Address[]): void {
  const { holders } = world;
  for (const address of host.addresses)
    holders.set(address, holders.get(address)?.filter((index) => index !== host.index) ?? []);
  host.addresses = addresses;
  for (const address of addresses)
    holders.set(
      address,
      [...(holders.get(address) ?? []), host.index].sort((a, b) => a - b),
    );
}

/** The host that a packet to this address goes to now, or undefined if nobody answers for it. Updates the cache. */
export function resolve(world: World, from: Host, address: Address): Host | undefined {
  if (isLocal(from, address)) return from;
  const known = from.arp.get(address);
  const target = known === undefined ? undefined : fromEntry(world, from, address, known);
  if (target !== undefined) return target;
  const answers = owners(world, from, address);
  if (answers.length === 0) {
    from.arp.delete(address);
    return undefined;
  }
  // All owners answer; the first answer to arrive is taken.
  let first: Host | undefined;
  let firstUs = Number.POSITIVE_INFINITY;
  for (const host of answers) {
    const thereUs = pass(world, from, host, 'arp');
    const backUs = pass(world, host, from, 'arp');
    if (thereUs >= 0 && backUs >= 0 && thereUs + backUs < firstUs) {
      first = host;
      firstUs = thereUs + backUs;
    }
  }
  if (first === undefined) return undefined;
  remember(world, from, address, first);
  return first;
}

function fromEntry(world: World, from: Host, address: Address, entry: ArpEntry): Host | undefined {
  const now = world.nowUs;
  const target = world.hosts[entry.host] as Host;
  if (now < entry.confirmedAtUs + entry.reachableForUs) return target;
  if (entry.delaySinceUs === 0) {
    from.arp.set(address, { ...entry, delaySinceUs: now });
    return target;
  }
  if (now < entry.delaySinceUs + DELAY_FIRST_PROBE_US) return target;
  const answers =
    target.up &&
    target.addresses.includes(address) &&
    !isCut(world, from, target, 'arp') &&
    !isCut(world, target, from, 'arp');
  if (answers) {
    remember(world, from, address, target);
    return target;
  }
  return now < entry.delaySinceUs + DELAY_FIRST_PROBE_US + PROBES_US ? target : undefined;
}

function remember(world: World, host: Host, address: Address, owner: Host): void {
  host.arp.set(address, {
    host: owner.index,
    confirmedAtUs: world.nowUs,
    reachableForUs: reachableForUs(world, host),
    delaySinceUs: 0,
  });
}

/** An answer came from the address: forward progress confirms the entry. */
export function confirm(world: World, host: Host, address: Address): void {
  const entry = host.arp.get(address);
  if (entry === undefined) return;
  if (entry.delaySinceUs !== 0) remember(world, host, address, world.hosts[entry.host] as Host);
  else if (world.nowUs > entry.confirmedAtUs + SECOND_US)
    host.arp.set(address, { ...entry, confirmedAtUs: world.nowUs });
}

/** Gratuitous ARP to everybody on the segment. */
export function announce(world: World, host: Host, address: Address): void {
  if (!host.up || !host.carrier) return;
  for (const other of world.hosts) {
    if (other === host || other.segment !== host.segment) continue;
    const delayUs = pass(world, host, other, 'arp');
    if (delayUs >= 0) world.push(world.nowUs + delayUs, ARP, other.index, 0, address, undefined, host.index);
  }
}

export function arriveArp(world: World, item: Item): void {
  const host = world.hosts[item.target] as Host;
  const address = item.a as Address;
  if (!host.up) return;
  world.kernelStep();
  const entry = host.arp.get(address);
  if (entry === undefined) return;
  const moved = entry.host !== item.n;
  // Unsolicited: the new owner is believed, and checked when it is next used (NUD_STALE).
  host.arp.set(address, { host: item.n, confirmedAtUs: world.nowUs, reachableForUs: 0, delaySinceUs: 0 });
  if (moved) world.report('arp', host.name, { address, to: (world.hosts[item.n] as Host).name });
}
