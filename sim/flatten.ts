/**
 * Flattens a definition: for each leaf and event type the candidates in the order in which they are tried
 * (the leaf's own, then its parent's, up to the root), and for each candidate what is exited, done and
 * entered, and the leaf one ends in. Plain data; sim/compiled.ts runs it.
 *
 * Source: xstate 5.33.3 getTransitionDomain, computeExitSet, computeEntrySet, enterStates (which follow
 * SCXML's "Algorithm for SCXML Interpretation"), for one region and one target.
 */
import type { Action, Definition, Guard, State, Transition } from './definition.ts';

export interface Candidate {
  /** The state that the transition belongs to: the leaf or an ancestor. */
  readonly source: number;
  readonly guard: Guard | undefined;
  /** Actions of each state that is left, innermost first. */
  readonly exit: readonly (readonly Action[])[];
  readonly actions: readonly Action[];
  /** Actions of each state that is entered, outermost first. */
  readonly entry: readonly (readonly Action[])[];
  /** The leaf one is in afterwards. */
  readonly leaf: number;
}

export interface Leaf {
  readonly on: ReadonlyMap<string, readonly Candidate[]>;
  readonly always: readonly Candidate[];
}

export interface Flat {
  readonly definition: Definition;
  /** What starting does: no guard, nothing exited. */
  readonly opening: Candidate;
  /** By leaf number. */
  readonly leaves: readonly Leaf[];
}

export function flatten(definition: Definition): Flat {
  const { states } = definition;
  const opening = { source: 0, target: 0, reenter: true, guard: undefined, actions: [] };
  return {
    definition,
    opening: { ...candidate(definition, [], opening), exit: [] },
    leaves: definition.leafStates.map((leaf) => {
      const active = [leaf, ...ancestors(states, leaf)];
      const of = (transition: Transition) => candidate(definition, active, transition);
      const on = new Map<string, Candidate[]>();
      for (const index of active) {
        for (const [type, transitions] of states[index]!.on) {
          on.set(type, [...(on.get(type) ?? []), ...transitions.map(of)]);
        }
      }
      return { on, always: active.flatMap((index) => states[index]!.always.map(of)) };
    }),
  };
}

/** @param active the leaf and its ancestors, innermost first */
function candidate(definition: Definition, active: readonly number[], transition: Transition): Candidate {
  const { states, leafStates } = definition;
  const { source, guard, actions, target } = transition;
  if (target === undefined) {
    return { source, guard, exit: [], actions, entry: [], leaf: leafStates.indexOf(active[0]!) };
  }
  const domain = domainOf(states, transition, target);
  const exited = active.filter((index) => isDescendant(states, index, domain));
  const entered = enteredBy(states, transition, target, domain);
  return {
    source,
    guard,
    exit: exited.map((index) => states[index]!.exit),
    actions,
    entry: [...entered]
      .sort(([a], [b]) => a - b)
      .map(([index, byDefault]) => {
        const { entry, initialActions } = states[index]!;
        return byDefault ? [...entry, ...initialActions] : entry;
      }),
    leaf: leafStates.indexOf(defaultLeaf(states, target)),
  };
}

/** The innermost state that is neither left nor entered; undefined where even the root is. */
function domainOf(states: readonly State[], transition: Transition, target: number): number | undefined {
  const { source, reenter } = transition;
  if (!reenter && (target === source || isDescendant(states, target, source))) return source;
  const common = ancestors(states, target).find((index) => isDescendant(states, source, index));
  if (common !== undefined) return common;
  return reenter ? undefined : 0;
}

/** The states to enter, and whether their own initial actions are to be done, too. */
function enteredBy(
  states: readonly State[],
  { source, reenter }: Transition,
  target: number,
  domain: number | undefined,
): Map<number, boolean> {
  const entered = new Map<number, boolean>();
  // An internal transition of a compound state to itself enters its children only.
  if (source !== target || source !== domain || reenter) entered.set(target, true);
  for (let child = states[target]!.initial; child !== undefined; child = states[child]!.initial) {
    entered.set(child, true);
  }
  for (const ancestor of ancestors(states, target)) {
    if (ancestor === domain || target === domain) break;
    entered.set(ancestor, false);
  }
  return entered;
}

function defaultLeaf(states: readonly State[], from: number): number {
  let index = from;
  for (let child = states[index]!.initial; child !== undefined; child = states[index]!.initial) index = child;
  return index;
}

/** Proper ancestors, innermost first. */
function ancestors(states: readonly State[], of: number): number[] {
  const found: number[] = [];
  for (let index = states[of]!.parent; index !== undefined; index = states[index]!.parent) found.push(index);
  return found;
}

/** Every state is a descendant of undefined, which is above the root. */
function isDescendant(states: readonly State[], index: number, of: number | undefined): boolean {
  return of === undefined || ancestors(states, index).includes(of);
}
