/**
 * What a world consists of: plain records, tied together by numbers, so that a snapshot is a shallow copy
 * of each record (sim/snapshot.ts). Contexts, events and effects are immutable and shared between copies.
 */
import type { HostClock } from './clock.ts';
import type { Address, Effect } from './effects.ts';
import type { Instance, MachineEvent, Program } from './machine.ts';
import type { ProcessType } from './process-type.ts';

/** Kinds of entry in the event queue. */
export const TIMER = 0; // a machine's timer: target cell, slot in `a`, event in `b`
export const STREAM = 1; // a message arrives at a connection's end: target connection id, `b` message; `n` side
export const DATAGRAM = 2; // target host; `a` packet
export const SYN = 3; // a connection request arrives: target host, `a` connection id
export const SYN_ACK = 4; // ... and its acceptance at the client
export const STOP_LIMIT = 5; // a process that was asked to end has had its time: target process index, serial its incarnation
export const REFUSED = 6; // RST in answer to SYN, or no route, or the last SYN given up: `a` connection id, `b` reason
export const RETRY_SYN = 7; // `a` connection id, `n` 1: it still waits for its address
export const CLOSED = 8; // FIN or RST arrives: `a` connection id, `b` how, `n` side
export const RETRANSMIT = 9; // target connection id, `n` side
export const WRITTEN = 10; // disk: target cell, `a` id, `b` {process, key, value, ok}
export const ARP = 11; // gratuitous ARP arrives: target host, `a` address, `n` sender host
export const PROCESS_START = 12; // `a` process index, `n` incarnation
export const FAULT = 13; // `a` action
export const TELL = 14; // a kernel event for a cell that is due at once: target cell, `b` event
export const WAKE = 15; // a starved host's next slice begins: target process
export const ACCEPT = 16; // a connection leaves the backlog at this instant: target the listener's cell, `a` connection id

export interface Item {
  readonly kind: number;
  /** Id of the step that caused this one; 0 for the outside world. */
  readonly cause: number;
  /** Cell index, host index, process index or connection id, by kind. */
  readonly target: number;
  /** The cell's serial number: an entry for an earlier tenant of the slot is stale. */
  readonly serial: number;
  readonly a: unknown;
  readonly b: unknown;
  readonly n: number;
}

/** One running machine (an Instance) and where it belongs. */
export interface Cell extends Instance {
  readonly index: number;
  readonly serial: number;
  readonly program: Program;
  /** Process index. */
  readonly process: number;
  /** Host index. */
  readonly host: number;
  /** Name within the family; '' is the lead. */
  readonly member: string;
  /** `host/process/member`, or as much of it as there is: made once, as every observer asks for it at every step. */
  readonly path: string;
  /** Per timer slot: the sequence number of the queue entry that is in force, 0 if none; and when it is due. */
  timers: number[];
  dueUs: number[];
  /** Local connection name to connection end (id * 2 + side); undefined while there is none. */
  ends: Map<string, number> | undefined;
}

export type ProcessState = 'stopped' | 'running' | 'paused' | 'waiting';

/** Is there a process, even one that is stopped by SIGSTOP? */
export function isAlive({ state }: Process): boolean {
  return state === 'running' || state === 'paused';
}

/** What restarts a process that ended. `requires`: only while that process of the same host runs. */
export type Supervisor =
  | { readonly kind: 'none' }
  /** systemd: Restart=, RestartSec= (default 100 ms), StartLimitBurst= 5 in StartLimitIntervalSec= 10 s (systemd.service(5), systemd.unit(5)). */
  | { readonly kind: 'systemd'; readonly restart: 'no' | 'on-failure' | 'always'; readonly delayUs?: number }
  /** kubelet: first restart at once, then 10 s doubling to 5 min, reset after 10 min of running (KEP-4603; KUBERNETES.md section 6). */
  | { readonly kind: 'static-pod'; readonly requires: string };

export interface ProcessSpec {
  /** Unique on its host; normally the daemon's name. */
  readonly name: string;
  readonly type: ProcessType;
  readonly config: unknown;
  readonly supervisor: Supervisor;
  /** Started when the host boots. */
  readonly enabled: boolean;
  /** Range of the delay after the host is up (or after `requires` runs), drawn per start. Microseconds. */
  readonly startDelayUs: readonly [number, number];
}

export interface Process {
  readonly index: number;
  readonly host: number;
  /** Replaced when an operator changes what it is started with. */
  spec: ProcessSpec;
  state: ProcessState;
  /** Wanted by the operator: a `stop` is not undone by the supervisor. */
  wanted: boolean;
  /** It was sent SIGTERM and has not ended yet. */
  stopping: boolean;
  /** It was started again while it was stopping: a new one begins when the old one has ended (systemctl restart). */
  again: boolean;
  /** Counts starts; entries of an earlier incarnation are stale. */
  incarnation: number;
  /** Cell index of the lead while running. */
  lead: number;
  /** Member id to cell index. */
  members: Map<string, number>;
  startedAtUs: number;
  /** Restarts since the last long run (static pods) and times of recent starts (systemd). */
  failures: number;
  recentStartsUs: readonly number[];
  /** Entries held back while the process is paused or its host starved. */
  held: readonly Item[];
}

export interface Listener {
  readonly port: number;
  readonly address: Address | undefined;
  readonly cell: number;
  readonly serial: number;
  readonly process: number;
  readonly backlog: number;
  /** False: the process leaves new connections in the backlog. */
  accepting: boolean;
  /** The backlog: connections whose handshake is done and that the process has not been given yet. */
  queue: readonly number[];
}

/** What comes for a port is passed on (sim/forward.ts). */
export interface Forward {
  readonly port: number;
  readonly targets: readonly { readonly address: Address; readonly port: number }[];
  readonly masquerade: boolean;
}

export interface ArpEntry {
  readonly host: number;
  readonly confirmedAtUs: number;
  readonly reachableForUs: number;
  /** When the entry was first used after it went stale; 0 if not since. */
  readonly delaySinceUs: number;
}

export interface DiskValue {
  readonly value: unknown;
  /** The value that would survive a power cut; NOTHING if none was ever synced. */
  readonly synced: unknown;
}

export interface Disk {
  latencyUs: number;
  jitterUs: number;
  hung: boolean;
  full: boolean;
  /** fsync answers, but nothing reaches the platter. */
  lying: boolean;
  values: Map<string, DiskValue>;
  /** Writes that wait for a hung disk. */
  waiting: readonly Item[];
}

/** What runs containers: docker ends them when it is stopped, containerd's shims keep them (sim/containers.ts). */
export type ContainerRuntime = 'docker' | 'containerd';

export interface Host {
  readonly index: number;
  readonly name: string;
  readonly address: Address;
  readonly segment: string;
  readonly zone: string;
  nonlocalBind: boolean;
  /** The network stack and the processes live. */
  up: boolean;
  /** Cable: the host sees its loss. */
  carrier: boolean;
  /** Switch port: the host does not see its loss. */
  attached: boolean;
  readonly containerRuntime: ContainerRuntime;
  /** The container runtime runs: without it no static pod starts (sim/containers.ts). */
  runtime: boolean;
  /** It shuts down: what ends is not started again. */
  stopping: boolean;
  addresses: readonly Address[];
  listeners: readonly Listener[];
  forwards: readonly Forward[];
  arp: Map<Address, ArpEntry>;
  /** Addresses that are asked for and that nobody has answered for yet: since when. */
  unresolved: Map<Address, number>;
  /** net.ipv4.tcp_syn_linear_timeouts */
  readonly synLinearTimeouts: number;
  clock: HostClock;
  disk: Disk;
  /** CPU starvation: the host's processes run only in the first `shareUs` of each `periodUs`. */
  starved: { readonly periodUs: number; readonly shareUs: number; readonly sinceUs: number } | undefined;
  readonly processes: number[];
  /** Cell of the host machine. */
  cell: number;
  /** Changes at each power cut; connections of an earlier life are unknown to the host. */
  life: number;
}

/** One side of a connection. */
export interface End {
  /** Cell that holds it; -1 when nobody does any more. */
  cell: number;
  serial: number;
  name: string;
  readonly host: number;
  /** The host's life in which the end was made. */
  readonly life: number;
  /** The address this end speaks from. */
  readonly address: Address;
  open: boolean;
  /** Earliest arrival of the next message to this end, so that a stream keeps its order; NOT_YET_US before the first. */
  nextArrivalUs: number;
  /** Sent by this end and not through: waits for the retransmission timer. */
  backlog: readonly unknown[];
  /** This host itself refused to send the backlog: none of it is on its way, and each write tries again. */
  refused: boolean;
  rtoUs: number;
  /** Retransmissions of the oldest unacknowledged segment so far; the timer is armed while `retrying`. */
  retries: number;
  retrying: boolean;
  /** When this end's acknowledgements began to fail; NOT_YET_US (connection.ts) while they arrive. */
  unackedSinceUs: number;
  /** Messages that arrived before the process accepted the connection. */
  early: readonly unknown[];
}

export type ConnectionState = 'syn' | 'open';

export interface Forwarded {
  /** Index of the host. */
  readonly by: number;
  readonly address: Address;
  readonly port: number;
  readonly masquerade: boolean;
}

export interface Connection {
  readonly id: number;
  readonly port: number;
  /** The address the client asked for. */
  readonly to: Address;
  /** A host passes its packets on: which one, to where, and whether under its own address. */
  forwarded: Forwarded | undefined;
  state: ConnectionState;
  readonly startedAtUs: number;
  /** SYNs sent so far, less one. */
  attempt: number;
  /** Side 0. */
  readonly client: End;
  server: End | undefined;
  /** The process behind the listener was given it. */
  accepted: boolean;
  /** The client knows that it is connected and has not said so yet: its last word of the handshake goes out after its step. */
  unconfirmed: boolean;
}

/** What an observer is told of each step. Views into the world are valid during the call; values may be kept. */
export interface Step {
  readonly id: number;
  readonly cause: number;
  readonly atUs: number;
  /** One of the entry kinds above, or 'start' for a machine's first step. */
  readonly kind: string;
  /** Path such as `m1/keepalived/VI_1`; the host's name for steps of the kernel itself. */
  readonly who: string;
  readonly cell: Cell | undefined;
  readonly event: MachineEvent | undefined;
  /** Leaf before and after (-1: none). */
  readonly leafBefore: number;
  readonly leafAfter: number;
  readonly contextAfter: unknown;
  readonly handled: boolean;
  readonly effects: readonly Effect[];
  /** What the kernel did or found, for steps without a machine: a dropped packet, an ARP update, a fault. */
  readonly detail: unknown;
}

export type Observer = (step: Step) => void;
