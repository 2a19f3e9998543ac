/**
 * Every shipped scenario does what it says. QUORATE_SEEDS / 10 seeds: here one beside that of its story (test/golden runs seed 1),
 * of the root folder only, as those of the other folders have tests of their own; in the soak all of them.
 */
import { describe, expect, test } from 'vitest';
import { shippedScenarios } from '../../cli/shared.ts';
import { judgeExpectation } from '../../scenarios/expectations.ts';
import { LIBRARY, SCENARIO_NAMES } from './library.ts';
import { session } from './runs.ts';

const SEEDS = Math.ceil(Number(process.env['QUORATE_SEEDS'] ?? 10) / 10);
const NAMES = SEEDS === 1 ? SCENARIO_NAMES : shippedScenarios(LIBRARY);

describe.each(NAMES)('%s', (name) => {
  test(`its expectations hold for ${SEEDS} seeds`, () => {
    for (let seed = 101; seed < 101 + SEEDS; seed++) {
      const { scenario, watchlist, moments } = session(name, seed);
      const broken = (scenario.expect ?? [])
        .map((one) => judgeExpectation(one, watchlist, moments))
        .filter(({ ok }) => !ok);
      expect(broken, `seed ${seed}`).toEqual([]);
      expect(scenario.expect?.length).toBeGreaterThan(0);
    }
  }, 3_600_000);
});
