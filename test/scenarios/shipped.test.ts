/**
 * Every shipped scenario does what it says: here those of the root folder, with three seeds, of which test/golden runs the first where
 * it tells the story; the other folders have tests of their own. With QUORATE_SEEDS, as the soak sets it, all of them with a tenth as many
 * seeds, run as `quorate run` does it, probers and all.
 */
import { describe, expect, test } from 'vitest';
import { shippedScenarios } from '../../cli/shared.ts';
import { UNTOLD } from '../golden/untold.ts';
import { LIBRARY, SCENARIO_NAMES } from './library.ts';
import { session } from './runs.ts';
import { holdsForSeeds, SEEDS } from './seeds.ts';
import { brokenIn, dataOf } from './shared-runs.ts';

if (process.env['QUORATE_SEEDS'] === undefined) {
  holdsForSeeds(SCENARIO_NAMES, SEEDS.slice(1));
  holdsForSeeds(UNTOLD, SEEDS.slice(0, 1));
} else {
  describe.each(shippedScenarios(LIBRARY))('%s', (name) => {
    test.each(SEEDS)(
      'seed %i',
      (seed) => {
        expect(brokenIn(session(name, seed))).toEqual([]);
      },
      3_600_000,
    );
  });
}

test.each(shippedScenarios(LIBRARY))('%s expects something', (name) => {
  expect(dataOf(name).expect?.length).toBeGreaterThan(0);
});
