/**
 * What learners ask is answered by scenarios that do what they say: each with seed 1 here, with more in the soak (QUORATE_SEEDS, a
 * tenth of them). Those that begin alike begin in the same world.
 */
import { expect, test } from 'vitest';
import { QUESTION_NAMES } from '../scenarios/library.ts';
import { SharedRuns } from '../scenarios/switches.ts';

const SEEDS = Math.ceil(Number(process.env['QUORATE_SEEDS'] ?? 10) / 10);
const runs = new SharedRuns();

test.each(QUESTION_NAMES)(
  '%s',
  (name) => {
    for (let seed = 1; seed <= SEEDS; seed++) expect(runs.broken(name, seed), `seed ${seed}`).toEqual([]);
  },
  3_600_000,
);
