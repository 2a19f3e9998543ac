/**
 * Small worlds, tried in every order: from a state every step that is possible is taken, each state is looked at once,
 * until none is new. States are told apart by a key of all that can make a difference later; it is exact, nothing is
 * taken for known because a hash is the same.
 *
 * Source: explicit-state model checking as in Spin and TLC (depth first, a table of visited states).
 */

export interface SmallWorld<State, Action> {
  readonly initial: State;
  /** What can happen next, within the bounds. */
  actions(state: State): readonly Action[];
  after(state: State, action: Action): State;
  /** All that can make a difference later, as text. */
  key(state: State): string;
  /** What is wrong in this state; undefined if nothing is. */
  violation(state: State): string | undefined;
}

export interface Explored<Action> {
  /** Different states, and steps between them. */
  readonly states: number;
  readonly steps: number;
  /** Length of the longest way without a state that was known already. */
  readonly depth: number;
  /** All states were looked at; false where `limit` ended the search. */
  readonly complete: boolean;
  /** The first violation, and how one gets there. */
  readonly found?: { readonly violation: string; readonly way: readonly Action[] };
}

interface Visit<State, Action> {
  readonly state: State;
  readonly depth: number;
  readonly before: Visit<State, Action> | undefined;
  readonly action: Action | undefined;
}

/** @param limit most states to look at */
export function explore<State, Action>(
  world: SmallWorld<State, Action>,
  limit = Number.POSITIVE_INFINITY,
): Explored<Action> {
  const seen = new Set<string>();
  const first = { state: world.initial, depth: 0, before: undefined, action: undefined };
  const waiting: Visit<State, Action>[] = [first];
  seen.add(world.key(world.initial));
  let steps = 0;
  let depth = 0;
  for (let visit = waiting.pop(); visit !== undefined; visit = waiting.pop()) {
    const violation = world.violation(visit.state);
    if (violation !== undefined)
      return { states: seen.size, steps, depth, complete: false, found: { violation, way: wayTo(visit) } };
    depth = Math.max(depth, visit.depth);
    for (const action of world.actions(visit.state)) {
      const state = world.after(visit.state, action);
      steps++;
      const key = world.key(state);
      if (seen.has(key)) continue;
      if (seen.size >= limit) return { states: seen.size, steps, depth, complete: false };
      seen.add(key);
      waiting.push({ state, depth: visit.depth + 1, before: visit, action });
    }
  }
  return { states: seen.size, steps, depth, complete: true };
}

/** Gives each text a number, so that a key of many parts stays short. */
export class Names {
  private readonly known = new Map<string, number>();

  numberOf(text: string): number {
    let number = this.known.get(text);
    if (number === undefined) {
      number = this.known.size;
      this.known.set(text, number);
    }
    return number;
  }
}

function wayTo<State, Action>(last: Visit<State, Action>): Action[] {
  const way: Action[] = [];
  for (let visit: Visit<State, Action> | undefined = last; visit?.action !== undefined; visit = visit.before)
    way.unshift(visit.action);
  return way;
}
