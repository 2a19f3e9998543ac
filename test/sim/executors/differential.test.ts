import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compiledProgram } from '../../../sim/compiled.ts';
import { interpretedProgram } from '../interpreted.ts';
import { nothingSeen } from './differ.ts';
import { sameAsReference } from './property.ts';

/** `EXECUTOR_RUNS=100000 npx vitest run test/sim/executors` after an upgrade of xstate. */
const numRuns = Number(process.env['EXECUTOR_RUNS'] ?? 600);

test(
  'on random machines and inputs both executors give the same leaf, context and port calls',
  () => {
    const seen = nothingSeen();
    fc.assert(sameAsReference(compiledProgram, seen), { seed: 20_250_701, numRuns });
    // The runs were not empty.
    expect(seen.steps).toBeGreaterThan(8 * numRuns);
    expect(seen.reactions).toBeGreaterThan(seen.steps / 3);
    expect(seen.moves).toBeGreaterThan(seen.steps / 10);
    expect(seen.timersFired).toBeGreaterThan(numRuns);
    expect(seen.failures).toBeLessThan(numRuns / 3);
  },
  // Some 500 machines a second.
  60_000 + numRuns * 10,
);

test('xstate in the scope of one actor gives what its transition() gives', () => {
  const seen = nothingSeen();
  fc.assert(sameAsReference(interpretedProgram, seen), { seed: 20_250_702, numRuns: Math.ceil(numRuns / 4) });
  expect(seen.reactions).toBeGreaterThan(seen.steps / 3);
});
