/** What etcd cannot do and what operators do to it: each shipped scenario ends as it says, with several seeds. */
import { expect, test } from 'vitest';
import { namesIn } from './library.ts';
import { holdsForSeeds } from './seeds.ts';
import { dataOf } from './shared-runs.ts';

const NAMES = namesIn('etcd');

test('there are scenarios, each with its own name as the file has it', () => {
  expect(NAMES.length).toBeGreaterThan(25);
  for (const name of NAMES) {
    const { scenario, about } = dataOf(name);
    expect(`etcd/${scenario}`).toBe(name);
    expect(about).toBeDefined();
  }
});

holdsForSeeds(NAMES);
