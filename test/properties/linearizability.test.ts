/**
 * The checker of histories: by hand, and against a dumb twin that tries every order.
 * Histories by hand are those of Herlihy and Wing, "Linearizability", 1990, section 2 (registers instead of queues), and of
 * etcd's own mistakes: a stale read, a lost update.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { linearization } from '../../properties/linearizability.ts';
import {
  isLinearizableRegister,
  REGISTER,
  type RegisterInput,
  type RegisterOperation,
  telling,
} from '../../properties/register.ts';
import { isInOrder } from '../../properties/register-zones.ts';

const NEVER = Number.POSITIVE_INFINITY;

function put(value: string, call: number, returned: number): RegisterOperation {
  const output = returned === NEVER ? undefined : { value: undefined };
  return { input: { op: 'put', value }, output, call, return: returned };
}

function get(value: string | undefined, call: number, returned: number): RegisterOperation {
  return { input: { op: 'get' }, output: returned === NEVER ? undefined : { value }, call, return: returned };
}

function removal(call: number, returned: number): RegisterOperation {
  const output = returned === NEVER ? undefined : { value: undefined };
  return { input: { op: 'delete' }, output, call, return: returned };
}

describe('linearizable', () => {
  test.each<[string, RegisterOperation[]]>([
    ['nothing', []],
    ['one after the other', [put('a', 1, 2), get('a', 3, 4), put('b', 5, 6), get('b', 7, 8)]],
    ['a get during a put finds the old value', [put('a', 1, 2), put('b', 3, 10), get('a', 4, 5)]],
    ['a get during a put finds the new value', [put('a', 1, 2), put('b', 3, 10), get('b', 4, 5)]],
    ['first the old, then the new', [put('a', 1, 2), put('b', 3, 10), get('a', 4, 5), get('b', 6, 7)]],
    ['overlapping puts in either order', [put('a', 1, 10), put('b', 2, 9), get('a', 11, 12)]],
    ['a put without an answer that happened', [put('a', 1, NEVER), get('a', 5, 6)]],
    ['a put without an answer that happens late', [put('a', 1, NEVER), get(undefined, 2, 3), get('a', 4, 5)]],
    ['a put without an answer that never happened', [put('a', 1, NEVER), get(undefined, 9, 10)]],
    ['a delete', [put('a', 1, 2), removal(3, 4), get(undefined, 5, 6)]],
    ['a get without an answer', [put('a', 1, 2), get('whatever', 3, NEVER)]],
    ['what returns when another is called comes first', [put('a', 1, 2), get('a', 2, 3)]],
  ])('%s', (_, history) => {
    expect(isLinearizableRegister(history)).toBe(true);
  });
});

describe('not linearizable', () => {
  test.each<[string, RegisterOperation[]]>([
    ['a stale read', [put('a', 1, 2), put('b', 3, 4), get('a', 5, 6)]],
    ['first the new, then the old', [put('a', 1, 2), put('b', 3, 10), get('b', 4, 5), get('a', 6, 7)]],
    ['a value that nobody put', [put('a', 1, 2), get('c', 3, 4)]],
    ['a value before it was put', [get('a', 1, 2), put('a', 3, 4)]],
    ['a lost put', [put('a', 1, 2), get(undefined, 3, 4)]],
    ['a put without an answer that is undone', [put('a', 1, NEVER), get('a', 2, 3), get(undefined, 4, 5)]],
    [
      'two readers that do not agree on the order of two puts',
      [put('a', 1, 20), put('b', 1, 20), get('a', 2, 3), get('b', 4, 5), get('a', 6, 7)],
    ],
    ['a deleted value that comes back', [put('a', 1, 2), removal(3, 4), get('a', 5, 6)]],
  ])('%s', (_, history) => {
    expect(isLinearizableRegister(history)).toBe(false);
  });
});

/** Tries every order that respects the real one, and every choice of what never happened. */
function bruteForce(history: readonly RegisterOperation[], state: string | undefined = undefined): boolean {
  if (history.every(({ return: returned }) => returned === NEVER)) return true;
  return history.some((next, i) => {
    const rest = history.filter((_, j) => j !== i);
    if (rest.some(({ return: returned }) => returned <= next.call)) return false;
    const after = REGISTER.step(state, next.input, next.output);
    return after !== undefined && bruteForce(rest, after.state);
  });
}

const inputs: fc.Arbitrary<RegisterInput> = fc.oneof(
  fc.constant({ op: 'get' } as const),
  fc.record({ op: fc.constant('put' as const), value: fc.constantFrom('a', 'b', 'c') }),
  fc.constant({ op: 'delete' } as const),
);
interface Drawn {
  readonly input: RegisterInput;
  readonly found: string | undefined;
  readonly call: number;
  readonly lasts: number;
  readonly answered: boolean;
}
/** Few values, also ones put twice, and much overlap: half of such histories are linearizable. */
const histories: fc.Arbitrary<Drawn[]> = fc.array(
  fc.record({
    input: inputs,
    found: fc.constantFrom(undefined, 'a', 'b', 'c'),
    call: fc.integer({ min: 0, max: 12 }),
    lasts: fc.integer({ min: 1, max: 8 }),
    answered: fc.integer({ min: 0, max: 5 }).map((n) => n > 0),
  }),
  { maxLength: 7 },
);

function operationOf({ input, found, call, lasts, answered }: Drawn): RegisterOperation {
  return {
    input,
    output: answered ? { value: input.op === 'get' ? found : undefined } : undefined,
    call,
    return: answered ? call + lasts : NEVER,
  };
}

test('the search agrees with the twin that tries every order', () => {
  const counts = { yes: 0, no: 0 };
  fc.assert(
    fc.property(histories, (drawn) => {
      const history = drawn.map(operationOf);
      const expected = bruteForce(history);
      counts[expected ? 'yes' : 'no']++;
      expect(isLinearizableRegister(history)).toBe(expected);
      expect(linearization(REGISTER, history) !== undefined).toBe(expected);
    }),
    { seed: 4, numRuns: 4_000 },
  );
  expect(Math.min(counts.yes, counts.no)).toBeGreaterThan(500);
});

test('values that were put once are judged by their zones, as the twin does', () => {
  const counts = { yes: 0, no: 0 };
  const once = histories.map((drawn) =>
    drawn.filter(
      ({ input }, i) =>
        input.op === 'get' ||
        (input.op === 'put' &&
          !drawn.slice(0, i).some((other) => other.input.op === 'put' && other.input.value === input.value)),
    ),
  );
  fc.assert(
    fc.property(once, (drawn) => {
      const history = drawn.map(operationOf);
      const expected = bruteForce(history);
      counts[expected ? 'yes' : 'no']++;
      expect(isInOrder(history)).toBe(expected);
    }),
    { seed: 5, numRuns: 10_000 },
  );
  expect(Math.min(counts.yes, counts.no)).toBeGreaterThan(2_000);
  expect(isInOrder([put('a', 1, 2), put('a', 3, 4)])).toBeUndefined();
  expect(isInOrder([put('a', 1, 2), removal(3, 4)])).toBeUndefined();
});

test('hundreds of requests that waited together, and a get too old, take no time', () => {
  const waited = Array.from({ length: 300 }, (_, i) => [
    put(`v${i}`, i, 1_000 + i),
    get(`v${i}`, i, 2_000 + i),
  ]).flat();
  expect(isLinearizableRegister([...waited, get('v7', 3_000, 3_001)])).toBe(true);
  expect(isLinearizableRegister([...waited, get('v7', 3_000, 3_001), get('v8', 3_002, 3_003)])).toBe(false);
});

test('the order that it finds is one: it respects the real order, and gives these answers', () => {
  const history = [
    put('a', 1, 10),
    put('b', 2, 9),
    get('b', 3, 4),
    get('a', 5, 6),
    put('c', 7, NEVER),
    get('c', 11, 12),
  ];
  const order = linearization(REGISTER, history);
  expect(order).toEqual([1, 2, 0, 3, 4, 5]);
});

test('puts without an answer whose value nobody got are left out', () => {
  const history = [put('a', 1, NEVER), put('b', 1, NEVER), get('b', 2, 3), get('x', 4, NEVER)];
  expect(telling(history)).toEqual([history[1], history[2]]);
});

test('a long history with little overlap takes no time', () => {
  const history: RegisterOperation[] = [];
  for (let i = 0; i < 5_000; i++) {
    history.push(
      put(`v${i}`, 10 * i, 10 * i + 9),
      get(i === 0 ? undefined : `v${i - 1}`, 10 * i + 1, 10 * i + 2),
    );
  }
  expect(isLinearizableRegister(history)).toBe(true);
  history.push(get('v17', 60_000, 60_001));
  expect(isLinearizableRegister(history)).toBe(false);
});
