/**
 * Both executors run every scenario of the root folder to the same trace, byte for byte. xstate's transition() takes a minute of
 * CPU for a whole scenario with its warm-up, so here the power comes on at zero in hosts that boot in a second, and the
 * timeline's first seconds are run. `npm run soak -- executors` runs every shipped scenario as it is.
 */
import { describe, expect, test } from 'vitest';
import { loadScenario, scenarioOf } from '../../scenarios/load.ts';
import type { ScenarioData } from '../../scenarios/schema.ts';
import { compiledProgram } from '../../sim/compiled.ts';
import { referenceProgram } from '../../sim/reference.ts';
import { LIBRARY, SCENARIO_NAMES } from '../scenarios/library.ts';
import { leftBy } from './both-executors.ts';

/** Every scenario gets its share of 30 s of CPU; ten simulated seconds take both executors 2 s or so. */
const UNTIL = `${Math.max(7, Math.min(16, Math.floor(80 / SCENARIO_NAMES.length)))}s`;

/** The start of the cluster and of the timeline, without what is asked about it: that is not the executors' business. */
function shortened(data: ScenarioData): ScenarioData {
  const { expect: _, measure: __, vary: ___, ...rest } = data;
  return {
    ...rest,
    start: { from: 'cold' },
    parameters: { ...data.parameters, 'host.boot-time': '500ms' },
  };
}

describe('reference and compiled leave the same trace of', () => {
  test.each(SCENARIO_NAMES)('%s', (name) => {
    const { scenario } = loadScenario(LIBRARY.get(`${name}.yaml`) ?? '', `${name}.yaml`);
    if (scenario === undefined) throw new Error(`${name} cannot be loaded`);
    const loaded = scenarioOf(shortened(scenario.data));
    const compiled = leftBy(loaded, 1, compiledProgram, UNTIL);
    expect(leftBy(loaded, 1, referenceProgram, UNTIL)).toEqual(compiled);
    // An empty trace would agree, too.
    if (typeof compiled === 'object') expect(compiled.events).toBeGreaterThan(100);
  });
});
