/** What a whole scenario leaves behind in one executor, to be compared with what it leaves in another. */
import { composeScenario } from '../../scenarios/compose.ts';
import type { LoadedScenario } from '../../scenarios/load.ts';
import { prepare } from '../../scenarios/prepare.ts';
import { runScenario } from '../../scenarios/run.ts';
import type { WorldSpec } from '../../sim/world-spec.ts';
import { LIBRARY } from '../scenarios/library.ts';

export interface Left {
  readonly hash: string;
  readonly events: number;
}

/** Hash and number of events, or what the run could not do: a role that nobody has so early ends it in both executors. */
export function leftBy(
  loaded: LoadedScenario,
  seed: number,
  executor: WorldSpec['executor'],
  until?: string,
): Left | string {
  const { composed, findings } = composeScenario(loaded, LIBRARY, until === undefined ? {} : { until });
  if (composed === undefined) throw new Error(JSON.stringify(findings));
  const { data, topology } = composed;
  try {
    const { spec } = prepare(data, topology, { seed });
    const { result } = runScenario(data, topology, { ...spec, executor }).record;
    return { hash: result.trace_hash, events: result.events };
  } catch (error) {
    return String(error);
  }
}
