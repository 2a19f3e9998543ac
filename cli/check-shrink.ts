/** A violation made small, run once more as a stored scenario with the standard probers, written, and told. */
import { join } from 'node:path';
import type { FoundViolation } from '../plan/runners/check-runs.ts';
import { Checker, watched } from '../properties/check-run.ts';
import { scenarioOfCounterexample } from '../properties/counterexample.ts';
import { type ChanceAt, chances } from '../properties/inevitable.ts';
import { propertyNamed } from '../properties/library.ts';
import type { Property } from '../properties/property.ts';
import { type Failure, failedAt, type Phases, type Schedule } from '../properties/schedule.ts';
import { shrink } from '../properties/shrink.ts';
import { composeScenario } from '../scenarios/compose.ts';
import { scenarioOf } from '../scenarios/load.ts';
import { prepare } from '../scenarios/prepare.ts';
import { runScenario } from '../scenarios/run.ts';
import type { RunRecord } from '../scenarios/run-record.ts';
import type { ScenarioData } from '../scenarios/schema.ts';
import { writeScenario } from '../scenarios/write.ts';
import type { ReadyCheck } from './checked.ts';
import { writeWhole } from './output.ts';
import { libraryTexts } from './shared.ts';

export interface Proved {
  readonly property: Property;
  readonly found: FoundViolation;
  readonly schedule: Schedule;
  readonly what: string;
  /** Simulated runs and time of the shrinking. */
  readonly shrinkRuns: number;
  readonly shrinkMs: number;
  readonly file: string;
  readonly scenario: ScenarioData;
  readonly record: RunRecord;
  /** How likely the failure still was from which moment on; empty if not asked for. */
  readonly chances: readonly ChanceAt[];
  /** Seen again under the standard probers. */
  readonly confirmed: boolean;
}

/** @param tries with other luck at each moment, to say when it became inevitable; 0: not asked */
export function proved(found: FoundViolation, ready: ReadyCheck, folder: string, tries: number): Proved {
  const property = propertyNamed(found.property) as Property;
  const startedMs = Date.now();
  const checker = new Checker(ready.checked, [property]);
  const { schedule, what, runs } = shrink(checker, found.schedule);
  const shrinkMs = Date.now() - startedMs;
  const { phases } = checker;
  const { session } = checker.run(schedule);
  const scenario = scenarioOfCounterexample(
    { property, schedule, what, phases, session },
    ready.checked,
    ready.topology,
    ready.parameters,
  );
  const file = join(folder, `${scenario.scenario}.yaml`);
  const text = writeScenario(scenario);
  writeWhole('--out', file, text);
  const again = rerun(scenario, file, text);
  const seen = again.wrong(property, failedAt(schedule, phases), phases);
  return {
    property,
    found,
    schedule,
    what,
    shrinkRuns: runs,
    shrinkMs,
    file,
    scenario,
    record: again.record,
    chances: tries === 0 ? [] : chances(checker, schedule, tries),
    confirmed: seen !== undefined,
  };
}

function rerun(scenario: ScenarioData, file: string, text: string) {
  const { composed, findings } = composeScenario(scenarioOf(scenario, file), libraryTexts());
  if (composed === undefined)
    throw new Error(
      `a counterexample was not stored well: ${findings.map(({ message }) => message).join('; ')}`,
    );
  const { data, topology } = composed;
  const { spec } = prepare(data, topology, { seed: scenario.vary?.seed ?? 1 });
  const { record, session } = runScenario(data, topology, spec, { scenarioText: text });
  return {
    record,
    wrong: (property: Property, failed: readonly Failure[], phases: Phases): string | undefined => {
      if (property.watch === undefined) return property.violation(session, failed, phases);
      const again = watched(data, topology, spec, [property]);
      again.session.runUntil(again.session.untilUs);
      return again.watchers.get(property)?.wrong();
    },
  };
}
