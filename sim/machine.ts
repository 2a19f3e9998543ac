/**
 * The meeting point of a machine and the kernel: what an executor offers (Program), what the kernel
 * offers (Port), and the slot in which one running machine is kept (Instance).
 *
 * A machine is an xstate v5 definition used as data (docs/decisions/0002-machines.md). An instance is a
 * leaf (which state) and a context (what it knows); both are replaced and never changed, so that
 * remembering a moment is remembering two values.
 */
import type { Effect } from './effects.ts';

/** Anything a machine can be sent. The kernel adds `atUs`, the host's own monotonic clock, to each. */
export interface MachineEvent {
  readonly type: string;
  readonly atUs?: number;
}

/** What the kernel offers a machine during one step. Three verbs, nothing else. */
export interface Port {
  /** A wish to the world, complete in itself; carried out after the step, in order. */
  emit(effect: Effect): void;
  /**
   * Arm the timer with this slot number (re-arming replaces it). The event arrives after delayUs of local time.
   * `bare`: the event's type, if that is known to be all there is to it.
   */
  schedule(timer: number, delayUs: number, event: MachineEvent, bare?: string): void;
  /** Disarm; a timer that is not armed is no error. */
  cancel(timer: number): void;
}

/** One running machine, as plain data: which leaf of the definition it is in, and its context. */
export interface Instance {
  leaf: number;
  context: unknown;
}

/** A machine definition made executable, by either executor. Holds no state of any instance. */
export interface Program {
  /** The definition's id, e.g. `keepalived.instance`. */
  readonly id: string;
  /** Leaf number to state path, e.g. `up.backup`. Both executors number the leaves alike. */
  readonly leaves: readonly string[];
  /** Timer slot to the id under which the definition schedules it. Alike in both executors. */
  readonly timers: readonly string[];
  /** Enters the initial state: sets leaf and context and performs the entry actions. */
  start(instance: Instance, input: unknown, port: Port): void;
  /**
   * One macrostep. Returns false if nothing in the definition reacts to the event in this state.
   * `type`: the event's, from who knows it without a look into one of a hundred shapes of events.
   */
  step(instance: Instance, event: MachineEvent, port: Port, type?: string): boolean;
}
