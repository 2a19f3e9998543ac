/**
 * No property is broken on the reference topologies under the faults for which it is claimed: drawn schedules, times and
 * seeds. A few here; `npm run soak -- properties` draws 100,000, of all needs.
 */
import { describe, expect, test } from 'vitest';
import { Checker } from '../../properties/check-run.ts';
import { Coverage } from '../../properties/coverage.ts';
import { DEFAULT_CLASSES } from '../../properties/fault-classes.ts';
import { PROPERTIES } from '../../properties/library.ts';
import { scheduleText } from '../../properties/schedule.ts';
import { Search } from '../../properties/search.ts';
import { topologyNamed } from '../../scenarios/topologies.ts';
import { LIBRARY } from '../scenarios/library.ts';
import { claimedOn, REFERENCE } from './reference.ts';

const RUNS = 2;
/** Runs that share a settled world. */
const RUNS_OF_WORLD = 4;

describe.each(REFERENCE)('%s', (name) => {
  test(PROPERTIES.map(({ sentence }) => sentence).join(' '), () => {
    const topology = topologyNamed(name, LIBRARY)!.topology!;
    const claimed = claimedOn(topology).filter(({ needs }) => needs === 'world' || needs === 'requests');
    const checker = new Checker({ topology }, claimed);
    const search = new Search({ topology }, claimed, DEFAULT_CLASSES, 7);
    const coverage = new Coverage();
    for (let run = 0; run < RUNS; run++) {
      // Places behind the singles: pairs and drawn schedules, turn about.
      const schedule = search.at(search.singles.length + run, 1 + Math.floor(run / RUNS_OF_WORLD));
      const { violations } = checker.run(schedule, { coverage });
      expect(violations, `${scheduleText(schedule)}, seed ${schedule.seed}`).toEqual([]);
    }
    expect(coverage.combinations.size).toBeGreaterThan(RUNS);
  }, 3_600_000);
});

test('of etcd alone only what is about etcd is said', () => {
  const topology = topologyNamed('etcd-3', LIBRARY)!.topology!;
  const about = PROPERTIES.filter(({ applies }) => applies?.(topology) ?? true).map(({ name }) => name);
  expect(about.toSorted()).toEqual([
    'a-restore-loses-what-came-after',
    'etcd-keeps-what-it-acknowledged',
    'etcd-reads-are-never-stale',
    'one-leader-a-term',
  ]);
});
