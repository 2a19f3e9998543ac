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
import type { SearchResult } from './check-search.ts';
import { ofDesign, type ReadyCheck } from './checked.ts';
import { writeWhole } from './output.ts';
import { libraryTexts } from './shared.ts';

export interface Proved {
  readonly property: Property;
  readonly found: SearchResult['found'][number];
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
export function proved(found: Proved['found'], given: ReadyCheck, folder: string, tries: number): Proved {
  const ready = found.design === undefined ? given : ofDesign(given, found.design);
  const property = propertyNamed(found.property) as Property;
  const checker = new Checker(ready.checked, [property]);
  const { schedule, what, runs, ms: shrinkMs } = found.shrunk ?? shrunkNow(checker, found);
  const { phases } = checker;
  const { session } = checker.run(schedule);
  const first = scenarioOfCounterexample(
    { property, schedule, what, phases, session },
    ready.checked,
    ready.topology,
    ready.parameters,
  );
  const file = join(folder, `${first.scenario}.yaml`);
  const { scenario, record, confirmed } = shown(first, { property, schedule, ready, checker, file });
  writeWhole('--out', file, writeScenario(scenario));
  return {
    property,
    found,
    schedule,
    what,
    shrinkRuns: runs,
    shrinkMs,
    file,
    scenario,
    record,
    chances: tries === 0 ? [] : chances(checker, schedule, tries),
    confirmed,
  };
}

function shrunkNow(checker: Checker, { schedule }: FoundViolation) {
  const startedMs = Date.now();
  return { ...shrink(checker, schedule), ms: Date.now() - startedMs };
}

/** Other seeds for what is not stored, until a race between two packets ends the same way with the standard probers. */
const MOST_SEEDS = 6;

interface Wanted {
  readonly property: Property;
  readonly schedule: Schedule;
  readonly ready: ReadyCheck;
  readonly checker: Checker;
  readonly file: string;
}

/**
 * The scenario under the standard probers, whose packets shift the draws of the links. Where the failure hangs on a packet's way, another
 * seed for these is taken, with which it shows in both.
 */
function shown(first: ScenarioData, { property, schedule, ready, checker: { phases, spec }, file }: Wanted) {
  const failed = failedAt(schedule, phases, spec);
  const own = rerun(first, file);
  if (own.wrong(property, failed, phases) !== undefined)
    return { scenario: first, record: own.record, confirmed: true };
  const draws = first.vary?.draws;
  for (let i = 1; i <= MOST_SEEDS; i++) {
    const seed = schedule.seed + i * 1_000;
    const checker = new Checker({ ...ready.checked, ...(draws === undefined ? {} : { draws }) }, [property]);
    if (checker.run({ ...schedule, seed }).violations.length === 0) continue;
    const scenario: ScenarioData = { ...first, vary: { ...first.vary, seed } };
    const again = rerun(scenario, file);
    if (again.wrong(property, failed, phases) !== undefined)
      return { scenario, record: again.record, confirmed: true };
  }
  return { scenario: first, record: own.record, confirmed: false };
}

function rerun(scenario: ScenarioData, file: string) {
  const { composed, findings } = composeScenario(scenarioOf(scenario, file), libraryTexts());
  if (composed === undefined)
    throw new Error(
      `a counterexample was not stored well: ${findings.map(({ message }) => message).join('; ')}`,
    );
  const { data, topology } = composed;
  const { spec } = prepare(data, topology, { seed: scenario.vary?.seed ?? 1 });
  const { record, session } = runScenario(data, topology, spec, { scenarioText: writeScenario(scenario) });
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
