/**
 * A world: hosts, processes, machines and the network between them, in virtual time. Plain data plus `step`.
 *
 * One entry of the queue is taken at a time; the machine it is for makes one macrostep; what the machine emitted is
 * carried out in order (sim/carry-out.ts); what that makes due within the same instant and family is delivered before the
 * next entry. Observers are told of each step and change nothing.
 */

import type { AnyStateMachine } from 'xstate';
import { setAddresses } from './arp.ts';
import { takeItem } from './arrivals.ts';
import { carryOut } from './carry-out.ts';
import { EXACT_CLOCK, localUs, worldDelayUs } from './clock.ts';
import type { Effect } from './effects.ts';
import { FamilyLoop, InboxFull, NoSuchThing, RunTooLong } from './errors.ts';
import type { Action } from './faults.ts';
import type { MachineEvent, Port } from './machine.ts';
import { LAN, Network } from './network.ts';
import { memberExited } from './processes.ts';
import { EventQueue } from './queue.ts';
import {
  ACCEPT,
  type Cell,
  type Connection,
  FAULT,
  type Host,
  type Item,
  type Observer,
  PROCESS_START,
  type Process,
  type ProcessSpec,
  TELL,
  TIMER,
  WAKE,
} from './state.ts';
import { KIND_NAMES, StepView } from './step-view.ts';
import { Streams } from './streams.ts';
import { acceptNow, acceptQueued } from './tcp-listen.ts';
import { type HostSpec, newHost, newProcess, programOf, type WorldSpec } from './world-spec.ts';

const MAX_AT_ONE_INSTANT = 10_000;
/** The event with the host's clock in it. */
function stamp(event: MachineEvent, atUs: number): MachineEvent {
  for (const key in event) if (key !== 'type') return { ...event, atUs };
  return { type: event.type, atUs };
}

export class World implements Port {
  readonly spec: WorldSpec;
  /** World time in microseconds. */
  nowUs = 0;
  /** How many steps were taken: the count of kernel events. */
  steps = 0;
  hosts: Host[] = [];
  /** Address to the indexes of the hosts that have it, in their order. */
  holders = new Map<string, readonly number[]>();
  processes: Process[] = [];
  cells: (Cell | undefined)[] = [];
  connections = new Map<number, Connection>();
  nextConnection = 1;
  queue: EventQueue<Item>;
  streams: Streams;
  network: Network;
  observer: Observer | undefined;
  /** Id of the step being taken: the cause of all it brings about. */
  current = 0;

  private nextSeq = 1;
  private nextSerial = 1;
  private freeCells: number[] = [];
  private stale = 0;
  /** The machine that is making its step. */
  private cell: Cell | undefined;
  /** What the step emitted: the first `emitted` places (to shorten an array costs more than a whole delivery). */
  private effects: Effect[] = [];
  private emitted = 0;
  /** Due at this instant, in order: deliveries within a family. */
  private immediate: Item[] = [];
  private immediateHead = 0;
  private readonly maxEvents: number;
  private readonly maxInbox: number;

  constructor(spec: WorldSpec) {
    this.spec = spec;
    this.maxEvents = spec.limits?.events ?? Number.POSITIVE_INFINITY;
    this.maxInbox = spec.limits?.inbox ?? 1_000_000;
    this.queue = new EventQueue(spec.limits?.queue ?? 1 << 20);
    this.streams = new Streams(spec.seed, spec.draws);
    const link = spec.link ?? (() => LAN);
    this.network = new Network(
      spec.hosts.map((host) => host.name),
      (from, to) => link(spec.hosts[from] as HostSpec, spec.hosts[to] as HostSpec),
      this.streams,
    );
    spec.hosts.forEach((host, index) => {
      this.addHost(host, index);
    });
    for (const process of spec.processes) this.addProcess(process);
    for (const host of this.hosts) {
      const specOf = spec.hosts[host.index] as HostSpec;
      const cell = this.createCell(spec.hostMachine, -1, host.index, '', {
        host: host.name,
        bootUs: specOf.bootUs ?? 30_000_000,
      });
      host.cell = cell.index;
    }
    this.settle();
  }

  private addHost(host: HostSpec, index: number): void {
    if (this.hosts.some((other) => other.name === host.name))
      throw new NoSuchThing(`two hosts are called ${host.name}`);
    const made = newHost(host, index);
    this.hosts.push(made);
    setAddresses(this, made, made.addresses);
  }

  private addProcess(spec: ProcessSpec & { readonly host: string }): void {
    const host = this.host(spec.host);
    const index = this.processes.length;
    if (host.processes.some((other) => this.processes[other]?.spec.name === spec.name)) {
      throw new NoSuchThing(`two processes on ${spec.host} are called ${spec.name}`);
    }
    host.processes.push(index);
    this.processes.push(newProcess(index, host.index, spec));
  }

  // --- looking things up

  host(name: string): Host {
    const host = this.hosts.find((other) => other.name === name);
    if (host === undefined)
      throw new NoSuchThing(
        `there is no host ${name} (there are ${this.hosts.map((h) => h.name).join(', ')})`,
      );
    return host;
  }

  /** @param path `HOST/PROCESS` */
  process(path: string): Process {
    const slash = path.indexOf('/');
    const host = this.host(slash < 0 ? path : path.slice(0, slash));
    const name = path.slice(slash + 1);
    for (const index of host.processes) {
      const process = this.processes[index] as Process;
      if (process.spec.name === name) return process;
    }
    const known = host.processes.map((index) => this.processes[index]?.spec.name).join(', ');
    throw new NoSuchThing(`there is no process ${name} on ${host.name} (there are ${known})`);
  }

  /** `m1/keepalived/VI_1`; the lead is `m1/keepalived`, a host's power `m1`. */
  private pathOf(process: number, host: number, member: string): string {
    const { name } = this.hosts[host] as Host;
    if (process < 0) return name;
    const { spec } = this.processes[process] as Process;
    return member === '' ? `${name}/${spec.name}` : `${name}/${spec.name}/${member}`;
  }

  lead(process: Process): Cell | undefined {
    return process.lead < 0 ? undefined : this.cells[process.lead];
  }

  member(process: Process, id: string): Cell | undefined {
    if (id === '') return this.lead(process);
    const index = process.members.get(id);
    return index === undefined ? undefined : this.cells[index];
  }

  // --- the queue

  /** Puts an entry in the queue, caused by the present step. */
  push(
    atUs: number,
    kind: number,
    target: number,
    serial: number,
    a: unknown,
    b: unknown,
    n: number,
  ): number {
    const seq = this.nextSeq++;
    this.queue.push(atUs, seq, { kind, cause: this.current, target, serial, a, b, n });
    return seq;
  }

  /** Delivers an event to a machine at once, after what is already due. */
  tell(cell: Cell, event: MachineEvent): void {
    this.immediate.push({
      kind: TELL,
      cause: this.current,
      target: cell.index,
      serial: cell.serial,
      a: undefined,
      b: event,
      n: 0,
    });
  }

  /** An entry that is due at this instant, after what is already due. */
  due(kind: number, target: number, serial: number, a: unknown): void {
    this.immediate.push({ kind, cause: this.current, target, serial, a, b: undefined, n: 0 });
  }

  /** An action of the outside world (a fault, an operator's step) at a time not before now. */
  act(atUs: number, action: Action): void {
    if (!Number.isSafeInteger(atUs) || atUs < this.nowUs)
      throw new NoSuchThing(`an action cannot happen at ${atUs} us, it is ${this.nowUs} us`);
    const cause = this.current;
    this.current = 0;
    this.push(atUs, FAULT, 0, 0, action, undefined, 0);
    this.current = cause;
  }

  // --- the port of the machine that makes its step

  emit(effect: Effect): void {
    this.effects[this.emitted++] = effect;
  }

  schedule(timer: number, delayUs: number, event: MachineEvent, bare?: string): void {
    const cell = this.cell as Cell;
    if (cell.timers[timer] !== 0) this.stale++;
    const host = this.hosts[cell.host] as Host;
    const atUs = this.nowUs + (host.clock.driftPpm === 0 ? delayUs : worldDelayUs(host.clock, delayUs));
    const seq = this.nextSeq++;
    this.queue.push(atUs, seq, {
      kind: TIMER,
      cause: this.current,
      target: cell.index,
      serial: cell.serial,
      a: bare,
      b: event,
      n: timer,
    });
    cell.timers[timer] = seq;
    cell.dueUs[timer] = atUs;
  }

  cancel(timer: number): void {
    const cell = this.cell as Cell;
    if (cell.timers[timer] === 0) return;
    cell.timers[timer] = 0;
    this.stale++;
  }

  // --- machines

  /** Makes a machine and lets it enter its initial state before anything else that is due at this instant. */
  createCell(machine: AnyStateMachine, process: number, host: number, member: string, input: unknown): Cell {
    const program = programOf(this.spec.executor, machine);
    const index = this.freeCells.pop() ?? this.cells.length;
    const timers = program.timers.length;
    const cell: Cell = {
      leaf: -1,
      context: undefined,
      index,
      serial: this.nextSerial++,
      program,
      process,
      host,
      member,
      path: this.pathOf(process, host, member),
      timers: timers === 0 ? [] : new Array<number>(timers).fill(0),
      dueUs: timers === 0 ? [] : new Array<number>(timers).fill(0),
      ends: undefined,
    };
    this.cells[index] = cell;
    this.immediate.push({
      kind: PROCESS_START,
      cause: this.current,
      target: index,
      serial: cell.serial,
      a: input,
      b: undefined,
      n: 0,
    });
    return cell;
  }

  /** Forgets a machine; its timers and whatever is on the way to it become stale. */
  destroyCell(cell: Cell): void {
    for (const seq of cell.timers) if (seq !== 0) this.stale++;
    this.cells[cell.index] = undefined;
    this.freeCells.push(cell.index);
  }

  /** The host's monotonic clock. */
  localUs(host: Host): number {
    return host.clock === EXACT_CLOCK ? this.nowUs : localUs(host.clock, this.nowUs);
  }

  private startCell(cell: Cell, input: unknown, cause: number): void {
    this.begin();
    this.cell = cell;
    cell.program.start(cell, input, this);
    this.finish(cell, undefined, 'start', -1, true, cause);
  }

  private react(cell: Cell, event: MachineEvent, kind: number, cause: number, type?: string): void {
    if (this.cell !== undefined || this.emitted > 0)
      throw new Error(`${cell.path} is stepped while another step is being carried out`);
    this.begin();
    this.cell = cell;
    const before = cell.leaf;
    const handled = cell.program.step(cell, event, this, type);
    this.finish(
      cell,
      event,
      this.observer === undefined ? '' : (KIND_NAMES[kind] as string),
      before,
      handled,
      cause,
    );
  }

  private begin(): void {
    this.current = ++this.steps;
    if (this.steps > this.maxEvents) throw new RunTooLong(this.maxEvents);
  }

  private finish(
    cell: Cell,
    event: MachineEvent | undefined,
    kind: string,
    before: number,
    handled: boolean,
    cause: number,
  ): void {
    this.cell = undefined;
    const { effects, emitted } = this;
    if (this.observer !== undefined) {
      this.observer(
        new StepView(
          this,
          cause,
          kind,
          cell,
          event,
          before,
          handled,
          effects.slice(0, emitted),
          undefined,
          undefined,
        ),
      );
    }
    if (emitted === 0) return;
    for (let i = 0; i < emitted; i++) carryOut(this, cell, effects[i] as Effect);
    this.emitted = 0;
  }

  /** Tells observers what the kernel itself did or found in the present step. */
  report(kind: string, who: string, detail: unknown): void {
    if (this.observer === undefined) return;
    this.observer(new StepView(this, this.current, kind, undefined, undefined, -1, true, [], who, detail));
  }

  // --- delivery

  /** Hands a kernel event to a machine now, or keeps it while its process is paused or its host starved. */
  deliver(cell: Cell, event: MachineEvent, kind: number, cause: number, type?: string): void {
    if (cell.process >= 0) {
      const process = this.processes[cell.process] as Process;
      const host = this.hosts[cell.host] as Host;
      if (process.state !== 'running' || host.starved !== undefined) {
        if (
          this.hold(process, host, {
            kind: TELL,
            cause,
            target: cell.index,
            serial: cell.serial,
            a: undefined,
            b: event,
            n: 0,
          })
        )
          return;
      }
    }
    this.react(cell, event, kind, cause, type);
  }

  /** True if the entry has to wait: the process is paused, or the host's CPU belongs to others at this moment. */
  private hold(process: Process, host: Host, item: Item): boolean {
    if (process.state === 'running') {
      const starved = host.starved;
      if (starved === undefined) return false;
      const phaseUs = (this.nowUs - starved.sinceUs) % starved.periodUs;
      if (phaseUs < starved.shareUs && process.held.length === 0) return false;
      if (process.held.length === 0)
        this.push(
          this.nowUs + starved.periodUs - phaseUs,
          WAKE,
          process.index,
          process.incarnation,
          undefined,
          undefined,
          0,
        );
    }
    if (process.held.length >= this.maxInbox)
      throw new InboxFull(`${host.name}/${process.spec.name}`, this.maxInbox);
    (process.held as Item[]).push(item);
    return true;
  }

  /** Delivers what was held back, in order. */
  release(process: Process): void {
    acceptQueued(this, process);
    const held = process.held;
    process.held = [];
    const cause = this.current;
    for (const item of held) {
      const cell = this.cells[item.target];
      if (cell === undefined || cell.serial !== item.serial) continue;
      this.immediate.push({ ...item, cause: item.cause === 0 ? cause : item.cause });
    }
  }

  /** Takes the earliest entry. False if there is none. */
  step(): boolean {
    const queue = this.queue;
    if (queue.size === 0) return false;
    const item = queue.pop();
    this.nowUs = queue.poppedUs;
    if (item.kind === TIMER) this.fire(item, queue.poppedSeq);
    else takeItem(this, item);
    if (this.immediateHead < this.immediate.length) this.settle();
    if (this.stale > 256 && this.stale > queue.size >> 1) this.dropStale();
    return true;
  }

  /** Steps through everything that happens up to and including this time. */
  runUntil(untilUs: number): void {
    const queue = this.queue;
    while (queue.nextUs <= untilUs) this.step();
    this.waitUntil(untilUs);
  }

  /** Lets time pass in which nothing happens; what is due by then stays due. */
  waitUntil(atUs: number): void {
    if (this.nowUs < atUs) this.nowUs = atUs;
  }

  /** Is this very action waiting in the queue? */
  hasPending(action: Action): boolean {
    for (const { item } of this.queue.entries()) if (item.kind === FAULT && item.a === action) return true;
    return false;
  }

  private fire(item: Item, seq: number): void {
    const cell = this.cells[item.target];
    if (cell === undefined || cell.serial !== item.serial || cell.timers[item.n] !== seq) {
      this.stale--;
      return;
    }
    if (cell.process >= 0) {
      const process = this.processes[cell.process] as Process;
      const host = this.hosts[cell.host] as Host;
      if (process.state !== 'running' || host.starved !== undefined) {
        // Kept with its sequence number: what is handled before it may cancel it.
        if (this.hold(process, host, { ...item, a: seq })) return;
      }
    }
    this.expire(cell, item);
  }

  private expire(cell: Cell, item: Item): void {
    const host = this.hosts[cell.host] as Host;
    cell.timers[item.n] = 0;
    const atUs = host.clock === EXACT_CLOCK ? this.nowUs : localUs(host.clock, this.nowUs);
    if (typeof item.a === 'string') this.react(cell, { type: item.a, atUs }, TIMER, item.cause, item.a);
    else this.react(cell, stamp(item.b as MachineEvent, atUs), TIMER, item.cause);
  }

  private settle(): void {
    let count = 0;
    while (this.immediateHead < this.immediate.length) {
      const item = this.immediate[this.immediateHead++] as Item;
      const cell = this.cells[item.target];
      if (cell === undefined || cell.serial !== item.serial) continue;
      if (++count > MAX_AT_ONE_INSTANT) throw new FamilyLoop(cell.path, MAX_AT_ONE_INSTANT);
      if (item.kind === PROCESS_START) this.startCell(cell, item.a, item.cause);
      else if (item.kind === ACCEPT) acceptNow(this, item);
      else if (item.kind === TIMER) {
        if (cell.timers[item.n] === item.a) this.expire(cell, item);
      } else this.deliver(cell, item.b as MachineEvent, item.kind, item.cause);
    }
    this.immediate = [];
    this.immediateHead = 0;
  }

  /** A step of the kernel itself, without a machine. */
  kernelStep(): number {
    this.current = ++this.steps;
    return this.current;
  }

  private dropStale(): void {
    this.queue.compact((item, seq) => item.kind !== TIMER || this.isArmed(item, seq));
    this.stale = 0;
  }

  private isArmed(item: Item, seq: number): boolean {
    const cell = this.cells[item.target];
    return cell !== undefined && cell.serial === item.serial && cell.timers[item.n] === seq;
  }

  /** A member of a family said `exit`, or was stopped by the lead. */
  endMember(cell: Cell, code: number): void {
    memberExited(this, cell, code);
  }

  // --- for sim/snapshot.ts: what a copy needs beside the public records

  /** @internal */
  copyPrivateTo(other: World): void {
    other.nextSeq = this.nextSeq;
    other.nextSerial = this.nextSerial;
    other.freeCells = this.freeCells.slice();
    other.stale = this.stale;
    other.cell = undefined;
    other.effects = [];
    other.emitted = 0;
    other.immediate = [];
    other.immediateHead = 0;
  }
}
