import { endOf, FIN, hold, hostOf } from './connection.ts';
import type { CloseReason } from './effects.ts';
import { NoSuchThing } from './errors.ts';
import { passAlong } from './forward.ts';
import type { MachineEvent } from './machine.ts';
import { type Cell, CLOSED, type Connection, type Host, type Item, type Process } from './state.ts';
import { confirmHandshake, sendStream } from './tcp-stream.ts';
import type { World } from './world.ts';

export function close(world: World, cell: Cell, name: string, how: 'eof' | 'reset'): void {
  const ref = cell.ends?.get(name);
  if (ref === undefined) return;
  cell.ends?.delete(name);
  const connection = world.connections.get(ref >> 1) as Connection;
  const side = ref & 1;
  const end = endOf(connection, side);
  end.cell = -1;
  end.open = false;
  if (connection.state === 'syn' || (connection.unconfirmed && how === 'reset')) {
    connection.unconfirmed = false;
    world.connections.delete(connection.id);
    return;
  }
  confirmHandshake(world, connection);
  if (!endOf(connection, 1 - side).open) forget(world, connection, side);
  else if (how === 'eof') sendStream(world, connection, side, FIN);
  else sendReset(world, connection, side);
}

/** RST from this side. Sent once; if it is lost the peer finds out when it speaks. */
export function sendReset(world: World, connection: Connection, side: number): void {
  const end = endOf(connection, side);
  end.open = false;
  end.cell = -1;
  const from = hostOf(world, end);
  const peer = endOf(connection, 1 - side);
  const to = hostOf(world, peer);
  const delayUs = passAlong(world, connection, from, to);
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
export function lose(
  world: World,
  connection: Connection,
  side: number,
  how: CloseReason,
  cause: number,
): void {
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
export function forget(world: World, connection: Connection, side: number): void {
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
    throw new NoSuchThing(`${cell.path} hands ${name} over to ${to}, which does not exist`);
  cell.ends?.delete(name);
  hold(member, as, ref);
  const end = endOf(world.connections.get(ref >> 1) as Connection, ref & 1);
  end.cell = member.index;
  end.serial = member.serial;
  end.name = as;
}
