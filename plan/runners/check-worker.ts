/** The thread that tries schedules: the worlds of a task share one settled start. */
import { workerData } from 'piscina';
import { Checker } from '../../properties/check-run.ts';
import { Coverage } from '../../properties/coverage.ts';
import { propertyNamed } from '../../properties/library.ts';
import type { Property } from '../../properties/property.ts';
import type { Schedule } from '../../properties/schedule.ts';
import { Search } from '../../properties/search.ts';
import { shrink } from '../../properties/shrink.ts';
import {
  type CheckAnswer,
  type CheckTask,
  type FoundViolation,
  type SharedCheck,
  summedUnjudged,
  type UnjudgedRuns,
} from './check-runs.ts';

const { checked, classes, groups, seed: base, schedule: fixed } = workerData as SharedCheck;
const made = new Map<number, { readonly checker: Checker; readonly search: Search }>();
const coverage = new Coverage();
/** Properties of which this thread has made a violation simple. */
const shrunkOnce = new Set<string>();

function groupOf(index: number) {
  let group = made.get(index);
  if (group === undefined) {
    const properties = (groups[index] ?? []).flatMap((name) => propertyNamed(name) ?? []);
    group = {
      checker: new Checker(checked, properties),
      search: new Search(checked, properties, classes, base),
    };
    made.set(index, group);
  }
  return group;
}

/** Seeds of which each has to show a violation again that is called solid. */
const OTHER_LUCK = ['other', 'another'] as const;

function isBroken(checker: Checker, schedule: Schedule, property: string, seed: string): boolean {
  const { violations } = checker.run(schedule, { otherLuck: { atMs: 0, seed } });
  return violations.some((one) => one.property === property);
}

/** Here, as the settled world is at hand and the code is warm. */
function simplest(checker: Checker, schedule: Schedule, property: string) {
  const startedMs = performance.now();
  const shrunk = shrink(checker.narrowedTo(propertyNamed(property) as Property), schedule);
  return { ...shrunk, ms: performance.now() - startedMs };
}

export default function runTask({ group, seed, from, count }: CheckTask): CheckAnswer {
  const { checker, search } = groupOf(group);
  const before = {
    states: new Set(coverage.states),
    transitions: new Set(coverage.transitions),
    combinations: new Set(coverage.combinations),
  };
  const found = new Map<string, FoundViolation>();
  const unjudged: UnjudgedRuns[] = [];
  for (let index = from; index < from + count; index++) {
    const schedule = fixed === undefined ? search.at(index, seed) : { ...fixed, seed };
    const run = checker.run(schedule, { coverage });
    unjudged.push(...run.unjudged.map((one) => ({ ...one, runs: 1 })));
    for (const { property, what } of run.violations) {
      if (found.get(property)?.solid === true) continue;
      const solid = OTHER_LUCK.every((other) => isBroken(checker, schedule, property, other));
      if (!solid && found.has(property)) continue;
      const shrunk = solid && !shrunkOnce.has(property) ? simplest(checker, schedule, property) : undefined;
      if (shrunk !== undefined) shrunkOnce.add(property);
      found.set(property, { property, what, schedule, solid, index, ...(shrunk && { shrunk }) });
    }
  }
  return {
    runs: count,
    unjudged: summedUnjudged(unjudged),
    found: [...found.values()],
    states: [...coverage.states].filter((one) => !before.states.has(one)),
    transitions: [...coverage.transitions].filter((one) => !before.transitions.has(one)),
    combinations: [...coverage.combinations].filter((one) => !before.combinations.has(one)),
  };
}
