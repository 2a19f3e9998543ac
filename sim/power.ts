/**
 * A host's power, as its machine (models/host) has it: down without a word, up, and shut down in order: everything gets SIGTERM at once,
 * and when all have ended, or were killed, the machine is told.
 *
 * Sources: bootup(7), systemd.special(7) shutdown.target; systemd-system.conf(5) DefaultTimeoutStopSec=, for units and for the scopes of
 * containerd's containers; dockerd ends its own. Unit: microseconds.
 *
 * Not modelled: the order in which units stop; a kubelet with shutdownGracePeriod (0 by default).
 */
import { setAddresses } from './arp.ts';
import { DOCKER_STOP_US } from './containers.ts';
import { powerCut } from './disk.ts';
import {
  canStart,
  dropStart,
  planStart,
  remove,
  STOP_LIMIT_US,
  tellIfAllEnded,
  terminateProcess,
} from './processes.ts';
import { type Host, isAlive, type Process } from './state.ts';
import { dropHostConnections } from './tcp-end.ts';
import type { World } from './world.ts';

/** Power is gone: everything on the host ends without a word. */
export function takeHostDown(world: World, host: Host): void {
  if (!host.up) return;
  host.up = false;
  host.stopping = false;
  host.life++;
  for (const index of host.processes) {
    const process = world.processes[index] as Process;
    if (isAlive(process)) remove(world, process, 'none');
    else if (process.state === 'waiting') dropStart(process);
    // A static pod's manifest stays where it was put; what systemctl stopped starts again if it is enabled.
    if (process.spec.supervisor.kind !== 'static-pod') process.wanted = process.spec.enabled;
    process.failures = 0;
    process.recentStartsUs = [];
  }
  dropHostConnections(world, host);
  powerCut(host);
  host.listeners = [];
  host.forwards = [];
  setAddresses(world, host, [host.address]);
  host.runtime = true;
  host.arp = new Map();
  host.unresolved = new Map();
  world.report('host-down', host.name, {});
}

/** The host has booted: its network is up and its enabled processes start after their delays. */
export function takeHostUp(world: World, host: Host): void {
  if (host.up) return;
  host.up = true;
  world.report('host-up', host.name, {});
  for (const index of host.processes) {
    const process = world.processes[index] as Process;
    if (process.wanted && canStart(world, process)) planStart(world, process);
  }
}

/** Everything on the host is asked to end; what ends is not started again. */
export function shutDown(world: World, host: Host): void {
  const containerUs = host.containerRuntime === 'docker' ? DOCKER_STOP_US : STOP_LIMIT_US.systemd;
  for (const index of host.processes) {
    const process = world.processes[index] as Process;
    const isContainer = process.spec.supervisor.kind === 'static-pod';
    terminateProcess(world, process, isContainer ? containerUs : STOP_LIMIT_US.systemd);
  }
  host.stopping = true;
  tellIfAllEnded(world, host);
}
