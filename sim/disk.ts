/**
 * A host's disk: durable values of its processes, by `process/key`. A synced write is safe when it is answered; an
 * unsynced one survives the process but not a power cut. Unit: microseconds. Default fsync time: sim/world.ts.
 *
 * Not modelled: bandwidth; competition between processes beyond the hung state.
 */
import type { Effect } from './effects.ts';
import type { MachineEvent } from './machine.ts';
import { type Cell, type Host, type Item, WRITTEN } from './state.ts';
import type { World } from './world.ts';

/** Stands for "no value was ever synced". */
const NOTHING = Symbol('nothing');

interface Finish {
  readonly key: string;
  readonly value: unknown;
  readonly sync: boolean;
}

export function startWrite(world: World, cell: Cell, effect: Extract<Effect, { type: 'write' }>): void {
  const host = world.hosts[cell.host] as Host;
  const disk = host.disk;
  const key = `${(world.processes[cell.process] as { spec: { name: string } }).spec.name}/${effect.key}`;
  if (!disk.full) {
    // In the page cache from now on: it outlives the process, not the power.
    disk.values.set(key, { value: effect.value, synced: disk.values.get(key)?.synced ?? NOTHING });
  }
  if (effect.id === undefined && !effect.sync) return;
  const finish: Finish = { key, value: effect.value, sync: effect.sync };
  const name = `disk/${host.name}`;
  const delayUs = effect.sync
    ? disk.latencyUs + (disk.jitterUs === 0 ? 0 : Math.floor(world.streams.next(name) * disk.jitterUs))
    : 0;
  const item: Item = {
    kind: WRITTEN,
    cause: world.current,
    target: cell.index,
    serial: cell.serial,
    a: effect.id,
    b: finish,
    n: host.index,
  };
  if (disk.hung) disk.waiting = [...disk.waiting, item];
  else world.push(world.nowUs + delayUs, WRITTEN, cell.index, cell.serial, effect.id, finish, host.index);
}

export function finishWrite(world: World, item: Item): void {
  const host = world.hosts[item.n] as Host;
  const cell = world.cells[item.target];
  const alive = cell !== undefined && cell.serial === item.serial;
  const { key, value, sync } = item.b as Finish;
  const disk = host.disk;
  if (disk.hung) {
    disk.waiting = [...disk.waiting, item];
    return;
  }
  const ok = !disk.full;
  // Of a machine that died meanwhile the write is not made durable: it may not have reached the disk.
  if (ok && sync && alive && !disk.lying) {
    const present = disk.values.get(key);
    disk.values.set(key, { value: present === undefined ? value : present.value, synced: value });
  }
  if (alive && item.a !== undefined)
    world.deliver(
      cell,
      { type: 'written', id: item.a as string, ok, atUs: world.localUs(host) } as MachineEvent,
      WRITTEN,
      item.cause,
    );
}

/** A hung disk works again: what waited is written now, in order. */
export function healDisk(world: World, host: Host): void {
  const disk = host.disk;
  if (!disk.hung) return;
  disk.hung = false;
  const waiting = disk.waiting;
  disk.waiting = [];
  for (const item of waiting)
    world.push(world.nowUs + disk.latencyUs, WRITTEN, item.target, item.serial, item.a, item.b, item.n);
}

/** What was not synced is lost. */
export function powerCut(host: Host): void {
  const disk = host.disk;
  disk.waiting = [];
  for (const [key, entry] of [...disk.values]) {
    if (entry.synced === NOTHING) disk.values.delete(key);
    else disk.values.set(key, { value: entry.synced, synced: entry.synced });
  }
}

/** The data is gone: of one process, or of the whole host. */
export function loseDisk(host: Host, process: string | undefined): void {
  for (const key of [...host.disk.values.keys()]) {
    if (process === undefined || key.startsWith(`${process}/`)) host.disk.values.delete(key);
  }
}

/** Replaces the data of a process. */
export function putOnDisk(host: Host, process: string, values: Readonly<Record<string, unknown>>): void {
  loseDisk(host, process);
  for (const [key, value] of Object.entries(values))
    host.disk.values.set(`${process}/${key}`, { value, synced: value });
}
