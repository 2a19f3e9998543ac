/** Runs a scenario to its end and says what happened: the object that `run --json` prints, and the record that the page draws. */
import type { Topology } from '../models/cluster/topology.ts';
import { advance } from '../models/console/console.ts';
import type { WorldSpec } from '../sim/world-spec.ts';
import type { RunRecord } from './run-record.ts';
import { type RecordOptions, ScenarioRun } from './scenario-run.ts';
import type { ScenarioData } from './schema.ts';
import type { Session } from './session.ts';

export interface RunOptions extends Omit<RecordOptions, 'commands'> {
  /** Called now and then with the share that is done, 0 to 1; the run stops when it returns false. */
  readonly progress?: (share: number) => boolean;
}

/** The run was stopped by its progress callback. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
}

export interface FinishedRun {
  readonly session: Session;
  readonly record: RunRecord;
}

/** Runs it to its end at once. */
export function runScenario(
  scenario: ScenarioData,
  topology: Topology,
  spec: WorldSpec,
  options: RunOptions = {},
): FinishedRun {
  const slices = runInSlices(scenario, topology, spec, options);
  for (;;) {
    const { done, value } = slices.next();
    if (done === true) return value;
    if (options.progress?.(value) === false) throw new Interrupted();
  }
}

/** Runs it and gives, between slices, the share that is done, 0 to 1; whoever drives it may stop. */
export function* runInSlices(
  scenario: ScenarioData,
  topology: Topology,
  spec: WorldSpec,
  options: RunOptions = {},
): Generator<number, FinishedRun> {
  const run = new ScenarioRun(scenario, topology, spec, { ...options, commands: advance });
  while (!run.session.done) yield run.advance();
  return { session: run.session, record: run.record() };
}
