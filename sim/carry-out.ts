/** What the kernel does with each effect that a machine emitted, in the order of emission. */
import { announce, setAddresses } from './arp.ts';
import { sendDatagram } from './datagram.ts';
import { startWrite } from './disk.ts';
import type { Effect } from './effects.ts';
import { NoSuchThing } from './errors.ts';
import { setForward } from './forward.ts';
import type { MachineEvent } from './machine.ts';
import { shutDown, takeHostDown, takeHostUp } from './power.ts';
import { endProcess, killProcess, restartProcess, stopProcess } from './processes.ts';
import { type Cell, type Host, isAlive, type Process } from './state.ts';
import { tellIfStarved } from './steadiness.ts';
import { connect } from './tcp-connect.ts';
import { close, handOver } from './tcp-end.ts';
import { accepting, listen, unlisten } from './tcp-listen.ts';
import { tcpInfo, transmit } from './tcp-stream.ts';
import type { World } from './world.ts';

export function carryOut(world: World, cell: Cell, effect: Effect): void {
  switch (effect.type) {
    case 'batch':
      for (const part of effect.effects) carryOut(world, cell, part);
      break;
    case 'tell': {
      const process = world.processes[cell.process] as Process;
      const target = world.member(process, effect.to);
      // A member that has just ended is told nothing, as a closed channel.
      if (target !== undefined)
        world.tell(target, stamped(effect.event, world.localUs(world.hosts[cell.host] as Host)));
      break;
    }
    case 'transmit':
      transmit(world, cell, effect.connection, effect.message);
      break;
    case 'connect':
      connect(world, cell, effect.connection, effect.to, effect.port);
      break;
    case 'close':
      close(world, cell, effect.connection, 'eof');
      break;
    case 'reset':
      close(world, cell, effect.connection, 'reset');
      break;
    case 'hand-over':
      handOver(world, cell, effect.connection, effect.to, effect.as);
      break;
    case 'tcp-info':
      tcpInfo(world, cell, effect.connections);
      break;
    case 'listen':
      listen(world, cell, effect.port, effect.address, effect.backlog);
      break;
    case 'unlisten':
      unlisten(world, cell, effect.port);
      break;
    case 'accept':
      accepting(world, cell, effect.port, effect.on);
      break;
    case 'start':
      startMember(world, cell, effect.machine, effect.id, effect.input);
      break;
    case 'stop': {
      const member = (world.processes[cell.process] as Process).members.get(effect.id);
      if (member !== undefined) world.endMember(world.cells[member] as Cell, 0);
      break;
    }
    case 'datagram':
      sendDatagram(world, cell, effect.protocol, effect.to, effect.message);
      break;
    case 'write':
      startWrite(world, cell, effect);
      break;
    case 'address-add':
    case 'address-remove':
      changeAddress(world, world.hosts[cell.host] as Host, effect.address, effect.type === 'address-add');
      break;
    case 'forward':
      setForward(world.hosts[cell.host] as Host, effect);
      break;
    case 'gratuitous-arp':
      announce(world, world.hosts[cell.host] as Host, effect.address);
      break;
    case 'inspect':
      inspect(world, cell, effect);
      break;
    case 'signal':
      signal(world, cell, effect.process, effect.signal);
      break;
    case 'exit':
      if (cell.member === '') endProcess(world, world.processes[cell.process] as Process, effect.code);
      else world.endMember(cell, effect.code);
      break;
    case 'host-off':
      takeHostDown(world, world.hosts[cell.host] as Host);
      break;
    case 'host-up':
      takeHostUp(world, world.hosts[cell.host] as Host);
      break;
    case 'host-stopping':
      shutDown(world, world.hosts[cell.host] as Host);
      break;
    case 'log':
    case 'note':
      break;
  }
}

/** The event with the host's clock in it; one that has it already is handed on as it is (a copy costs more than the delivery). */
function stamped(event: MachineEvent, atUs: number): MachineEvent {
  return (event as { readonly atUs?: number }).atUs === atUs ? event : { ...event, atUs };
}

function startMember(world: World, lead: Cell, machine: string, id: string, input: unknown): void {
  const process = world.processes[lead.process] as Process;
  const definition = process.spec.type.members?.[machine];
  if (definition === undefined)
    throw new NoSuchThing(`${lead.path} starts a ${machine}, which its family does not have`);
  const previous = process.members.get(id);
  if (previous !== undefined) world.endMember(world.cells[previous] as Cell, 0);
  const cell = world.createCell(definition, process.index, process.host, id, input);
  process.members.set(id, cell.index);
  if (process.spec.type.countsTime === id) tellIfStarved(world, cell);
}

function changeAddress(world: World, host: Host, address: string, present: boolean): void {
  if (host.addresses.includes(address) === present) return;
  const others = host.addresses.filter((other) => other !== address);
  setAddresses(world, host, present ? [...others, address] : others);
  world.report('address', host.name, { address, present });
  for (const index of host.processes) {
    const process = world.processes[index] as Process;
    if (process.spec.type.watchesLink !== true) continue;
    const lead = world.lead(process);
    if (lead !== undefined) {
      world.tell(lead, { type: 'address', address, present, atUs: world.localUs(host) } as MachineEvent);
    }
  }
}

function inspect(world: World, cell: Cell, effect: Extract<Effect, { type: 'inspect' }>): void {
  const host = world.hosts[cell.host] as Host;
  const ok =
    effect.process !== undefined
      ? host.processes.some((index) => {
          const process = world.processes[index] as Process;
          return process.spec.name === effect.process && isAlive(process);
        })
      : effect.address !== undefined && host.addresses.includes(effect.address);
  world.tell(cell, { type: 'inspected', id: effect.id, ok, atUs: world.localUs(host) } as MachineEvent);
}

function signal(world: World, cell: Cell, name: string, kind: 'kill' | 'term' | 'restart'): void {
  const host = world.hosts[cell.host] as Host;
  for (const index of host.processes) {
    const process = world.processes[index] as Process;
    if (process.spec.name !== name) continue;
    if (kind === 'kill') killProcess(world, process, 'signal');
    else if (kind === 'term') stopProcess(world, process);
    else restartProcess(world, process);
  }
}
