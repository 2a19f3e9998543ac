/**
 * The container runtime of a host as far as its containers depend on it: when docker is stopped they end in good order, containerd's go on.
 * While it does not run nobody starts a container; when it runs again its keeper (the kubelet) starts those that are wanted.
 *
 * Sources: dockerd(8) without live-restore: SIGTERM to every container, SIGKILL after 10 s. containerd.service:
 * KillMode=process, the shims and their containers stay. Unit: microseconds.
 *
 * Static pods are processes of the kernel; ordinary pods are the keeper's own, which is told.
 */
import { tellOfRuntime } from './keeper.ts';
import { stopProcess, terminateProcess, wakeDependants } from './processes.ts';
import type { Host, Process } from './state.ts';
import { SECOND_US } from './time.ts';
import type { World } from './world.ts';

/** docker stop --time, moby container/container.go defaultStopTimeout; dockerd's --shutdown-timeout for all of them is longer, 15 s. */
export const DOCKER_STOP_US = 10 * SECOND_US;

/** The runtime of this host stops, or starts again. */
export function setRuntime(world: World, host: Host, on: boolean): void {
  if (!host.up || host.runtime === on) return;
  host.runtime = on;
  for (const index of host.processes) {
    const process = world.processes[index] as Process;
    if (process.spec.type.watchesContainers === true) {
      tellOfRuntime(world, process);
      if (on) wakeDependants(world, process);
    } else if (process.spec.supervisor.kind === 'static-pod') {
      if (!on && host.containerRuntime === 'docker') terminateProcess(world, process, DOCKER_STOP_US);
      // Its manifest was taken away while nobody could end it.
      else if (on && !process.wanted) stopProcess(world, process);
    }
  }
}
