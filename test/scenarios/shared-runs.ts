/** Runs of scenarios for judging only: what begins alike is settled once, and a run ends when its last expectation has been decided. */
import { advance } from '../../models/console/console.ts';
import { durationUs } from '../../scenarios/durations.ts';
import { describe, judgeExpectation, spanOf } from '../../scenarios/expectations.ts';
import { loadScenario } from '../../scenarios/load.ts';
import { prepare } from '../../scenarios/prepare.ts';
import { EXPECTATION_KINDS } from '../../scenarios/rules.ts';
import type { ExpectationData, ScenarioData, TimelineEntryData } from '../../scenarios/schema.ts';
import { Session } from '../../scenarios/session.ts';
import { type Settled, settle } from '../../scenarios/settled.ts';
import { SECOND_US } from '../../sim/time.ts';
import { LIBRARY } from './library.ts';
import { composed, type RunVariant } from './runs.ts';

/** Scenario time between two looks at what has been decided. */
const SLICE_US = 5 * SECOND_US;

/** A shipped scenario by its name. */
export function dataOf(name: string): ScenarioData {
  const { scenario, findings } = loadScenario(LIBRARY.get(`${name}.yaml`) ?? '', name);
  if (scenario === undefined) throw new Error(`${name}: ${findings[0]?.message}`);
  return scenario.data;
}

/** The standard probers that what is judged needs: three quarters of a cluster's work are theirs. */
export function probersOf({ clients = [], expect = [], timeline = [] }: ScenarioData): string[] {
  const own = clients.map(({ name }) => name);
  const texts = [
    ...expect.flatMap((one) => EXPECTATION_KINDS.map((kind) => one[kind] ?? '')),
    ...timeline.map(({ when = '' }) => when),
  ];
  const asked = texts.flatMap((text) =>
    [...text.matchAll(/services\['([^']+)'\]/g)].map(([, name]) => name!),
  );
  return [...new Set(asked)].filter((name) => !own.includes(name)).sort();
}

/** Runs scenarios for judging only; worlds that begin alike are settled once. */
export class SharedRuns {
  private readonly settled = new Map<string, Settled>();

  /** The session when all is decided. @param probers the standard probers that run: all whose services are judged */
  run(scenario: ScenarioData, variant: RunVariant, seed: number, probers: readonly string[]): Session {
    const { data, topology } = composed(scenario, variant);
    const { spec } = prepare(data, topology, { seed, probers, console: true });
    const { start, clients, workloads, parameters, topology: own } = data;
    const key = JSON.stringify([
      variant.topology ?? own,
      parameters,
      seed,
      probers,
      start,
      clients,
      workloads,
    ]);
    const from = this.settled.get(key) ?? settle(topology, spec, start);
    this.settled.set(key, from);
    const session = new Session(data, topology, from, { commands: advance });
    do session.runUntil(session.nowUs + SLICE_US);
    while (!session.done && isOpen(session));
    return session;
  }

  /** Lets go of the worlds. */
  forget(): void {
    this.settled.clear();
  }

  /** The expectations that fail, as text. */
  broken(name: string, seed: number): string[] {
    const data = dataOf(name);
    return brokenIn(this.run(data, {}, seed, probersOf(data)));
  }
}

/** The expectations that fail, as text. */
export function brokenIn({ scenario: { expect = [] }, watchlist, moments }: Session): string[] {
  return expect.filter((one) => !judgeExpectation(one, watchlist, moments).ok).map(describe);
}

/** Whether the rest of the run can change anything: an entry of the timeline is to come, or an expectation is not decided. */
function isOpen({ scenario, watchlist, moments, nowUs, epochUs }: Session): boolean {
  const { expect = [], timeline = [] } = scenario;
  const isToCome = ({ name, at }: TimelineEntryData): boolean =>
    name === undefined ? at === undefined || epochUs + durationUs(at) >= nowUs : !moments.has(name);
  const isUndecided = (one: ExpectationData): boolean => {
    const { atUs = nowUs } = judgeExpectation(one, watchlist, moments);
    return atUs >= nowUs && (spanOf(one, moments)?.toUs ?? nowUs) >= nowUs;
  };
  return timeline.some(isToCome) || expect.some(isUndecided);
}
