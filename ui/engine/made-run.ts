/** Runs that the page makes up itself, to show what a picture or a list speaks of: a scenario of its own, packed like a viewer's files. */
import type { FailureOrder } from '../../properties/survival.ts';
import { BETWEEN_FAILURES_US } from '../../properties/survival.ts';
import type { ScenarioData } from '../../scenarios/schema.ts';
import { writeScenario } from '../../scenarios/write.ts';
import { packBundle } from '../run/bundle.ts';
import type { RunRequest } from '../run/request.ts';
import type { Put } from './held-runs.ts';

/** What a scenario of the same topology says about it. `named`: another one of the library. */
export function topologyIn(
  request: RunRequest,
  { composed }: Put,
  named?: string,
): Pick<ScenarioData, 'topology' | 'parameters'> {
  if (named !== undefined) return { topology: named };
  const { topology, parameters } = composed.data;
  const set = parameters === undefined || Object.keys(parameters).length === 0 ? {} : { parameters };
  return { topology: request.topology ?? topology, ...set };
}

export async function requestFor(data: ScenarioData, seed: number, { composed }: Put): Promise<RunRequest> {
  const packed = await packBundle({ scenario: writeScenario(data), files: composed.bundle?.files ?? {} });
  return { scenario: data.scenario, seed, set: [], packed };
}

const FIRST_S = 1;
/** As long as a verdict waits (properties/survival.ts), and a little. */
const AFTER_S = 155;

/** What a cell of a survival table is about. */
export function survivalRun(
  { failed, how }: FailureOrder,
  topology: Pick<ScenarioData, 'topology' | 'parameters'>,
): ScenarioData {
  const apartS = how === 'in turn' ? BETWEEN_FAILURES_US / 1_000_000 : 0;
  const timeline = failed.map((on, index) => ({
    at: `${FIRST_S + index * apartS}s`,
    do: on.includes('/') ? 'stop' : 'power-off',
    on,
  }));
  return {
    scenario: 'survival',
    version: 1,
    about: failed.length === 0 ? 'Nothing fails.' : `What is left without ${failed.join(', ')}.`,
    ...topology,
    until: `${AFTER_S + Math.max(0, failed.length - 1) * apartS}s`,
    timeline,
  };
}
