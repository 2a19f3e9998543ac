/**
 * Reads an xstate v5 machine as a definition: checks every restriction of docs/decisions/0002-machines.md
 * and gives the same machine as plain tables of states, transitions, guards and actions in which every
 * name is resolved. Numbers leaves and timers for both executors.
 *
 * Source of the shapes that are read: xstate 5.33.3, StateNode, TransitionDefinition and the builtin
 * action creators (functions that carry `type` and their arguments as properties).
 */
import { type AnyStateMachine, and, not, or } from 'xstate';
import { MachineRefused } from './machine-errors.ts';
import { checkDelay, checkState, listed } from './restrictions.ts';

/** What guards, assigns, delays and effects are called with. */
export interface Arguments {
  readonly context: unknown;
  readonly event: unknown;
}
export type Expression = (args: Arguments, params: unknown) => unknown;

export type Guard =
  | { readonly kind: 'predicate'; readonly test: Expression; readonly params: unknown }
  | { readonly kind: 'and'; readonly guards: readonly Guard[] }
  | { readonly kind: 'or'; readonly guards: readonly Guard[] }
  | { readonly kind: 'not'; readonly guard: Guard };

/** `params` is a value or a function of {context, event}; expressions are functions, or else constants. */
export type Action =
  | { readonly kind: 'assign'; readonly assignment: unknown; readonly params: unknown }
  | { readonly kind: 'emit'; readonly effect: unknown; readonly params: unknown }
  | { readonly kind: 'raise'; readonly event: unknown; readonly params: unknown }
  | {
      readonly kind: 'schedule';
      readonly timer: number;
      readonly delay: unknown;
      readonly event: unknown;
      readonly params: unknown;
    }
  | { readonly kind: 'cancel'; readonly timer: number };

export interface Transition {
  readonly source: number;
  /** Undefined for one that only acts, or only forbids. */
  readonly target: number | undefined;
  readonly reenter: boolean;
  readonly guard: Guard | undefined;
  readonly actions: readonly Action[];
}

export interface State {
  /** Position in `states`: document order, the root is 0, parents before children. */
  readonly index: number;
  readonly path: string;
  readonly parent: number | undefined;
  /** The child to enter by default; undefined for an atomic state. */
  readonly initial: number | undefined;
  readonly initialActions: readonly Action[];
  readonly entry: readonly Action[];
  readonly exit: readonly Action[];
  readonly on: ReadonlyMap<string, readonly Transition[]>;
  readonly always: readonly Transition[];
}

export interface Definition {
  readonly id: string;
  readonly states: readonly State[];
  /** Leaf number to state index. */
  readonly leafStates: readonly number[];
  /** Leaf number to path. */
  readonly leaves: readonly string[];
  /** Timer slot to the id under which it is scheduled. */
  readonly timers: readonly string[];
  /** The initial context, or a function of {input} that makes it. */
  readonly context: unknown;
}

type Node = AnyStateMachine['root'];
type Builtin = ((...args: never[]) => unknown) & Readonly<Record<string, unknown>>;

const checks = {
  and: (and([]) as unknown as Builtin)['check'],
  or: (or([]) as unknown as Builtin)['check'],
  not: (not(() => true) as unknown as Builtin)['check'],
};
const actionNames: Readonly<Record<string, string>> = {
  'xstate.sendTo': 'sendTo',
  'xstate.log': 'log',
  'xstate.spawnChild': 'spawnChild',
  'xstate.stopChild': 'stopChild',
  'xstate.enqueueActions': 'enqueueActions',
};

/**
 * Reads and checks a machine.
 * @throws MachineRefused naming the machine, the state and what to write instead.
 */
export function define(machine: AnyStateMachine): Definition {
  return new Reader(machine).read();
}

class Reader {
  private readonly machine: AnyStateMachine;
  private readonly nodes: Node[] = [];
  private readonly indices = new Map<unknown, number>();
  private readonly timers: string[] = [];
  /** Where we are, for complaints. */
  private path = '';

  constructor(machine: AnyStateMachine) {
    this.machine = machine;
  }

  read(): Definition {
    this.number(this.machine.root);
    for (const node of this.nodes) this.collectTimers(node);
    const states = this.nodes.map((node) => this.state(node));
    const leafStates = states.filter((state) => state.initial === undefined).map((state) => state.index);
    return {
      id: this.machine.id,
      states,
      leafStates,
      leaves: leafStates.map((index) => states[index]!.path),
      timers: this.timers,
      context: this.machine.config.context,
    };
  }

  private readonly refuse: (what: string, instead: string) => never = (what, instead) => {
    throw new MachineRefused(this.machine.id, this.path, what, instead);
  };

  private number(node: Node): void {
    this.path = node.path.join('.');
    checkState(node, this.refuse);
    this.indices.set(node, this.nodes.length);
    this.nodes.push(node);
    for (const child of Object.values(node.states) as Node[]) this.number(child);
  }

  /** A first walk, because a cancel may precede the raise that names its timer. */
  private collectTimers(node: Node): void {
    this.path = node.path.join('.');
    const transitions = [...node.transitions.values()].flat().concat(node.always ?? []);
    const actions = [
      ...node.entry,
      ...node.exit,
      ...node.initial.actions,
      ...transitions.flatMap((transition) => [...transition.actions]),
    ];
    for (const action of actions) {
      const { builtin } = this.resolve(action);
      const id = builtin['id'];
      if (builtin['type'] !== 'xstate.raise') continue;
      if (builtin['delay'] === undefined) {
        if (id !== undefined) this.refuse('an id on a raise without delay', 'leave out one or add the other');
      } else if (typeof id !== 'string') {
        this.refuse('a delayed raise without an id', 'give it a constant one: raise(event, {id, delay})');
      } else if (!this.timers.includes(id)) this.timers.push(id);
    }
  }

  private state(node: Node): State {
    this.path = node.path.join('.');
    const on = new Map<string, Transition[]>();
    for (const [type, transitions] of node.transitions) {
      on.set(
        type,
        transitions.map((transition) => this.transition(transition)),
      );
    }
    const [initial] = node.initial.target;
    return {
      index: this.indices.get(node)!,
      path: this.path,
      parent: this.indices.get(node.parent),
      initial: this.indices.get(initial),
      initialActions: this.actions(node.initial.actions),
      entry: this.actions(node.entry),
      exit: this.actions(node.exit),
      on,
      always: (node.always ?? []).map((transition) => this.transition(transition)),
    };
  }

  private transition(transition: {
    readonly source: unknown;
    readonly target: readonly unknown[] | undefined;
    readonly reenter: boolean;
    readonly guard?: unknown;
    readonly actions: readonly unknown[];
  }): Transition {
    const targets = transition.target ?? [];
    if (targets.length > 1) this.refuse('several targets', 'one target a transition');
    const target = targets.length === 0 ? undefined : this.indices.get(targets[0]);
    if (target === 0) this.refuse('a transition to the root', 'target a state of the machine');
    return {
      source: this.indices.get(transition.source)!,
      target,
      reenter: transition.reenter,
      guard: transition.guard === undefined ? undefined : this.guard(transition.guard, 0),
      actions: this.actions(transition.actions),
    };
  }

  private guard(reference: unknown, depth: number): Guard {
    if (depth > 32) this.refuse('a guard that refers to itself', 'write the predicate');
    if (typeof reference === 'function') {
      const builtin = reference as unknown as Builtin;
      const check = builtin['check'];
      if (check === undefined) return { kind: 'predicate', test: reference as Expression, params: undefined };
      const inner = builtin['guards'] as readonly unknown[];
      if (check === checks.not) return { kind: 'not', guard: this.guard(inner[0], depth + 1) };
      if (check !== checks.and && check !== checks.or) {
        this.refuse(`the guard ${reference.name}`, 'write a predicate of context and event');
      }
      return {
        kind: check === checks.and ? 'and' : 'or',
        guards: inner.map((guard) => this.guard(guard, depth + 1)),
      };
    }
    const { name, params } = nameAndParams(reference);
    const known = this.machine.implementations.guards as Readonly<Record<string, unknown>>;
    const found = known[name];
    if (found === undefined)
      this.refuse(`the unknown guard '${name}'`, `setup({guards}) knows: ${listed(known)}`);
    const guard = this.guard(found, depth + 1);
    return guard.kind === 'predicate' && typeof found === 'function' ? { ...guard, params } : guard;
  }

  /** The builtin behind an action, and the parameters that it is given. */
  private resolve(reference: unknown): { readonly builtin: Builtin; readonly params: unknown } {
    let found = reference;
    let params: unknown;
    if (typeof reference !== 'function') {
      const named = nameAndParams(reference);
      const known = this.machine.implementations.actions as Readonly<Record<string, unknown>>;
      found = known[named.name];
      params = named.params;
      if (found === undefined) {
        this.refuse(`the unknown action '${named.name}'`, `setup({actions}) knows: ${listed(known)}`);
      }
    }
    if (typeof found !== 'function' || !('resolve' in found)) {
      this.refuse('a custom action', 'assign what it knows and emit what it wants');
    }
    return { builtin: found as unknown as Builtin, params };
  }

  private actions(references: readonly unknown[]): Action[] {
    return references.map((reference) => this.action(reference));
  }

  private action(reference: unknown): Action {
    const { builtin, params } = this.resolve(reference);
    const type = String(builtin['type']);
    switch (type) {
      case 'xstate.assign':
        return { kind: 'assign', assignment: builtin['assignment'], params };
      case 'xstate.emit':
        return { kind: 'emit', effect: builtin['event'], params };
      case 'xstate.cancel':
        return { kind: 'cancel', timer: this.timer(builtin['sendId']) };
      case 'xstate.raise':
        return this.raise(builtin, params);
      default:
        return this.refuse(actionNames[type] ?? type, 'emit an effect; the kernel carries it out');
    }
  }

  private timer(id: unknown): number {
    if (typeof id !== 'string') this.refuse('a computed id in cancel', 'give a constant one');
    const timer = this.timers.indexOf(id);
    if (timer < 0) this.refuse(`cancel of the unknown id '${id}'`, `raised are: ${this.timers.join(', ')}`);
    return timer;
  }

  private raise(builtin: Builtin, params: unknown): Action {
    const event = builtin['event'];
    let delay = builtin['delay'];
    if (typeof event !== 'function' && typeof event !== 'object') {
      this.refuse('raise of a bare name', 'raise({type})');
    }
    if (delay === undefined) return { kind: 'raise', event, params };
    const timer = this.timer(builtin['id']);
    if (typeof delay === 'string') {
      checkDelay(this.machine, delay, 'raise', this.refuse);
      delay = this.machine.implementations.delays[delay];
    }
    return { kind: 'schedule', timer, delay, event, params };
  }
}

function nameAndParams(reference: unknown): { readonly name: string; readonly params: unknown } {
  if (typeof reference === 'object' && reference !== null) {
    const { type, params } = reference as { readonly type: string; readonly params?: unknown };
    return { name: type, params };
  }
  return { name: String(reference), params: undefined };
}
