/** What a link or a choice asks for becomes a scenario that can be run: the same steps as `quorate run`. */
import { type ParameterValue, readSetting } from '../../models/cluster/parameters.ts';
import type { Finding } from '../../models/finding.ts';
import { nearestHint } from '../../models/nearest.ts';
import { type ComposedScenario, composeScenario } from '../../scenarios/compose.ts';
import { durationUs } from '../../scenarios/durations.ts';
import { type LoadedScenario, loadScenario } from '../../scenarios/load.ts';
import { prepare } from '../../scenarios/prepare.ts';
import type { Texts } from '../../scenarios/topologies.ts';
import { writeScenario } from '../../scenarios/write.ts';
import type { WorldSpec } from '../../sim/world-spec.ts';
import type { Bundle } from '../run/bundle.ts';
import type { Change, RunRequest } from '../run/request.ts';
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

export interface Composed extends ComposedScenario {
  /** The scenario as a file that `quorate run` takes, with what was done on the page. */
  readonly text: string;
  /** The viewer's own files that it came from. */
  readonly bundle: Bundle | undefined;
}

/** The scenario that is asked for. `bundle`: the files that the request has packed. Throws an Error with words for people. */
export function composeRequest(request: RunRequest, library: Texts, bundle?: Bundle): Composed {
  const file = `${request.scenario}.yaml`;
  const text = withChanges(bundle?.scenario ?? shipped(request, library), file, request.changes ?? []);
  const loaded = loadScenario(text, file);
  refuse(loaded.findings);
  const scenario = loaded.scenario as LoadedScenario;
  const { composed, findings } = composeScenario(scenario, library, {
    set: settings(request.set),
    ...(request.topology === undefined ? {} : { topology: request.topology }),
    ...(request.until === undefined ? {} : { until: request.until }),
    ...(bundle === undefined ? {} : { texts: new Map(Object.entries(bundle.files)) }),
  });
  refuse(findings);
  const { data } = composed as ComposedScenario;
  if (durationUs(data.until) > LONGEST_RUN_US) {
    throw new Error(`The page runs no more than a day; ${data.until} can be run by quorate run.`);
  }
  return { ...(composed as ComposedScenario), text, bundle };
}

/** The world that it runs in. Throws an Error with words for people. */
export function specOf({ seed }: RunRequest, { data, topology }: Composed): WorldSpec {
  const { spec, findings } = prepare(data, topology, { seed });
  refuse(findings);
  return spec;
}

function shipped(request: RunRequest, library: Texts): string {
  const text = library.get(`${request.scenario}.yaml`);
  if (text === undefined || /^(topologies|guides)\//.test(request.scenario)) {
    const name = request.scenario.slice(0, 60);
    throw new Error(`There is no scenario ${name} in this page${nearestHint(name, namesOf(library))}.`);
  }
  return text;
}

/** The changes come after the scenario's own entries, so that no draw of those is moved. */
function withChanges(text: string, file: string, changes: readonly Change[]): string {
  if (changes.length === 0) return text;
  const { scenario } = loadScenario(text, file);
  if (scenario === undefined) return text;
  const { data } = scenario;
  const timeline = [...(data.timeline ?? []), ...changes] as NonNullable<typeof data.timeline>;
  return writeScenario({ ...data, timeline });
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
