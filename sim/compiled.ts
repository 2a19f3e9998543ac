/**
 * The fast executor: the flattened definition (sim/flatten.ts) as tables, and a loop over them. It gives
 * what the reference gives, call for call; test/sim/executors holds it to that.
 *
 * Its time goes into the machine's own functions and into copying contexts (context-copies.ts). Beside
 * these an event costs one Map look-up and one argument object.
 *
 * Port calls are made while the step runs; where a user function throws, some may have been made.
 */
import type { AnyStateMachine } from 'xstate';
import { copier, hasKeys } from './context-copies.ts';
import { type Arguments, define } from './definition.ts';
import type { Effect } from './effects.ts';
import { SimulationError } from './errors.ts';
import { type Candidate, type Flat, flatten } from './flatten.ts';
import type { Instance, MachineEvent, Port, Program } from './machine.ts';
import { checkDelayUs, INIT, MachineFailed, MICROSTEPS, UnboundedAlways } from './machine-errors.ts';
import {
  ASSIGN,
  ASSIGN_EACH,
  CANCEL,
  EMIT,
  EMIT_SAME,
  type Operation,
  type Row,
  rowOf,
  SCHEDULE,
} from './operations.ts';

/**
 * Makes a machine executable by tables.
 * @throws MachineRefused
 */
export function compiledProgram(machine: AnyStateMachine): Program {
  return new Compiled(flatten(define(machine)));
}

type Rows = readonly Row[];

export class Compiled implements Program {
  readonly id: string;
  readonly leaves: readonly string[];
  readonly timers: readonly string[];
  private readonly context: unknown;
  private readonly copy = copier();
  /** Keys of the first context, in their order. */
  private names: readonly string[] | undefined;
  /** The same as a set, for as long as every context had these keys and no others: then they need not be looked at again. */
  private usual: ReadonlySet<string> | undefined;
  /** Keys that assigns by key set. */
  private readonly assigned: readonly string[];
  private readonly opening: Row;
  private readonly on: readonly ReadonlyMap<string, Rows>[];
  private readonly always: readonly (Rows | undefined)[];

  constructor(flat: Flat) {
    const { id, leaves, timers, context } = flat.definition;
    this.id = id;
    this.leaves = leaves;
    this.timers = timers;
    this.context = context;
    const assigned: string[] = [];
    const row = (from: number) => (candidate: Candidate) => {
      const made = rowOf(flat, candidate, from);
      assigned.push(...made.operations.flatMap(({ keys }) => keys));
      return made;
    };
    this.opening = row(-1)(flat.opening);
    this.on = flat.leaves.map(
      (leaf, from) => new Map([...leaf.on].map(([type, candidates]) => [type, candidates.map(row(from))])),
    );
    this.always = flat.leaves.map(({ always }, from) =>
      always.length === 0 ? undefined : always.map(row(from)),
    );
    this.assigned = assigned;
  }

  start(instance: Instance, input: unknown, port: Port): void {
    const event = { type: INIT, input };
    try {
      const context =
        typeof this.context === 'function' ? this.copy(this.context({ input }) ?? {}) : (this.context ?? {});
      this.meet(context as object);
      this.take(instance, this.opening, { context, event }, port);
    } catch (error) {
      throw this.failure('', INIT, error);
    }
  }

  step(instance: Instance, event: MachineEvent, port: Port, type = event.type): boolean {
    const { leaf } = instance;
    const rows = this.on[leaf]!.get(type);
    if (rows === undefined && this.always[leaf] === undefined) return false;
    try {
      const args = { context: instance.context, event };
      if (rows !== undefined) {
        for (let i = 0; i < rows.length; i++) {
          const row = rows[i]!;
          if (row.test === undefined || row.test(args, undefined)) {
            this.take(instance, row, args, port);
            return true;
          }
        }
      }
      // An eventless transition may look at the event, even one that nothing else reacts to.
      return this.always[leaf] !== undefined && this.settle(instance, leaf, args, port, []);
    } catch (error) {
      throw this.failure(this.leaves[leaf]!, type, error);
    }
  }

  /** Takes a transition, and whatever follows from it. */
  private take(instance: Instance, row: Row, args: Arguments, port: Port): void {
    if (row.settles) {
      instance.context =
        row.operations.length === 0 ? args.context : this.perform(row, args, port, undefined);
      instance.leaf = row.leaf;
      return;
    }
    const raised: MachineEvent[] = [];
    const context = this.perform(row, args, port, raised);
    this.settle(instance, row.leaf, { context, event: args.event }, port, raised);
  }

  /**
   * Takes eventless transitions and raised events until none is left, as xstate's macrostep() does: after
   * an eventless transition that changed nothing, raised events come first.
   * @returns whether anything changed or was asked for
   */
  private settle(
    instance: Instance,
    from: number,
    before: Arguments,
    port: Port,
    raised: MachineEvent[],
  ): boolean {
    let leaf = from;
    let args = before;
    let reacted = false;
    let look = true;
    for (let turn = 0; turn <= MICROSTEPS; turn++) {
      let row: Row | undefined = look ? this.eventless(leaf, args) : undefined;
      const eventless = row !== undefined;
      if (row === undefined) {
        const event = this.next(raised);
        if (event === undefined) {
          instance.leaf = leaf;
          instance.context = args.context;
          return reacted;
        }
        args = { context: args.context, event };
        row = choose(this.on[leaf]!.get(event.type), args);
      }
      look = true;
      if (row === undefined) continue;
      const context = this.perform(row, args, port, raised);
      if (context !== args.context) args = { context, event: args.event };
      leaf = row.leaf;
      if (eventless) look = row.changes;
      reacted ||= row.changes || row.operations.length > 0;
    }
    const { type } = before.event as MachineEvent;
    throw new UnboundedAlways(this.id, type === INIT ? '' : this.leaves[instance.leaf]!, type);
  }

  /** The eventless transition to take. */
  protected eventless(leaf: number, args: Arguments): Row | undefined {
    return choose(this.always[leaf], args);
  }

  /** The raised event to process next: the first that was raised. */
  protected next(raised: MachineEvent[]): MachineEvent | undefined {
    return raised.shift();
  }

  /** Performs the actions of a transition; each sees what the assigns before it made. Returns the context. */
  private perform(row: Row, before: Arguments, port: Port, raised: MachineEvent[] | undefined): unknown {
    const { operations } = row;
    let args = before;
    for (let i = 0; i < operations.length; i++) {
      const operation = operations[i]!;
      const { code, make, paramsOf } = operation;
      if (code === CANCEL) {
        port.cancel(operation.timer);
        continue;
      }
      const params = paramsOf === undefined ? operation.params : paramsOf(args, undefined);
      switch (code) {
        case ASSIGN: {
          const by = make!(args, params) as object;
          // An assign that gives every key has made the next context itself.
          const context = args.context as Record<string, unknown>;
          const next = this.isWhole(by, context) ? by : this.update(context, by);
          args = { context: next, event: args.event };
          break;
        }
        case ASSIGN_EACH:
          args = {
            context: assignEach(
              operation,
              args,
              params,
              this.copy(args.context as object, this.usual !== undefined),
            ),
            event: args.event,
          };
          break;
        case EMIT:
          port.emit(make!(args, params) as Effect);
          break;
        case EMIT_SAME:
          port.emit(operation.made as Effect);
          break;
        case SCHEDULE: {
          const { timer, delay, bare } = operation;
          const event = make === undefined ? operation.made : make(args, params);
          const delayUs = typeof delay === 'function' ? delay(args, params) : delay;
          port.schedule(timer, checkDelayUs(this.timers[timer]!, delayUs), event as MachineEvent, bare);
          break;
        }
        default:
          raised!.push((make === undefined ? operation.made : make(args, params)) as MachineEvent);
      }
    }
    return args.context;
  }

  /** An instance begins with this context. */
  private meet(context: object): void {
    if (this.names === undefined) {
      this.names = Object.keys(context);
      const usual = new Set(this.names);
      if (this.assigned.every((key) => usual.has(key))) this.usual = usual;
    } else if (!hasKeys(context, this.names)) this.usual = undefined;
  }

  /** Has it the keys of the context, in their order? */
  private isWhole(by: object, context: object): boolean {
    this.names ??= Object.keys(context);
    return hasKeys(by, this.names) && (this.usual !== undefined || hasKeys(context, this.names));
  }

  /** The next context, from an assign that gives some keys. */
  private update(context: Record<string, unknown>, by: object): object {
    const next = this.copy(context, this.usual !== undefined);
    for (const key in by) {
      if (this.usual?.has(key) === false) this.usual = undefined;
      next[key] = (by as Record<string, unknown>)[key];
    }
    return next;
  }

  private failure(state: string, event: string, error: unknown): SimulationError {
    return error instanceof SimulationError ? error : new MachineFailed(this.id, state, event, error);
  }
}

function choose(rows: Rows | undefined, args: Arguments): Row | undefined {
  if (rows === undefined) return undefined;
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i]!;
    if (row.test === undefined || row.test(args, undefined)) return row;
  }
  return undefined;
}

/** Gives each key of an assign its value; all see the context before the assign. */
function assignEach(
  { keys, makers, made }: Operation,
  args: Arguments,
  params: unknown,
  context: Record<string, unknown>,
): object {
  for (let i = 0; i < keys.length; i++) {
    const make = makers[i];
    const key = keys[i]!;
    context[key] = make === undefined ? (made as Record<string, unknown>)[key] : make(args, params);
  }
  return context;
}
