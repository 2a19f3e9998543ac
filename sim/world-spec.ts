/** What a world is made from, and the records of its hosts and processes as they are at first. */
import type { AnyStateMachine } from 'xstate';
import { EXACT_CLOCK } from './clock.ts';
import type { Address } from './effects.ts';
import type { Program } from './machine.ts';
import type { LinkSpec } from './network.ts';
import type { ContainerRuntime, Host, Process, ProcessSpec } from './state.ts';
import type { GivenDraws } from './streams.ts';

export interface HostSpec {
  readonly name: string;
  readonly address: Address;
  /** Hosts of one segment hear each other's multicasts and ARP. Default `lan`. */
  readonly segment?: string;
  readonly zone?: string;
  /** net.ipv4.ip_nonlocal_bind: may listen on an address it does not have. */
  readonly nonlocalBind?: boolean;
  /** net.ipv4.tcp_syn_linear_timeouts: 4 since Linux 6.5. Default 0, as before that. */
  readonly synLinearTimeouts?: number;
  /** Time of one fsync: least, and the width of a uniform addition. Default 500 us + 500 us (an SSD; an assumption). */
  readonly disk?: { readonly latencyUs: number; readonly jitterUs: number };
  /** Default containerd. */
  readonly containerRuntime?: ContainerRuntime;
  /** From power-on to the start of the first process. */
  readonly bootUs?: number;
}

export interface WorldSpec {
  readonly seed: number | string;
  /** First draws of streams, instead of the seed's own. */
  readonly draws?: GivenDraws;
  readonly hosts: readonly HostSpec[];
  readonly processes: readonly (ProcessSpec & { readonly host: string })[];
  readonly link?: (from: HostSpec, to: HostSpec) => LinkSpec;
  /** The machine of a host's power (models/host). */
  readonly hostMachine: AnyStateMachine;
  readonly executor: (machine: AnyStateMachine) => Program;
  /** Bounds; exceeding one is a named error. */
  readonly limits?: { readonly queue?: number; readonly events?: number; readonly inbox?: number };
}

const programs = new WeakMap<WorldSpec['executor'], WeakMap<AnyStateMachine, Program>>();

/** The program of a machine under an executor; made once, as programs hold no state of an instance. */
export function programOf(executor: WorldSpec['executor'], machine: AnyStateMachine): Program {
  let known = programs.get(executor);
  if (known === undefined) {
    known = new WeakMap();
    programs.set(executor, known);
  }
  let program = known.get(machine);
  if (program === undefined) {
    program = executor(machine);
    known.set(machine, program);
  }
  return program;
}

/** A host without power. */
export function newHost(host: HostSpec, index: number): Host {
  return {
    index,
    name: host.name,
    address: host.address,
    segment: host.segment ?? 'lan',
    zone: host.zone ?? '',
    nonlocalBind: host.nonlocalBind ?? false,
    up: false,
    carrier: true,
    attached: true,
    containerRuntime: host.containerRuntime ?? 'containerd',
    runtime: true,
    stopping: false,
    addresses: [host.address],
    listeners: [],
    forwards: [],
    arp: new Map(),
    unresolved: new Map(),
    synLinearTimeouts: host.synLinearTimeouts ?? 0,
    clock: EXACT_CLOCK,
    disk: {
      latencyUs: host.disk?.latencyUs ?? 500,
      jitterUs: host.disk?.jitterUs ?? 500,
      hung: false,
      full: false,
      lying: false,
      values: new Map(),
      waiting: [],
    },
    starved: undefined,
    processes: [],
    cell: -1,
    life: 0,
  };
}

/** A process that does not run yet. */
export function newProcess(index: number, host: number, spec: ProcessSpec): Process {
  return {
    index,
    host,
    spec,
    state: 'stopped',
    wanted: spec.enabled,
    stopping: false,
    again: false,
    incarnation: 0,
    lead: -1,
    members: new Map(),
    startedAtUs: 0,
    failures: 0,
    recentStartsUs: [],
    held: [],
  };
}
