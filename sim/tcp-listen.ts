import { destinationPort, FIN, hold, hostOf, listenerOf, owns } from './connection.ts';
import { peerAddress } from './forward.ts';
import type { MachineEvent } from './machine.ts';
import {
  ACCEPT,
  type Cell,
  type Connection,
  type End,
  type Host,
  type Item,
  type Listener,
  type Process,
  STREAM,
} from './state.ts';
import { forget, sendReset } from './tcp-end.ts';
import type { World } from './world.ts';

/** net.core.somaxconn since Linux 5.4. */
const DEFAULT_BACKLOG = 4096;

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
  const port = destinationPort(connection);
  const listener = host.listeners.find(
    (one) => one.cell === item.target && one.serial === item.serial && one.port === port,
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
  const event = {
    type: 'accepted',
    connection: end.name,
    port: listener.port,
    from: peerAddress(world, connection),
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

/** The handshake is done: into the backlog, and out of it at once if the process takes connections. */
export function enqueue(world: World, connection: Connection, end: End, cause: number): void {
  const host = hostOf(world, end);
  const listener = listenerOf(host, connection);
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
