/**
 * What the outside world can do to a world: the actions behind faults and operator's steps. Data, so that they can
 * be stored, replayed and shrunk. Names of scenarios are translated into these by scenarios/faults.ts.
 */
import { withDrift } from './clock.ts';
import { setRuntime } from './containers.ts';
import { healDisk, loseDisk, putOnDisk } from './disk.ts';
import { NoSuchThing } from './errors.ts';
import type { MachineEvent } from './machine.ts';
import type { Rule } from './network.ts';
import { killProcess, pauseProcess, resumeProcess, startProcess, stopProcess } from './processes.ts';
import type { Cell, Host } from './state.ts';
import { processesOf, tellSteady, tellUnsteady } from './steadiness.ts';
import type { World } from './world.ts';

export type Action =
  /** To the host's power machine: power-off, power-on, shutdown, reset. */
  | { readonly do: 'host'; readonly host: string; readonly event: MachineEvent }
  /** `graceful`: SIGTERM and wanted no more (systemctl stop); kill: SIGKILL, subject to the supervisor. */
  | { readonly do: 'stop' | 'start' | 'restart' | 'kill' | 'pause' | 'resume'; readonly process: string }
  /** An event from outside for a process's lead or a member (an operator's request, a child killed). */
  | { readonly do: 'send'; readonly process: string; readonly member?: string; readonly event: MachineEvent }
  | { readonly do: 'rule-add'; readonly rule: Rule }
  | { readonly do: 'rule-remove'; readonly id: string }
  | { readonly do: 'carrier' | 'attached' | 'runtime'; readonly host: string; readonly on: boolean }
  | {
      readonly do: 'disk';
      readonly host: string;
      readonly hung?: boolean;
      readonly full?: boolean;
      readonly lying?: boolean;
      readonly latencyUs?: number;
      readonly jitterUs?: number;
    }
  | { readonly do: 'disk-lost'; readonly host: string; readonly process?: string }
  /** An operator puts data in place of what the process had (a restored backup), safely on the platter. */
  | {
      readonly do: 'disk-put';
      readonly host: string;
      readonly process: string;
      readonly values: Readonly<Record<string, unknown>>;
    }
  | { readonly do: 'clock'; readonly host: string; readonly driftPpm?: number; readonly stepUs?: number }
  | { readonly do: 'starve'; readonly host: string; readonly periodUs: number; readonly shareUs: number }
  | { readonly do: 'feed'; readonly host: string }
  /** sysctl net.ipv4.ip_nonlocal_bind, for sockets that are bound from now on. */
  | { readonly do: 'nonlocal-bind'; readonly host: string; readonly on: boolean }
  /** An operator changes what the process is started with: in force from its next start. */
  | {
      readonly do: 'configure';
      readonly process: string;
      readonly config: unknown;
      /** What is new in it, in words: `inter 1s`. */
      readonly what?: string;
    }
  /** An operator says whether it is started with its host from the next boot on (systemctl enable, a manifest put in place). */
  | { readonly do: 'enable'; readonly process: string; readonly on: boolean }
  /** A shell of a host is told something by the person at its console; reported as `operator`, not as a fault. */
  | { readonly do: 'console'; readonly process: string; readonly event: MachineEvent }
  /** What a person at a console typed, or what was printed; nothing happens. Reported as `operator`. */
  | { readonly do: 'say'; readonly host: string; readonly line: string; readonly answer?: string }
  /** A moment with a name and nothing else, for observers. */
  | { readonly do: 'mark'; readonly name: string };

export function applyAction(world: World, action: Action): void {
  world.report(
    action.do === 'console' || action.do === 'say' ? 'operator' : 'fault',
    'host' in action
      ? action.host
      : 'process' in action && action.process !== undefined
        ? action.process
        : '',
    action,
  );
  switch (action.do) {
    case 'host': {
      const host = world.host(action.host);
      const cell = world.cells[host.cell] as Cell;
      world.tell(cell, { ...action.event, atUs: world.nowUs });
      break;
    }
    case 'stop':
      stopProcess(world, world.process(action.process));
      break;
    case 'start':
      startProcess(world, world.process(action.process));
      break;
    case 'restart': {
      const process = world.process(action.process);
      stopProcess(world, process);
      startProcess(world, process);
      break;
    }
    case 'kill':
      killProcess(world, world.process(action.process), 'signal');
      break;
    case 'pause':
      pauseProcess(world, world.process(action.process));
      break;
    case 'resume':
      resumeProcess(world, world.process(action.process));
      break;
    case 'send': {
      const process = world.process(action.process);
      const cell = world.member(process, action.member ?? '');
      if (cell === undefined) world.report('unheard', action.process, action);
      else world.tell(cell, { ...action.event, atUs: world.localUs(world.hosts[process.host] as Host) });
      break;
    }
    case 'nonlocal-bind':
      world.host(action.host).nonlocalBind = action.on;
      break;
    case 'configure': {
      const process = world.process(action.process);
      process.spec = { ...process.spec, config: action.config };
      break;
    }
    case 'enable': {
      const process = world.process(action.process);
      process.spec = { ...process.spec, enabled: action.on };
      break;
    }
    case 'console': {
      const process = world.process(action.process);
      const lead = world.lead(process);
      if (lead !== undefined)
        world.tell(lead, { ...action.event, atUs: world.localUs(world.hosts[process.host] as Host) });
      break;
    }
    case 'rule-add':
      world.network.addRule(action.rule);
      break;
    case 'rule-remove':
      world.network.removeRule(action.id);
      break;
    case 'carrier':
      setCarrier(world, world.host(action.host), action.on);
      break;
    case 'runtime':
      setRuntime(world, world.host(action.host), action.on);
      break;
    case 'attached':
      world.host(action.host).attached = action.on;
      break;
    case 'disk': {
      const host = world.host(action.host);
      const disk = host.disk;
      if (action.full !== undefined) disk.full = action.full;
      if (action.lying !== undefined) disk.lying = action.lying;
      if (action.latencyUs !== undefined) disk.latencyUs = action.latencyUs;
      if (action.jitterUs !== undefined) disk.jitterUs = action.jitterUs;
      if (action.hung === true) disk.hung = true;
      if (action.hung === false) healDisk(world, host);
      break;
    }
    case 'disk-put':
      putOnDisk(world.host(action.host), action.process, action.values);
      break;
    case 'disk-lost':
      loseDisk(world.host(action.host), action.process);
      break;
    case 'clock': {
      const host = world.host(action.host);
      if (action.driftPpm !== undefined) {
        if (action.driftPpm <= -1e6)
          throw new NoSuchThing(`a clock cannot drift by ${action.driftPpm} ppm: it would stand still`);
        for (const process of processesOf(world, host)) tellUnsteady(world, process);
        host.clock = withDrift(host.clock, world.nowUs, action.driftPpm);
        for (const process of processesOf(world, host)) tellSteady(world, process);
      }
      if (action.stepUs !== undefined)
        host.clock = { ...host.clock, wallOffsetUs: host.clock.wallOffsetUs + action.stepUs };
      break;
    }
    case 'starve': {
      const host = world.host(action.host);
      for (const process of processesOf(world, host)) tellUnsteady(world, process);
      host.starved = { periodUs: action.periodUs, shareUs: action.shareUs, sinceUs: world.nowUs };
      break;
    }
    case 'feed': {
      const host = world.host(action.host);
      host.starved = undefined;
      for (const process of processesOf(world, host)) {
        if (process.state === 'running') world.release(process);
        tellSteady(world, process);
      }
      break;
    }
    case 'mark':
    case 'say':
      break;
  }
}

function setCarrier(world: World, host: Host, on: boolean): void {
  if (host.carrier === on) return;
  host.carrier = on;
  if (!host.up) return;
  for (const index of host.processes) {
    const process = world.processes[index];
    if (process?.spec.type.watchesLink !== true) continue;
    const lead = world.lead(process);
    if (lead !== undefined)
      world.tell(lead, { type: 'link', up: on, atUs: world.localUs(host) } as MachineEvent);
  }
}
