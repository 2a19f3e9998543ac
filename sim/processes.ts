/**
 * Processes: start, stop, kill, pause, and what their supervisors do when they end.
 *
 * Sources: systemd.service(5) Restart=, RestartSec= (100 ms); systemd.unit(5) StartLimitBurst= (5) and
 * StartLimitIntervalSec= (10 s); kubelet's restart back-off: at once, then 10 s doubling to 5 min, reset after 10 min
 * (KEP-4603), death noticed by a relist each second (PLEG). SIGKILL for who does not end after SIGTERM: systemd-system.conf(5)
 * DefaultTimeoutStopSec= (90 s); a pod's terminationGracePeriodSeconds (30 s), as kubeadm's static pods say nothing else.
 * Unit: microseconds.
 *
 * Not modelled: exit codes beyond 0 and not 0, start-up ordering other than `requires`.
 */

import { keeperOf, tellKeeper, tellOfRuntime } from './keeper.ts';
import type { MachineEvent } from './machine.ts';
import {
  type Cell,
  type Host,
  isAlive,
  PROCESS_START,
  type Process,
  STOP_LIMIT,
  type Supervisor,
} from './state.ts';
import { tellSteady, tellUnsteady } from './steadiness.ts';
import { releaseEnds } from './tcp-end.ts';
import { dropListeners } from './tcp-listen.ts';
import { MINUTE_US, SECOND_US } from './time.ts';
import type { World } from './world.ts';

const SYSTEMD_RESTART_US = 100_000;
const SYSTEMD_BURST = 5;
const SYSTEMD_INTERVAL_US = 10 * SECOND_US;
const POD_BACKOFF_FIRST_US = 10 * SECOND_US;
const POD_BACKOFF_MAX_US = 5 * MINUTE_US;
const POD_RESET_US = 10 * MINUTE_US;
const PLEG_RELIST_US = SECOND_US;
/** From SIGTERM to SIGKILL. */
export const STOP_LIMIT_US: Readonly<Record<Supervisor['kind'], number>> = {
  none: Number.POSITIVE_INFINITY,
  systemd: 90 * SECOND_US,
  'static-pod': 30 * SECOND_US,
};

function streamName(world: World, process: Process, purpose: string): string {
  return `${purpose}/${(world.hosts[process.host] as Host).name}/${process.spec.name}`;
}

/** Runs the process now: a fresh lead machine with what the disk kept. */
export function beginProcess(world: World, process: Process): void {
  const host = world.hosts[process.host] as Host;
  if (!host.up || isAlive(process)) return;
  const prefix = `${process.spec.name}/`;
  const disk: Record<string, unknown> = {};
  for (const [key, value] of host.disk.values)
    if (key.startsWith(prefix)) disk[key.slice(prefix.length)] = value.value;
  process.state = 'running';
  process.startedAtUs = world.nowUs;
  process.recentStartsUs = [
    ...process.recentStartsUs.filter((at) => at > world.nowUs - SYSTEMD_INTERVAL_US),
    world.nowUs,
  ];
  const starts = process.incarnation;
  process.incarnation++;
  world.report('process-start', `${host.name}/${process.spec.name}`, { starts });
  const lead = world.createCell(process.spec.type.lead, process.index, process.host, '', {
    config: process.spec.config,
    luck: world.streams.luck(streamName(world, process, 'luck')),
    disk,
    starts,
    host: host.name,
    address: host.address,
    atUs: world.localUs(host),
  });
  process.lead = lead.index;
  // netlink is asked for the state at start; a carrier that is there goes without saying.
  if (process.spec.type.watchesLink === true && !host.carrier) {
    world.tell(lead, { type: 'link', up: false, atUs: world.localUs(host) } as MachineEvent);
  }
  wakeDependants(world, process);
  tellKeeper(world, process, true);
  if (process.spec.type.watchesContainers === true) {
    if (!host.runtime) tellOfRuntime(world, process);
    for (const index of host.processes) {
      const other = world.processes[index] as Process;
      if (other.state === 'running' && keeperOf(world, other) === process) tellKeeper(world, other, true);
    }
  }
}

/** Starts what waits for this process on the same host (static pods for the kubelet). */
export function wakeDependants(world: World, process: Process): void {
  const host = world.hosts[process.host] as Host;
  for (const index of host.processes) {
    const other = world.processes[index] as Process;
    if (
      other.spec.supervisor.kind === 'static-pod' &&
      other.spec.supervisor.requires === process.spec.name &&
      other.wanted &&
      other.state === 'stopped'
    ) {
      planStart(world, other);
    }
  }
}

function startDelay(world: World, process: Process): number {
  const [least, most] = process.spec.startDelayUs;
  return most <= least ? least : world.streams.integer(streamName(world, process, 'start'), least, most);
}

/** It starts after this delay; without one, after the delay that its spec gives. */
export function planStart(world: World, process: Process, delayUs = startDelay(world, process)): void {
  process.state = 'waiting';
  world.push(
    world.nowUs + delayUs,
    PROCESS_START,
    process.index,
    process.incarnation,
    undefined,
    undefined,
    0,
  );
}

/** The start that it waits for does not come. */
export function dropStart(process: Process): void {
  process.state = 'stopped';
  process.incarnation++;
}

/** Is everything there that this process needs in order to be started? */
export function canStart(world: World, process: Process): boolean {
  const host = world.hosts[process.host] as Host;
  if (!host.up || host.stopping || !process.wanted) return false;
  const supervisor = process.spec.supervisor;
  if (supervisor.kind !== 'static-pod') return true;
  if (!host.runtime) return false;
  return host.processes.some((index) => {
    const other = world.processes[index] as Process;
    return other.spec.name === supervisor.requires && other.state === 'running';
  });
}

/** An operator starts it (systemctl start, the manifest put back): wanted from now on, at once. */
export function startProcess(world: World, process: Process): void {
  process.wanted = true;
  process.failures = 0;
  if (process.stopping) process.again = true;
  else if (!isAlive(process) && canStart(world, process)) {
    process.incarnation++;
    planStart(world, process, 0);
  }
}

/**
 * SIGTERM, and not wanted any more. It gets SIGKILL when its supervisor's time is up. On a host without power there is no systemd to be
 * asked, and an enabled unit starts with the boot; without its runtime the kubelet cannot end a container, and does so when it runs
 * again (sim/containers.ts).
 */
export function stopProcess(world: World, process: Process): void {
  const { kind } = process.spec.supervisor;
  const { up, runtime } = world.hosts[process.host] as Host;
  if (kind === 'systemd' && !up) return;
  process.wanted = false;
  if (kind === 'static-pod' && !runtime && process.state !== 'waiting') return;
  terminateProcess(world, process, STOP_LIMIT_US[kind]);
}

/** SIGTERM for now, as the host or the container runtime stops; SIGKILL after the limit, in microseconds. */
export function terminateProcess(world: World, process: Process, limitUs: number): void {
  if (process.state === 'waiting') {
    dropStart(process);
    return;
  }
  // systemd lets go on whom it ends (SendSIGCONT); in a container SIGTERM waits.
  if (process.state === 'paused' && process.spec.supervisor.kind !== 'static-pod')
    resumeProcess(world, process);
  if (!isAlive(process)) return;
  const lead = world.lead(process);
  process.again = false;
  if (lead !== undefined && process.spec.type.handlesTerminate === true) {
    process.stopping = true;
    world.tell(lead, {
      type: 'terminate',
      atUs: world.localUs(world.hosts[process.host] as Host),
    } as MachineEvent);
    if (limitUs < Number.POSITIVE_INFINITY)
      world.push(
        world.nowUs + limitUs,
        STOP_LIMIT,
        process.index,
        process.incarnation,
        undefined,
        undefined,
        0,
      );
  } else {
    remove(world, process, 'eof');
    tellKeeper(world, process, false);
  }
}

/** The kubelet kills a container (liveness): it is started again, with back-off, when it has ended. */
export function restartProcess(world: World, process: Process): void {
  if (process.stopping || !(world.hosts[process.host] as Host).runtime) return;
  if (process.spec.type.handlesTerminate !== true) killProcess(world, process, 'signal');
  else terminateProcess(world, process, STOP_LIMIT_US[process.spec.supervisor.kind]);
}

/** The process ended by itself. */
export function endProcess(world: World, process: Process, code: number): void {
  if (!isAlive(process)) return;
  world.report('process-exit', pathOf(world, process), { code });
  bury(world, process, code !== 0);
}

/** SIGKILL, from somebody or because the time to end after SIGTERM is up. Its addresses stay on the interface; its sockets are closed by the kernel. */
export function killProcess(world: World, process: Process, why: 'signal' | 'stop-limit'): void {
  if (!isAlive(process)) return;
  world.report('process-exit', pathOf(world, process), { signal: 'SIGKILL', why });
  bury(world, process, true);
}

function bury(world: World, process: Process, failed: boolean): void {
  const again = process.again;
  remove(world, process, 'eof');
  if (again && canStart(world, process)) planStart(world, process, 0);
  else supervise(world, process, failed);
}

function pathOf(world: World, process: Process): string {
  return `${(world.hosts[process.host] as Host).name}/${process.spec.name}`;
}

/** Ends it now: its machines, sockets and listeners. `eof`: the kernel closes its connections; `none`: nobody does. */
export function remove(world: World, process: Process, how: 'eof' | 'none'): void {
  const cells: Cell[] = [];
  const lead = world.lead(process);
  if (lead !== undefined) cells.push(lead);
  for (const index of process.members.values()) cells.push(world.cells[index] as Cell);
  for (const cell of cells) releaseEnds(world, cell, how);
  dropListeners(world, process);
  for (const cell of cells) world.destroyCell(cell);
  process.members = new Map();
  process.lead = -1;
  process.held = [];
  process.state = 'stopped';
  process.stopping = false;
  process.again = false;
  process.incarnation++;
  const host = world.hosts[process.host] as Host;
  if (host.stopping) tellIfAllEnded(world, host);
}

/** A host that shuts down is told when nothing runs on it any more. */
export function tellIfAllEnded(world: World, host: Host): void {
  if (host.processes.some((index) => isAlive(world.processes[index] as Process))) return;
  world.tell(world.cells[host.cell] as Cell, { type: 'all-ended', atUs: world.nowUs } as MachineEvent);
}

function supervise(world: World, process: Process, failed: boolean): void {
  if (!process.wanted || !(world.hosts[process.host] as Host).runtime) tellKeeper(world, process, false);
  if (!canStart(world, process)) return;
  const supervisor = process.spec.supervisor;
  if (supervisor.kind === 'systemd') {
    if (supervisor.restart === 'no' || (supervisor.restart === 'on-failure' && !failed)) return;
    const recent = process.recentStartsUs.filter((at) => at > world.nowUs - SYSTEMD_INTERVAL_US);
    if (recent.length >= SYSTEMD_BURST) {
      process.wanted = false;
      world.report('start-limit', pathOf(world, process), { starts: recent.length });
      return;
    }
    planStart(world, process, supervisor.delayUs ?? SYSTEMD_RESTART_US);
  } else if (supervisor.kind === 'static-pod') {
    if (world.nowUs - process.startedAtUs >= POD_RESET_US) process.failures = 0;
    const backoffUs =
      process.failures === 0
        ? 0
        : Math.min(POD_BACKOFF_MAX_US, POD_BACKOFF_FIRST_US * 2 ** (process.failures - 1));
    process.failures++;
    tellKeeper(world, process, false, backoffUs);
    planStart(
      world,
      process,
      backoffUs + world.streams.integer(streamName(world, process, 'relist'), 0, PLEG_RELIST_US),
    );
  }
}

/** SIGSTOP: the process keeps its sockets and addresses and does nothing. */
export function pauseProcess(world: World, process: Process): void {
  if (process.state !== 'running') return;
  tellUnsteady(world, process);
  process.state = 'paused';
}

/** SIGCONT: what has waited is delivered at once, in order. */
export function resumeProcess(world: World, process: Process): void {
  if (process.state !== 'paused') return;
  process.state = 'running';
  world.release(process);
  tellSteady(world, process);
}

/** A member's machine ended or was stopped by its lead. */
export function memberExited(world: World, cell: Cell, code: number): void {
  const process = world.processes[cell.process] as Process;
  if (process.members.get(cell.member) !== cell.index) return;
  releaseEnds(world, cell, 'eof');
  process.members.delete(cell.member);
  world.destroyCell(cell);
  if (code !== 0) {
    const lead = world.lead(process);
    if (lead !== undefined) {
      world.tell(lead, {
        type: 'member-exited',
        id: cell.member,
        code,
        atUs: world.localUs(world.hosts[process.host] as Host),
      } as MachineEvent);
    }
  }
}
