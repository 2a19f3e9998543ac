/**
 * Every shipped scenario does what it says: here those of the root folder, with three seeds, of which test/golden runs the first where
 * it tells the story; the other folders have tests of their own. `npm run soak -- shipped` runs all of them with 50.
 */
import { expect, test } from 'vitest';
import { shippedScenarios } from '../../cli/shared.ts';
import { UNTOLD } from '../golden/untold.ts';
import { LIBRARY, SCENARIO_NAMES } from './library.ts';
import { holdsForSeeds, SEEDS } from './seeds.ts';
import { dataOf } from './shared-runs.ts';

holdsForSeeds(SCENARIO_NAMES, SEEDS.slice(1));
holdsForSeeds(UNTOLD, SEEDS.slice(0, 1));

test.each(shippedScenarios(LIBRARY))('%s expects something', (name) => {
  expect(dataOf(name).expect?.length).toBeGreaterThan(0);
});
