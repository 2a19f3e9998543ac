/**
 * Time travel: a world that is run forward while snapshots are kept at intervals, and every action of the outside
 * world with the exact step before which it came. Any past moment is the nearest snapshot before it and the same steps
 * again. A branch is a history that begins at a moment of its parent and keeps it.
 */
import type { Action } from './faults.ts';
import { restore, type Snapshot, snapshot } from './snapshot.ts';
import type { Observer } from './state.ts';
import { SECOND_US } from './time.ts';
import type { World } from './world.ts';

/** An action, and where in the run it came: after this many steps, at this time. */
export interface Injected {
  readonly steps: number;
  readonly atUs: number;
  readonly action: Action;
}

/** Most snapshots kept; beyond it every other one is dropped and the interval doubles, so that memory stays flat. */
const MAX_SNAPSHOTS = 720;

export class History {
  /** The world at the front of the run. */
  readonly world: World;
  readonly parent: History | undefined;
  readonly actions: Injected[] = [];
  private kept: Snapshot[] = [];
  private everyUs: number;
  private nextUs: number;

  constructor(world: World, everyUs = SECOND_US, parent?: History) {
    this.world = world;
    this.parent = parent;
    this.everyUs = everyUs;
    this.nextUs = world.nowUs;
    this.keep();
  }

  get startUs(): number {
    return (this.kept[0] as Snapshot).atUs;
  }

  /** Does the action now: it is the next thing that happens. */
  act(action: Action): void {
    const { world } = this;
    this.actions.push({ steps: world.steps, atUs: world.nowUs, action });
    world.act(world.nowUs, action);
  }

  /** One entry of the queue, and a snapshot when its time has come. False if nothing is left. */
  step(): boolean {
    if (this.world.nowUs >= this.nextUs) this.keep();
    return this.world.step();
  }

  runUntil(untilUs: number): void {
    const { world } = this;
    while (world.queue.nextUs <= untilUs) {
      if (world.nowUs >= this.nextUs) this.keep();
      world.step();
    }
    world.waitUntil(untilUs);
  }

  private keep(): void {
    this.kept.push(snapshot(this.world, this.kept.at(-1)));
    if (this.kept.length > MAX_SNAPSHOTS) {
      this.kept = this.kept.filter((_, i) => i % 2 === 0);
      this.everyUs *= 2;
    }
    this.nextUs = this.world.nowUs + this.everyUs;
  }

  /** The world as it was when everything up to and including this time had happened. A world of its own. */
  at(timeUs: number): World {
    const first = this.kept[0] as Snapshot;
    if (timeUs < first.atUs) return this.parent === undefined ? restore(first) : this.parent.at(timeUs);
    const world = restore(this.lastKept((kept) => kept.atUs < timeUs));
    this.replay(world, timeUs);
    return world;
  }

  /**
   * Runs a stretch again for an observer, who is told of every step from the last snapshot before `fromUs` (so of some earlier
   * ones, too) up to and including `untilUs`. `begin` is shown the world as it is before the first of them.
   */
  again(fromUs: number, untilUs: number, observer: Observer, begin?: (world: World) => void): World {
    const world = restore(this.lastKept((kept) => kept.atUs < fromUs));
    begin?.(world);
    world.observer = observer;
    this.replay(world, untilUs);
    world.observer = undefined;
    return world;
  }

  /** World time not before and not after which the step with this id was made; undefined for one before the history or not made yet. */
  timesOf(step: number): readonly [number, number] | undefined {
    const first = this.kept[0] as Snapshot;
    if (step <= first.steps || step > this.world.steps) return undefined;
    const before = this.lastKept((kept) => kept.steps < step);
    const after = this.kept[this.kept.indexOf(before) + 1];
    return [before.atUs, after?.atUs ?? this.world.nowUs];
  }

  /** The last snapshot for which this is so, by bisection; the first if it is so for none. */
  private lastKept(isBefore: (kept: Snapshot) => boolean): Snapshot {
    let low = 0;
    let high = this.kept.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (isBefore(this.kept[middle] as Snapshot)) low = middle;
      else high = middle - 1;
    }
    return this.kept[low] as Snapshot;
  }

  private replay(world: World, untilUs: number): void {
    for (const { steps, atUs, action } of this.actions) {
      if (steps < world.steps || atUs < world.nowUs) continue;
      if (atUs > untilUs) break;
      // An action that the snapshot already holds came at the same number of steps, but is in its queue.
      if (steps === world.steps && world.hasPending(action)) continue;
      while (world.steps < steps) world.step();
      world.waitUntil(atUs);
      world.act(atUs, action);
    }
    world.runUntil(untilUs);
  }

  /** A history that starts at this moment and goes its own way. */
  branch(atUs: number): History {
    return new History(this.at(atUs), this.everyUs, this);
  }
}
