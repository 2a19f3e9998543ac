/**
 * What can be wrong with a machine: its definition (refused before anything runs), its functions (they
 * threw, or a delay was no number of microseconds), its eventless transitions (they never settle).
 */

import { SimulationError } from './errors.ts';

/** The definition uses something that the executors do not offer. Thrown when a Program is made. */
export class MachineRefused extends SimulationError {
  override readonly name = 'MachineRefused';
  /** The machine's id. */
  readonly machine: string;
  /** Path of the state, e.g. `up.backup`; empty for the machine itself. */
  readonly state: string;

  constructor(machine: string, state: string, what: string, instead: string) {
    super(`machine '${machine}', ${place(state)}: ${what} is not allowed; ${instead}`);
    this.machine = machine;
    this.state = state;
  }
}

/** A guard, action, delay or context factory threw, or gave something unusable. The `cause` is what was thrown. */
export class MachineFailed extends SimulationError {
  override readonly name = 'MachineFailed';
  readonly machine: string;
  /** Path of the leaf in which the event was received; empty at the start. */
  readonly state: string;
  /** The event's type; `xstate.init` at the start. */
  readonly event: string;

  constructor(machine: string, state: string, event: string, cause: unknown) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    super(`machine '${machine}', ${place(state)}, event '${event}': ${reason}`, { cause });
    this.machine = machine;
    this.state = state;
    this.event = event;
  }
}

/** More than `MICROSTEPS` eventless or raised microsteps followed one event. */
export class UnboundedAlways extends SimulationError {
  override readonly name = 'UnboundedAlways';
  readonly machine: string;
  /** Path of the leaf in which the event was received; empty at the start. */
  readonly state: string;
  readonly event: string;

  constructor(machine: string, state: string, event: string) {
    super(
      `machine '${machine}', ${place(state)}, event '${event}': ` +
        `more than ${MICROSTEPS} microsteps of 'always' and raised events; is there a guard that never turns false?`,
    );
    this.machine = machine;
    this.state = state;
    this.event = event;
  }
}

/** How many microsteps (eventless transitions and raised events) may follow an event's own transition. */
export const MICROSTEPS = 64;

/** The type of the event that entry actions see when the machine starts; xstate's name. */
export const INIT = 'xstate.init';

/**
 * Checks what a delay function returned.
 * @throws RangeError unless it is a whole number of microseconds, 0 or more.
 */
export function checkDelayUs(timer: string, delayUs: unknown): number {
  if (typeof delayUs === 'number' && delayUs >= 0 && Number.isSafeInteger(delayUs)) return delayUs;
  throw new RangeError(
    `the delay of timer '${timer}' is ${String(delayUs)}, not a whole number of microseconds`,
  );
}

function place(state: string): string {
  return state === '' ? 'at its root or start' : `state '${state}'`;
}
