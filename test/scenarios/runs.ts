/** Scenarios for tests, prepared and run as the command line does it. */
import type { ParameterMap } from '../../models/cluster/parameters.ts';
import { advance } from '../../models/console/console.ts';
import { findingText } from '../../models/finding.ts';
import { type ComposedScenario, composeScenario } from '../../scenarios/compose.ts';
import { loadScenario, scenarioOf } from '../../scenarios/load.ts';
import { type ExecutorName, prepare } from '../../scenarios/prepare.ts';
import { type FinishedRun, runScenario } from '../../scenarios/run.ts';
import type { ScenarioData } from '../../scenarios/schema.ts';
import { Session } from '../../scenarios/session.ts';
import { LIBRARY } from './library.ts';

export interface Variant {
  readonly topology?: string;
  readonly until?: string;
  readonly set?: ParameterMap;
}

/** A shipped scenario by its name, or one given as data, put together with its topology. */
export function composed(scenario: string | ScenarioData, variant: Variant = {}): ComposedScenario {
  const loaded =
    typeof scenario === 'string'
      ? loadScenario(LIBRARY.get(`${scenario}.yaml`) ?? '', `${scenario}.yaml`).scenario
      : scenarioOf(scenario);
  if (loaded === undefined) throw new Error(`${scenario} cannot be loaded`);
  const result = composeScenario(loaded, LIBRARY, variant);
  if (result.composed === undefined) throw new Error(result.findings.map(findingText).join('\n'));
  return result.composed;
}

export interface RunVariant extends Variant {
  readonly executor?: ExecutorName;
  readonly withoutProbers?: boolean;
}

export function run(scenario: string | ScenarioData, seed: number, variant: RunVariant = {}): FinishedRun {
  const { data, topology } = composed(scenario, variant);
  return runScenario(data, topology, prepare(data, topology, { seed, ...variant }).spec);
}

/** A run without trace and lanes: quicker, for judging only. The session is at its end. */
export function session(scenario: string | ScenarioData, seed: number, variant: RunVariant = {}): Session {
  const { data, topology } = composed(scenario, variant);
  const made = new Session(data, topology, prepare(data, topology, { seed, ...variant }).spec, {
    commands: advance,
  });
  made.runUntil(made.untilUs);
  return made;
}
