/**
 * A host that shuts down in order: everything gets SIGTERM at once, and when all have ended, or were killed, the host machine is told.
 *
 * Sources: bootup(7), systemd.special(7) shutdown.target; systemd-system.conf(5) DefaultTimeoutStopSec= (90 s), for units and for the scopes
 * of containerd's containers; dockerd ends its own. Unit: microseconds.
 *
 * Not modelled: the order in which units stop; a kubelet with shutdownGracePeriod (0 by default).
 */
import { DOCKER_STOP_US } from './containers.ts';
import { tellIfAllEnded, terminateProcess } from './processes.ts';
import type { Host, Process } from './state.ts';
import { SECOND_US } from './time.ts';
import type { World } from './world.ts';

const STOP_LIMIT_US = 90 * SECOND_US;

export function shutDown(world: World, host: Host): void {
  const containerUs = host.containerRuntime === 'docker' ? DOCKER_STOP_US : STOP_LIMIT_US;
  for (const index of host.processes) {
    const process = world.processes[index] as Process;
    const isContainer = process.spec.supervisor.kind === 'static-pod';
    terminateProcess(world, process, isContainer ? containerUs : STOP_LIMIT_US);
  }
  host.stopping = true;
  tellIfAllEnded(world, host);
}
