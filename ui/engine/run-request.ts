/** Runs what a link or a choice asks for, with the texts that the page was built with. The same steps as `quorate run`. */
import { type ParameterValue, readSetting } from '../../models/cluster/parameters.ts';
import type { Finding } from '../../models/finding.ts';
import { nearestHint } from '../../models/nearest.ts';
import { composeScenario } from '../../scenarios/compose.ts';
import { durationUs } from '../../scenarios/durations.ts';
import { loadScenario } from '../../scenarios/load.ts';
import { prepare } from '../../scenarios/prepare.ts';
import { runScenario } from '../../scenarios/run.ts';
import type { RunRecord } from '../../scenarios/run-record.ts';
import type { Texts } from '../../scenarios/topologies.ts';
import { commandOf, type RunRequest } from '../run/link.ts';
import type { ScenarioChoice } from '../state/page-state.ts';

/** A link may ask for no more than this: a run of a day would keep a visitor's machine busy for long. */
const LONGEST_RUN_US = 24 * 3_600_000_000;

/** Every scenario of the library with its sentence, by name. */
export function scenariosOf(library: Texts): ScenarioChoice[] {
  return namesOf(library).map((name) => {
    const { scenario } = loadScenario(library.get(`${name}.yaml`) ?? '', `${name}.yaml`);
    return { name, about: scenario?.data.about?.trim() ?? '' };
  });
}

/** Throws an Error with words for people. */
export function runRequest(
  request: RunRequest,
  library: Texts,
  progress: (share: number) => boolean = () => true,
): RunRecord {
  const file = `${request.scenario}.yaml`;
  const text = library.get(file);
  if (text === undefined || !namesOf(library).includes(request.scenario)) {
    const name = request.scenario.slice(0, 60);
    throw new Error(`There is no scenario ${name} in this page${nearestHint(name, namesOf(library))}.`);
  }
  const loaded = loadScenario(text, file);
  refuse(loaded.findings);
  const { composed, findings } = composeScenario(loaded.scenario!, library, {
    set: settings(request.set),
    ...(request.topology === undefined ? {} : { topology: request.topology }),
    ...(request.until === undefined ? {} : { until: request.until }),
  });
  refuse(findings);
  const { data, topology } = composed!;
  if (durationUs(data.until) > LONGEST_RUN_US) {
    throw new Error(`The page runs no more than a day; ${data.until} can be run by quorate run.`);
  }
  const { spec, findings: more } = prepare(data, topology, { seed: request.seed });
  refuse(more);
  const { record } = runScenario(data, topology, spec, {
    scenarioText: text,
    command: commandOf(request),
    progress,
  });
  return record;
}

function namesOf(library: Texts): string[] {
  return [...library.keys()].filter((path) => /^[^/]+\.yaml$/.test(path)).map((path) => path.slice(0, -5));
}

function settings(texts: readonly string[]): Record<string, ParameterValue> {
  const set: Record<string, ParameterValue> = {};
  for (const text of texts) {
    const read = readSetting(text);
    if (typeof read === 'string') throw new Error(`A setting of the link cannot be used: ${read}.`);
    set[read.path] = read.value;
  }
  return set;
}

function refuse(findings: readonly Finding[]): void {
  const error = findings.find(({ severity }) => severity === 'error');
  if (error) throw new Error(`${error.file}:${error.line}: ${error.message}`);
}
