/**
 * Was a service there? Judged as a person would, from the requests of its prober (DESIGN section 6): it is down from the start of the
 * first failed request of a run of failures to the start of the first good one after which 20 in a row are good; in
 * between, from the first good answer on, it is degraded, with the share of good ones.
 *
 * Unit: microseconds of world time.
 */
import type { Outcome } from './result.ts';

/** Good requests in a row that end an outage. */
export const GOOD_IN_A_ROW = 20;

export interface Request {
  readonly startedAtUs: number;
  readonly outcome: Outcome;
}

export interface JudgedOutage {
  readonly fromUs: number;
  /** Start of the good request from which on it stayed good; undefined while it is not over. */
  readonly toUs: number | undefined;
  /** Start of the first good request within the outage. */
  readonly degradedFromUs: number | undefined;
  /** Share of good requests from then on, 0 if there was none. */
  readonly shareOk: number;
  readonly outcomes: Readonly<Partial<Record<Outcome, number>>>;
}

interface Open {
  readonly fromUs: number;
  degradedFromUs: number | undefined;
  /** Start of the first of the present run of good ones, and how many they are. */
  runFromUs: number;
  run: number;
  outcomes: Partial<Record<Outcome, number>>;
  /** Counts since the first good one. */
  good: number;
  all: number;
  /** Counts as they were when the present run of good ones began. */
  before: {
    outcomes: Partial<Record<Outcome, number>>;
    good: number;
    all: number;
    degradedFromUs: number | undefined;
  };
}

/** Takes requests one by one, in the order of their starts (or of their ends, for a live view). */
export class Judge {
  readonly outages: JudgedOutage[] = [];
  private open: Open | undefined;

  /** The state after the requests so far. */
  get state(): 'up' | 'degraded' | 'down' {
    if (this.open === undefined) return 'up';
    return this.open.degradedFromUs === undefined ? 'down' : 'degraded';
  }

  /** 1 while up, 0 while down, else the share of good requests since it is degraded. */
  get shareOk(): number {
    if (this.open === undefined) return 1;
    return this.open.all === 0 ? 0 : this.open.good / this.open.all;
  }

  add(request: Request): void {
    const good = request.outcome === 'ok';
    if (this.open === undefined) {
      if (good) return;
      const empty = { outcomes: {}, good: 0, all: 0, degradedFromUs: undefined };
      this.open = {
        fromUs: request.startedAtUs,
        degradedFromUs: undefined,
        runFromUs: 0,
        run: 0,
        outcomes: {},
        good: 0,
        all: 0,
        before: empty,
      };
    }
    const open = this.open;
    if (good) {
      if (open.run === 0) {
        open.runFromUs = request.startedAtUs;
        open.before = {
          outcomes: { ...open.outcomes },
          good: open.good,
          all: open.all,
          degradedFromUs: open.degradedFromUs,
        };
      }
      open.run++;
      open.degradedFromUs ??= request.startedAtUs;
    } else open.run = 0;
    open.outcomes[request.outcome] = (open.outcomes[request.outcome] ?? 0) + 1;
    if (open.degradedFromUs !== undefined) {
      open.all++;
      if (good) open.good++;
    }
    if (open.run >= GOOD_IN_A_ROW) this.close(open, open.runFromUs);
  }

  /** What is still open when the run ends. */
  finish(): JudgedOutage[] {
    const open = this.open;
    if (open === undefined) return this.outages;
    const shareOk = open.all === 0 ? 0 : open.good / open.all;
    return [
      ...this.outages,
      {
        fromUs: open.fromUs,
        toUs: undefined,
        degradedFromUs: open.degradedFromUs,
        shareOk,
        outcomes: open.outcomes,
      },
    ];
  }

  private close(open: Open, toUs: number): void {
    const { outcomes, good, all, degradedFromUs } = open.before;
    this.outages.push({
      fromUs: open.fromUs,
      toUs,
      degradedFromUs,
      shareOk: all === 0 ? 0 : good / all,
      outcomes,
    });
    this.open = undefined;
  }
}

/** The outages of a whole run, from all its requests in any order. */
export function judge(requests: readonly Request[]): JudgedOutage[] {
  const judging = new Judge();
  for (const request of [...requests].sort((x, y) => x.startedAtUs - y.startedAtUs)) judging.add(request);
  return judging.finish();
}
