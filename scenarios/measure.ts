/** Runs a scenario for its measures alone: no trace, no story, nothing kept that is not asked about. */
import type { Topology } from '../models/cluster/topology.ts';
import { advance } from '../models/console/console.ts';
import type { WorldSpec } from '../sim/world-spec.ts';
import { takeMeasures } from './expectations.ts';
import type { RunResult } from './result.ts';
import type { ScenarioData } from './schema.ts';
import { Session } from './session.ts';

/** The measures of one run, as `run --json` gives them for the same seed. */
export function measureScenario(
  scenario: ScenarioData,
  topology: Topology,
  spec: WorldSpec,
): RunResult['measures'] {
  const session = new Session(scenario, topology, spec, { commands: advance });
  session.runUntil(session.untilUs);
  return takeMeasures(
    scenario.measure ?? [],
    session.watchlist,
    session.moments,
    session.facts.requests.list,
  );
}
