/**
 * A moment of a world, kept. Records are copied, one level deep; contexts, events, effects and queue entries are immutable
 * and shared. What a snapshot gives back is a world of its own: two restores of one snapshot share nothing that changes.
 */
import type { Cell, Connection, End, Host, Process } from './state.ts';
import { World } from './world.ts';

export interface Snapshot {
  readonly atUs: number;
  readonly steps: number;
  /** The kept copy; never stepped itself. */
  readonly world: World;
}

export function snapshot(world: World): Snapshot {
  return { atUs: world.nowUs, steps: world.steps, world: fork(world) };
}

/** A world that goes on from the snapshot; observers have to be attached anew. */
export function restore(kept: Snapshot): World {
  return fork(kept.world);
}

/** A second world in the same state. What happens in one is not seen in the other. */
export function fork(world: World): World {
  const copy: World = Object.create(World.prototype);
  Object.assign(copy, world);
  copy.observer = undefined;
  copy.streams = world.streams.clone();
  copy.network = world.network.clone(copy.streams);
  copy.queue = world.queue.clone();
  copy.hosts = world.hosts.map(copyHost);
  copy.holders = new Map(world.holders);
  copy.processes = world.processes.map(copyProcess);
  copy.cells = world.cells.map((cell) => (cell === undefined ? undefined : copyCell(cell)));
  copy.connections = new Map();
  for (const [id, connection] of world.connections) copy.connections.set(id, copyConnection(connection));
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

function copyConnection(connection: Connection): Connection {
  return {
    ...connection,
    client: copyEnd(connection.client),
    server: connection.server === undefined ? undefined : copyEnd(connection.server),
  };
}

function copyEnd(end: End): End {
  return end.backlog.length === 0 ? { ...end } : { ...end, backlog: end.backlog.slice() };
}
