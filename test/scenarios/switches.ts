/** A shipped scenario with each of its switches, to see which expectations fail; and the cures of the scenarios of lints. */

import { readSetting } from '../../models/cluster/parameters.ts';
import { advance } from '../../models/console/console.ts';
import { describe, judgeExpectation } from '../../scenarios/expectations.ts';
import { loadScenario } from '../../scenarios/load.ts';
import { prepare } from '../../scenarios/prepare.ts';
import { EXPECTATION_KINDS } from '../../scenarios/rules.ts';
import type { ExpectationData, ScenarioData, SwitchData } from '../../scenarios/schema.ts';
import { Session } from '../../scenarios/session.ts';
import { type Settled, settle } from '../../scenarios/settled.ts';
import { failsWith, switched } from '../../scenarios/switches.ts';
import { LIBRARY } from './library.ts';
import { composed, type RunVariant } from './runs.ts';

/** What the scenario of a lint itself says cures it: `Cure: --topology NAME` or `Cure: --set PATH=VALUE`. */
export function cureOf({ about = '' }: ScenarioData): RunVariant {
  const [, flag, value = ''] = /Cure: --(topology|set) (\S+)$/.exec(about.trim()) ?? [];
  if (flag === 'topology') return { topology: value };
  const setting = readSetting(value);
  if (typeof setting === 'string') throw new Error(`no cure in: ${about}`);
  return { set: { [setting.path]: setting.value } };
}

export interface Tried {
  /** Expectations that fail with no switch, as text. */
  readonly broken: readonly string[];
  /** Of each switch: the indices of the expectations that it makes fail. */
  readonly failing: readonly (readonly number[])[];
  /** Expectations that hold with every switch, as text. */
  readonly empty: readonly string[];
}

/** Whether what is judged needs the standard probers: three quarters of a cluster's work are theirs. */
function asksForServices({ clients = [], expect = [], timeline = [] }: ScenarioData): boolean {
  const own = clients.map(({ name }) => name);
  const texts = [
    ...expect.flatMap((one) => EXPECTATION_KINDS.map((kind) => one[kind] ?? '')),
    ...timeline.map(({ when = '' }) => when),
  ];
  return texts.some((text) =>
    [...text.matchAll(/services(?:\['([^']+)'\])?/g)].some(([, name = '']) => !own.includes(name)),
  );
}

/** Runs scenarios for judging only; worlds that begin alike are settled once. */
export class SharedRuns {
  private readonly settled = new Map<string, Settled>();

  /** The session at its end. @param probers whether the standard probers run; they are needed where services are judged */
  run(scenario: ScenarioData, variant: RunVariant, seed: number, probers: boolean): Session {
    const { data, topology } = composed(scenario, variant);
    const { spec } = prepare(data, topology, { seed, withoutProbers: !probers, console: true });
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
    session.runUntil(session.untilUs);
    return session;
  }

  /** The expectations that fail, as text. */
  broken(name: string, seed: number): string[] {
    const { expect = [], ...data } = dataOf(name);
    const session = this.run({ ...data, expect }, {}, seed, asksForServices({ ...data, expect }));
    return failures(expect, session);
  }
}

function dataOf(name: string): ScenarioData {
  const { scenario, findings } = loadScenario(LIBRARY.get(`${name}.yaml`) ?? '', name);
  if (scenario === undefined) throw new Error(`${name}: ${findings[0]?.message}`);
  return scenario.data;
}

function failures(expectations: readonly ExpectationData[], { watchlist, moments }: Session): string[] {
  return expectations.filter((one) => !judgeExpectation(one, watchlist, moments).ok).map(describe);
}

/** Runs it as it is, then with each switch. */
export function trySwitches(name: string): Tried {
  const runs = new SharedRuns();
  const data = dataOf(name);
  const isLint = name.startsWith('lints/');
  const probers = asksForServices(data);
  // What a lint finds is switched on in the file itself.
  const switches: readonly SwitchData[] = [...(isLint ? [{}] : []), ...(data.switches ?? [])];
  const expectations = data.expect ?? [];
  const broken = failures(expectations, runs.run(data, isLint ? cureOf(data) : {}, 1, probers));
  const failing = switches.map((change) => {
    const { data: changed, ...variant } = switched(data, change);
    const { watchlist, moments } = runs.run(changed, variant, change.seed ?? 1, probers);
    return expectations.flatMap((one, index) => (failsWith(change, one, watchlist, moments) ? [index] : []));
  });
  const empty = expectations
    .filter((_, index) => !failing.some((list) => list.includes(index)))
    .map(describe);
  return { broken, failing, empty };
}

/** What is wrong with a scenario's expectations and switches, in words. */
export function complaintsOf(name: string): string[] {
  const { broken, failing, empty } = trySwitches(name);
  return [
    ...broken.map((text) => `fails with nothing switched off: ${text}`),
    ...empty.map((text) => `holds with every switch: ${text}`),
    ...failing.flatMap((list, index) =>
      list.length === 0 ? [`switch ${index + 1} makes nothing fail`] : [],
    ),
  ];
}
