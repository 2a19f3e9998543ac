/**
 * A schedule: which faults happen when, as data, for how long, and the seed. It becomes the timeline of a scenario, so that it
 * shrinks, prints and replays like any other. A run has a safety phase (faults, then settling) and a
 * liveness phase (everything heals, and must come back).
 *
 * Unit: milliseconds after the scenario's zero.
 */
import type { Topology } from '../models/cluster/topology.ts';
import { durationText, durationUs } from '../scenarios/durations.ts';
import type { FaultEntryData, ScenarioData } from '../scenarios/schema.ts';
import type { WorldSpec } from '../sim/world-spec.ts';
import type { Candidate } from './fault-classes.ts';

export interface PlannedFault extends Candidate {
  readonly atMs: number;
  /** Undefined: until everything heals. */
  readonly forMs?: number;
}

export interface Schedule {
  readonly faults: readonly PlannedFault[];
  readonly seed: number;
}

/** Something that serves nobody from a moment on. */
export interface Failure {
  /** `m1` (its power or its link), `m1/haproxy`. */
  readonly what: string;
  readonly atMs: number;
}

/** Faults begin within this span. */
export const FAULT_SPAN_MS = 10_000;

/** The phases of a run. */
export interface Phases {
  /** Everything that can settle after the last fault has; what does not end by itself is still in force. */
  readonly settledMs: number;
  /** End of the run; the liveness phase is between the two. The same as settledMs: there is none. */
  readonly endMs: number;
}

/** What is out at the moment when all has settled. @param spec who is started at boot */
export function failedAt({ faults }: Schedule, { settledMs }: Phases, spec: WorldSpec): Failure[] {
  return faults
    .filter(
      (fault) =>
        fault.takesOut !== '' &&
        !endsBefore(fault, settledMs) &&
        !(isStartedAtBoot(spec, fault.takesOut) && isBootedAfter(fault, faults, settledMs)),
    )
    .map(({ takesOut, atMs }) => ({ what: takesOut, atMs }));
}

function endsBefore({ atMs, forMs }: PlannedFault, settledMs: number): boolean {
  return forMs !== undefined && atMs + forMs <= settledMs;
}

/** Was its host off for a while afterwards? */
function isBootedAfter({ takesOut, atMs }: PlannedFault, faults: readonly PlannedFault[], settledMs: number) {
  const host = takesOut.split('/')[0];
  return faults.some(
    (other) =>
      other.entry.do === 'power-off' &&
      other.takesOut === host &&
      other.atMs > atMs &&
      endsBefore(other, settledMs),
  );
}

/** An enabled unit of systemd: `systemctl stop` lasts until the next boot. A static pod whose manifest was moved away stays away. */
function isStartedAtBoot({ processes }: WorldSpec, path: string): boolean {
  return processes.some(
    ({ host, name, supervisor, enabled }) =>
      `${host}/${name}` === path && supervisor.kind !== 'static-pod' && enabled !== false,
  );
}

/** From power-on to the last daemon's start. */
const BOOT_MS = 35_000;

/** Why such a run says nothing. */
export const CAME_BACK_LATE = 'something came back so late that it had not settled';

/**
 * Does something that failed for a while come back so late that it has not settled when it is judged? Then what is claimed after
 * settling says nothing about the run.
 */
export function comesBackLate({ timeline = [] }: ScenarioData, { settledMs }: Phases): boolean {
  return timeline.some((entry) => {
    const { do: what, at, for: lasts } = entry as FaultEntryData;
    if (at === undefined || lasts === undefined) return false;
    const endMs = (durationUs(at) + durationUs(lasts)) / 1000;
    return endMs < settledMs && endMs + (what === 'power-off' ? BOOT_MS : 0) > FAULT_SPAN_MS;
  });
}

/** Is a process still there after these failures? */
export function isLeft(failed: readonly Failure[], host: string, process: string): boolean {
  return !failed.some(({ what }) => what === host || what === `${host}/${process}`);
}

export interface ScenarioOfSchedule {
  readonly name: string;
  readonly topology: ScenarioData['topology'];
  readonly phases: Phases;
  readonly about?: string;
}

/** The scenario in which they happen, in the order of their times. */
export function scenarioOf(
  { faults }: Schedule,
  { name, topology, phases, about }: ScenarioOfSchedule,
): ScenarioData {
  const heals = phases.endMs > phases.settledMs;
  const ms = (time: number): string => durationText(time * 1000);
  const entryOf = ({ entry, atMs, forMs }: PlannedFault): FaultEntryData => {
    const lastsMs = forMs ?? (heals ? phases.settledMs - atMs : undefined);
    return { at: ms(atMs), ...entry, ...(lastsMs === undefined ? {} : { for: ms(lastsMs) }) };
  };
  return {
    scenario: name,
    version: 1,
    ...(about === undefined ? {} : { about }),
    topology,
    until: ms(phases.endMs),
    timeline: [...faults].sort((a, b) => a.atMs - b.atMs).map(entryOf),
  };
}

/** The faults in one line: `m2/haproxy stop at 1 s, m1/haproxy stop at 7 s`. */
export function scheduleText({ faults }: Schedule): string {
  if (faults.length === 0) return 'nothing fails';
  return [...faults]
    .sort((a, b) => a.atMs - b.atMs)
    .map(({ entry, atMs, forMs }) => {
      const { do: what, on, links, ...rest } = entry;
      const aim = on ?? links?.join(' | ') ?? '';
      const parameters = Object.entries(rest).map(([key, value]) => ` ${key} ${value}`);
      const lasts = forMs === undefined ? '' : ` for ${durationText(forMs * 1000)}`;
      return `${what} ${aim}${parameters.join('')} at ${durationText(atMs * 1000)}${lasts}`;
    })
    .join(', ');
}

/** Names of the topology's hosts that have this process and are left with it. */
export function hostsLeft(topology: Topology, failed: readonly Failure[], process: string): string[] {
  return topology.hosts
    .filter(
      ({ name, processes }) =>
        (processes as readonly string[]).includes(process) && isLeft(failed, name, process),
    )
    .map(({ name }) => name);
}
