/** A port that writes down what it is asked, and keeps the armed timers, for tests of executors. */
import type { Effect } from '../../../sim/effects.ts';
import type { MachineEvent, Port } from '../../../sim/machine.ts';

export type PortCall =
  | { readonly call: 'emit'; readonly effect: Effect }
  | {
      readonly call: 'schedule';
      readonly timer: number;
      readonly delayUs: number;
      readonly event: MachineEvent;
    }
  | { readonly call: 'cancel'; readonly timer: number };

export class Recorder implements Port {
  readonly calls: PortCall[] = [];
  readonly armed = new Map<number, MachineEvent>();

  emit(effect: Effect): void {
    this.calls.push({ call: 'emit', effect });
  }

  schedule(timer: number, delayUs: number, event: MachineEvent): void {
    this.calls.push({ call: 'schedule', timer, delayUs, event });
    this.armed.set(timer, event);
  }

  cancel(timer: number): void {
    this.calls.push({ call: 'cancel', timer });
    this.armed.delete(timer);
  }

  /** The calls since the last time. */
  take(): PortCall[] {
    return this.calls.splice(0);
  }
}
