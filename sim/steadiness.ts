/**
 * Who counts time that passes without an event (`countsTime` of a process's type) hears of it before time can be taken from it
 * (a pause, starvation, another pace of its clock), and when it is its own again.
 */
import type { MachineEvent } from './machine.ts';
import { type Cell, type Host, type Process, TELL } from './state.ts';
import type { World } from './world.ts';

function counterOf(world: World, process: Process) {
  const member = process.spec.type.countsTime;
  return member === undefined || process.state !== 'running' ? undefined : world.member(process, member);
}

/** Told at once, as what follows may keep it from being told. */
export function tellUnsteady(world: World, process: Process): void {
  const cell = counterOf(world, process);
  if (cell === undefined) return;
  const cause = world.current;
  const atUs = world.localUs(world.hosts[process.host] as Host);
  world.deliver(cell, { type: 'unsteady', atUs } as MachineEvent, TELL, cause);
  world.current = cause;
}

/** Told to one that begins on a host whose time is taken already. */
export function tellIfStarved(world: World, cell: Cell): void {
  const host = world.hosts[cell.host] as Host;
  if (host.starved !== undefined)
    world.tell(cell, { type: 'unsteady', atUs: world.localUs(host) } as MachineEvent);
}

/** Told after all that has waited, if nothing else takes its time. */
export function tellSteady(world: World, process: Process): void {
  const cell = counterOf(world, process);
  const host = world.hosts[process.host] as Host;
  if (cell === undefined || host.starved !== undefined) return;
  world.tell(cell, { type: 'steady', atUs: world.localUs(host) } as MachineEvent);
}

export function processesOf(world: World, host: Host): readonly Process[] {
  return host.processes.map((index) => world.processes[index] as Process);
}
