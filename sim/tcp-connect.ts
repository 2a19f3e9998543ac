/**
 * TCP, connecting: SYN, its answer, and its repetitions.
 *
 * Source: RFC 9293; Linux tcp(7): SYN retries at 1, 3, 7, 15, 31, 63 s, given up at 127 s (tcp_syn_retries 6); before these come
 * tcp_syn_linear_timeouts of 1 s each (Documentation/networking/ip-sysctl; default 4 since Linux 6.5, none before). Unit:
 * microseconds.
 */
import { confirm, resolve, UNRESOLVED_US } from './arp.ts';
import { destinationAddress, hold, hostOf, listenerOf, makeEnd, owns } from './connection.ts';
import { pass } from './datagram.ts';
import type { ConnectFailure } from './effects.ts';
import { chooseTarget, isForwarded, passAlong } from './forward.ts';
import type { MachineEvent } from './machine.ts';
import {
  type Cell,
  type Connection,
  type Host,
  type Item,
  REFUSED,
  RETRY_SYN,
  SYN,
  SYN_ACK,
} from './state.ts';
import { close } from './tcp-end.ts';
import { confirmHandshake } from './tcp-stream.ts';
import { SECOND_US } from './time.ts';
import type { World } from './world.ts';

/** Times after the first SYN at which it is sent again; after the last one the attempt is given up. */
const SYN_RETRIES_US = [1, 3, 7, 15, 31, 63].map((s) => s * SECOND_US);
const SYN_GIVEN_UP_US = 127 * SECOND_US;
/**
 * A linear repetition: 1 s, and half of what the timer wheel rounds up by (kernel/time/timer.c: 8 ticks for timers of 64 to 511
 * ticks, 32 ms at CONFIG_HZ=250). So the second one comes after a limit of 2 s, as recorded (Bc2, Ca).
 */
const LINEAR_US = SECOND_US + 16_000;
/** Marks a SYN that still waits for its address: it has not been sent, so it is no repetition. */
const ASKED_AGAIN = 1;

export function connect(world: World, cell: Cell, name: string, to: string, port: number): void {
  if (cell.ends?.has(name) === true) close(world, cell, name, 'reset');
  const host = world.hosts[cell.host] as Host;
  const id = world.nextConnection++;
  const connection: Connection = {
    id,
    port,
    to,
    forwarded: undefined,
    state: 'syn',
    startedAtUs: world.nowUs,
    attempt: 0,
    client: makeEnd(host, cell, name, host.address),
    server: undefined,
    accepted: false,
    unconfirmed: false,
  };
  world.connections.set(id, connection);
  hold(cell, name, id * 2);
  sendSyn(world, connection);
}

function sendSyn(world: World, connection: Connection): void {
  const host = hostOf(world, connection.client);
  const target = resolve(world, host, connection.to);
  if (target === undefined) {
    waitForAddress(world, host, connection);
    return;
  }
  if (host.unresolved.size > 0) host.unresolved.delete(connection.to);
  const delayUs = pass(world, host, target, 'tcp');
  if (delayUs >= 0) world.push(world.nowUs + delayUs, SYN, target.index, 0, connection.id, undefined, 0);
  else planRetry(world, connection);
}

/**
 * Nobody answers for the address. Who-has goes out three times, a second apart, for all who wait; then all who wait are
 * told at once, and the next SYN begins anew (net/core/neighbour.c neigh_timer_handler, ipv4_link_failure).
 */
function waitForAddress(world: World, host: Host, { id, to }: Connection): void {
  const { nowUs } = world;
  const known = host.unresolved.get(to);
  const sinceUs = known === undefined || nowUs >= known + UNRESOLVED_US ? nowUs : known;
  if (sinceUs !== known) host.unresolved.set(to, sinceUs);
  const nextUs = sinceUs + (Math.floor((nowUs - sinceUs) / SECOND_US) + 1) * SECOND_US;
  if (nextUs < sinceUs + UNRESOLVED_US) world.push(nextUs, RETRY_SYN, id, 0, id, undefined, ASKED_AGAIN);
  else world.push(nextUs, REFUSED, id, 0, id, 'no-route', 0);
}

/** The SYN or its answer was lost: the next one goes out when its time has come. */
function planRetry(world: World, connection: Connection): void {
  const linear = hostOf(world, connection.client).synLinearTimeouts;
  const { attempt } = connection;
  const backedOffUs = SYN_RETRIES_US[attempt - linear];
  const offsetUs =
    attempt < linear
      ? (attempt + 1) * LINEAR_US
      : backedOffUs === undefined
        ? undefined
        : linear * LINEAR_US + backedOffUs;
  if (offsetUs === undefined) {
    world.push(
      Math.max(world.nowUs, connection.startedAtUs + linear * SECOND_US + SYN_GIVEN_UP_US),
      REFUSED,
      connection.id,
      0,
      connection.id,
      'timeout',
      0,
    );
  } else {
    world.push(
      Math.max(world.nowUs, connection.startedAtUs + offsetUs),
      RETRY_SYN,
      connection.id,
      0,
      connection.id,
      undefined,
      0,
    );
  }
}

/** The connection that a queue entry speaks of, if its client still waits for it. */
function pending(world: World, item: Item): Connection | undefined {
  const connection = world.connections.get(item.a as number);
  return connection !== undefined && connection.state === 'syn' && connection.client.cell >= 0
    ? connection
    : undefined;
}

export function retrySyn(world: World, item: Item): void {
  const connection = pending(world, item);
  if (connection === undefined) return;
  world.kernelStep();
  if (item.n !== ASKED_AGAIN) connection.attempt++;
  sendSyn(world, connection);
}

export function arriveSyn(world: World, item: Item): void {
  const connection = pending(world, item);
  if (connection === undefined) return;
  world.kernelStep();
  const host = world.hosts[item.target] as Host;
  const client = hostOf(world, connection.client);
  const onward = item.n === 1;
  if (!host.up || !owns(host, onward ? destinationAddress(connection) : connection.to)) {
    planRetry(world, connection);
    return;
  }
  if (!onward && host.forwards.length > 0 && isForwarded(host, connection.port)) {
    passOn(world, connection, host);
    return;
  }
  const listener = listenerOf(host, connection);
  if (listener === undefined) {
    answer(world, connection, host, client, REFUSED, 'refused');
    return;
  }
  if (listener.queue.length > listener.backlog) {
    world.report('drop', host.name, { port: connection.port, why: 'backlog full' });
    planRetry(world, connection);
    return;
  }
  if (connection.server === undefined || connection.server.host !== host.index) {
    connection.server = makeEnd(host, undefined, `c${connection.id}`, destinationAddress(connection));
  }
  answer(world, connection, host, client, SYN_ACK, undefined);
}

/** A host that forwards the port sends the SYN on to the target it has chosen. */
function passOn(world: World, connection: Connection, by: Host): void {
  const target = chooseTarget(world, connection, by);
  const delayUs = target === undefined ? -1 : pass(world, by, target, 'tcp');
  if (target === undefined || delayUs < 0) planRetry(world, connection);
  else world.push(world.nowUs + delayUs, SYN, target.index, 0, connection.id, undefined, 1);
}

function answer(
  world: World,
  connection: Connection,
  from: Host,
  to: Host,
  kind: number,
  what: string | undefined,
): void {
  const delayUs = passAlong(world, connection, from, to);
  if (delayUs < 0) planRetry(world, connection);
  else world.push(world.nowUs + delayUs, kind, connection.id, 0, connection.id, what, 0);
}

export function arriveSynAck(world: World, item: Item): void {
  const connection = pending(world, item);
  if (connection === undefined) {
    // The client gave up meanwhile: its host answers with RST, and the server never hears of it.
    return;
  }
  const end = connection.client;
  const host = hostOf(world, end);
  if (!host.up) return;
  connection.state = 'open';
  confirm(world, host, connection.to);
  connection.unconfirmed = true;
  const cell = world.cells[end.cell] as Cell;
  world.deliver(
    cell,
    { type: 'connected', connection: end.name, atUs: world.localUs(host) } as MachineEvent,
    SYN_ACK,
    item.cause,
  );
  // A connection that the step has reset at once (a plain TCP check) never reached the server's accept().
  confirmHandshake(world, connection);
}

export function arriveRefused(world: World, item: Item): void {
  const connection = pending(world, item);
  if (connection === undefined) return;
  const end = connection.client;
  const cell = world.cells[end.cell] as Cell;
  cell.ends?.delete(end.name);
  world.connections.delete(connection.id);
  const reason = item.b as ConnectFailure;
  const event = {
    type: 'connect-failed',
    connection: end.name,
    reason,
    atUs: world.localUs(hostOf(world, end)),
  };
  world.deliver(cell, event as MachineEvent, REFUSED, item.cause);
}
