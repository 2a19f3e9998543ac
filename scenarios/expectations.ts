/** Judges a scenario's expectations and takes its measures, once the run is over. Unit: microseconds of world time. */
import { durationUs } from './durations.ts';
import { readMoment } from './moments.ts';
import type { RequestFact } from './request-facts.ts';
import { takeRequests } from './request-measures.ts';
import type { MeasureValue, RunResult } from './result.ts';
import { EXPECTATION_KINDS, type ExpectationKind } from './rules.ts';
import type { ExpectationData, MeasureData } from './schema.ts';
import { Series } from './series.ts';

/** The expressions that a scenario asks about, each looked at once. */
export class Watchlist {
  private readonly series = new Map<string, Series>();

  constructor(expectations: readonly ExpectationData[], measures: readonly MeasureData[]) {
    for (const expectation of expectations) this.add(textOf(expectation), 'condition');
    for (const { until, value, count, total, most, changes, last } of measures) {
      if (until !== undefined) this.add(until, 'condition');
      if (value !== undefined) this.add(value, 'value');
      if (count !== undefined) this.add(count, 'count');
      if (total !== undefined) this.add(total, 'condition');
      if (most !== undefined) this.add(most, 'count');
      if (changes !== undefined) this.add(changes, 'value');
      if (last !== undefined) this.add(last, 'value');
    }
  }

  private add(text: string, purpose: 'condition' | 'value' | 'count'): void {
    if (!this.series.has(text)) this.series.set(text, new Series(text, purpose));
  }

  get all(): Iterable<Series> {
    return this.series.values();
  }

  of(text: string): Series {
    return this.series.get(text) as Series;
  }
}

/** Named moments of a run: timeline entries as they happened, and measures. */
export type Moments = ReadonlyMap<string, number>;

function kindOf(expectation: ExpectationData): ExpectationKind {
  return EXPECTATION_KINDS.find((kind) => expectation[kind] !== undefined) as ExpectationKind;
}

function textOf(expectation: ExpectationData): string {
  return expectation[kindOf(expectation)] as string;
}

/** World time of `fault+10s`; undefined if that moment never came. */
export function momentUs(text: string, moments: Moments): number | undefined {
  const moment = readMoment(text);
  if (typeof moment === 'string') return undefined;
  const base = moments.get(moment.base);
  return base === undefined ? undefined : base + moment.plusUs;
}

/** Takes measures in their order, so that a later one may begin at an earlier one; adds theirs to the moments. */
export function takeMeasures(
  measures: readonly MeasureData[],
  watchlist: Watchlist,
  moments: Map<string, number>,
  requests: readonly RequestFact[],
): RunResult['measures'] {
  const taken: Record<string, MeasureValue> = {};
  for (const measure of measures) taken[measure.name] = take(measure, watchlist, moments, requests);
  return taken;
}

function take(
  measure: MeasureData,
  watchlist: Watchlist,
  moments: Map<string, number>,
  requests: readonly RequestFact[],
): MeasureValue {
  const endUs = moments.get('end') as number;
  if (measure.until !== undefined) {
    const fromUs = momentUs(measure.from as string, moments);
    if (fromUs === undefined) return null;
    const toUs = momentUs(measure.to ?? 'end', moments) ?? endUs;
    const untilUs = watchlist.of(measure.until).first(true, fromUs, toUs);
    if (untilUs === undefined) return null;
    moments.set(measure.name, untilUs);
    return (untilUs - fromUs) / 1000;
  }
  if (measure.value !== undefined) {
    const atUs = momentUs(measure.at as string, moments);
    return atUs === undefined ? null : plain(watchlist.of(measure.value).at(atUs));
  }
  const fromUs = momentUs(measure.from ?? 'start', moments);
  const toUs = momentUs(measure.to ?? 'end', moments);
  if (fromUs === undefined || toUs === undefined) return null;
  if (measure.requests !== undefined) {
    const { requests: client, where, give = 'count' } = measure;
    return takeRequests({ client, where, give }, requests, fromUs, toUs);
  }
  if (measure.total !== undefined) return watchlist.of(measure.total).totalUs(fromUs, toUs) / 1000;
  if (measure.most !== undefined) return most(watchlist.of(measure.most).during(fromUs, toUs));
  if (measure.changes !== undefined) return watchlist.of(measure.changes).changes(fromUs, toUs).length;
  if (measure.last !== undefined) {
    const atUs = watchlist.of(measure.last).changes(fromUs, toUs).at(-1);
    return atUs === undefined ? null : (atUs - fromUs) / 1000;
  }
  const series = watchlist.of(measure.count as string);
  return Number(series.at(toUs) ?? 0) - Number(series.at(fromUs) ?? 0);
}

function most(values: readonly unknown[]): number | null {
  const numbers = values.filter((value) => typeof value === 'number');
  return numbers.length === 0 ? null : Math.max(...numbers);
}

function plain(value: unknown): number | string | null {
  if (typeof value === 'number' || typeof value === 'string') return value;
  return value === undefined || value === null ? null : JSON.stringify(value);
}

export interface Judged {
  readonly text: string;
  readonly ok: boolean;
  /** When it was decided: the moment it first held, or was first broken. */
  readonly atUs: number | undefined;
}

/** From when to when an expectation looks, in world time; undefined if one of its moments never came. */
export function spanOf(
  expectation: ExpectationData,
  moments: Moments,
): { readonly fromUs: number; readonly toUs: number } | undefined {
  const fromUs = momentUs(expectation.from ?? expectation.after ?? 'start', moments);
  if (fromUs === undefined) return undefined;
  const toUs =
    expectation.within === undefined
      ? momentUs(expectation.to ?? 'end', moments)
      : fromUs + durationUs(expectation.within);
  return toUs === undefined ? undefined : { fromUs, toUs: Math.min(toUs, moments.get('end') as number) };
}

/** A span whose moments never came cannot hold: the expectation fails. */
export function judgeExpectation(
  expectation: ExpectationData,
  watchlist: Watchlist,
  moments: Moments,
): Judged {
  const kind = kindOf(expectation);
  const text = describe(expectation);
  const span = spanOf(expectation, moments);
  if (span === undefined) return { text, ok: false, atUs: undefined };
  const wantsTruth = kind === 'eventually' || kind === 'sometimes';
  // always is broken by the first untruth, never by the first truth.
  const atUs = watchlist.of(textOf(expectation)).first(kind !== 'always', span.fromUs, span.toUs);
  return { text, ok: wantsTruth ? atUs !== undefined : atUs === undefined, atUs };
}

/** The expectation in one line: `eventually vip.holders == ['m2'], within 3.1s after fault`. */
export function describe(expectation: ExpectationData): string {
  const { within, after, from, to, name } = expectation;
  const start = from ?? after;
  const span = [
    within === undefined ? '' : `within ${within}`,
    start === undefined ? '' : within === undefined ? `from ${start}` : `after ${start}`,
    to === undefined ? '' : `to ${to}`,
  ].filter((part) => part !== '');
  const tail = span.length === 0 ? '' : `, ${span.join(' ')}`;
  return `${name === undefined ? '' : `${name}: `}${kindOf(expectation)} ${textOf(expectation)}${tail}`;
}
