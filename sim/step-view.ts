/** A step as observers see it. */
import type { Effect } from './effects.ts';
import type { MachineEvent } from './machine.ts';
import {
  ARP,
  type Cell,
  CLOSED,
  DATAGRAM,
  FAULT,
  PROCESS_START,
  REFUSED,
  RETRANSMIT,
  RETRY_SYN,
  STREAM,
  type Step,
  SYN,
  SYN_ACK,
  TELL,
  TIMER,
  WAKE,
  WRITTEN,
} from './state.ts';
import type { World } from './world.ts';

/** Names of the kinds of entry in the queue, as the trace has them. */
export const KIND_NAMES: Readonly<Record<number, string>> = {
  [TIMER]: 'timer',
  [STREAM]: 'stream',
  [DATAGRAM]: 'datagram',
  [SYN]: 'syn',
  [SYN_ACK]: 'syn-ack',
  [REFUSED]: 'refused',
  [RETRY_SYN]: 'retry-syn',
  [CLOSED]: 'closed',
  [RETRANSMIT]: 'retransmit',
  [WRITTEN]: 'written',
  [ARP]: 'arp',
  [PROCESS_START]: 'process-start',
  [FAULT]: 'fault',
  [TELL]: 'tell',
  [WAKE]: 'wake',
};

/** A step as observers see it; who took it is worked out only when somebody asks. */
export class StepView implements Step {
  readonly id: number;
  readonly atUs: number;
  readonly leafAfter: number;
  readonly contextAfter: unknown;
  readonly cause: number;
  readonly kind: string;
  readonly cell: Cell | undefined;
  readonly event: MachineEvent | undefined;
  readonly leafBefore: number;
  readonly handled: boolean;
  readonly effects: readonly Effect[];
  readonly detail: unknown;
  private readonly name: string | undefined;

  constructor(
    world: World,
    cause: number,
    kind: string,
    cell: Cell | undefined,
    event: MachineEvent | undefined,
    leafBefore: number,
    handled: boolean,
    effects: readonly Effect[],
    name: string | undefined,
    detail: unknown,
  ) {
    this.id = world.current;
    this.atUs = world.nowUs;
    this.cause = cause;
    this.kind = kind;
    this.cell = cell;
    this.event = event;
    this.leafBefore = leafBefore;
    this.leafAfter = cell === undefined ? -1 : cell.leaf;
    this.contextAfter = cell === undefined ? undefined : cell.context;
    this.handled = handled;
    this.effects = effects;
    this.name = name;
    this.detail = detail;
  }

  get who(): string {
    return this.name ?? (this.cell as Cell).path;
  }
}
