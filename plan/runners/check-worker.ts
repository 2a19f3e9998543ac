/** The thread that tries schedules: the worlds of a task share one settled start. */
import { workerData } from 'piscina';
import { Checker } from '../../properties/check-run.ts';
import { Coverage } from '../../properties/coverage.ts';
import { checkedOf, type Design, designAt } from '../../properties/design.ts';
import { propertyNamed } from '../../properties/library.ts';
import type { Property } from '../../properties/property.ts';
import type { Schedule } from '../../properties/schedule.ts';
import { Search } from '../../properties/search.ts';
import { shrink, shrinkDesign } from '../../properties/shrink.ts';
import {
  type CheckAnswer,
  type CheckTask,
  type FoundViolation,
  type SharedCheck,
  summedUnjudged,
  type UnjudgedRuns,
} from './check-runs.ts';

const shared = workerData as SharedCheck;
const { checked, classes, groups, seed: base, schedule: fixed, draw = [] } = shared;

interface Group {
  readonly checker: Checker;
  readonly search: Search;
  /** In which its schedules happen; undefined: as it was given. */
  readonly design?: Design;
  /** Properties that are not about such a topology. */
  readonly others: readonly Property[];
}

const made = new Map<number, Group>();
const coverage = new Coverage();
/** Properties of which this thread has made a violation simple. */
const shrunkOnce = new Set<string>();

function groupOf(index: number): Group {
  let group = made.get(index);
  if (group === undefined) {
    const properties = propertiesOf(index);
    group = {
      checker: new Checker(checked, properties),
      search: new Search(checked, properties, classes, base),
      others: [],
    };
    made.set(index, group);
  }
  return group;
}

/** The group in the design of this seed. */
function drawnGroup(index: number, seed: number): Group {
  const design = designAt(checked.topology, draw, seed);
  const own = checkedOf(design, checked);
  const isAbout = ({ applies }: Property): boolean => applies?.(own.topology) ?? true;
  const properties = propertiesOf(index).filter(isAbout);
  return {
    design,
    checker: new Checker(own, properties),
    search: new Search(own, properties, classes, base),
    others: propertiesOf(index).filter((property) => !isAbout(property)),
  };
}

function propertiesOf(group: number): Property[] {
  return (groups[group] ?? []).flatMap((name) => propertyNamed(name) ?? []);
}

/** Seeds of which each has to show a violation again that is called solid. */
const OTHER_LUCK = ['other', 'another'] as const;

function isBroken(checker: Checker, schedule: Schedule, property: string, seed: string): boolean {
  const { violations } = checker.run(schedule, { otherLuck: { atMs: 0, seed } });
  return violations.some((one) => one.property === property);
}

/** Here, as the settled world is at hand and the code is warm. */
function simplest({ checker, design }: Group, schedule: Schedule, name: string) {
  const startedMs = performance.now();
  const property = propertyNamed(name) as Property;
  if (design === undefined) {
    const shrunk = shrink(checker.narrowedTo(property), schedule);
    return { shrunk: { ...shrunk, ms: performance.now() - startedMs } };
  }
  const small = shrinkDesign(checked, property, { design, schedule });
  const shrunk = shrink(new Checker(checkedOf(small.design, checked), [property]), schedule);
  return {
    design: small.design,
    shrunk: { ...shrunk, runs: small.runs + shrunk.runs, ms: performance.now() - startedMs },
  };
}

export default function runTask({ group, seed, from, count }: CheckTask): CheckAnswer {
  const own = draw.length === 0 ? groupOf(group) : drawnGroup(group, seed);
  const { checker, search, design, others } = own;
  const before = {
    states: new Set(coverage.states),
    transitions: new Set(coverage.transitions),
    combinations: new Set(coverage.combinations),
  };
  const found = new Map<string, FoundViolation>();
  const unjudged: UnjudgedRuns[] = others.map(({ name }) => ({
    property: name,
    why: 'it is not about such a topology',
    runs: count,
    ms: 0,
  }));
  // What is systematic is so for one design; of a drawn one come the drawn schedules and phases.
  const skipped = design === undefined ? 0 : search.systematic;
  for (let index = from; index < from + count; index++) {
    const schedule = fixed === undefined ? search.at(skipped + index, seed) : { ...fixed, seed };
    const run = checker.run(schedule, shared.uncounted === true ? {} : { coverage });
    unjudged.push(...run.unjudged.map((one) => ({ ...one, runs: 1 })));
    for (const { property, what } of run.violations) {
      if (found.get(property)?.solid === true) continue;
      const solid = OTHER_LUCK.every((other) => isBroken(checker, schedule, property, other));
      if (!solid && found.has(property)) continue;
      const isFirst = solid && !shrunkOnce.has(property);
      if (isFirst) shrunkOnce.add(property);
      const small = isFirst ? simplest(own, schedule, property) : {};
      found.set(property, { property, what, schedule, solid, index, ...(design && { design }), ...small });
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
