/**
 * A moment of a world, kept. Records are copied, one level deep; contexts, events, effects and queue entries are immutable
 * and shared, and so are the copies themselves between a snapshot and the one before, where a record has not changed: nobody
 * steps a kept world. What a snapshot gives back is a world of its own: two restores of one snapshot share nothing that changes.
 */
import type { Cell, Connection, End, Host, Process } from './state.ts';
import { World } from './world.ts';

export interface Snapshot {
  readonly atUs: number;
  readonly steps: number;
  /** The kept copy; never stepped itself. */
  readonly world: World;
}

/** @param last an earlier one of the same run: what has not changed since is kept once */
export function snapshot(world: World, last?: Snapshot): Snapshot {
  return { atUs: world.nowUs, steps: world.steps, world: copyOf(world, last?.world) };
}

/** A world that goes on from the snapshot; observers have to be attached anew. */
export function restore(kept: Snapshot): World {
  return fork(kept.world);
}

/** A second world in the same state. What happens in one is not seen in the other. */
export function fork(world: World): World {
  return copyOf(world, undefined);
}

/** @param last a kept copy, which nobody steps: records that are as they were in it are shared with it */
function copyOf(world: World, last: World | undefined): World {
  const copy: World = Object.create(World.prototype);
  Object.assign(copy, world);
  copy.observer = undefined;
  copy.streams = world.streams.clone();
  copy.network = world.network.clone(copy.streams);
  copy.queue = world.queue.clone();
  copy.hosts = world.hosts.map(copyHost);
  copy.holders = new Map(world.holders);
  copy.processes = world.processes.map((process, i) => sharedOr(process, last?.processes[i], copyProcess));
  copy.cells = world.cells.map((cell, i) =>
    cell === undefined ? undefined : sharedOr(cell, last?.cells[i], copyCell),
  );
  copy.connections = new Map();
  for (const [id, connection] of world.connections)
    copy.connections.set(id, copyConnection(connection, last?.connections.get(id)));
  world.copyPrivateTo(copy);
  return copy;
}

function copyHost(host: Host): Host {
  return {
    ...host,
    arp: new Map(host.arp),
    unresolved: new Map(host.unresolved),
    disk: { ...host.disk, values: new Map(host.disk.values) },
    listeners: host.listeners.map((listener) => ({ ...listener })),
  };
}

function copyProcess(process: Process): Process {
  return { ...process, members: new Map(process.members), held: process.held.slice() };
}

function copyCell(cell: Cell): Cell {
  return {
    ...cell,
    timers: cell.timers.slice(),
    dueUs: cell.dueUs.slice(),
    ends: cell.ends === undefined ? undefined : new Map(cell.ends),
  };
}

function copyConnection(connection: Connection, last: Connection | undefined): Connection {
  const client = sharedOr(connection.client, last?.client, copyEnd);
  const server = connection.server && sharedOr(connection.server, last?.server, copyEnd);
  return sharedOr({ ...connection, client, server }, last, (copy) => copy);
}

function copyEnd(end: End): End {
  return end.backlog.length === 0 ? { ...end } : { ...end, backlog: end.backlog.slice() };
}

/** The last copy, where it says the same. */
function sharedOr<T extends object>(now: T, last: T | undefined, copy: (now: T) => T): T {
  return last !== undefined && isSame(now, last) ? last : copy(now);
}

function isSame<T extends object>(now: T, last: T): boolean {
  for (const key in now) {
    const value: unknown = now[key];
    const other: unknown = last[key];
    if (value !== other && !isSameList(value, other) && !isSameMap(value, other)) return false;
  }
  return true;
}

function isSameList(value: unknown, other: unknown): boolean {
  if (!Array.isArray(value) || !Array.isArray(other) || value.length !== other.length) return false;
  for (let i = 0; i < value.length; i++) if (value[i] !== other[i]) return false;
  return true;
}

function isSameMap(value: unknown, other: unknown): boolean {
  if (!(value instanceof Map) || !(other instanceof Map) || value.size !== other.size) return false;
  for (const [key, one] of value) if (other.get(key) !== one) return false;
  return true;
}
