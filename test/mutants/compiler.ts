/**
 * Bugs planted in the compiler, each of which the differential test must find. A mutant is the compiled
 * executor over wrongly made tables, or with one method wrong; production code knows nothing of them.
 *
 * `npm run mutants -- compiler` prints which run of the differential test caught each.
 */
import fc from 'fast-check';
import type { AnyStateMachine } from 'xstate';
import { Compiled } from '../../sim/compiled.ts';
import {
  type Action,
  type Arguments,
  type Definition,
  define,
  type Expression,
  type Guard,
  type State,
  type Transition,
} from '../../sim/definition.ts';
import { type Candidate, type Flat, flatten } from '../../sim/flatten.ts';
import type { Instance, MachineEvent, Port, Program } from '../../sim/machine.ts';
import type { Row } from '../../sim/operations.ts';
import { sameAsReference } from '../sim/executors/property.ts';

type Make = (machine: AnyStateMachine) => Program;

// --- ways to be wrong

const wrongFlat =
  (change: (flat: Flat) => Flat): Make =>
  (machine) =>
    new Compiled(change(flatten(define(machine))));

const wrongDefinition =
  (change: (definition: Definition) => Definition): Make =>
  (machine) =>
    new Compiled(flatten(change(define(machine))));

const wrongCandidate = (change: (candidate: Candidate) => Candidate): Make =>
  wrongFlat((flat) => ({
    ...flat,
    opening: change(flat.opening),
    leaves: flat.leaves.map((leaf) => ({
      on: new Map([...leaf.on].map(([type, candidates]) => [type, candidates.map(change)])),
      always: leaf.always.map(change),
    })),
  }));

/** Changes the order in which candidates are tried. */
const wrongOrder = (sort: (candidates: readonly Candidate[]) => Candidate[]): Make =>
  wrongFlat((flat) => ({
    ...flat,
    leaves: flat.leaves.map(({ on, always }) => ({
      on: new Map([...on].map(([type, candidates]) => [type, sort(candidates)])),
      always,
    })),
  }));

const wrongState = (change: (state: State) => Partial<State>): Make =>
  wrongDefinition((definition) => ({
    ...definition,
    states: definition.states.map((state) => ({ ...state, ...change(state) })),
  }));

const wrongTransitions = (change: (transitions: readonly Transition[]) => Transition[]): Make =>
  wrongState(({ on, always }) => ({
    on: new Map([...on].map(([type, transitions]) => [type, change(transitions)])),
    always: change(always),
  }));

const wrongActions = (change: (actions: readonly Action[]) => Action[]): Make =>
  wrongCandidate((candidate) => ({
    ...candidate,
    exit: candidate.exit.map(change),
    actions: change(candidate.actions),
    entry: candidate.entry.map(change),
  }));

const wrongMethod =
  (Wrong: new (flat: Flat) => Program): Make =>
  (machine) =>
    new Wrong(flatten(define(machine)));

class LastRaisedFirst extends Compiled {
  protected override next(raised: MachineEvent[]): MachineEvent | undefined {
    return raised.pop();
  }
}

class OneEventlessOnly extends Compiled {
  private looked = false;

  override step(instance: Instance, event: MachineEvent, port: Port): boolean {
    this.looked = false;
    return super.step(instance, event, port);
  }

  protected override eventless(leaf: number, args: Arguments): Row | undefined {
    if (this.looked) return undefined;
    this.looked = true;
    return super.eventless(leaf, args);
  }
}

class LooksAgainThoughNothingChanged extends Compiled {
  protected override eventless(leaf: number, args: Arguments): Row | undefined {
    const row = super.eventless(leaf, args);
    return row && { ...row, changes: true };
  }
}

class EventlessNeedsReaction extends Compiled {
  private readonly flat: Flat;

  constructor(flat: Flat) {
    super(flat);
    this.flat = flat;
  }

  override step(instance: Instance, event: MachineEvent, port: Port): boolean {
    return this.flat.leaves[instance.leaf]!.on.has(event.type) && super.step(instance, event, port);
  }
}

/** Neighbouring assigns become one, in which each sees the context before the first. */
function simultaneous(actions: readonly Action[]): Action[] {
  const result: Action[] = [];
  for (const action of actions) {
    const last = result.at(-1);
    if (action.kind !== 'assign' || last?.kind !== 'assign') result.push(action);
    else {
      const assignment: Expression = (args) => ({ ...updateOf(last, args), ...updateOf(action, args) });
      result[result.length - 1] = { kind: 'assign', assignment, params: undefined };
    }
  }
  return result;
}

function updateOf(action: Action & { kind: 'assign' }, args: Arguments): object {
  const { assignment } = action;
  const params = typeof action.params === 'function' ? action.params(args) : action.params;
  if (typeof assignment === 'function') return assignment(args, params);
  return Object.fromEntries(
    Object.entries(assignment as object).map(([key, value]) => [
      key,
      typeof value === 'function' ? value(args, params) : value,
    ]),
  );
}

function withoutNot(guard: Guard): Guard {
  if (guard.kind === 'not') return withoutNot(guard.guard);
  return guard.kind === 'predicate' ? guard : { ...guard, guards: guard.guards.map(withoutNot) };
}

function first<T>(items: readonly T[], comesFirst: (item: T) => boolean): T[] {
  return [...items.filter(comesFirst), ...items.filter((item) => !comesFirst(item))];
}

/** What each mutant does wrong, and how to make its executor. */
export const MUTANTS: Readonly<Record<string, Make>> = {
  'states are entered innermost first': wrongCandidate((candidate) => ({
    ...candidate,
    entry: candidate.entry.toReversed(),
  })),
  'states are left outermost first': wrongCandidate((candidate) => ({
    ...candidate,
    exit: candidate.exit.toReversed(),
  })),
  'states are left after the actions of the transition': wrongCandidate((candidate) => ({
    ...candidate,
    exit: [],
    actions: [...candidate.actions, ...candidate.exit.flat()],
  })),
  'initial actions are forgotten': wrongState(() => ({ initialActions: [] })),
  'reenter is ignored': wrongTransitions((transitions) =>
    transitions.map((transition) => ({ ...transition, reenter: false })),
  ),
  'every transition re-enters': wrongTransitions((transitions) =>
    transitions.map((transition) => ({ ...transition, reenter: true })),
  ),
  'the outermost state is asked first': wrongOrder((candidates) =>
    candidates.toSorted((a, b) => a.source - b.source),
  ),
  'guards are tried last to first': wrongTransitions((transitions) => transitions.toReversed()),
  'not is overlooked': wrongTransitions((transitions) =>
    transitions.map((transition) => ({
      ...transition,
      guard: transition.guard === undefined ? undefined : withoutNot(transition.guard),
    })),
  ),
  'a forbidden event goes to the parent': wrongTransitions((transitions) =>
    transitions.filter(({ target, actions, guard }) => target !== undefined || actions.length > 0 || guard),
  ),
  'assigns see the context before the first': wrongActions(simultaneous),
  'effects are made before assigns': wrongActions((actions) => first(actions, ({ kind }) => kind === 'emit')),
  'raised events are processed last in, first out': wrongMethod(LastRaisedFirst),
  'eventless transitions of ancestors are forgotten': wrongFlat((flat) => ({
    ...flat,
    leaves: flat.leaves.map(({ on, always }, leaf) => ({
      on,
      always: always.filter(({ source }) => source === flat.definition.leafStates[leaf]),
    })),
  })),
  'eventless transitions are looked for only once': wrongMethod(OneEventlessOnly),
  'eventless transitions are looked for again though nothing changed': wrongMethod(
    LooksAgainThoughNothingChanged,
  ),
  'eventless transitions do not see events that nothing reacts to': wrongMethod(EventlessNeedsReaction),
  'timers are not cancelled on exit': wrongState(({ exit }) => ({
    exit: exit.filter(({ kind }) => kind !== 'cancel'),
  })),
  'delayed raises are dropped on exit': wrongState(({ entry, exit }) => {
    const cancelled = new Set(exit.map((action) => (action.kind === 'cancel' ? action.timer : -1)));
    return {
      exit: [
        ...exit,
        ...entry.flatMap((action): Action[] =>
          action.kind === 'schedule' && !cancelled.has(action.timer)
            ? [{ kind: 'cancel', timer: action.timer }]
            : [],
        ),
      ],
    };
  }),
  'delays are ignored': wrongActions((actions) =>
    actions.map((action) => (action.kind === 'schedule' ? { ...action, kind: 'raise' } : action)),
  ),
};

/**
 * Runs the differential test against a mutant.
 * @returns the number of the run that caught it, and what it saw; undefined if it survived
 */
export function caught(
  make: Make,
  numRuns: number,
  seed: number,
): { readonly run: number; readonly difference: string } | undefined {
  const result = fc.check(sameAsReference(make), { seed, numRuns, endOnFailure: true });
  if (!result.failed) return undefined;
  return { run: result.numRuns, difference: String((result.errorInstance as Error).message) };
}

/** Prints a line a mutant. Returns how many survived. */
export function main(numRuns = 2000, seed = 1): number {
  let survived = 0;
  for (const [name, make] of Object.entries(MUTANTS)) {
    const found = caught(make, numRuns, seed);
    if (found === undefined) survived++;
    const verdict = found === undefined ? 'SURVIVED' : `caught in run ${found.run}`;
    process.stdout.write(`${name}: ${verdict}\n`);
  }
  return survived;
}
