/**
 * A counterexample as a scenario: the schedule itself, and under `vary` the seed and every phase that was drawn, so that it
 * shows the same after changes of the models that have nothing to do with it.
 */
import { durationUs } from '../scenarios/durations.ts';
import type { FaultEntryData, ScenarioData, TimelineEntryData } from '../scenarios/schema.ts';
import type { Session } from '../scenarios/session.ts';
import { type Checked, isPhase, withNeeds } from './check-run.ts';
import { candidates, FAULT_CLASSES } from './fault-classes.ts';
import { NEEDS } from './needs.ts';
import type { Property } from './property.ts';
import { DRILL } from './restore-drill.ts';
import { type Phases, type PlannedFault, type Schedule, scenarioOf } from './schedule.ts';
import { aimOf } from './schedule-arbitrary.ts';

export interface Counterexample {
  readonly property: Property;
  readonly schedule: Schedule;
  readonly what: string;
  readonly phases: Phases;
  /** The run that showed it. */
  readonly session: Session;
}

/** @param topology as the file is to name it: a shipped name, or the whole of it */
export function scenarioOfCounterexample(
  { property, schedule, what, phases, session }: Counterexample,
  checked: Checked,
  topology: ScenarioData['topology'],
  parameters?: ScenarioData['parameters'],
): ScenarioData {
  const shown = property.judged === 'settled' ? { ...phases, endMs: phases.settledMs } : phases;
  const plain = scenarioOf(schedule, {
    name: `${property.name}-${schedule.seed}`,
    topology,
    phases: shown,
    about: `${property.sentence} But: ${what}.`,
  });
  // Requests are asked by the standard probers, which every run has.
  const beside = property.needs === 'requests' ? [] : [NEEDS[property.needs]];
  const { clients = [], ...data } = withNeeds(plain, checked, beside, phases);
  const { start } = checked;
  return {
    ...data,
    ...(parameters === undefined || Object.keys(parameters).length === 0 ? {} : { parameters }),
    ...(start === undefined ? {} : { start }),
    ...(clients.length === 0 ? {} : { clients }),
    vary: { seed: schedule.seed, draws: session.world.streams.drawn(isPhase) },
  };
}

/**
 * The schedule of a scenario's own timeline: faults at fixed times on named hosts and processes. A text says what
 * stands in the way.
 */
export function scheduleOf(
  timeline: readonly TimelineEntryData[],
  { topology }: Checked,
  seed: number,
): Schedule | string {
  const all = candidates(
    topology,
    FAULT_CLASSES.map((row) => row.class),
  );
  const faults: PlannedFault[] = [];
  for (const entry of timeline) {
    if (entry.name?.startsWith(DRILL) === true) continue;
    if (!('do' in entry) || entry.at === undefined || entry.after !== undefined)
      return 'check takes faults at fixed times (at: 10s); this scenario has an entry of another kind';
    const { at, for: lasts, name: _, ...rest } = entry as FaultEntryData;
    const same = all.find((one) => one.entry.do === rest.do && aimOf(one) === aimOf({ ...one, entry: rest }));
    if (same === undefined)
      return `check knows no fault ${rest.do} on ${rest.on ?? rest.links?.join(' and ') ?? 'nothing'}`;
    const atMs = durationUs(at as string) / 1000;
    const forMs = lasts === undefined ? undefined : durationUs(lasts) / 1000;
    faults.push({ ...same, entry: rest, atMs, ...(forMs === undefined ? {} : { forMs }) });
  }
  return { faults, seed };
}
