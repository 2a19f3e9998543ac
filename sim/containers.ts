/**
 * The container runtime of a host as far as its containers depend on it: when it is stopped they end in good order, and when it
 * runs again its keeper (the kubelet) starts those that are wanted.
 *
 * Source: dockerd(8) without live-restore: SIGTERM to every container (after 10 s SIGKILL, which is not modelled: daemons end
 * before). Static pods are processes of the kernel; ordinary pods are the keeper's own, which is told.
 */
import type { MachineEvent } from './machine.ts';
import { stopProcess, wakeDependants } from './processes.ts';
import type { Host, Process } from './state.ts';
import type { World } from './world.ts';

/** The runtime of this host stops, or starts again. */
export function setRuntime(world: World, host: Host, on: boolean): void {
  if (!host.up || host.runtime === on) return;
  host.runtime = on;
  for (const index of host.processes) {
    const process = world.processes[index] as Process;
    if (process.spec.type.watchesContainers === true) tellOfRuntime(world, host, process, on);
    else if (!on && process.spec.supervisor.kind === 'static-pod') stopProcess(world, process, true);
  }
}

function tellOfRuntime(world: World, host: Host, keeper: Process, running: boolean): void {
  const lead = world.lead(keeper);
  if (lead === undefined) return;
  world.tell(lead, { type: 'runtime', running, atUs: world.localUs(host) } as MachineEvent);
  if (running) wakeDependants(world, keeper);
}
