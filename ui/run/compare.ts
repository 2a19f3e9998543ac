/** Two runs beside each other: lanes that both have, where they part, and what their outages come to. */
import type { Lane, RunRecord } from '../../scenarios/run-record.ts';

export interface LanePair {
  readonly id: string;
  readonly label: string;
  readonly a: Lane | undefined;
  readonly b: Lane | undefined;
  /** The first moment at which they differ, milliseconds; undefined if they never do. */
  readonly partMs: number | undefined;
}

export interface Comparison {
  readonly pairs: readonly LanePair[];
  /** The first moment at which any state differs. */
  readonly partMs: number | undefined;
  readonly services: readonly {
    readonly name: string;
    /** Milliseconds without good service, and how many outages. */
    readonly a: { readonly lostMs: number; readonly count: number };
    readonly b: { readonly lostMs: number; readonly count: number };
  }[];
}

export function compareRuns(a: RunRecord, b: RunRecord): Comparison {
  const [lanesA, lanesB] = [byId(a), byId(b)];
  const endMs = Math.min(a.until_ms, b.until_ms);
  const pairs = [...new Set([...lanesA.keys(), ...lanesB.keys()])].map((id): LanePair => {
    const [laneA, laneB] = [lanesA.get(id), lanesB.get(id)];
    const lane = (laneA ?? laneB)!;
    const label = lane.group === 'cluster' ? lane.label : `${lane.group} ${lane.label}`;
    return {
      id,
      label,
      a: laneA,
      b: laneB,
      partMs: laneA && laneB ? partingOf(laneA, laneB, endMs) : undefined,
    };
  });
  const parted = pairs.flatMap(({ partMs }) => partMs ?? []);
  const names = [...new Set([...services(a), ...services(b)])];
  return {
    pairs: pairs.toSorted((x, y) => rank(x) - rank(y)),
    partMs: parted.length === 0 ? undefined : Math.min(...parted),
    services: names.map((name) => ({ name, a: lost(a, name), b: lost(b, name) })),
  };
}

function byId({ lanes }: RunRecord): Map<string, Lane> {
  return new Map(lanes.map((lane) => [lane.id, lane]));
}

const ORDER = ['service', 'vip', 'etcd', 'lease', 'backend', 'node', 'host', 'process', 'watch'];

/** The cluster's lanes come first, and of those what clients see. */
function rank({ a, b }: LanePair): number {
  const lane = (a ?? b)!;
  return ORDER.indexOf(lane.kind) + (lane.group === 'cluster' ? 0 : 100);
}

/** States that are written as one thing and mean it, at each change of one of both. */
function partingOf(a: Lane, b: Lane, endMs: number): number | undefined {
  let [i, j] = [0, 0];
  while (i < a.segments.length || j < b.segments.length) {
    const [nextA, nextB] = [a.segments[i]?.from_ms ?? Infinity, b.segments[j]?.from_ms ?? Infinity];
    const atMs = Math.min(nextA, nextB);
    if (atMs >= endMs) return undefined;
    if (nextA === atMs) i++;
    if (nextB === atMs) j++;
    if (a.segments[i - 1]?.state !== b.segments[j - 1]?.state) return atMs;
  }
  return undefined;
}

function services({ lanes }: RunRecord): string[] {
  return lanes.filter(({ kind }) => kind === 'service').map(({ label }) => label);
}

function lost({ result, until_ms }: RunRecord, name: string): { lostMs: number; count: number } {
  const outages = result.outages.filter(({ service }) => service === name);
  const lostMs = outages.reduce((sum, { from_ms, to_ms }) => sum + (to_ms ?? until_ms) - from_ms, 0);
  return { lostMs, count: outages.length };
}
