/**
 * A few routers on one segment with a virtual clock: just enough of a kernel for keepalived's family. Latency is exact,
 * so that times can be compared to the microsecond.
 */

import type { Advert } from '../../../models/keepalived/advert.ts';
import type { KeepalivedConfig } from '../../../models/keepalived/config.ts';
import { observeInstance, type RouterObservation } from '../../../models/keepalived/observe.ts';
import { keepalived } from '../../../models/keepalived/process.ts';
import { readKeepalivedConf } from '../../../models/keepalived/read-conf.ts';
import { compiledProgram } from '../../../sim/compiled.ts';
import type { Address, Effect } from '../../../sim/effects.ts';
import type { Instance, MachineEvent, Port, Program } from '../../../sim/machine.ts';
import type { referenceProgram } from '../../../sim/reference.ts';

let executor = compiledProgram;
let programs = new Map<unknown, Program>();

/** The executor of routers that are started from now on. */
export function useExecutor(other: typeof referenceProgram): void {
  executor = other;
  programs = new Map();
}

function programOf(machine: Parameters<typeof referenceProgram>[0]): Program {
  let program = programs.get(machine);
  if (program === undefined) {
    program = executor(machine);
    programs.set(machine, program);
  }
  return program;
}

export const S = 1_000_000;
export const MS = 1_000;

interface Cell {
  readonly program: Program;
  readonly instance: Instance;
  readonly timers: number[];
  alive: boolean;
}

/** What answers on a port: a status to a request, silence, or nothing listening. */
export type Port80 = { readonly status?: number; readonly tls?: boolean; readonly silent?: boolean };

export interface Said {
  readonly atUs: number;
  readonly host: string;
  readonly line: string;
}

export class Router {
  readonly bus: Bus;
  readonly name: string;
  readonly address: Address;
  readonly config: KeepalivedConfig;
  readonly addresses: Set<Address>;
  readonly processes = new Set(['haproxy']);
  readonly ports = new Map<string, Port80>();
  readonly arp: { atUs: number; address: Address }[] = [];
  readonly sent: { atUs: number; to: Address | 'multicast'; advert: Advert }[] = [];
  readonly notes: Extract<Effect, { type: 'note' }>[] = [];
  readonly vipChanges: { atUs: number; has: boolean }[] = [];
  linkUp = true;
  exitedAtUs: number | undefined;
  paused: (() => void)[] | undefined;
  private readonly cells = new Map<string, Cell>();
  private starts = 0;

  constructor(bus: Bus, name: string, address: Address, config: KeepalivedConfig) {
    this.bus = bus;
    this.name = name;
    this.address = address;
    this.config = config;
    this.addresses = new Set([address]);
  }

  /** A fresh process. `luck` decides how long it takes to start. */
  start(luck = this.starts + 1): void {
    this.exitedAtUs = undefined;
    const input = {
      config: this.config,
      luck,
      disk: {},
      starts: this.starts++,
      host: this.name,
      address: this.address,
    };
    this.create('', keepalived.lead, { ...input, atUs: this.bus.nowUs });
  }

  /** kill -9 of everything: no machine is left, the addresses stay. */
  kill(): void {
    for (const cell of this.cells.values()) cell.alive = false;
    this.cells.clear();
  }

  /** SIGSTOP: what arrives and what is due waits. */
  pause(): void {
    this.paused = [];
  }

  resume(): void {
    const held = this.paused ?? [];
    this.paused = undefined;
    for (const deliver of held) deliver();
  }

  send(event: { readonly type: string; readonly [key: string]: unknown }): void {
    this.deliver('', event);
  }

  link(up: boolean): void {
    this.linkUp = up;
    this.send({ type: 'link', up });
  }

  get instance(): RouterObservation | undefined {
    const cell = this.cells.get(this.config.instances[0]!.name);
    return cell && this.observe(this.config.instances[0]!.name);
  }

  observe(member: string): RouterObservation | undefined {
    const cell = this.cells.get(member);
    if (cell === undefined) return undefined;
    const { program, instance } = cell;
    return observeInstance(program.id, program.leaves[instance.leaf]!, instance.context);
  }

  context(member = this.config.instances[0]!.name): Record<string, unknown> {
    return this.cells.get(member)!.instance.context as Record<string, unknown>;
  }

  leaf(member = ''): string | undefined {
    const cell = this.cells.get(member);
    return cell?.program.leaves[cell.instance.leaf];
  }

  has(address: Address): boolean {
    return this.addresses.has(address);
  }

  lines(): string[] {
    return this.bus.said.filter((said) => said.host === this.name).map((said) => said.line);
  }

  /** Delivers an event now, or when the process goes on. */
  deliver(member: string, event: { readonly type: string }): void {
    const go = (): void => {
      const cell = this.cells.get(member);
      if (cell?.alive) this.step(cell, { ...event, atUs: this.bus.nowUs });
    };
    if (this.paused === undefined) go();
    else this.paused.push(go);
  }

  private create(member: string, machine: Parameters<typeof referenceProgram>[0], input: unknown): void {
    const program = programOf(machine);
    const cell: Cell = { program, instance: { leaf: 0, context: undefined }, timers: [], alive: true };
    this.cells.set(member, cell);
    this.perform(cell, member, (port) => program.start(cell.instance, input, port));
  }

  private step(cell: Cell, event: MachineEvent): void {
    const member = [...this.cells].find(([, other]) => other === cell)?.[0] ?? '';
    this.perform(cell, member, (port) => {
      cell.program.step(cell.instance, event, port);
    });
  }

  private perform(cell: Cell, member: string, run: (port: Port) => void): void {
    const effects: Effect[] = [];
    run({
      emit: (effect) => effects.push(effect),
      schedule: (timer, delayUs, event) => {
        const seq = this.bus.at(this.bus.nowUs + delayUs, () => {
          if (!cell.alive || cell.timers[timer] !== seq) return;
          const fire = (): void => {
            if (cell.alive) this.step(cell, { ...event, atUs: this.bus.nowUs });
          };
          if (this.paused === undefined) fire();
          else this.paused.push(fire);
        });
        cell.timers[timer] = seq;
      },
      cancel: (timer) => {
        cell.timers[timer] = 0;
      },
    });
    for (const effect of effects) this.carryOut(cell, member, effect);
  }

  private carryOut(cell: Cell, member: string, effect: Effect): void {
    const { bus } = this;
    switch (effect.type) {
      case 'batch':
        for (const part of effect.effects) this.carryOut(cell, member, part);
        break;
      case 'datagram': {
        const advert = effect.message as Advert;
        this.sent.push({ atUs: bus.nowUs, to: effect.to, advert });
        bus.deliverDatagram(this, effect.to, advert);
        break;
      }
      case 'address-add':
      case 'address-remove':
        this.changeAddress(effect.address, effect.type === 'address-add');
        break;
      case 'gratuitous-arp':
        this.arp.push({ atUs: bus.nowUs, address: effect.address });
        break;
      case 'start': {
        const machine = keepalived.members![effect.machine]!;
        this.create(effect.id, machine, effect.input);
        break;
      }
      case 'stop': {
        const stopped = this.cells.get(effect.id);
        if (stopped !== undefined) stopped.alive = false;
        this.cells.delete(effect.id);
        break;
      }
      case 'tell':
        bus.soon(() => this.deliver(effect.to, effect.event));
        break;
      case 'inspect': {
        const ok =
          effect.process === undefined
            ? this.addresses.has(effect.address!)
            : this.processes.has(effect.process);
        bus.soon(() => this.deliver(member, { type: 'inspected', id: effect.id, ok } as { type: string }));
        break;
      }
      case 'connect':
        this.connect(member, effect.connection, effect.to, effect.port);
        break;
      case 'transmit':
        this.answer(member, effect.connection, effect.message as { kind: string; path?: string });
        break;
      case 'log':
        bus.said.push({ atUs: bus.nowUs, host: this.name, line: effect.line });
        break;
      case 'note':
        this.notes.push(effect);
        break;
      case 'exit':
        this.exitedAtUs = bus.nowUs;
        this.kill();
        break;
      case 'close':
      case 'reset':
        this.connections.delete(`${member} ${effect.connection}`);
        break;
      default:
        throw new Error(`keepalived does not ask for ${effect.type}`);
    }
  }

  private readonly connections = new Map<string, Port80>();

  private connect(member: string, connection: string, to: Address, port: number): void {
    const there = this.ports.get(`${to === '127.0.0.1' ? this.address : to}:${port}`);
    if (there === undefined) {
      this.bus.soon(() =>
        this.deliver(member, { type: 'connect-failed', connection, reason: 'refused' } as { type: string }),
      );
      return;
    }
    this.connections.set(`${member} ${connection}`, there);
    this.bus.soon(() => this.deliver(member, { type: 'connected', connection } as { type: string }));
  }

  private answer(member: string, connection: string, message: { kind: string }): void {
    const port = this.connections.get(`${member} ${connection}`);
    if (port === undefined || port.silent) return;
    const say = (answer: object): void => {
      const event = { type: 'received', connection, message: answer };
      this.bus.soon(() => this.deliver(member, event as { type: string }));
    };
    if (message.kind === 'tls-hello') {
      if (port.tls) say({ kind: 'tls-answer', what: 'server-hello' });
      else
        this.bus.soon(() =>
          this.deliver(member, { type: 'closed', connection, how: 'eof' } as { type: string }),
        );
    } else say({ kind: 'response', id: 1, status: port.status ?? 200 });
  }

  /** By keepalived's hand or by another's. */
  changeAddress(address: Address, present: boolean): void {
    if (this.addresses.has(address) === present) return;
    if (present) this.addresses.add(address);
    else this.addresses.delete(address);
    if (address === this.bus.vip) this.vipChanges.push({ atUs: this.bus.nowUs, has: present });
    this.bus.soon(() => this.deliver('', { type: 'address', address, present } as { type: string }));
  }
}

export class Bus {
  nowUs = 0;
  /** From, to: microseconds, or undefined if the packet is lost. */
  latency: (from: string, to: string) => number | undefined = () => 100;
  readonly vip: Address;
  readonly said: Said[] = [];
  readonly routers = new Map<string, Router>();
  private readonly queue: { atUs: number; seq: number; run: () => void }[] = [];
  private readonly immediate: (() => void)[] = [];
  private seq = 1;

  constructor(vip: Address = '192.0.2.10') {
    this.vip = vip;
  }

  add(name: string, address: Address, config: KeepalivedConfig): Router {
    const router = new Router(this, name, address, config);
    this.routers.set(name, router);
    return router;
  }

  at(atUs: number, run: () => void): number {
    const seq = this.seq++;
    this.queue.push({ atUs, seq, run });
    return seq;
  }

  /** Within this instant, after what is already due. */
  soon(run: () => void): void {
    this.immediate.push(run);
  }

  run(untilUs: number): void {
    this.settle();
    for (;;) {
      let first: { atUs: number; seq: number; run: () => void } | undefined;
      for (const item of this.queue) {
        if (
          first === undefined ||
          item.atUs < first.atUs ||
          (item.atUs === first.atUs && item.seq < first.seq)
        )
          first = item;
      }
      if (first === undefined || first.atUs > untilUs) break;
      this.queue.splice(this.queue.indexOf(first), 1);
      this.nowUs = first.atUs;
      first.run();
      this.settle();
    }
    this.nowUs = untilUs;
  }

  runFor(us: number): void {
    this.run(this.nowUs + us);
  }

  /** Runs until a condition holds; the time at which it did. */
  until(condition: () => boolean, withinUs = 60 * S): number {
    const end = this.nowUs + withinUs;
    this.settle();
    while (!condition()) {
      const next = Math.min(...this.queue.map((item) => item.atUs));
      if (next > end) throw new Error('it did not happen');
      this.run(next);
    }
    return this.nowUs;
  }

  private settle(): void {
    for (let run = this.immediate.shift(); run !== undefined; run = this.immediate.shift()) run();
  }

  deliverDatagram(from: Router, to: Address | 'multicast', advert: Advert): void {
    if (!from.linkUp) return;
    for (const router of this.routers.values()) {
      if (router === from || (to !== 'multicast' && router.address !== to)) continue;
      const latencyUs = this.latency(from.name, router.name);
      if (latencyUs === undefined) continue;
      const event = {
        type: 'datagram',
        protocol: 'vrrp',
        from: from.address,
        multicast: to === 'multicast',
        message: advert,
      };
      this.at(this.nowUs + latencyUs, () => {
        if (router.linkUp) router.deliver('', event);
      });
    }
  }

  holders(): string[] {
    return [...this.routers.values()].filter((router) => router.has(this.vip)).map((router) => router.name);
  }
}

/** The configuration of a text, with timers that fire on time; no errors are expected. */
export function configOf(
  text: string,
  options: Parameters<typeof readKeepalivedConf>[2] = {},
): KeepalivedConfig {
  const { config, findings } = readKeepalivedConf(text, 'keepalived.conf', options);
  const errors = findings.filter((finding) => finding.severity === 'error');
  if (errors.length > 0) throw new Error(JSON.stringify(errors));
  return { ...config, wakeUpUs: { least: 0, most: 0 } };
}

/** Words of an instance and of its script, over those of the recordings. */
export interface Settings {
  readonly global?: string;
  readonly instance?: string;
  readonly script?: string;
  readonly track?: string;
  readonly state?: string;
  readonly noScript?: boolean;
}

/** The keepalived.conf of the recordings: VRID 51, password 1111, one address, a script that looks for haproxy. */
export function confText(priority: number, settings: Settings = {}): string {
  const script = settings.noScript
    ? ''
    : `vrrp_script chk_haproxy {\n  script "killall -0 haproxy"\n  interval 2\n  weight 2\n${settings.script ?? ''}\n}\n`;
  return `global_defs {
  ${settings.global ?? ''}
}
${script}vrrp_instance VI_1 {
  state ${settings.state ?? 'BACKUP'}
  interface eth0
  virtual_router_id 51
  priority ${priority}
  advert_int 1
  authentication {
    auth_type PASS
    auth_pass 1111
  }
  virtual_ipaddress {
    192.0.2.10
  }
  ${settings.noScript ? '' : `track_script {\n    ${settings.track ?? 'chk_haproxy'}\n  }`}
  ${settings.instance ?? ''}
}
`;
}

function made(
  priorities: readonly number[],
  settings: Settings | ((index: number) => Settings),
  options: Parameters<typeof readKeepalivedConf>[2],
): { readonly bus: Bus; readonly routers: readonly Router[] } {
  const bus = new Bus();
  const routers = priorities.map((priority, i) => {
    const own = typeof settings === 'function' ? settings(i) : settings;
    return bus.add(`m${i + 1}`, `192.0.2.${11 + i}`, configOf(confText(priority, own), options));
  });
  return { bus, routers };
}

/** m1, m2, m3 with these priorities (addresses .11, .12, .13), started together with different luck. */
export function cluster(
  priorities: readonly number[],
  settings: Settings | ((index: number) => Settings) = {},
  options: Parameters<typeof readKeepalivedConf>[2] = {},
): { readonly bus: Bus; readonly routers: readonly Router[] } {
  const { bus, routers } = made(priorities, settings, options);
  routers.forEach((router, i) => {
    router.start(i + 1);
  });
  return { bus, routers };
}

/** The same started 200 ms apart, so that m1 is the first to take over, and given 12 s. */
export function settled(
  priorities: readonly number[],
  settings: Settings | ((index: number) => Settings) = {},
  options: Parameters<typeof readKeepalivedConf>[2] = {},
): { readonly bus: Bus; readonly routers: readonly Router[] } {
  const { bus, routers } = made(priorities, settings, options);
  routers.forEach((router, i) => {
    router.start(i + 1);
    bus.runFor(200 * MS);
  });
  bus.run(12 * S);
  return { bus, routers };
}
