/**
 * A host that passes connections on, unread and by connection: netfilter's DNAT, IPVS, a cloud's network balancer. It does
 * not answer for its targets: a SYN to a silent one is lost, a refusal comes from the target itself.
 *
 * Source: Linux ipvs(4) and iptables-extensions(8) (DNAT, MASQUERADE) for what is passed on; the choice is by a hash of the
 * connection, as Elastic Load Balancing, "What is a Network Load Balancer", has it (flow hash; one target for a connection's
 * life; RST for what comes on a connection whose target was given up). Unit: microseconds.
 *
 * Not modelled: time-outs of idle flows, a table that is full, forwarding to a host that forwards.
 */
import { resolve } from './arp.ts';
import { hostOf } from './connection.ts';
import { isCut, pass } from './datagram.ts';
import type { Address, Effect } from './effects.ts';
import type { Connection, Forward, Host } from './state.ts';
import type { World } from './world.ts';

export function setForward(host: Host, effect: Extract<Effect, { type: 'forward' }>): void {
  const { port, targets, masquerade } = effect;
  const others = host.forwards.filter((one) => one.port !== port);
  host.forwards = targets.length === 0 ? others : [...others, { port, targets, masquerade }];
}

function forwardOf(host: Host, port: number): Forward | undefined {
  return host.forwards.find((one) => one.port === port);
}

export function isForwarded(host: Host, port: number): boolean {
  return forwardOf(host, port) !== undefined;
}

/** MurmurHash3's finaliser: neighbouring connections spread over the targets. */
function spread(id: number): number {
  let h = Math.imul(id ^ (id >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/**
 * The host to which a connection's SYN goes on: that of the target which an earlier SYN had, if it is still one. Nobody when
 * the client is its own target and the targets see clients' addresses: the answer would not come back this way (hairpin).
 */
export function chooseTarget(world: World, connection: Connection, by: Host): Host | undefined {
  const { targets, masquerade } = forwardOf(by, connection.port) as Forward;
  const before = connection.forwarded;
  const again = targets.find((one) => one.address === before?.address && one.port === before.port);
  const target = again ?? targets[spread(connection.id) % targets.length];
  if (target === undefined) return undefined;
  connection.forwarded = { by: by.index, address: target.address, port: target.port, masquerade };
  const host = resolve(world, by, target.address);
  return host === hostOf(world, connection.client) && !masquerade && host !== by ? undefined : host;
}

/** The address that the server sees. */
export function peerAddress(world: World, connection: Connection): Address {
  const { client, forwarded } = connection;
  return forwarded?.masquerade === true
    ? (world.hosts[forwarded.by] as Host).address
    : hostOf(world, client).address;
}

/** Does a packet of this side of a forwarded connection find its way to the forwarding host? */
export function forwardedRoute(world: World, connection: Connection, side: number, from: Host): boolean {
  const { by, address } = connection.forwarded as NonNullable<Connection['forwarded']>;
  if (side === 1) return from.addresses.includes(address);
  const host = world.hosts[by] as Host;
  return connection.to === host.address || resolve(world, from, connection.to) === host;
}

/** The forwarding host has given the target up, and answers what the client sends with RST. */
export function isGivenUp(world: World, connection: Connection, side: number): boolean {
  const { by, address, port } = connection.forwarded as NonNullable<Connection['forwarded']>;
  if (side === 1) return false;
  const targets = forwardOf(world.hosts[by] as Host, connection.port)?.targets ?? [];
  return !targets.some((one) => one.address === address && one.port === port);
}

/** One-way delay of a packet of a connection, by way of the host that forwards it if one does; negative if it is lost. */
export function passAlong(world: World, connection: Connection, from: Host, to: Host): number {
  if (connection.forwarded === undefined) return pass(world, from, to, 'tcp');
  const by = world.hosts[connection.forwarded.by] as Host;
  const thereUs = pass(world, from, by, 'tcp');
  if (thereUs < 0) return thereUs;
  const onUs = pass(world, by, to, 'tcp');
  return onUs < 0 ? onUs : thereUs + onUs;
}

export function isCutAlong(world: World, connection: Connection, from: Host, to: Host): boolean {
  if (connection.forwarded === undefined) return isCut(world, from, to, 'tcp');
  const by = world.hosts[connection.forwarded.by] as Host;
  return isCut(world, from, by, 'tcp') || isCut(world, by, to, 'tcp');
}
