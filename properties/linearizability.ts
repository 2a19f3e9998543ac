/**
 * Is a concurrent history of one object linearizable: can each operation be given one moment between its call and its
 * return, so that the object, used by one at a time in that order, would have answered the same?
 *
 * Source: J. M. Wing and C. Gong, "Testing and verifying concurrent objects", JPDC 17, 1993 (the search over the calls
 * that may come next), with the memory of G. Lowe, "Testing for linearizability", CCPE 29(4), 2017 (a set of operations
 * that led to a state once need not be tried again), as in A. Athalye's Porcupine (checker.go, checkSingle).
 * It decides; its time grows with how many operations overlap, not with the length of the history.
 */

/** An object that is used by one at a time. States are compared by ===, so they are plain values. */
export interface SequentialModel<State, Input, Output> {
  readonly initial: State;
  /**
   * The state after the operation; undefined if the object could not have answered so.
   * @param output undefined: nobody knows what was answered, any answer will do.
   */
  step(state: State, input: Input, output: Output | undefined): { readonly state: State } | undefined;
}

export interface Operation<Input, Output> {
  readonly input: Input;
  /** Undefined: no answer came. The operation may have happened at any time since its call, or not at all. */
  readonly output: Output | undefined;
  /** Moments in any unit; an operation that returns where another is called comes before it. */
  readonly call: number;
  /** Infinity where no answer came. */
  readonly return: number;
}

/** A call or a return, in a list from which what is linearized is lifted. */
interface Moment {
  readonly at: number;
  /** Index of the operation. */
  readonly operation: number;
  /** Of a call: its return. */
  returns: Moment | undefined;
  before: Moment | undefined;
  after: Moment | undefined;
}

/** Which operations are linearized, with a hash to which each adds its own number. */
interface Chosen {
  readonly bits: Uint32Array;
  hash: number;
}

interface Tried<State> {
  readonly bits: Uint32Array;
  readonly state: State;
}

/**
 * An order in which the operations can have happened, as their indices in the history; undefined if there is none. The
 * operations without an answer that need not have happened come last.
 */
export function linearization<State, Input, Output>(
  model: SequentialModel<State, Input, Output>,
  history: readonly Operation<Input, Output>[],
): readonly number[] | undefined {
  const head = listOf(history);
  const chosen: Chosen = { bits: new Uint32Array((history.length + 31) >> 5), hash: 0 };
  const tried = new Map<number, Tried<State>[]>();
  const path: { readonly call: Moment; readonly state: State }[] = [];
  let state = model.initial;
  let moment = head.after;
  while (moment !== undefined) {
    if (moment.returns === undefined) {
      // Something has returned by now that is not linearized: the last choice was wrong.
      const last = path.pop();
      if (last === undefined) return undefined;
      state = last.state;
      toggle(chosen, last.call.operation);
      putBack(last.call);
      moment = last.call.after;
      continue;
    }
    const { input, output } = history[moment.operation] as Operation<Input, Output>;
    const next = model.step(state, input, output);
    if (next !== undefined) {
      toggle(chosen, moment.operation);
      if (isNew(tried, chosen, next.state)) {
        path.push({ call: moment, state });
        state = next.state;
        lift(moment);
        moment = head.after;
        continue;
      }
      toggle(chosen, moment.operation);
    }
    moment = moment.after;
  }
  return path.map(({ call }) => call.operation);
}

function listOf(history: readonly Operation<unknown, unknown>[]): Moment {
  const moments: Moment[] = [];
  history.forEach((operation, index) => {
    const returns = momentOf(operation.return, index, undefined);
    moments.push(momentOf(operation.call, index, returns), returns);
  });
  // At the same moment a return comes before a call: the two operations do not overlap.
  moments.sort((a, b) =>
    a.at === b.at ? (a.returns === undefined ? 0 : 1) - (b.returns === undefined ? 0 : 1) : a.at - b.at,
  );
  const head = momentOf(Number.NEGATIVE_INFINITY, -1, undefined);
  let last = head;
  for (const moment of moments) {
    last.after = moment;
    moment.before = last;
    last = moment;
  }
  return head;
}

function momentOf(at: number, operation: number, returns: Moment | undefined): Moment {
  return { at, operation, returns, before: undefined, after: undefined };
}

function unlink(moment: Moment): void {
  (moment.before as Moment).after = moment.after;
  if (moment.after !== undefined) moment.after.before = moment.before;
}

function relink(moment: Moment): void {
  (moment.before as Moment).after = moment;
  if (moment.after !== undefined) moment.after.before = moment;
}

function lift(call: Moment): void {
  unlink(call);
  unlink(call.returns as Moment);
}

/** In the reverse order of lift, so that each finds the neighbours it had. */
function putBack(call: Moment): void {
  relink(call.returns as Moment);
  relink(call);
}

function toggle(chosen: Chosen, operation: number): void {
  chosen.bits[operation >> 5] = (chosen.bits[operation >> 5] as number) ^ (1 << (operation & 31));
  chosen.hash ^= Math.imul(operation + 1, 0x9e3779b1) ^ Math.imul(operation + 0x7f4a7c15, 0x85ebca6b);
}

/** Whether these operations led to this state for the first time; takes note of it. */
function isNew<State>(tried: Map<number, Tried<State>[]>, { bits, hash }: Chosen, state: State): boolean {
  const alike = tried.get(hash);
  if (alike === undefined) {
    tried.set(hash, [{ bits: bits.slice(), state }]);
    return true;
  }
  if (alike.some((each) => each.state === state && isSame(each.bits, bits))) return false;
  alike.push({ bits: bits.slice(), state });
  return true;
}

function isSame(a: Uint32Array, b: Uint32Array): boolean {
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
