/** What `quorate check` is to check: a shipped scenario or topology, a file of either, or deployment files. */
import { existsSync } from 'node:fs';
import type { ParameterMap } from '../models/cluster/parameters.ts';
import type { Finding } from '../models/finding.ts';
import type { Checked } from '../properties/check-run.ts';
import { scheduleOf } from '../properties/counterexample.ts';
import type { Schedule } from '../properties/schedule.ts';
import type { ScenarioData } from '../scenarios/schema.ts';
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

function ofScenario(name: string, set: readonly string[]): ReadyCheck {
  const { composed, findings } = readyScenario(name, { set, executor: 'compiled' });
  const { data, topology } = composed;
  const checked: Checked = {
    topology,
    ...(data.start === undefined ? {} : { start: data.start }),
    ...(data.clients === undefined ? {} : { clients: data.clients }),
    ...(data.workloads === undefined ? {} : { workloads: data.workloads }),
    ...(data.vary?.draws === undefined ? {} : { draws: data.vary.draws }),
  };
  const seed = data.vary?.seed;
  const schedule =
    data.timeline === undefined || data.timeline.length === 0
      ? undefined
      : scheduleOf(data.timeline, checked, seed ?? 1);
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
