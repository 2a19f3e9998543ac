/**
 * What an expression was over a run: its values and since when, looked at after each step that changed something it
 * reads. Expectations and measures are judged from these when the run is over. Unit: microseconds of world time.
 */
import { type Condition, compileCondition, type Purpose } from './conditions.ts';
import type { Observations } from './observations.ts';

export interface Point {
  readonly atUs: number;
  readonly value: unknown;
}

export class Series {
  readonly points: Point[] = [];
  readonly condition: Condition;

  constructor(text: string, purpose: Purpose) {
    const { condition, mistake } = compileCondition(text, purpose);
    if (condition === undefined) throw new Error(mistake.message);
    this.condition = condition;
  }

  look(observations: Observations, atUs: number): void {
    const value = this.condition.evaluate(observations);
    const last = this.points.at(-1);
    if (last !== undefined && same(last.value, value)) return;
    if (last?.atUs === atUs) this.points.pop();
    this.points.push({ atUs, value });
  }

  /** The value at a moment: what it had become by then. */
  at(atUs: number): unknown {
    let value: unknown;
    for (const point of this.points) {
      if (point.atUs > atUs) break;
      value = point.value;
    }
    return value;
  }

  /** First moment in [fromUs, toUs] at which the value is (or becomes) the wanted truth; undefined if never. */
  first(wanted: boolean, fromUs: number, toUs: number): number | undefined {
    if ((this.at(fromUs) === true) === wanted) return fromUs;
    for (const { atUs, value } of this.points) {
      if (atUs > fromUs && atUs <= toUs && (value === true) === wanted) return atUs;
    }
    return undefined;
  }

  /** Every value that it had at some moment in [fromUs, toUs], in order. */
  during(fromUs: number, toUs: number): unknown[] {
    const inside = this.points.filter(({ atUs }) => atUs > fromUs && atUs <= toUs);
    return [this.at(fromUs), ...inside.map(({ value }) => value)];
  }

  /** The moments in (fromUs, toUs] at which it became another. */
  changes(fromUs: number, toUs: number): number[] {
    return this.points.slice(1).flatMap(({ atUs }) => (atUs > fromUs && atUs <= toUs ? [atUs] : []));
  }

  /** For how long, in all, it was true in [fromUs, toUs]. */
  totalUs(fromUs: number, toUs: number): number {
    let total = 0;
    this.points.forEach(({ atUs, value }, i) => {
      if (value !== true) return;
      const endUs = this.points[i + 1]?.atUs ?? toUs;
      total += Math.max(0, Math.min(endUs, toUs) - Math.max(atUs, fromUs));
    });
    return total;
  }
}

function same(a: unknown, b: unknown): boolean {
  return a === b || (typeof a === 'object' && JSON.stringify(a) === JSON.stringify(b));
}
