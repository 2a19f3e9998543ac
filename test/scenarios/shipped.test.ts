/** Every shipped scenario does what it says, for a seed beside the one of its story (QUORATE_SEEDS, a tenth of them; test/golden runs seed 1). */
import { describe, expect, test } from 'vitest';
import { judgeExpectation } from '../../scenarios/expectations.ts';
import { SCENARIO_NAMES } from './library.ts';
import { session } from './runs.ts';

const SEEDS = Math.ceil(Number(process.env['QUORATE_SEEDS'] ?? 10) / 10);

describe.each(SCENARIO_NAMES)('%s', (name) => {
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
