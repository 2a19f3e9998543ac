/**
 * TCP as far as a client can tell things apart: refused (RST: host up, port closed), no route (ARP fails), connect time-out
 * (SYN lost), end of file, reset, silence on an established connection, and retransmission back-off. Messages keep their
 * boundaries and their order.
 *
 * Sources: RFC 9293; Linux tcp(7): SYN retries at 1, 3, 7, 15, 31, 63 s, given up at 127 s (tcp_syn_retries 6);
 * retransmission at 0.2 s doubling to 120 s (TCP_RTO_MIN, TCP_RTO_MAX), given up after 15 (tcp_retries2); recorded in
 * LAB-FINDINGS 37. Unit: microseconds.
 *
 * Not modelled: windows, segments, fast retransmit (a lost message always waits for the timer), half-closed
 * connections (FIN ends both directions), keep-alive probes, TIME_WAIT, the loss of single acknowledgements (only a
 * direction in which everything is dropped counts).
 */
import { confirm, resolve } from './arp.ts';
import { localUs } from './clock.ts';
import { endOf, FIN, HANDSHAKE_DONE, hostOf, NOT_YET_US, owns, RTO_MIN_US } from './connection.ts';
import { pass } from './datagram.ts';
import { NoSuchThing } from './errors.ts';
import { forwardedRoute, isCutAlong, isGivenUp, passAlong } from './forward.ts';
import type { MachineEvent } from './machine.ts';
import { type Cell, CLOSED, type Connection, type Host, type Item, RETRANSMIT, STREAM } from './state.ts';
import { forget, lose, sendReset } from './tcp-end.ts';
import { enqueue } from './tcp-listen.ts';
import { SECOND_US } from './time.ts';
import type { World } from './world.ts';

const RTO_MAX_US = 120 * SECOND_US;
const RETRANSMISSIONS = 15;
const RECEIVED = 'received';

export function transmit(world: World, cell: Cell, name: string, message: unknown): void {
  const ref = cell.ends?.get(name);
  // The peer has ended it and the machine is about to hear of that (EPIPE).
  if (ref === undefined) return;
  const connection = world.connections.get(ref >> 1) as Connection;
  if (connection.state !== 'open')
    throw new NoSuchThing(`${cell.path} transmits on ${name}, which is not connected yet`);
  confirmHandshake(world, connection);
  sendStream(world, connection, ref & 1, message);
}

/** The client's last word of the handshake, if it has not been said. */
export function confirmHandshake(world: World, connection: Connection): void {
  if (!connection.unconfirmed) return;
  connection.unconfirmed = false;
  sendStream(world, connection, 0, HANDSHAKE_DONE);
}

/**
 * Where the next packet of this side goes: the peer's host, a wrong host, or nowhere. A connection of a host with an address of its own has
 * that address at both ends (the local route's source), and once it is gone neither may send (net/ipv4/route.c,
 * ip_route_output_key_hash_rcu: EINVAL for a source that is nobody's here): both sides are silent, with no RST.
 */
function route(world: World, connection: Connection, side: number, from: Host): Host | undefined {
  const peer = hostOf(world, endOf(connection, 1 - side));
  if (connection.forwarded !== undefined)
    return forwardedRoute(world, connection, side, from) ? peer : undefined;
  if (from === peer) return owns(from, connection.to) ? peer : undefined;
  if (side === 1)
    return from.addresses[0] === connection.to || from.addresses.includes(connection.to) ? peer : undefined;
  return connection.to === peer.address ? peer : resolve(world, from, connection.to);
}

/** Sends a message of the stream, or queues it behind what waits for the retransmission timer. */
export function sendStream(world: World, connection: Connection, side: number, message: unknown): void {
  const end = endOf(connection, side);
  if (end.backlog.length > 0) {
    (end.backlog as unknown[]).push(message);
    if (end.refused) sendRefused(world, connection, side);
    return;
  }
  const from = hostOf(world, end);
  const target = route(world, connection, side, from);
  if (target !== undefined && end.unackedSinceUs === NOT_YET_US) {
    const delayUs = passAlong(world, connection, from, target);
    if (delayUs >= 0 && put(world, connection, side, target, delayUs, message)) {
      if (isCutAlong(world, connection, target, from)) {
        end.unackedSinceUs = world.nowUs;
        armRetransmission(world, connection, side);
      }
      return;
    }
  } else if (target !== undefined && world.nowUs < end.unackedSinceUs + RTO_MIN_US) {
    // Acknowledgements fail, but the first retransmission is not due: new data still goes out.
    const delayUs = passAlong(world, connection, from, target);
    if (delayUs >= 0 && put(world, connection, side, target, delayUs, message)) return;
  }
  end.backlog = [message];
  end.refused = target !== undefined && world.network.isRefused(from.index, target.index, 'tcp');
  armRetransmission(world, connection, side);
}

/**
 * What the host itself refused to send was never sent: the next write sends it as soon as nobody refuses, whatever the timer
 * says (net/ipv4/tcp_output.c tcp_write_xmit: a segment that could not be handed on stays at the head of the queue).
 */
function sendRefused(world: World, connection: Connection, side: number): void {
  const end = endOf(connection, side);
  const from = hostOf(world, end);
  const target = route(world, connection, side, from);
  if (target === undefined || world.network.isRefused(from.index, target.index, 'tcp')) return;
  sendBacklog(world, connection, side);
}

/** Everything that waits, anew and in order. */
function sendBacklog(world: World, connection: Connection, side: number): void {
  const end = endOf(connection, side);
  const { backlog } = end;
  end.backlog = [];
  end.refused = false;
  end.unackedSinceUs = NOT_YET_US;
  end.rtoUs = RTO_MIN_US;
  end.retries = 0;
  for (const message of backlog) sendStream(world, connection, side, message);
}

/** Lets a packet arrive. False if the host it goes to is not the peer's and says nothing. */
function put(
  world: World,
  connection: Connection,
  side: number,
  target: Host,
  delayUs: number,
  message: unknown,
): boolean {
  const peer = endOf(connection, 1 - side);
  if (connection.forwarded !== undefined && isGivenUp(world, connection, side)) {
    // The forwarding host answers for the target that it has given up.
    const backUs = pass(
      world,
      world.hosts[connection.forwarded.by] as Host,
      hostOf(world, endOf(connection, side)),
      'tcp',
    );
    if (backUs < 0) return false;
    world.push(world.nowUs + backUs, CLOSED, connection.id, 0, connection.id, 'reset', side);
    return true;
  }
  if (target.index !== peer.host) {
    if (!owns(target, connection.to)) return false;
    // Another host has the address now and does not know this connection: RST.
    const backUs = pass(world, target, hostOf(world, endOf(connection, side)), 'tcp');
    if (backUs < 0) return false;
    world.push(world.nowUs + delayUs + backUs, CLOSED, connection.id, 0, connection.id, 'reset', side);
    return true;
  }
  const atUs = Math.max(world.nowUs + delayUs, peer.nextArrivalUs);
  peer.nextArrivalUs = atUs;
  world.push(atUs, STREAM, connection.id, 0, undefined, message, 1 - side);
  return true;
}

function armRetransmission(world: World, connection: Connection, side: number): void {
  const end = endOf(connection, side);
  if (end.retrying) return;
  end.retrying = true;
  world.push(world.nowUs + end.rtoUs, RETRANSMIT, connection.id, 0, undefined, undefined, side);
}

export function retransmit(world: World, item: Item): void {
  const connection = world.connections.get(item.target);
  if (connection === undefined) return;
  const side = item.n;
  const end = endOf(connection, side);
  const from = hostOf(world, end);
  end.retrying = false;
  if (!from.up || end.life !== from.life || (end.backlog.length === 0 && end.unackedSinceUs === NOT_YET_US))
    return;
  world.kernelStep();
  const target = route(world, connection, side, from);
  const through =
    target !== undefined &&
    passAlong(world, connection, from, target) >= 0 &&
    !isCutAlong(world, connection, target, from) &&
    (target.index === endOf(connection, 1 - side).host || owns(target, connection.to));
  if (through) {
    sendBacklog(world, connection, side);
    return;
  }
  end.retries++;
  if (end.retries > RETRANSMISSIONS) {
    lose(world, connection, side, 'timeout', item.cause);
    return;
  }
  end.rtoUs = Math.min(RTO_MAX_US, end.rtoUs * 2);
  armRetransmission(world, connection, side);
}

export function arriveStream(world: World, item: Item): void {
  const connection = world.connections.get(item.target);
  if (connection === undefined) return;
  const side = item.n;
  const end = endOf(connection, side);
  const host = hostOf(world, end);
  if (!host.up) {
    // Lost on the way into a host that has just gone: the sender will find out by its timer.
    const sender = endOf(connection, 1 - side);
    sender.backlog = [item.b, ...sender.backlog];
    armRetransmission(world, connection, 1 - side);
    return;
  }
  if (end.life !== host.life) {
    world.kernelStep();
    if (item.b !== FIN) sendReset(world, connection, side);
    else forget(world, connection, 1 - side);
    return;
  }
  if (side === 1 && !connection.accepted) {
    world.kernelStep();
    if (!end.open) sendReset(world, connection, 1);
    else if (item.b === HANDSHAKE_DONE) enqueue(world, connection, end, item.cause);
    else end.early = [...end.early, item.b];
    return;
  }
  if (side === 0 && connection.to !== hostOf(world, endOf(connection, 1)).address)
    confirm(world, host, connection.to);
  hand(world, connection, side, item.b, item.cause);
}

/** Gives a message of the stream to whoever holds this side. */
function hand(world: World, connection: Connection, side: number, message: unknown, cause: number): void {
  const end = endOf(connection, side);
  // TCP's own words are symbols; to ask for the type first spares all others a call into the engine.
  if (typeof message === 'symbol' && message === FIN) {
    lose(world, connection, side, 'eof', cause);
    return;
  }
  const cell = end.cell < 0 ? undefined : world.cells[end.cell];
  if (cell === undefined || cell.serial !== end.serial) {
    world.kernelStep();
    sendReset(world, connection, side);
    return;
  }
  const event = { type: RECEIVED, connection: end.name, message, atUs: world.localUs(hostOf(world, end)) };
  world.deliver(cell, event as MachineEvent, STREAM, cause, RECEIVED);
}

/** Tells the machine when something last arrived on each of these connections. */
export function tcpInfo(world: World, cell: Cell, names: readonly string[]): void {
  const host = world.hosts[cell.host] as Host;
  const lastReceivedUs = names.map((name) => {
    const ref = cell.ends?.get(name);
    const connection = ref === undefined ? undefined : world.connections.get(ref >> 1);
    if (ref === undefined || connection === undefined) return 0;
    const { nextArrivalUs } = endOf(connection, ref & 1);
    return nextArrivalUs === NOT_YET_US ? 0 : localUs(host.clock, Math.min(world.nowUs, nextArrivalUs));
  });
  world.tell(cell, { type: 'tcp-info', lastReceivedUs, atUs: world.localUs(host) } as MachineEvent);
}
