/**
 * Each lint has a scenario that shows what it leads to: it fails with the fault in the files, passes with the cure that its own
 * `about` names, and the lint finds the fault in just those files. Seeds: QUORATE_SEEDS / 20, at least one. Runs with the same cure and the same clients begin in the same world.
 */
import { describe, expect, test } from 'vitest';
import { LINT_RULES, lintFiles, scenarioOfRule } from '../../../properties/lints/rules.ts';
import { judgeExpectation } from '../../../scenarios/expectations.ts';
import { loadScenario } from '../../../scenarios/load.ts';
import { prepare } from '../../../scenarios/prepare.ts';
import type { ScenarioData } from '../../../scenarios/schema.ts';
import { Session } from '../../../scenarios/session.ts';
import { type Settled, settle } from '../../../scenarios/settled.ts';
import { filesOfTopology } from '../../../scenarios/topologies.ts';
import { LIBRARY } from '../../scenarios/library.ts';
import { composed, type RunVariant } from '../../scenarios/runs.ts';
import { cureOf } from '../../scenarios/switches.ts';

const SEEDS = Math.max(1, Math.ceil(Number(process.env['QUORATE_SEEDS'] ?? 20) / 20));

const shown = LINT_RULES.flatMap((rule) => {
  const scenario = scenarioOfRule(rule);
  return scenario === null ? [] : [{ rule: rule.name, scenario }];
});

function dataOf(scenario: string): ScenarioData {
  const { scenario: loaded, findings } = loadScenario(LIBRARY.get(`${scenario}.yaml`) ?? '', scenario);
  expect(findings).toEqual([]);
  return loaded!.data;
}

/** Worlds of a cure that many scenarios share, at their zero. */
const settled = new Map<string, Settled>();

/** The expectations that do not hold. */
function broken(scenario: string, seed: number, variant: RunVariant): string[] {
  const { data, topology } = composed(scenario, variant);
  // Three quarters of the work are the standard probers, which only some scenarios look at.
  const withoutProbers = !LIBRARY.get(`${scenario}.yaml`)?.includes('services[');
  const { spec } = prepare(data, topology, { seed, withoutProbers });
  const key = JSON.stringify([variant.topology, seed, withoutProbers, data.start, data.clients]);
  const from = settled.get(key) ?? settle(topology, spec, data.start);
  if (variant.topology !== undefined) settled.set(key, from);
  const run = new Session(data, topology, from);
  run.runUntil(run.untilUs);
  return (data.expect ?? [])
    .filter((one) => !judgeExpectation(one, run.watchlist, run.moments).ok)
    .map((one) => JSON.stringify(one));
}

function filesOf(data: ScenarioData) {
  if (typeof data.topology !== 'object' || !('like' in data.topology)) throw new Error('no {like, files}');
  const { like, files, set } = data.topology;
  const found = filesOfTopology(like, LIBRARY, files)!;
  return { files: found.files, set: { ...found.set, ...set } };
}

test('every shipped scenario of a lint belongs to a rule', () => {
  const names = [...LIBRARY.keys()].filter((path) => path.startsWith('lints/'));
  expect(names).toEqual(shown.map(({ scenario }) => `${scenario}.yaml`).sort());
});

describe.each(shown)('$scenario', ({ rule, scenario }) => {
  const data = dataOf(scenario);

  test('the lint finds the fault in its files, and nothing in the reference', () => {
    const { files, set } = filesOf(data);
    const { lints, findings } = lintFiles(files, set);
    expect(findings.filter(({ severity }) => severity === 'error')).toEqual([]);
    const found = lints?.filter((one) => one.rule === rule) ?? [];
    expect(found.length).toBeGreaterThan(0);
    for (const { file, line } of found) {
      const text = files.find(({ path }) => path === file)?.text.split('\n')[line - 1];
      expect(text?.trim(), `${file}:${line}`).toBeTruthy();
    }
  });

  test('it fails with the fault and passes with the cure', () => {
    for (let seed = 1; seed <= SEEDS; seed++) {
      expect(broken(scenario, seed, {}), `seed ${seed}, not cured`).not.toEqual([]);
      expect(broken(scenario, seed, cureOf(data)), `seed ${seed}, cured`).toEqual([]);
    }
  }, 3_600_000);
});
