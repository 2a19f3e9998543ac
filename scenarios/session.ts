/**
 * A scenario in progress: the world it runs in, its timeline, what it asks about. The world is started cold some time
 * before the scenario's zero, with hosts powered on and processes started at drawn moments, so that at zero everything has
 * run for a while and each periodic thing has its own phase.
 *
 * Unit: microseconds of world time; scenario time is world time less `epochUs`.
 */
import { outsideHost, type Topology } from '../models/cluster/topology.ts';
import { SimulationError } from '../sim/errors.ts';
import type { Action } from '../sim/faults.ts';
import { History } from '../sim/history.ts';
import type { Step, Observer as StepObserver } from '../sim/state.ts';
import type { World } from '../sim/world.ts';
import type { WorldSpec } from '../sim/world-spec.ts';
import { Console, type Interpreter, type Typed } from './console.ts';
import { durationUs } from './durations.ts';
import { Watchlist } from './expectations.ts';
import type { Facts } from './facts.ts';
import { Observer } from './observe.ts';
import { RunBroken } from './run-errors.ts';
import type { ScenarioData } from './schema.ts';
import { goOn, type Settled, settle } from './settled.ts';
import { Timeline } from './timeline.ts';

export interface SessionOptions {
  /** Told of every step from the scenario's zero on. */
  readonly record?: StepObserver;
  /** Keep snapshots for seeking. */
  readonly history?: boolean;
  /** The console, if something may be typed: the page fetches it only then. */
  readonly commands?: Interpreter;
}

export class Session {
  readonly scenario: ScenarioData;
  readonly topology: Topology;
  readonly world: World;
  readonly seed: number | string;
  readonly epochUs: number;
  readonly untilUs: number;
  readonly facts: Facts;
  readonly watchlist: Watchlist;
  /** `start`, `end`, named timeline entries as they happen. */
  readonly moments = new Map<string, number>();
  readonly history: History | undefined;
  /** How the timeline's actions are told in the story. */
  readonly told = new Map<Action, string>();
  /** What is typed on hosts while the scenario runs. */
  readonly console: Console;
  /** Steps taken before the scenario's zero. */
  readonly stepsBefore: number;
  private readonly observer: Observer;
  private readonly timeline: Timeline;
  /** Parts of the map of observations that the scenario asks about. */
  private readonly asked: ReadonlySet<string>;

  /** @param from a world that is made and started for this run, or one that was kept at its zero (the session goes on in a copy) */
  constructor(
    scenario: ScenarioData,
    topology: Topology,
    from: WorldSpec | Settled,
    options: SessionOptions = {},
  ) {
    this.scenario = scenario;
    this.topology = topology;
    const settled = 'epochUs' in from ? goOn(from) : settle(topology, from, scenario.start);
    this.world = settled.world;
    this.facts = settled.facts;
    this.seed = settled.seed;
    this.epochUs = settled.epochUs;
    this.untilUs = this.epochUs + durationUs(scenario.until);
    this.stepsBefore = this.world.steps;
    this.observer = new Observer(this.world, topology, this.facts, this.epochUs);
    this.watchlist = new Watchlist(scenario.expect ?? [], scenario.measure ?? []);
    this.moments.set('start', this.epochUs).set('end', this.untilUs);
    this.timeline = new Timeline(scenario.timeline ?? [], topology, this.world, this.epochUs, this.untilUs);
    for (const { from, name, begin } of scenario.clients ?? []) {
      if (begin === undefined) continue;
      const host = from === 'outside' ? outsideHost(topology).name : from;
      const atUs = this.epochUs + durationUs(begin);
      this.timeline.addAction(atUs, { do: 'start', process: `${host}/${name}` });
    }
    this.asked = new Set([
      ...[...this.watchlist.all].flatMap(({ condition }) => condition.reads),
      ...this.timeline.reads,
    ]);
    this.console = new Console(
      this.world,
      topology,
      (action) => {
        this.act(action);
      },
      (typed) => {
        this.facts.noteTyped(typed);
      },
      (path) => this.facts.logs.get(path) ?? [],
      options.commands,
    );
    const { record } = options;
    this.world.observer = (step: Step) => {
      record?.(step);
      this.facts.observe(step);
      this.console.observe(step);
    };
    if (options.history === true) this.history = new History(this.world);
    this.look();
  }

  /** What can be seen now. */
  get observations() {
    return this.observer.look();
  }

  /** World time up to which the scenario has run. */
  get nowUs(): number {
    return this.world.nowUs;
  }

  get done(): boolean {
    return this.world.nowUs >= this.untilUs;
  }

  /**
   * Runs on, to this world time or the end. Timeline entries happen in between.
   * @throws RunBroken when the kernel gives up; TimelineError when an entry cannot happen.
   */
  runUntil(untilUs: number): void {
    try {
      this.goOn(untilUs);
    } catch (error) {
      if (!(error instanceof SimulationError)) throw error;
      throw new RunBroken(error, this.world.nowUs - this.epochUs, this.timeline.last);
    }
  }

  private goOn(untilUs: number): void {
    const endUs = Math.min(untilUs, this.untilUs);
    const { world, facts, timeline, console } = this;
    const { queue } = world;
    for (;;) {
      const goOnUs = console.nextUs;
      if (goOnUs <= Math.min(queue.nextUs, endUs)) {
        world.waitUntil(goOnUs);
        console.goOn();
        continue;
      }
      const nextUs = Math.min(queue.nextUs, endUs);
      const plannedUs = timeline.nextUs;
      if (plannedUs <= nextUs) {
        world.waitUntil(plannedUs);
        this.happen();
        continue;
      }
      if (queue.nextUs > endUs) break;
      if (this.history === undefined) world.step();
      else this.history.step();
      if (facts.dirty.size > 0 && this.isAsked()) this.look();
    }
    world.waitUntil(endUs);
    if (this.done) this.look();
  }

  /** The timeline's next entry, now. */
  private happen(): void {
    this.look();
    const happened = this.timeline.take(this.observations);
    if (happened.name !== undefined && !this.moments.has(happened.name))
      this.moments.set(happened.name, this.world.nowUs);
    for (const [action, text] of happened.told) this.told.set(action, text);
    for (const action of happened.actions) this.act(action);
    const { typed, name = '' } = happened;
    if (typed !== undefined) this.console.type(typed.host, typed.line, name);
    this.facts.dirty.add('hosts').add('processes');
  }

  /** Types a command at a host's shell now. What it changes changes this run from here on. */
  type(host: string, line: string, label = ''): Typed {
    return this.console.type(host, line, label);
  }

  private act(action: Action): void {
    if (this.history === undefined) this.world.act(this.world.nowUs, action);
    else this.history.act(action);
  }

  /** Has something changed that an expectation, a measure or a waiting entry looks at? Until then it is only remembered. */
  private isAsked(): boolean {
    const { asked } = this;
    for (const root of this.facts.dirty) {
      if (asked.has(root) || (root === 'processes' && asked.has('etcd'))) return true;
    }
    return false;
  }

  /** Looks at what is asked about and may have changed. */
  private look(): void {
    const changed = new Set<string>(this.facts.dirty);
    // Whether a member is alive is a matter of its process.
    if (changed.has('processes')) changed.add('etcd');
    const observations = this.observer.look();
    for (const series of this.watchlist.all) {
      if (series.points.length === 0 || series.condition.reads.some((root) => changed.has(root))) {
        series.look(observations, this.world.nowUs);
      }
    }
    this.timeline.look(observations, changed, this.world.nowUs);
  }
}
