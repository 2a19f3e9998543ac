/** Shipped scenarios with several seeds each. */
import { afterAll, describe, expect, test } from 'vitest';
import { SharedRuns } from './shared-runs.ts';

/** With as many as these every shipped scenario is run in `npm test`. */
export const SEEDS: readonly number[] = [1, 2, 3];

/**
 * Each scenario does what it says with each seed. Runs are for judging only: without the standard probers that no expectation asks for, and
 * no longer than until the last one is decided. Scenarios that begin alike begin in the same world.
 */
export function holdsForSeeds(names: readonly string[], seeds: readonly number[] = SEEDS): void {
  describe.each(seeds)('seed %i', (seed) => {
    const runs = new SharedRuns();
    afterAll(() => {
      runs.forget();
    });
    test.each(names)(
      '%s',
      (name) => {
        expect(runs.broken(name, seed)).toEqual([]);
      },
      600_000,
    );
  });
}
