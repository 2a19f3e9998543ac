/**
 * What the compiled executor runs: a candidate transition as a row with a test and a list of operations.
 * All rows and all operations have one shape, so that the loop over them stays monomorphic.
 */
import type { Action, Expression, Guard } from './definition.ts';
import type { Candidate, Flat } from './flatten.ts';

export const ASSIGN = 0;
export const ASSIGN_EACH = 1;
export const EMIT = 2;
export const EMIT_SAME = 3;
export const SCHEDULE = 4;
export const CANCEL = 5;
export const RAISE = 6;

/** One action. */
export interface Operation {
  readonly code: number;
  /** The assign, or what makes the effect or event. */
  readonly make: Expression | undefined;
  /** Made already: the constant effect or event; for ASSIGN_EACH the constant values by key. */
  readonly made: unknown;
  readonly keys: readonly string[];
  readonly makers: readonly (Expression | undefined)[];
  readonly timer: number;
  readonly delay: unknown;
  /** The type of a constant event that has nothing else. */
  readonly bare: string | undefined;
  readonly params: unknown;
  readonly paramsOf: Expression | undefined;
}

/** A candidate, ready to run. */
export interface Row {
  readonly test: Expression | undefined;
  readonly operations: readonly Operation[];
  readonly leaf: number;
  /** Nothing can follow: nothing is raised, and the leaf has no eventless transition. */
  readonly settles: boolean;
  /** Ends in another leaf or another context. xstate looks for eventless transitions again only then. */
  readonly changes: boolean;
}

/** @param from the leaf one comes from; -1 at the start */
export function rowOf(flat: Flat, candidate: Candidate, from: number): Row {
  const actions = [...candidate.exit.flat(), ...candidate.actions, ...candidate.entry.flat()];
  return {
    test: candidate.guard === undefined ? undefined : testOf(candidate.guard),
    operations: actions.map(operationOf),
    leaf: candidate.leaf,
    settles:
      flat.leaves[candidate.leaf]!.always.length === 0 && !actions.some((action) => action.kind === 'raise'),
    changes: candidate.leaf !== from || actions.some((action) => action.kind === 'assign'),
  };
}

function testOf(guard: Guard): Expression {
  switch (guard.kind) {
    case 'not': {
      const test = testOf(guard.guard);
      return (args) => !test(args, undefined);
    }
    case 'and': {
      const tests = guard.guards.map(testOf);
      return (args) => {
        for (let i = 0; i < tests.length; i++) if (!tests[i]!(args, undefined)) return false;
        return true;
      };
    }
    case 'or': {
      const tests = guard.guards.map(testOf);
      return (args) => {
        for (let i = 0; i < tests.length; i++) if (tests[i]!(args, undefined)) return true;
        return false;
      };
    }
    case 'predicate': {
      const { test, params } = guard;
      if (params === undefined) return test;
      if (typeof params === 'function') return (args) => test(args, (params as Expression)(args, undefined));
      return (args) => test(args, params);
    }
  }
}

type OperationDraft = { -readonly [K in keyof Operation]: Operation[K] };

/** Each begins as this and is filled in: a spread with changes would give each kind a shape of its own. */
function blank(code: number): OperationDraft {
  return {
    code,
    make: undefined,
    made: undefined,
    keys: [],
    makers: [],
    timer: -1,
    delay: undefined,
    bare: undefined,
    params: undefined,
    paramsOf: undefined,
  };
}

function operationOf(action: Action): Operation {
  switch (action.kind) {
    case 'cancel': {
      const cancel = blank(CANCEL);
      cancel.timer = action.timer;
      return cancel;
    }
    case 'assign':
      return withParams(assignOf(action.assignment), action.params);
    case 'emit': {
      const emit = blank(typeof action.effect === 'function' ? EMIT : EMIT_SAME);
      return withParams(making(emit, action.effect), action.params);
    }
    case 'raise':
      return withParams(making(blank(RAISE), action.event), action.params);
    case 'schedule': {
      const schedule = blank(SCHEDULE);
      schedule.timer = action.timer;
      schedule.delay = action.delay;
      schedule.bare = bareType(action.event);
      return withParams(making(schedule, action.event), action.params);
    }
  }
}

function withParams(operation: OperationDraft, params: unknown): Operation {
  if (typeof params === 'function') operation.paramsOf = params as Expression;
  else operation.params = params;
  return operation;
}

function assignOf(assignment: unknown): OperationDraft {
  if (typeof assignment === 'function') return making(blank(ASSIGN), assignment);
  const operation = blank(ASSIGN_EACH);
  const entries = Object.entries(assignment as object);
  operation.made = assignment;
  operation.keys = entries.map(([key]) => key);
  operation.makers = entries.map(([, value]) => (typeof value === 'function' ? value : undefined));
  return operation;
}

function making(operation: OperationDraft, value: unknown): OperationDraft {
  if (typeof value === 'function') operation.make = value as Expression;
  else operation.made = value;
  return operation;
}

function bareType(event: unknown): string | undefined {
  if (typeof event === 'function') return undefined;
  const keys = Object.keys(event as object);
  return keys.length === 1 ? (event as { readonly type: string }).type : undefined;
}
