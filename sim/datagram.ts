/** Datagrams: one packet to an address, or to every other host of the segment. Unordered; may be lost or doubled. */
import { resolve } from './arp.ts';
import type { MachineEvent } from './machine.ts';
import { type Cell, DATAGRAM, type Host, type Item, type Process } from './state.ts';
import type { World } from './world.ts';

interface Packet {
  readonly protocol: string;
  readonly from: string;
  readonly multicast: boolean;
  readonly message: unknown;
}

export function sendDatagram(world: World, cell: Cell, protocol: string, to: string, message: unknown): void {
  const host = world.hosts[cell.host] as Host;
  if (!host.up || !host.carrier) return;
  const packet: Packet = { protocol, from: host.address, multicast: to === 'multicast', message };
  if (to === 'multicast') {
    for (const other of world.hosts) {
      if (other !== host && other.segment === host.segment) route(world, host, other, packet);
    }
    return;
  }
  const target = resolve(world, host, to);
  if (target !== undefined) route(world, host, target, packet);
}

function route(world: World, from: Host, to: Host, packet: Packet): void {
  const delayUs = pass(world, from, to, packet.protocol);
  if (delayUs < 0) return;
  world.push(world.nowUs + delayUs, DATAGRAM, to.index, 0, packet, undefined, 0);
  const againUs = world.network.duplicateAfterUs;
  if (againUs >= 0) world.push(world.nowUs + delayUs + againUs, DATAGRAM, to.index, 0, packet, undefined, 0);
}

/** One-way delay between two hosts, or a negative number if the packet is lost (reported to observers). */
export function pass(world: World, from: Host, to: Host, protocol: string): number {
  if (from === to) return world.network.transitUs(from.index, to.index, protocol);
  const cable = from.up && from.carrier && from.attached && to.up && to.carrier && to.attached;
  const delayUs = world.network.transitUs(from.index, to.index, protocol);
  if (cable && delayUs >= 0) return delayUs;
  if (world.observer !== undefined)
    world.report('drop', from.name, { to: to.name, protocol, why: cable ? 'rule' : 'no link' });
  return -1;
}

/** Would a packet surely be lost (cable, power, a rule that drops everything)? Draws nothing. */
export function isCut(world: World, from: Host, to: Host, protocol: string): boolean {
  if (from === to) return !from.up;
  if (!(from.up && from.carrier && from.attached && to.up && to.carrier && to.attached)) return true;
  return world.network.isCut(from.index, to.index, protocol);
}

export function arriveDatagram(world: World, item: Item): void {
  const host = world.hosts[item.target] as Host;
  if (!host.up || !host.carrier || !host.attached) return;
  const packet = item.a as Packet;
  for (const index of host.processes) {
    const process = world.processes[index] as Process;
    if (process.spec.type.datagrams?.includes(packet.protocol) !== true) continue;
    const lead = world.lead(process);
    if (lead !== undefined)
      world.deliver(
        lead,
        { type: 'datagram', ...packet, atUs: world.localUs(host) } as MachineEvent,
        DATAGRAM,
        item.cause,
      );
  }
}
