/** The thread that runs shipped scenarios: with a seed as they are, in both executors, or with each of their switches. */
import { loadScenario } from '../../scenarios/load.ts';
import { compiledProgram } from '../../sim/compiled.ts';
import { LIBRARY } from '../scenarios/library.ts';
import { SharedRuns } from '../scenarios/shared-runs.ts';
import { complaintsIn, trySwitches } from '../scenarios/switches.ts';
import { leftBy } from '../sim/both-executors.ts';
import { interpretedProgram } from '../sim/interpreted.ts';

export interface ScenarioTask {
  readonly names: readonly string[];
  /** Left out: with each switch. */
  readonly seed?: number;
  /** Whole, once compiled and once interpreted, and not judged. */
  readonly executors?: true;
}

export interface ScenarioAnswer {
  readonly runs: number;
  readonly complaints: readonly string[];
}

/** The two traces, if they are two. */
function differing(name: string, seed: number): string[] {
  const { scenario } = loadScenario(LIBRARY.get(`${name}.yaml`) ?? '', `${name}.yaml`);
  if (scenario === undefined) throw new Error(`${name} cannot be loaded`);
  const [compiled, interpreted] = [compiledProgram, interpretedProgram].map((executor) =>
    JSON.stringify(leftBy(scenario, seed, executor)),
  );
  return compiled === interpreted
    ? []
    : [`${name} --seed ${seed}: compiled ${compiled}, xstate ${interpreted}`];
}

export default function runTask({ names, seed, executors }: ScenarioTask): ScenarioAnswer {
  if (executors === true && seed !== undefined)
    return { runs: names.length, complaints: names.flatMap((name) => differing(name, seed)) };
  const shared = new SharedRuns();
  let runs = 0;
  const complaints = names.flatMap((name) => {
    if (seed !== undefined) {
      runs++;
      return shared.broken(name, seed).map((text) => `${name} --seed ${seed}: ${text}`);
    }
    const tried = trySwitches(name);
    runs += 1 + tried.failing.length;
    return complaintsIn(tried).map((text) => `${name}: ${text}`);
  });
  return { runs, complaints };
}
