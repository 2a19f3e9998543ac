/**
 * One key of a key-value store as an object of its own: a register that is put, got and deleted. A history of many keys is
 * linearizable if and only if that of each key is (Herlihy and Wing, 1990: linearizability is local).
 */
import { linearization, type Operation, type SequentialModel } from './linearizability.ts';
import { isInOrder } from './register-zones.ts';

/** Values are texts; undefined is a key that is not there. */
export type RegisterInput =
  | { readonly op: 'get' }
  | { readonly op: 'put'; readonly value: string }
  | { readonly op: 'delete' };

export interface RegisterOutput {
  /** What a get found. */
  readonly value: string | undefined;
}

export type RegisterOperation = Operation<RegisterInput, RegisterOutput>;

export const REGISTER: SequentialModel<string | undefined, RegisterInput, RegisterOutput> = {
  initial: undefined,
  step(state, input, output) {
    if (input.op === 'put') return { state: input.value };
    if (input.op === 'delete') return { state: undefined };
    return output === undefined || output.value === state ? { state } : undefined;
  },
};

/**
 * What cannot decide anything left out: gets without an answer, and puts without an answer whose value nobody got, for if
 * an order with such a put is right it is right without it, too. (Values are unique in a history that is worth checking.)
 */
export function telling(history: readonly RegisterOperation[]): RegisterOperation[] {
  const found = new Set<string | undefined>();
  for (const { input, output } of history)
    if (input.op === 'get' && output !== undefined) found.add(output.value);
  return history.filter(({ input, output }) => {
    if (output !== undefined) return true;
    if (input.op === 'get') return false;
    return found.has(input.op === 'put' ? input.value : undefined);
  });
}

export function isLinearizableRegister(history: readonly RegisterOperation[]): boolean {
  const told = telling(history);
  return isInOrder(told) ?? linearization(REGISTER, told) !== undefined;
}
