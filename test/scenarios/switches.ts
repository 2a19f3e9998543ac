/** A shipped scenario with each of its switches, to see which expectations fail; and the cures of the scenarios of lints. */
import { advance } from '../../models/console/console.ts';
import { readSetting } from '../../models/cluster/parameters.ts';
import { describe, judgeExpectation } from '../../scenarios/expectations.ts';
import { loadScenario } from '../../scenarios/load.ts';
import { prepare } from '../../scenarios/prepare.ts';
import { EXPECTATION_KINDS } from '../../scenarios/rules.ts';
import type { ScenarioData, SwitchData } from '../../scenarios/schema.ts';
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
function asksForServices({ expect = [], timeline = [] }: ScenarioData): boolean {
  const texts = [
    ...expect.flatMap((one) => EXPECTATION_KINDS.map((kind) => one[kind])),
    ...timeline.map(({ when }) => when),
  ];
  return texts.some((text) => text?.includes('services') === true);
}

/** Runs it as it is, then with each switch; worlds that begin alike are settled once. */
export function trySwitches(name: string): Tried {
  const { scenario: loaded, findings } = loadScenario(LIBRARY.get(`${name}.yaml`) ?? '', name);
  if (loaded === undefined) throw new Error(`${name}: ${findings[0]?.message}`);
  const { data } = loaded;
  const isLint = name.startsWith('lints/');
  // What a lint finds is switched on in the file itself.
  const switches: readonly SwitchData[] = [...(isLint ? [{}] : []), ...(data.switches ?? [])];
  const settled = new Map<string, Settled>();
  const run = (changed: ScenarioData, variant: RunVariant, seed: number): Session => {
    const { data: own, topology } = composed(changed, variant);
    const { spec } = prepare(own, topology, { seed, withoutProbers: !asksForServices(data) });
    const shells = own.timeline?.some((entry) => 'run' in entry);
    const key = JSON.stringify([variant, seed, own.start, own.clients, own.workloads, shells]);
    const from = settled.get(key) ?? settle(topology, spec, own.start);
    settled.set(key, from);
    const session = new Session(own, topology, from, { commands: advance });
    session.runUntil(session.untilUs);
    return session;
  };
  const expectations = data.expect ?? [];
  const asItIs = run(data, isLint ? cureOf(data) : {}, 1);
  const broken = expectations
    .filter((one) => !judgeExpectation(one, asItIs.watchlist, asItIs.moments).ok)
    .map(describe);
  const failing = switches.map((change) => {
    const { data: changed, ...variant } = switched(data, change);
    const { watchlist, moments } = run(changed, variant, change.seed ?? 1);
    return expectations.flatMap((one, index) => (failsWith(change, one, watchlist, moments) ? [index] : []));
  });
  const empty = expectations
    .filter((_, index) => !failing.some((list) => list.includes(index)))
    .map(describe);
  return { broken, failing, empty };
}
