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
import { confirm, resolve, UNRESOLVED_US } from './arp.ts';
import { localUs } from './clock.ts';
import { isCut, pass } from './datagram.ts';
import type { CloseReason, ConnectFailure } from './effects.ts';
import { NoSuchThing } from './errors.ts';
import type { MachineEvent } from './machine.ts';
import {
  ACCEPT,
  type Cell,
  CLOSED,
  type Connection,
  type End,
  type Host,
  type Item,
  type Listener,
  type Process,
  REFUSED,
  RETRANSMIT,
  RETRY_SYN,
  STREAM,
  SYN,
  SYN_ACK,
} from './state.ts';
import { SECOND_US } from './time.ts';
import type { World } from './world.ts';

/** Times after the first SYN at which it is sent again; after the last one the attempt is given up. */
const SYN_RETRIES_US = [1, 3, 7, 15, 31, 63].map((s) => s * SECOND_US);
const SYN_GIVEN_UP_US = 127 * SECOND_US;
const RTO_MIN_US = 200_000;
const RTO_MAX_US = 120 * SECOND_US;
const RETRANSMISSIONS = 15;
/** net.core.somaxconn since Linux 5.4. */
const DEFAULT_BACKLOG = 4096;

/** In the stream: the client's last word of the handshake, and a sender's FIN. */
const HANDSHAKE_DONE = Symbol('handshake done');
const FIN = Symbol('fin');

function hostOf(world: World, end: End): Host {
  return world.hosts[end.host] as Host;
}

function endOf(connection: Connection, side: number): End {
  return side === 0 ? connection.client : (connection.server as End);
}

function makeEnd(host: Host, cell: Cell | undefined, name: string, address: string): End {
  return {
    cell: cell?.index ?? -1,
    serial: cell?.serial ?? 0,
    name,
    host: host.index,
    life: host.life,
    address,
    open: true,
    nextArrivalUs: 0,
    backlog: [],
    rtoUs: RTO_MIN_US,
    retries: 0,
    retrying: false,
    unackedSinceUs: 0,
    early: [],
  };
}

function owns(host: Host, address: string): boolean {
  return address.startsWith('127.') || address === 'localhost' || host.addresses.includes(address);
}

// --- listening

export function listen(
  world: World,
  cell: Cell,
  port: number,
  address: string | undefined,
  backlog = DEFAULT_BACKLOG,
): void {
  const host = world.hosts[cell.host] as Host;
  const atUs = world.localUs(host);
  const clash = host.listeners.some(
    (other) =>
      other.port === port &&
      (other.address === undefined || address === undefined || other.address === address),
  );
  if (clash) {
    world.tell(cell, { type: 'listen-failed', port, reason: 'in-use', atUs } as MachineEvent);
    return;
  }
  if (address !== undefined && !owns(host, address) && !host.nonlocalBind) {
    world.tell(cell, { type: 'listen-failed', port, reason: 'no-such-address', atUs } as MachineEvent);
    return;
  }
  const listener: Listener = {
    port,
    address,
    cell: cell.index,
    serial: cell.serial,
    process: cell.process,
    backlog,
    accepting: true,
    queue: [],
  };
  host.listeners = [...host.listeners, listener];
  world.tell(cell, { type: 'listening', port, atUs } as MachineEvent);
}

function ownListener(world: World, cell: Cell, port: number): Listener | undefined {
  return (world.hosts[cell.host] as Host).listeners.find(
    (listener) => listener.port === port && listener.process === cell.process,
  );
}

export function unlisten(world: World, cell: Cell, port: number): void {
  const listener = ownListener(world, cell, port);
  if (listener !== undefined) drop(world, world.hosts[cell.host] as Host, [listener]);
}

/** The listeners of a process that ended; what waits in their backlogs is reset. */
export function dropListeners(world: World, process: Process): void {
  const host = world.hosts[process.host] as Host;
  const own = host.listeners.filter((listener) => listener.process === process.index);
  if (own.length > 0) drop(world, host, own);
}

function drop(world: World, host: Host, gone: readonly Listener[]): void {
  host.listeners = host.listeners.filter((listener) => !gone.includes(listener));
  for (const listener of gone) {
    for (const id of listener.queue) {
      const connection = world.connections.get(id);
      if (connection?.server !== undefined) sendReset(world, connection, 1);
    }
  }
}

export function accepting(world: World, cell: Cell, port: number, on: boolean): void {
  const listener = ownListener(world, cell, port);
  if (listener === undefined) return;
  listener.accepting = on;
  if (on) acceptFrom(world, listener);
}

/** Gives a process that runs again the connections that wait in its backlogs. */
export function acceptQueued(world: World, process: Process): void {
  for (const listener of (world.hosts[process.host] as Host).listeners) {
    if (listener.process === process.index && listener.queue.length > 0) acceptFrom(world, listener);
  }
}

function acceptFrom(world: World, listener: Listener): void {
  if (!listener.accepting) return;
  const queue = listener.queue;
  listener.queue = [];
  for (const id of queue) world.due(ACCEPT, listener.cell, listener.serial, id);
}

/** The process takes a connection from its backlog. */
export function acceptNow(world: World, item: Item): void {
  const connection = world.connections.get(item.a as number);
  if (connection?.server === undefined || connection.accepted) return;
  const host = hostOf(world, connection.server);
  const listener = host.listeners.find(
    (one) => one.cell === item.target && one.serial === item.serial && one.port === connection.port,
  );
  if (listener === undefined) sendReset(world, connection, 1);
  // The process has stopped taking connections meanwhile.
  else if (!listener.accepting) listener.queue = [...listener.queue, connection.id];
  else accept(world, listener, connection, connection.server, item.cause);
}

function accept(world: World, listener: Listener, connection: Connection, end: End, cause: number): void {
  const cell = world.cells[listener.cell];
  if (cell === undefined || cell.serial !== listener.serial) {
    sendReset(world, connection, 1);
    return;
  }
  const host = hostOf(world, end);
  end.cell = cell.index;
  end.serial = cell.serial;
  hold(cell, end.name, connection.id * 2 + 1);
  connection.accepted = true;
  const from = hostOf(world, connection.client).address;
  const event = {
    type: 'accepted',
    connection: end.name,
    port: connection.port,
    from,
    atUs: world.localUs(host),
  };
  world.deliver(cell, event as MachineEvent, STREAM, cause);
  // What came before the process took the connection goes to whoever holds it by now, after that machine has started.
  const early = end.early;
  end.early = [];
  for (const message of early) {
    const holder = end.cell < 0 ? undefined : world.cells[end.cell];
    if (holder === undefined || holder.serial !== end.serial) return;
    const atUs = world.localUs(host);
    if (message === FIN) {
      end.open = false;
      end.cell = -1;
      holder.ends?.delete(end.name);
      forget(world, connection, 1);
      world.tell(holder, { type: 'closed', connection: end.name, how: 'eof', atUs } as MachineEvent);
    } else world.tell(holder, { type: 'received', connection: end.name, message, atUs } as MachineEvent);
  }
}

function hold(cell: Cell, name: string, ref: number): void {
  if (cell.ends === undefined) cell.ends = new Map();
  cell.ends.set(name, ref);
}

// --- connecting

export function connect(world: World, cell: Cell, name: string, to: string, port: number): void {
  if (cell.ends?.has(name) === true) close(world, cell, name, 'reset');
  const host = world.hosts[cell.host] as Host;
  const id = world.nextConnection++;
  const connection: Connection = {
    id,
    port,
    to,
    state: 'syn',
    startedAtUs: world.nowUs,
    attempt: 0,
    client: makeEnd(host, cell, name, host.address),
    server: undefined,
    accepted: false,
  };
  world.connections.set(id, connection);
  hold(cell, name, id * 2);
  sendSyn(world, connection);
}

function sendSyn(world: World, connection: Connection): void {
  const host = hostOf(world, connection.client);
  const target = resolve(world, host, connection.to);
  if (target === undefined) {
    world.push(world.nowUs + UNRESOLVED_US, REFUSED, connection.id, 0, connection.id, 'no-route', 0);
    return;
  }
  const delayUs = pass(world, host, target, 'tcp');
  if (delayUs >= 0) world.push(world.nowUs + delayUs, SYN, target.index, 0, connection.id, undefined, 0);
  else planRetry(world, connection);
}

/** The SYN or its answer was lost: the next one goes out when its time has come. */
function planRetry(world: World, connection: Connection): void {
  const offsetUs = SYN_RETRIES_US[connection.attempt];
  if (offsetUs === undefined) {
    world.push(
      Math.max(world.nowUs, connection.startedAtUs + SYN_GIVEN_UP_US),
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
  connection.attempt++;
  sendSyn(world, connection);
}

export function arriveSyn(world: World, item: Item): void {
  const connection = pending(world, item);
  if (connection === undefined) return;
  world.kernelStep();
  const host = world.hosts[item.target] as Host;
  const client = hostOf(world, connection.client);
  if (!host.up || !owns(host, connection.to)) {
    planRetry(world, connection);
    return;
  }
  const listener = host.listeners.find(
    (one) => one.port === connection.port && (one.address === undefined || one.address === connection.to),
  );
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
    connection.server = makeEnd(host, undefined, `c${connection.id}`, connection.to);
  }
  answer(world, connection, host, client, SYN_ACK, undefined);
}

function answer(
  world: World,
  connection: Connection,
  from: Host,
  to: Host,
  kind: number,
  what: string | undefined,
): void {
  const delayUs = pass(world, from, to, 'tcp');
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
  sendStream(world, connection, 0, HANDSHAKE_DONE);
  const cell = world.cells[end.cell] as Cell;
  world.deliver(
    cell,
    { type: 'connected', connection: end.name, atUs: world.localUs(host) } as MachineEvent,
    SYN_ACK,
    item.cause,
  );
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

// --- the stream

export function transmit(world: World, cell: Cell, name: string, message: unknown): void {
  const ref = cell.ends?.get(name);
  // The peer has ended it and the machine is about to hear of that (EPIPE).
  if (ref === undefined) return;
  const connection = world.connections.get(ref >> 1) as Connection;
  if (connection.state !== 'open')
    throw new NoSuchThing(`${world.pathOf(cell)} transmits on ${name}, which is not connected yet`);
  sendStream(world, connection, ref & 1, message);
}

/** Where the next packet of this side goes: the peer's host, a wrong host, or nowhere. */
function route(world: World, connection: Connection, side: number, from: Host): Host | undefined {
  const peer = hostOf(world, endOf(connection, 1 - side));
  if (from === peer) return peer;
  if (side === 1) return from.addresses.includes(connection.to) ? peer : undefined;
  return connection.to === peer.address ? peer : resolve(world, from, connection.to);
}

function sendStream(world: World, connection: Connection, side: number, message: unknown): void {
  const end = endOf(connection, side);
  if (end.backlog.length > 0) {
    (end.backlog as unknown[]).push(message);
    return;
  }
  const from = hostOf(world, end);
  const target = route(world, connection, side, from);
  if (target !== undefined && end.unackedSinceUs === 0) {
    const delayUs = pass(world, from, target, 'tcp');
    if (delayUs >= 0 && put(world, connection, side, target, delayUs, message)) {
      if (isCut(world, target, from, 'tcp')) {
        end.unackedSinceUs = world.nowUs;
        armRetransmission(world, connection, side);
      }
      return;
    }
  } else if (target !== undefined && world.nowUs < end.unackedSinceUs + RTO_MIN_US) {
    // Acknowledgements fail, but the first retransmission is not due: new data still goes out.
    const delayUs = pass(world, from, target, 'tcp');
    if (delayUs >= 0 && put(world, connection, side, target, delayUs, message)) return;
  }
  end.backlog = [message];
  armRetransmission(world, connection, side);
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
  world.push(atUs, STREAM, connection.id, 0, connection.id, message, 1 - side);
  return true;
}

function armRetransmission(world: World, connection: Connection, side: number): void {
  const end = endOf(connection, side);
  if (end.retrying) return;
  end.retrying = true;
  world.push(world.nowUs + end.rtoUs, RETRANSMIT, connection.id, 0, connection.id, undefined, side);
}

export function retransmit(world: World, item: Item): void {
  const connection = world.connections.get(item.a as number);
  if (connection === undefined) return;
  const side = item.n;
  const end = endOf(connection, side);
  const from = hostOf(world, end);
  end.retrying = false;
  if (!from.up || end.life !== from.life || (end.backlog.length === 0 && end.unackedSinceUs === 0)) return;
  world.kernelStep();
  const target = route(world, connection, side, from);
  const through =
    target !== undefined &&
    pass(world, from, target, 'tcp') >= 0 &&
    !isCut(world, target, from, 'tcp') &&
    (target.index === endOf(connection, 1 - side).host || owns(target, connection.to));
  if (through) {
    const backlog = end.backlog;
    end.backlog = [];
    end.unackedSinceUs = 0;
    end.rtoUs = RTO_MIN_US;
    end.retries = 0;
    for (const message of backlog) sendStream(world, connection, side, message);
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
  const connection = world.connections.get(item.a as number);
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

/** The handshake is done: into the backlog, and out of it at once if the process takes connections. */
function enqueue(world: World, connection: Connection, end: End, cause: number): void {
  const host = hostOf(world, end);
  const listener = host.listeners.find(
    (one) => one.port === connection.port && (one.address === undefined || one.address === connection.to),
  );
  if (listener === undefined) {
    sendReset(world, connection, 1);
    return;
  }
  const process = world.processes[listener.process] as Process;
  if (
    listener.accepting &&
    process.state === 'running' &&
    process.held.length === 0 &&
    listener.queue.length === 0
  ) {
    accept(world, listener, connection, end, cause);
  } else listener.queue = [...listener.queue, connection.id];
}

/** Gives a message of the stream to whoever holds this side. */
function hand(world: World, connection: Connection, side: number, message: unknown, cause: number): void {
  const end = endOf(connection, side);
  if (message === FIN) {
    lose(world, connection, side, 'eof', cause);
    return;
  }
  const cell = end.cell < 0 ? undefined : world.cells[end.cell];
  if (cell === undefined || cell.serial !== end.serial) {
    world.kernelStep();
    sendReset(world, connection, side);
    return;
  }
  const event = { type: 'received', connection: end.name, message, atUs: world.localUs(hostOf(world, end)) };
  world.deliver(cell, event as MachineEvent, STREAM, cause);
}

/** Tells the machine when something last arrived on each of these connections. */
export function tcpInfo(world: World, cell: Cell, names: readonly string[]): void {
  const host = world.hosts[cell.host] as Host;
  const lastReceivedUs = names.map((name) => {
    const ref = cell.ends?.get(name);
    const connection = ref === undefined ? undefined : world.connections.get(ref >> 1);
    if (ref === undefined || connection === undefined) return 0;
    const { nextArrivalUs } = endOf(connection, ref & 1);
    return nextArrivalUs === 0 ? 0 : localUs(host.clock, Math.min(world.nowUs, nextArrivalUs));
  });
  world.tell(cell, { type: 'tcp-info', lastReceivedUs, atUs: world.localUs(host) } as MachineEvent);
}

// --- ending

export function close(world: World, cell: Cell, name: string, how: 'eof' | 'reset'): void {
  const ref = cell.ends?.get(name);
  if (ref === undefined) return;
  cell.ends?.delete(name);
  const connection = world.connections.get(ref >> 1) as Connection;
  const side = ref & 1;
  const end = endOf(connection, side);
  end.cell = -1;
  end.open = false;
  if (connection.state === 'syn') {
    world.connections.delete(connection.id);
    return;
  }
  if (!endOf(connection, 1 - side).open) forget(world, connection, side);
  else if (how === 'eof') sendStream(world, connection, side, FIN);
  else sendReset(world, connection, side);
}

/** RST from this side. Sent once; if it is lost the peer finds out when it speaks. */
function sendReset(world: World, connection: Connection, side: number): void {
  const end = endOf(connection, side);
  end.open = false;
  end.cell = -1;
  const from = hostOf(world, end);
  const peer = endOf(connection, 1 - side);
  const to = hostOf(world, peer);
  const delayUs = pass(world, from, to, 'tcp');
  if (delayUs < 0) return;
  const atUs = Math.max(world.nowUs + delayUs, peer.nextArrivalUs);
  world.push(atUs, CLOSED, connection.id, 0, connection.id, 'reset', 1 - side);
}

export function arriveClosed(world: World, item: Item): void {
  const connection = world.connections.get(item.a as number);
  if (connection === undefined) return;
  lose(world, connection, item.n, item.b as CloseReason, item.cause);
}

/** This side learns that the connection is over. */
function lose(world: World, connection: Connection, side: number, how: CloseReason, cause: number): void {
  const end = endOf(connection, side);
  const wasOpen = end.open;
  const cell = end.cell < 0 ? undefined : world.cells[end.cell];
  if (side === 1 && !connection.accepted) {
    end.early = [...end.early, FIN];
    return;
  }
  end.open = false;
  end.cell = -1;
  forget(world, connection, side);
  if (!wasOpen || cell === undefined || cell.serial !== end.serial) {
    world.kernelStep();
    return;
  }
  cell.ends?.delete(end.name);
  world.deliver(
    cell,
    { type: 'closed', connection: end.name, how, atUs: world.localUs(hostOf(world, end)) } as MachineEvent,
    CLOSED,
    cause,
  );
}

/** Deletes the connection when neither side holds it any more. */
function forget(world: World, connection: Connection, side: number): void {
  endOf(connection, side).open = false;
  if (connection.server === undefined || !endOf(connection, 1 - side).open)
    world.connections.delete(connection.id);
}

/** All connections of a machine that ended: FIN from each, or nothing when the power is gone. */
export function releaseEnds(world: World, cell: Cell, how: 'eof' | 'none'): void {
  if (cell.ends === undefined) return;
  for (const [name, ref] of [...cell.ends]) {
    if (how === 'eof') close(world, cell, name, 'eof');
    else {
      const connection = world.connections.get(ref >> 1);
      if (connection === undefined) continue;
      const end = endOf(connection, ref & 1);
      end.cell = -1;
      end.open = false;
      if (connection.state === 'syn' || !endOf(connection, 1 - (ref & 1)).open)
        world.connections.delete(connection.id);
    }
  }
  cell.ends = undefined;
}

/** Connections that wait in the backlogs of a host without power are gone. */
export function dropHostConnections(world: World, host: Host): void {
  for (const listener of host.listeners) {
    for (const id of listener.queue) {
      const connection = world.connections.get(id);
      if (connection?.server !== undefined) connection.server.open = false;
    }
  }
}

/** Moves a connection to another member of the family. */
export function handOver(world: World, cell: Cell, name: string, to: string, as: string): void {
  const ref = cell.ends?.get(name);
  if (ref === undefined) return;
  const member = world.member(world.processes[cell.process] as Process, to);
  if (member === undefined)
    throw new NoSuchThing(`${world.pathOf(cell)} hands ${name} over to ${to}, which does not exist`);
  cell.ends?.delete(name);
  hold(member, as, ref);
  const end = endOf(world.connections.get(ref >> 1) as Connection, ref & 1);
  end.cell = member.index;
  end.serial = member.serial;
  end.name = as;
}
