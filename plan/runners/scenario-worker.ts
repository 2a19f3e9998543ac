/** The thread that runs scenarios: puts each together once and runs it with the seeds that it is given. */
import { workerData } from 'piscina';
import { findingText } from '../../models/finding.ts';
import { type ComposedScenario, composeScenario } from '../../scenarios/compose.ts';
import { loadScenario } from '../../scenarios/load.ts';
import { measureScenario } from '../../scenarios/measure.ts';
import { prepare } from '../../scenarios/prepare.ts';
import { runScenario } from '../../scenarios/run.ts';
import { runErrorText } from '../../scenarios/run-errors.ts';
import type { WorldSpec } from '../../sim/world-spec.ts';
import type { ScenarioAnswer, ScenarioTask, SharedRuns } from './scenario-runs.ts';

/** A scenario and its world, of which only the seed is missing; or why there is none. */
type Ready = { readonly composed: ComposedScenario; readonly spec: WorldSpec } | { readonly error: string };

const { library, jobs } = workerData as SharedRuns;
const ready = new Map<number, Ready>();

function readyJob(index: number): Ready {
  const known = ready.get(index);
  if (known !== undefined) return known;
  const made = makeReady(index);
  ready.set(index, made);
  return made;
}

function makeReady(index: number): Ready {
  const job = jobs[index];
  if (job === undefined) throw new Error(`there is no job ${index}`);
  const { scenario, findings } = loadScenario(job.text, job.file);
  if (scenario === undefined) return { error: findings.map(findingText).join('\n') };
  const { composed, findings: found } = composeScenario(scenario, library, job.options);
  if (composed === undefined) return { error: found.map(findingText).join('\n') };
  const { executor = 'compiled' } = job;
  const { spec, findings: odd } = prepare(composed.data, composed.topology, { seed: 0, executor });
  const errors = odd.filter(({ severity }) => severity === 'error');
  return errors.length > 0 ? { error: errors.map(findingText).join('\n') } : { composed, spec };
}

export default function runTask({ job, seed, give }: ScenarioTask): ScenarioAnswer {
  const made = readyJob(job);
  if ('error' in made) return made;
  const { composed } = made;
  const spec = { ...made.spec, seed };
  try {
    if (give === 'measures') return { measures: measureScenario(composed.data, composed.topology, spec) };
    return { result: runScenario(composed.data, composed.topology, spec).record.result };
  } catch (error) {
    const text = runErrorText(error, composed.loaded);
    if (text === undefined) throw error;
    return { error: `${text} (seed ${seed})` };
  }
}
