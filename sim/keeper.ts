/**
 * What the keeper of a host's static pods (the kubelet) is told: of each container, and of their runtime.
 *
 * The real one asks its runtime for a list each second; here it hears at once.
 */
import type { MachineEvent } from './machine.ts';
import type { Host, Process } from './state.ts';
import type { World } from './world.ts';

/** The process that keeps this static pod, if there is one and it runs. */
export function keeperOf(world: World, process: Process): Process | undefined {
  const { supervisor } = process.spec;
  if (supervisor.kind !== 'static-pod') return undefined;
  const host = world.hosts[process.host] as Host;
  const keeper = host.processes
    .map((index) => world.processes[index] as Process)
    .find(({ spec, state }) => spec.name === supervisor.requires && state === 'running');
  return keeper?.spec.type.watchesContainers === true ? keeper : undefined;
}

/** The kubelet hears of its static pods. */
export function tellKeeper(world: World, process: Process, running: boolean, backoffUs = 0): void {
  const keeper = keeperOf(world, process);
  const lead = keeper === undefined ? undefined : world.lead(keeper);
  if (lead === undefined) return;
  world.tell(lead, {
    type: 'container',
    process: process.spec.name,
    running,
    removed: !process.wanted,
    backoffUs,
    atUs: world.localUs(world.hosts[process.host] as Host),
  } as MachineEvent);
}

/** The kubelet hears of its container runtime. */
export function tellOfRuntime(world: World, keeper: Process): void {
  const host = world.hosts[keeper.host] as Host;
  const lead = world.lead(keeper);
  if (lead === undefined) return;
  world.tell(lead, {
    type: 'runtime',
    running: host.runtime,
    containersEnd: !host.runtime && host.containerRuntime === 'docker',
    atUs: world.localUs(host),
  } as MachineEvent);
}
