/**
 * Both executors run every shipped scenario to the same trace, byte for byte. xstate's transition() takes a minute of CPU for
 * a whole scenario with its warm-up, so the tests let the power come on at zero in hosts that boot in a second and run
 * the timeline's first seconds. QUORATE_SEEDS=20 (npm run soak) runs each scenario as it is, with so many seeds.
 */
import { describe, expect, test } from 'vitest';
import { composeScenario } from '../../scenarios/compose.ts';
import { type LoadedScenario, loadScenario, scenarioOf } from '../../scenarios/load.ts';
import { type ExecutorName, prepare } from '../../scenarios/prepare.ts';
import { runScenario } from '../../scenarios/run.ts';
import type { ScenarioData } from '../../scenarios/schema.ts';
import { LIBRARY, SCENARIO_NAMES } from '../scenarios/library.ts';

const SEEDS = Number(process.env['QUORATE_SEEDS'] ?? 0);
/** In the tests every scenario gets its share of 30 s of CPU; ten simulated seconds take both executors 2 s or so. */
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

interface Told {
  readonly hash: string;
  readonly events: number;
}

/** Hash and number of events, or what the run could not do: a role that nobody has so early ends it in both executors. */
function told(loaded: LoadedScenario, seed: number, executor: ExecutorName): Told | string {
  const { composed, findings } = composeScenario(loaded, LIBRARY, SEEDS > 0 ? {} : { until: UNTIL });
  if (composed === undefined) throw new Error(JSON.stringify(findings));
  const { data, topology } = composed;
  try {
    const { spec } = prepare(data, topology, { seed, executor });
    const { result } = runScenario(data, topology, spec).record;
    return { hash: result.trace_hash, events: result.events };
  } catch (error) {
    return String(error);
  }
}

describe('reference and compiled leave the same trace of', () => {
  for (const name of SCENARIO_NAMES) {
    const { scenario } = loadScenario(LIBRARY.get(`${name}.yaml`) ?? '', `${name}.yaml`);
    if (scenario === undefined) throw new Error(`${name} cannot be loaded`);
    const loaded = SEEDS > 0 ? scenario : scenarioOf(shortened(scenario.data));
    test(name, { timeout: 60_000 + SEEDS * 600_000 }, () => {
      for (let seed = 1; seed <= Math.max(1, SEEDS); seed++) {
        const compiled = told(loaded, seed, 'compiled');
        expect(told(loaded, seed, 'reference'), `seed ${seed}`).toEqual(compiled);
        // An empty trace would agree, too.
        if (typeof compiled === 'object') expect(compiled.events).toBeGreaterThan(100);
      }
    });
  }
});
