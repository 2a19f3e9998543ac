/**
 * A scenario's text becomes checked data, with the place of everything in it. Reads no files: the text is
 * handed in.
 */
import type { Finding, Position } from '../models/finding.ts';
import { checkDocument } from '../models/schema-findings.ts';
import { type Path, readYaml } from '../models/yaml-text.ts';
import { type Complaint, checkRules } from './rules.ts';
import { branchMeant, Scenario, type ScenarioData } from './schema.ts';

export interface LoadedScenario {
  readonly data: ScenarioData;
  readonly file: string;
  /** A finding at the place that a complaint speaks of. */
  findingAt(complaint: Complaint): Finding;
  /** Where an entry stands, for messages at run time. */
  position(path: Path): Position;
}

/** Reads a scenario; without `scenario` at least one of the findings is an error. */
export function loadScenario(text: string, file: string): { scenario?: LoadedScenario; findings: Finding[] } {
  const { documents, findings } = readYaml(text, file);
  const [document, second] = documents;
  if (!document) return { findings };
  if (second) {
    const message = 'a scenario is one document; a second one begins here';
    return { findings: [{ severity: 'error', file, ...second.position([]), message }] };
  }
  const checked = checkDocument(Scenario, document, branchMeant);
  if (!checked.data) return { findings: checked.findings };
  const findingAt = ({ path, message, of, offset, severity = 'error' }: Complaint): Finding => {
    const position = offset === undefined ? document.position(path, of) : document.positionIn(path, offset);
    return { severity, file, ...position, message };
  };
  const scenario: LoadedScenario = {
    data: checked.data,
    file,
    findingAt,
    position: (path) => document.position(path),
  };
  const broken = checkRules(checked.data).map(findingAt);
  const misnamed = nameFinding(scenario);
  if (broken.length > 0) return { findings: broken };
  return { scenario, findings: misnamed ? [misnamed] : [] };
}

/** A scenario that was made and not read: by a search, by the page, by a test. Throws if it breaks a rule. */
export function scenarioOf(data: ScenarioData, file = data.scenario): LoadedScenario {
  const parsed = Scenario.parse(data);
  const [broken] = checkRules(parsed);
  if (broken) throw new Error(`${file}: ${broken.message}`);
  const nowhere = { line: 1, column: 1 };
  return {
    data: parsed,
    file,
    findingAt: ({ message, severity = 'error' }) => ({ severity, file, ...nowhere, message }),
    position: () => nowhere,
  };
}

/** The scenario is called as its file is: else `quorate run NAME` and the name in its results differ. */
function nameFinding(scenario: LoadedScenario): Finding | undefined {
  const base = scenario.file.split('/').pop() ?? '';
  const name = base.replace(/\.ya?ml$/, '');
  // A file may be called as what it repeats: A1c_link_down.yaml is a1c-link-down.
  const kebab = name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-');
  if (name === base || kebab === scenario.data.scenario) return undefined;
  const message = `the scenario is called ${scenario.data.scenario} and its file ${base}`;
  return scenario.findingAt({ path: ['scenario'], message, severity: 'warning' });
}
