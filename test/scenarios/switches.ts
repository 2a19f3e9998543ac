/** A shipped scenario with each of its switches, to see which expectations fail; and the cures of the scenarios of lints. */

import { readSetting } from '../../models/cluster/parameters.ts';
import { describe } from '../../scenarios/expectations.ts';
import type { ScenarioData, SwitchData } from '../../scenarios/schema.ts';
import { failsWith, switched } from '../../scenarios/switches.ts';
import type { RunVariant } from './runs.ts';
import { brokenIn, dataOf, probersOf, SharedRuns } from './shared-runs.ts';

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

/** Runs it as it is, then with each switch. */
export function trySwitches(name: string): Tried {
  const runs = new SharedRuns();
  const data = dataOf(name);
  const isLint = name.startsWith('lints/');
  const probers = probersOf(data);
  // What a lint finds is switched on in the file itself.
  const switches: readonly SwitchData[] = [...(isLint ? [{}] : []), ...(data.switches ?? [])];
  const expectations = data.expect ?? [];
  const broken = brokenIn(runs.run(data, isLint ? cureOf(data) : {}, 1, probers));
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
export function complaintsIn({ broken, failing, empty }: Tried): string[] {
  return [
    ...broken.map((text) => `fails with nothing switched off: ${text}`),
    ...empty.map((text) => `holds with every switch: ${text}`),
    ...failing.flatMap((list, index) =>
      list.length === 0 ? [`switch ${index + 1} makes nothing fail`] : [],
    ),
  ];
}
