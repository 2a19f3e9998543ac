/** The search of a check on all cores: until the time is over, the runs are done, or every property is broken. */
import {
  type CheckAnswer,
  type CheckTask,
  checkOnPool,
  type FoundViolation,
  summedUnjudged,
  type UnjudgedRuns,
} from '../plan/runners/check-runs.ts';
import type { Drawable } from '../properties/design.ts';
import type { FaultClass } from '../properties/fault-classes.ts';
import { ALL_NEEDS, NEEDS, type Need } from '../properties/needs.ts';
import type { Property } from '../properties/property.ts';
import { type PlaceKind, Search } from '../properties/search.ts';
import type { ReadyCheck } from './checked.ts';
import { EXIT_INTERRUPTED, Failure } from './failure.ts';
import { Progress } from './progress.ts';

export interface SearchWish {
  readonly properties: readonly Property[];
  readonly classes: readonly FaultClass[];
  readonly seed: number;
  readonly runs: number | undefined;
  readonly timeMs: number | undefined;
  /** What of the design is drawn, too. */
  readonly draw: readonly Drawable[];
}

export interface SearchResult {
  /** `afterMs`: when it came, from the start of the search on. */
  readonly found: readonly (FoundViolation & { readonly afterMs: number })[];
  readonly runs: number;
  /** Runs that said nothing about a property, and why. */
  readonly unjudged: readonly UnjudgedRuns[];
  /** Worlds of different luck. */
  readonly worlds: number;
  readonly seconds: number;
  readonly states: number;
  readonly transitions: number;
  readonly combinations: number;
  /** Of each group of properties that share their runs: what of the systematic part was done. */
  readonly tried: readonly {
    readonly properties: readonly string[];
    readonly runs: number;
    readonly singles: number;
    readonly allSingles: number;
    readonly pairs: number;
    readonly allPairs: number;
    /** Single faults at other phases. */
    readonly phases: number;
    readonly drawn: number;
  }[];
}

/** Of so many tasks one is of another group than the cheapest, whose tasks take several times as long. */
const TURNS = 4;
/** More tasks than any time allows. */
const MOST_TASKS = 50_000;

const ENOUGH = new Error('enough');

export async function search(ready: ReadyCheck, wish: SearchWish): Promise<SearchResult> {
  const { checked, schedule } = ready;
  const needs = ALL_NEEDS.filter((need) => wish.properties.some((property) => property.needs === need));
  const groups = needs.map((need) => wish.properties.filter((property) => property.needs === need));
  const tasks = tasksOf(needs, wish, schedule !== undefined);
  const answers: (CheckAnswer | undefined)[] = [];
  const found = new Map<string, SearchResult['found'][number] & { readonly task: number }>();
  const startedMs = Date.now();
  const progress = new Progress(`${ready.name}:`);
  const abort = new AbortController();
  const onInterrupt = (): void => abort.abort(new Failure('interrupted', EXIT_INTERRUPTED));
  const timer = wish.timeMs === undefined ? undefined : setTimeout(() => abort.abort(ENOUGH), wish.timeMs);
  process.once('SIGINT', onInterrupt);
  try {
    const shared = {
      checked,
      classes: wish.classes,
      groups: groups.map((group) => group.map(({ name }) => name)),
      seed: wish.seed,
      draw: wish.draw,
      ...(schedule === undefined ? {} : { schedule }),
    };
    await checkOnPool(shared, tasks, {
      signal: abort.signal,
      answered: (index, answer, done) => {
        answers[index] = answer;
        for (const one of answer.found) {
          const known = found.get(one.property);
          const isBetter =
            known === undefined || (one.solid === known.solid ? index < known.task : one.solid);
          if (isBetter)
            found.set(one.property, {
              ...one,
              task: index,
              afterMs: known?.afterMs ?? Date.now() - startedMs,
            });
        }
        const share =
          wish.timeMs === undefined ? done / tasks.length : (Date.now() - startedMs) / wish.timeMs;
        progress.show(Math.min(1, share));
        const isSolid = schedule !== undefined || [...found.values()].every(({ solid }) => solid);
        if (found.size === wish.properties.length && isSolid && isDoneUpTo(answers, found))
          abort.abort(ENOUGH);
      },
    });
  } catch (error) {
    if (error !== ENOUGH) throw error;
  } finally {
    clearTimeout(timer);
    progress.done();
    process.removeListener('SIGINT', onInterrupt);
  }
  const seen = {
    states: new Set<string>(),
    transitions: new Set<string>(),
    combinations: new Set<number>(),
  };
  for (const answer of answers) {
    for (const one of answer?.states ?? []) seen.states.add(one);
    for (const one of answer?.transitions ?? []) seen.transitions.add(one);
    for (const one of answer?.combinations ?? []) seen.combinations.add(one);
  }
  const doneTasks = tasks.filter((_, index) => answers[index] !== undefined);
  return {
    found: wish.properties.flatMap(({ name }) => found.get(name) ?? []),
    runs: doneTasks.reduce((sum, { count }) => sum + count, 0),
    unjudged: summedUnjudged(answers.flatMap((answer) => answer?.unjudged ?? [])),
    worlds: new Set(doneTasks.map(({ seed }) => seed)).size,
    seconds: (Date.now() - startedMs) / 1000,
    states: seen.states.size,
    transitions: seen.transitions.size,
    combinations: seen.combinations.size,
    tried: groups.map((group, index) => {
      const places = doneTasks
        .filter((task) => task.group === index)
        .flatMap(({ from, count }) => Array.from({ length: count }, (_, i) => from + i));
      return {
        properties: group.map(({ name }) => name),
        ...(wish.draw.length > 0
          ? { ...NOTHING_TRIED, runs: places.length, drawn: places.length }
          : triedOf(new Search(checked, group, wish.classes, wish.seed), places)),
      };
    }),
  };
}

/** Mostly of the cheaper group; each task in a world of its own. */
function tasksOf(needs: readonly Need[], wish: SearchWish, isFixed: boolean): CheckTask[] {
  const tasks: CheckTask[] = [];
  const next = needs.map(() => 0);
  // The scenario's own faults are looked at by every group, in the world of each seed.
  let left = (wish.runs ?? Number.POSITIVE_INFINITY) * (isFixed ? needs.length : 1);
  while (left > 0 && tasks.length < MOST_TASKS) {
    const group = isFixed ? tasks.length % needs.length : groupOfTurn(tasks.length, needs.length);
    const most = isFixed ? 1 : NEEDS[needs[group] as Need].runsOfTask;
    const count = Math.min(most, left);
    const from = next[group] as number;
    const seed = isFixed ? wish.seed + from : wish.seed + tasks.length;
    tasks.push({ group, seed, from, count });
    next[group] = from + count;
    left -= count;
  }
  return tasks;
}

/** The first group, but for each last turn, which the others have one after the other. */
function groupOfTurn(task: number, groups: number): number {
  const isOthers = groups > 1 && task % TURNS === TURNS - 1;
  return isOthers ? 1 + (Math.floor(task / TURNS) % (groups - 1)) : 0;
}

/** Are all tasks done that come before those which found something? Then nothing earlier can turn up. */
function isDoneUpTo(
  answers: readonly (CheckAnswer | undefined)[],
  found: ReadonlyMap<string, { readonly task: number }>,
): boolean {
  const last = Math.max(...[...found.values()].map(({ task }) => task));
  for (let index = 0; index < last; index++) if (answers[index] === undefined) return false;
  return true;
}

/** Of drawn designs nothing is systematic. */
const NOTHING_TRIED = { runs: 0, singles: 0, allSingles: 0, pairs: 0, allPairs: 0, phases: 0, drawn: 0 };

function triedOf(search: Search, places: readonly number[]) {
  const kinds = places.map((place) => search.placeOf(place).kind);
  const count = (wanted: PlaceKind): number => kinds.filter((kind) => kind === wanted).length;
  return {
    runs: places.length,
    singles: count('single'),
    allSingles: search.singles.length,
    pairs: count('pair'),
    allPairs: search.pairs.length,
    phases: count('phase'),
    drawn: count('drawn'),
  };
}
