/**
 * The executor that is right by definition: each step is a call of xstate's own pure `transition()`. Slow
 * (transition() builds an actor and repeats the initial step each time); for the differential tests, and
 * to settle an argument.
 *
 * Unlike the compiled executor it makes its port calls after the whole macrostep, in the same order.
 */
import { type AnyStateMachine, initialTransition, transition } from 'xstate';
import { type Definition, define } from './definition.ts';
import type { Effect } from './effects.ts';
import { SimulationError } from './errors.ts';
import type { Instance, MachineEvent, Port, Program } from './machine.ts';
import { checkDelayUs, INIT, MachineFailed, MICROSTEPS, UnboundedAlways } from './machine-errors.ts';

/**
 * Makes a machine executable by interpretation.
 * @throws MachineRefused
 */
export function referenceProgram(machine: AnyStateMachine): Program {
  return programBy(machine, () => PURE);
}

/** A program that asks xstate in this way. @throws MachineRefused */
export function programBy(machine: AnyStateMachine, callsOf: (machine: AnyStateMachine) => Calls): Program {
  const own = machine.provide({});
  // One turn of xstate's loop finds that nothing is left to do; it counts too.
  own.options = { ...own.options, maxIterations: MICROSTEPS + 1 };
  return new Reference(define(machine), own, callsOf(own));
}

export type Snapshot = ReturnType<AnyStateMachine['resolveState']>;
export interface Executable {
  readonly type: string;
  readonly params?: unknown;
}
export type Outcome = readonly [after: Snapshot, actions: readonly Executable[]];

/** How xstate is asked. */
export interface Calls {
  initial(machine: AnyStateMachine, input: unknown): Outcome;
  next(machine: AnyStateMachine, before: Snapshot, event: MachineEvent): Outcome;
}

const PURE: Calls = { initial: initialTransition, next: transition };

class Reference implements Program {
  readonly id: string;
  readonly leaves: readonly string[];
  readonly timers: readonly string[];
  private readonly machine: AnyStateMachine;
  private readonly snapshots: readonly Snapshot[];
  private readonly calls: Calls;

  constructor(definition: Definition, machine: AnyStateMachine, calls: Calls) {
    this.calls = calls;
    this.id = definition.id;
    this.leaves = definition.leaves;
    this.timers = definition.timers;
    this.machine = machine;
    this.snapshots = definition.leaves.map((path) =>
      machine.resolveState({ value: stateValue(path), context: {} }),
    );
  }

  start(instance: Instance, input: unknown, port: Port): void {
    const [snapshot, actions] = this.calls.initial(this.machine, input);
    // xstate swallows what a function throws.
    if (snapshot.status === 'error') throw this.failure('', INIT, snapshot.error);
    try {
      this.perform(actions, port);
    } catch (error) {
      throw this.failure('', INIT, error);
    }
    instance.leaf = this.leafOf(snapshot);
    instance.context = snapshot.context;
  }

  step(instance: Instance, event: MachineEvent, port: Port): boolean {
    const path = this.leaves[instance.leaf]!;
    const before = { ...this.snapshots[instance.leaf]!, context: instance.context } as Snapshot;
    try {
      const [after, actions] = this.calls.next(this.machine, before, event);
      this.perform(actions, port);
      instance.leaf = this.leafOf(after);
      instance.context = after.context;
      const changed = after !== before || actions.length > 0;
      return changed || this.machine.getTransitionData(before, event).length > 0;
    } catch (error) {
      throw this.failure(path, event.type, error);
    }
  }

  private perform(actions: readonly Executable[], port: Port): void {
    for (const { type, params } of actions) {
      const given = params as Readonly<Record<string, unknown>>;
      const id = given['id'] as string | undefined;
      if (type === 'xstate.emit') port.emit(given['event'] as Effect);
      else if (type === 'xstate.cancel') port.cancel(this.timers.indexOf(given['sendId'] as string));
      else if (id !== undefined) {
        // A raise; one without an id was without delay and is already consumed.
        const delayUs = checkDelayUs(id, given['delay']);
        port.schedule(this.timers.indexOf(id), delayUs, given['event'] as MachineEvent);
      }
    }
  }

  private failure(path: string, event: string, error: unknown): Error {
    if (error instanceof SimulationError) return error;
    const endless = error instanceof Error && error.message.startsWith('Infinite loop detected');
    return endless
      ? new UnboundedAlways(this.id, path, event)
      : new MachineFailed(this.id, path, event, error);
  }

  private leafOf(snapshot: Snapshot): number {
    return this.leaves.indexOf(pathOf(snapshot.value));
  }
}

type Value = string | { readonly [key: string]: Value | undefined };

/** `up.backup` as xstate writes it: {up: 'backup'}. */
function stateValue(path: string): Value {
  const [first, ...rest] = path.split('.') as [string, ...string[]];
  if (path === '') return {};
  return rest.length === 0 ? first : { [first]: stateValue(rest.join('.')) };
}

function pathOf(value: Value): string {
  if (typeof value === 'string') return value;
  const [key] = Object.keys(value);
  return key === undefined ? '' : `${key}.${pathOf(value[key]!)}`;
}
