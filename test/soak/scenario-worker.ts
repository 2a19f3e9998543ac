/** The thread that runs shipped scenarios: with a seed as they are, or with each of their switches. */
import { SharedRuns } from '../scenarios/shared-runs.ts';
import { complaintsIn, trySwitches } from '../scenarios/switches.ts';

export interface ScenarioTask {
  readonly names: readonly string[];
  /** Left out: with each switch. */
  readonly seed?: number;
}

export interface ScenarioAnswer {
  readonly runs: number;
  readonly complaints: readonly string[];
}

export default function runTask({ names, seed }: ScenarioTask): ScenarioAnswer {
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
