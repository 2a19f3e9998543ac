/** A run with what the page looks up in it again and again: lanes by id, and the times at which anything changes. */
import { bisector, bisectRight } from 'd3';
import type { Lane, RunRecord, StoryLine } from '../../scenarios/run-record.ts';

export type Segment = Lane['segments'][number];
export type Tone = Segment['tone'];

export interface RunView {
  readonly record: RunRecord;
  /** How far the run is known; its whole length when it is done. */
  readonly knownMs: number;
  readonly lanes: ReadonlyMap<string, Lane>;
  /** Milliseconds at which some state changes, ascending, each once; the first is 0. Between two of them nothing does. */
  readonly moments: readonly number[];
  readonly storyTimes: readonly number[];
  /** Where some service goes down, is served in part, or is good again. */
  readonly outageEdges: readonly number[];
  /** Story lines of what was done to the cluster: faults, and what operators did. */
  readonly marks: readonly StoryLine[];
}

/** `watched`: lanes of what the viewer watches, which come first. */
export function viewOf(run: RunRecord, watched: readonly Lane[] = []): RunView {
  const record = watched.length === 0 ? run : { ...run, lanes: [...watched, ...run.lanes] };
  const times = new Set([0]);
  for (const lane of record.lanes) for (const segment of lane.segments) times.add(segment.from_ms);
  const { vip, etcd_leader, leases, backends, nodes } = record.result;
  for (const row of [...vip, ...etcd_leader, ...leases, ...backends, ...nodes]) times.add(row.at_ms);
  const moments = Float64Array.from(times).sort();
  return {
    record,
    knownMs: record.known_ms ?? record.until_ms,
    lanes: new Map(record.lanes.map((lane) => [lane.id, lane])),
    moments: [...moments],
    outageEdges: record.lanes
      .filter(({ kind }) => kind === 'service')
      .flatMap(({ segments }) => segments.slice(1).map(({ from_ms }) => from_ms))
      .sort((a, b) => a - b),
    storyTimes: record.story.map(({ at_ms }) => at_ms),
    marks: record.story.filter(({ kind }) => kind === 'fault' || kind === 'operator'),
  };
}

const segmentTimes = bisector((segment: Segment) => segment.from_ms);

/** Index of the segment that holds at this time; -1 before the first. */
export function segmentIndexAt(segments: readonly Segment[], atMs: number): number {
  return segmentTimes.right(segments, atMs) - 1;
}

/** The segment that holds at this time; undefined before the first. */
export function segmentAt(lane: Lane | undefined, atMs: number): Segment | undefined {
  return lane?.segments[segmentIndexAt(lane.segments, atMs)];
}

/** The last row at or before this time of rows in time order. */
export function rowAt<Row extends { readonly at_ms: number }>(
  rows: readonly Row[],
  atMs: number,
): Row | undefined {
  return rows[bisector((row: Row) => row.at_ms).right(rows, atMs) - 1];
}

/** The first time after `atMs`, or `endMs` if there is none. */
export function nextTime(times: readonly number[], atMs: number, endMs: number): number {
  return times[bisectRight(times, atMs)] ?? endMs;
}

/** The last time before `atMs`, or 0 if there is none. */
export function previousTime(times: readonly number[], atMs: number): number {
  let index = bisectRight(times, atMs) - 1;
  while (index >= 0 && times[index]! >= atMs) index--;
  return times[index] ?? 0;
}
