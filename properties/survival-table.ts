/**
 * The survival table of a topology and what follows from it: how many hosts may fail whichever they are, the smallest sets that
 * stop all writes, the single points that are left.
 */

import { type FailureOrder, VERDICTS, type Verdict } from './survival.ts';
import type { FailureSet } from './survival-sets.ts';

export interface SurvivalRow {
  readonly kind: FailureSet['kind'];
  /** In the order of the failures where `order` says so. */
  readonly failed: readonly string[];
  readonly verdict: Verdict;
  /** Only where the verdict depends on it. */
  readonly order?: FailureOrder['how'];
  /** Sets that were not run, as they are this one on other hosts. */
  readonly alike?: FailureSet['alike'];
}

export interface SurvivalSummary {
  /** So many hosts may fail, whichever they are, and every write is served. -1: not even when nothing fails. */
  readonly hostTolerance: number;
  /** The same of processes, up to the size that was tried. */
  readonly processTolerance: number;
  /** Sets without which no smaller one inside them stops all writes; hosts, then processes. Of sets that are alike one. */
  readonly smallestFatal: readonly (readonly string[])[];
  /** Single hosts and processes whose failure stops all writes, or some of them. */
  readonly singlePoints: readonly { readonly what: string; readonly verdict: Verdict }[];
}

/** Rows of one set: one if all the ways in which it was tried agree, else one for each way. */
export function rowsOf(set: FailureSet, verdicts: readonly Verdict[]): SurvivalRow[] {
  const { kind, failed, tried } = set;
  const alike = set.alike === undefined ? {} : { alike: set.alike };
  const [first] = verdicts;
  if (first === undefined) throw new Error(`${failed.join(', ')} was not tried`);
  if (verdicts.every((verdict) => verdict === first)) return [{ kind, failed, verdict: first, ...alike }];
  return tried.map(({ failed: order, how }, index) => ({
    kind,
    failed: order,
    verdict: verdicts[index] as Verdict,
    order: how,
    ...alike,
  }));
}

/** No write is served. */
export function isFatal(verdict: Verdict): boolean {
  return VERDICTS.indexOf(verdict) > VERDICTS.indexOf('degraded');
}

export function summaryOf(rows: readonly SurvivalRow[]): SurvivalSummary {
  const hosts = rows.filter(({ kind }) => kind === 'hosts');
  const processes = rows.filter(({ kind }) => kind === 'processes');
  const nothing = hosts.filter(({ failed }) => failed.length === 0);
  return {
    hostTolerance: tolerance(hosts),
    processTolerance: tolerance([...nothing, ...processes]),
    smallestFatal: [...smallest(hosts), ...smallest(processes)],
    singlePoints: rows
      .filter(({ failed, verdict }) => failed.length === 1 && verdict !== 'write')
      .flatMap(({ failed, verdict, alike = [] }) =>
        [failed, ...alike].map(([what]) => ({ what: what as string, verdict })),
      ),
  };
}

/** The largest size all of whose sets, and of smaller ones, leave every write served. */
function tolerance(rows: readonly SurvivalRow[]): number {
  const broken = rows.filter(({ verdict }) => verdict !== 'write').map(({ failed }) => failed.length);
  const most = Math.max(...rows.map(({ failed }) => failed.length));
  return broken.length === 0 ? most : Math.min(...broken) - 1;
}

/** Fatal sets that hold no other fatal set. */
function smallest(rows: readonly SurvivalRow[]): string[][] {
  const found: string[][] = [];
  for (const { failed, verdict } of rows) {
    if (!isFatal(verdict) || found.some((set) => set.every((what) => failed.includes(what)))) continue;
    found.push([...failed]);
  }
  return found;
}
