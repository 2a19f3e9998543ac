/** What `quorate check` is to check: a shipped scenario or topology, a file of either, or deployment files. */
import { existsSync } from 'node:fs';
import type { ParameterMap } from '../models/cluster/parameters.ts';
import type { Finding } from '../models/finding.ts';
import type { Checked } from '../properties/check-run.ts';
import { scheduleOf } from '../properties/counterexample.ts';
import { checkedOf, type Design, parametersOf } from '../properties/design.ts';
import { DRILL } from '../properties/restore-drill.ts';
import type { Schedule } from '../properties/schedule.ts';
import type { RunEntryData, ScenarioData, TimelineEntryData } from '../scenarios/schema.ts';
import { topologyNamed } from '../scenarios/topologies.ts';
import { Failure } from './failure.ts';
import { readyScenario } from './scenario.ts';
import { libraryTexts, readText, settings } from './shared.ts';
import { readyTopology } from './topology.ts';

export interface ReadyCheck {
  readonly checked: Checked;
  /** As the user calls it. */
  readonly name: string;
  /** As a counterexample's file is to name its topology, and with which parameters. */
  readonly topology: ScenarioData['topology'];
  readonly parameters: ParameterMap;
  readonly findings: readonly Finding[];
  /** The scenario's own faults, if it has any: they are checked instead of drawn ones. */
  readonly schedule?: Schedule;
  /** The seed that a stored counterexample names. */
  readonly seed?: number;
}

export function readyCheck(wanted: readonly string[], set: readonly string[]): ReadyCheck {
  const [first = ''] = wanted;
  if (wanted.length === 1 && isScenario(first)) return ofScenario(first, set);
  const parameters = settings(set);
  const { topology, findings } = readyTopology(wanted, parameters);
  const shipped = wanted.length === 1 && topologyNamed(first, libraryTexts()) !== undefined;
  return {
    checked: { topology },
    name: topology.topology,
    topology: shipped ? first : topology,
    parameters: shipped ? parameters : {},
    findings,
  };
}

function isScenario(name: string): boolean {
  if (libraryTexts().has(`${name}.yaml`)) return true;
  return existsSync(name) && /\.ya?ml$/.test(name) && /^scenario:/m.test(readText(name));
}

/** What an operator does at a fixed time, but for the drill that a property itself brings along. */
function isStep(entry: TimelineEntryData): entry is RunEntryData {
  const { name = '', at, after } = entry;
  return 'run' in entry && at !== undefined && after === undefined && !name.startsWith(DRILL);
}

function ofScenario(name: string, set: readonly string[]): ReadyCheck {
  const { composed, findings } = readyScenario(name, { set, executor: 'compiled' });
  const { data, topology } = composed;
  const timeline = data.timeline ?? [];
  const steps = timeline.filter(isStep);
  const checked: Checked = {
    topology,
    ...(steps.length === 0 ? {} : { steps }),
    ...(data.start === undefined ? {} : { start: data.start }),
    ...(data.clients === undefined ? {} : { clients: data.clients }),
    ...(data.workloads === undefined ? {} : { workloads: data.workloads }),
    ...(data.vary?.draws === undefined ? {} : { draws: data.vary.draws }),
  };
  const seed = data.vary?.seed;
  const schedule =
    timeline.length === 0
      ? undefined
      : scheduleOf(
          timeline.filter((entry) => !isStep(entry)),
          checked,
          seed ?? 1,
        );
  if (typeof schedule === 'string') throw new Failure(`${name}: ${schedule}`);
  return {
    checked,
    name: data.scenario,
    topology: data.topology,
    parameters: data.parameters ?? {},
    findings,
    ...(schedule === undefined ? {} : { schedule }),
    ...(seed === undefined ? {} : { seed }),
  };
}

/** The same in a drawn design. */
export function ofDesign(ready: ReadyCheck, design: Design): ReadyCheck {
  return {
    ...ready,
    checked: checkedOf(design, ready.checked),
    topology: design.topology ?? ready.topology,
    parameters: { ...(design.topology === undefined ? ready.parameters : {}), ...parametersOf(design) },
  };
}
