/** What etcd cannot do and what operators do to it: each shipped scenario ends as it says, with the first seed. */
import { expect, test } from 'vitest';
import { loadScenario } from '../../scenarios/load.ts';
import { LIBRARY } from './library.ts';
import { run } from './runs.ts';

const NAMES = [...LIBRARY.keys()].filter((path) => /^etcd\/.*\.yaml$/.test(path));

test('there are scenarios, each with its own name as the file has it', () => {
  expect(NAMES.length).toBeGreaterThan(25);
  for (const path of NAMES) {
    const { scenario } = loadScenario(LIBRARY.get(path) ?? '', path);
    expect(`etcd/${scenario?.data.scenario}.yaml`).toBe(path);
    expect(scenario?.data.about).toBeDefined();
  }
});

test.each(NAMES)('%s', (path) => {
  const { scenario } = loadScenario(LIBRARY.get(path) ?? '', path);
  if (scenario === undefined) throw new Error(`${path} cannot be loaded`);
  const { record } = run(scenario.data, 1);
  expect(record.result.expectations.filter(({ ok }) => !ok)).toEqual([]);
});
