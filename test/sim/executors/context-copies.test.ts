import fc from 'fast-check';
import { expect, test } from 'vitest';
import { copier } from '../../../sim/context-copies.ts';

/** A copier that has copied such a context often, so that it has taken its place. */
function busy(context: object) {
  const copy = copier();
  for (let i = 0; i < 100; i++) copy(context);
  return copy;
}
const entries = (count: number) => Array.from({ length: count }, (_, i) => [`key${i}`, i] as const);
/** Their places are made for these keys. */
const lettered = Array.from({ length: 4 }, () => busy({ a: 1, b: 2, c: 3 }));
/** More than there are places, so that the general way is covered, too; one of each size below. */
const copiers = Array.from({ length: 30 }, (_, size) => busy(Object.fromEntries(entries(size))));

test('a copy has the same keys in the same order, whatever their number, in every place', () => {
  for (const copy of copiers) {
    const sizes = [copiers.indexOf(copy), 0, 1, 4, 5, 23, 24, 25, 40];
    for (const size of sizes) {
      const context = Object.fromEntries(entries(size));
      const copied = copy(context);
      expect(copied).not.toBe(context);
      expect(Object.entries(copied)).toEqual(Object.entries(context));
      expect(Object.getPrototypeOf(copied)).toBe(Object.prototype);
    }
  }
});

test('contexts that differ from the first in a name or in the order are copied as they are', () => {
  fc.assert(
    fc.property(
      fc.array(fc.dictionary(fc.constantFrom('a', 'b', 'c', '1'), fc.nat(), { noNullPrototype: true }), {
        minLength: 2,
      }),
      fc.nat(lettered.length - 1),
      (sequence, which) => {
        for (const context of sequence) {
          expect(Object.entries(lettered[which]!(context))).toEqual(Object.entries(context));
        }
      },
    ),
    { seed: 20_250_701, numRuns: 200 },
  );
});
