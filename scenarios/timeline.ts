/**
 * The timeline of a scenario in progress: what comes next and when, entries that wait for a condition, and faults that end by
 * themselves. Times are world microseconds. Streams are named after the entry's name or its position, so that an added
 * entry moves no other draw.
 */
import type { Topology } from '../models/cluster/topology.ts';
import type { Action } from '../sim/faults.ts';
import type { World } from '../sim/world.ts';
import { type Condition, compileCondition, holds } from './conditions.ts';
import { durationUs } from './durations.ts';
import type { Fault } from './fault.ts';
import { entryWords } from './fault-words.ts';
import { aimAt, faultActions, faultContext, faultNamed, type Sides } from './faults.ts';
import type { Observations } from './observations.ts';
import { entryLabel, isFaultEntry } from './rules.ts';
import type { FaultEntryData, TimelineEntryData } from './schema.ts';
import { hostsOfGroup, readTargets, resolveTarget, type Target } from './targets.ts';

/** A run that cannot go on as its scenario says: exit 2, with the entry. */
export class TimelineError extends Error {
  override readonly name = 'TimelineError';
  /** Index of the entry in the scenario's timeline. */
  readonly index: number;

  constructor(index: number, message: string) {
    super(message);
    this.index = index;
  }
}

export interface Happening {
  /** The entry's name; undefined for the end of one that lasts. */
  readonly name: string | undefined;
  readonly actions: readonly Action[];
  /** How each action is told in the story. */
  readonly told: ReadonlyMap<Action, string>;
  /** What is typed, and on which host. */
  readonly typed?: { readonly line: string; readonly host: string };
}

const NOTHING: Happening = { name: undefined, actions: [], told: new Map() };

interface Planned {
  readonly atUs: number;
  /** Order among equals. */
  readonly order: number;
  readonly happen: (observations: Observations) => Happening;
}

interface Waiting {
  readonly index: number;
  readonly entry: TimelineEntryData;
  readonly condition: Condition;
  readonly deadlineUs: number | undefined;
}

/** Keys of an entry that are not parameters of its fault. */
const COMMON = ['name', 'at', 'between', 'when', 'within', 'after', 'do', 'on', 'links', 'direction', 'for'];

export class Timeline {
  private readonly topology: Topology;
  private readonly world: World;
  private readonly epochUs: number;
  private readonly planned: Planned[] = [];
  /** Index of the entry that happened last. */
  last: number | undefined;
  private waiting: Waiting[] = [];
  private order = 0;

  constructor(
    entries: readonly TimelineEntryData[],
    topology: Topology,
    world: World,
    epochUs: number,
    untilUs: number,
  ) {
    this.topology = topology;
    this.world = world;
    this.epochUs = epochUs;
    entries.forEach((entry, index) => {
      if (entry.when !== undefined) {
        const { condition } = compileCondition(entry.when);
        if (condition === undefined) throw new TimelineError(index, `${entry.when} is no condition`);
        const deadlineUs = entry.within === undefined ? undefined : epochUs + durationUs(entry.within);
        this.waiting.push({ index, entry, condition, deadlineUs });
        return;
      }
      this.plan(epochUs + this.drawUs(entry, index) + this.afterUs(entry, index), entry, index);
    });
    for (const { deadlineUs, index, entry } of this.waiting) {
      if (deadlineUs === undefined || deadlineUs > untilUs) continue;
      this.add(deadlineUs, () => {
        if (!this.waiting.some((other) => other.index === index)) return NOTHING;
        throw new TimelineError(index, `${entry.when} has not held within ${entry.within}`);
      });
    }
  }

  private drawUs(entry: TimelineEntryData, index: number): number {
    if (entry.at !== undefined) return durationUs(entry.at);
    const [from = '0s', to = '0s'] = entry.between ?? [];
    return this.world.streams.integer(`faults/${entryLabel(entry, index)}`, durationUs(from), durationUs(to));
  }

  private afterUs(entry: TimelineEntryData, index: number): number {
    const { after } = entry;
    if (after === undefined || typeof after === 'string') return after === undefined ? 0 : durationUs(after);
    const stream = `faults/${entryLabel(entry, index)}/after`;
    return this.world.streams.integer(stream, durationUs(after[0]), durationUs(after[1]));
  }

  private add(atUs: number, happen: Planned['happen']): void {
    this.planned.push({ atUs, order: this.order++, happen });
    this.planned.sort((a, b) => a.atUs - b.atUs || a.order - b.order);
  }

  private plan(atUs: number, entry: TimelineEntryData, index: number): void {
    this.add(atUs, (observations) => this.begin(entry, index, observations));
  }

  /** Something that happens at a time of its own, without a name and without a word. */
  addAction(atUs: number, action: Action): void {
    this.add(atUs, () => ({ name: undefined, actions: [action], told: new Map() }));
  }

  /** Parts of the map of observations that entries wait for. */
  get reads(): string[] {
    return this.waiting.flatMap(({ condition }) => condition.reads);
  }

  /** World time of the next entry, or Infinity. */
  get nextUs(): number {
    return this.planned[0]?.atUs ?? Number.POSITIVE_INFINITY;
  }

  /** The next entry happens. */
  take(observations: Observations): Happening {
    const next = this.planned.shift();
    if (next === undefined) throw new Error('nothing is planned');
    return next.happen(observations);
  }

  /** Plans the entries whose condition has come to hold. */
  look(observations: Observations, changed: ReadonlySet<string>, nowUs: number): void {
    if (this.waiting.length === 0) return;
    const met = this.waiting.filter(
      ({ condition }) => condition.reads.some((root) => changed.has(root)) && holds(condition, observations),
    );
    if (met.length === 0) return;
    this.waiting = this.waiting.filter((entry) => !met.includes(entry));
    for (const { entry, index } of met) this.plan(nowUs + this.afterUs(entry, index), entry, index);
  }

  private begin(entry: TimelineEntryData, index: number, observations: Observations): Happening {
    this.last = index;
    const name = entryLabel(entry, index);
    if (!isFaultEntry(entry)) {
      const [target] = this.targets(entry, index, observations);
      const [host] = target?.kind === 'host' ? target.hosts : [];
      if (host === undefined) throw new TimelineError(index, `${entry.on} is no host`);
      return { name, actions: [], told: new Map(), typed: { line: entry.run, host } };
    }
    const fault = faultNamed(entry.do) as Fault;
    const aim = aimAt(this.targets(entry, index, observations), this.sides(entry, index), this.topology);
    const parameters = Object.fromEntries(Object.entries(entry).filter(([key]) => !COMMON.includes(key)));
    const { begin, end } = faultActions(
      fault,
      aim,
      parameters,
      faultContext(this.world, this.topology, name),
    );
    const hosts = this.world.hosts.map((host) => host.name);
    const called = entry.name ?? entry.do;
    const endUs = entry.for === undefined ? undefined : this.world.nowUs + durationUs(entry.for);
    if (endUs !== undefined) {
      const told = entryWords(end, {
        hosts,
        name: called,
        undoes: true,
        untilUs: undefined,
        role: undefined,
      });
      this.add(endUs, () => ({ name: undefined, actions: end, told }));
    }
    const untilUs = endUs === undefined ? undefined : endUs - this.epochUs;
    const told = entryWords(begin, {
      hosts,
      name: called,
      untilUs,
      role: this.roleOf(entry),
      whole: healWords(entry),
    });
    return { name, actions: begin, told };
  }

  /** The role by which the entry names what it hits, if it does. */
  private roleOf({ on }: FaultEntryData): string | undefined {
    const targets = on === undefined ? [] : readTargets(on, this.topology);
    return typeof targets !== 'string' && targets.some(({ kind }) => kind === 'role') ? on : undefined;
  }

  private targets(
    entry: TimelineEntryData,
    index: number,
    observations: Observations,
  ): Exclude<Target, { kind: 'role' }>[] {
    if (entry.on === undefined) return [];
    const targets = readTargets(entry.on, this.topology);
    if (typeof targets === 'string') throw new TimelineError(index, targets);
    return targets.map((target) => {
      const resolved = resolveTarget(target, observations, this.topology);
      if (resolved === undefined) throw new TimelineError(index, `nobody is ${entry.on} at this moment`);
      return resolved;
    });
  }

  private sides(entry: FaultEntryData, index: number): Sides | undefined {
    if (entry.links === undefined) return undefined;
    const [from, to] = entry.links.map((text) => hostsOfGroup(text, this.topology));
    if (typeof from === 'string') throw new TimelineError(index, from);
    if (typeof to === 'string') throw new TimelineError(index, to);
    return { from: from ?? [], to: to ?? [], direction: entry.direction ?? 'both' };
  }
}

/** Healing everything is many actions, of which one sentence is told. */
function healWords(entry: FaultEntryData): string | undefined {
  if (entry.do !== 'heal') return undefined;
  const { entry: of } = entry as { readonly entry?: string };
  return of === undefined ? 'the whole network is in order again' : `${of} is over`;
}
