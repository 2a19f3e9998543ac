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

function operationOf(action: Action): Operation {
  const params = action.kind === 'cancel' ? undefined : action.params;
  const blank: Operation = {
    code: CANCEL,
    make: undefined,
    made: undefined,
    keys: [],
    makers: [],
    timer: -1,
    delay: 0,
    params: typeof params === 'function' ? undefined : params,
    paramsOf: typeof params === 'function' ? (params as Expression) : undefined,
  };
  switch (action.kind) {
    case 'cancel':
      return { ...blank, timer: action.timer };
    case 'assign':
      return assignOf(blank, action.assignment);
    case 'emit':
      return {
        ...blank,
        code: typeof action.effect === 'function' ? EMIT : EMIT_SAME,
        ...made(action.effect),
      };
    case 'raise':
      return { ...blank, code: RAISE, ...made(action.event) };
    case 'schedule':
      return {
        ...blank,
        code: SCHEDULE,
        timer: action.timer,
        delay: action.delay,
        ...made(action.event),
      };
  }
}

function assignOf(blank: Operation, assignment: unknown): Operation {
  if (typeof assignment === 'function') return { ...blank, code: ASSIGN, make: assignment as Expression };
  const entries = Object.entries(assignment as object);
  return {
    ...blank,
    code: ASSIGN_EACH,
    made: assignment,
    keys: entries.map(([key]) => key),
    makers: entries.map(([, value]) => (typeof value === 'function' ? value : undefined)),
  };
}

function made(value: unknown): { readonly make: Expression | undefined; readonly made: unknown } {
  return typeof value === 'function'
    ? { make: value as Expression, made: undefined }
    : { make: undefined, made: value };
}
