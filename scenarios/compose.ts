/**
 * A scenario meets its topology: the topology is found or imported, parameters are merged (the topology's own, the
 * scenario's, then --set), and every name in the scenario is looked up.
 */
import type { ImportFile } from '../models/cluster/import-files.ts';
import { isImportSetting } from '../models/cluster/import-settings.ts';
import { importTopology } from '../models/cluster/import-topology.ts';
import { type ParameterMap, settingMistake } from '../models/cluster/parameters.ts';
import type { Topology } from '../models/cluster/topology.ts';
import type { Finding } from '../models/finding.ts';
import { nearestHint } from '../models/nearest.ts';
import { durationMistake } from './durations.ts';
import type { LoadedScenario } from './load.ts';
import { checkNames } from './names.ts';
import type { ScenarioData } from './schema.ts';
import {
  filesAt,
  type Texts,
  type TopologyResult,
  topologyFromText,
  topologyNamed,
  topologyNames,
  withSettings,
} from './topologies.ts';

export interface ComposeOptions {
  /** Instead of the scenario's own: a shipped name, or a path of `texts`. */
  readonly topology?: string;
  /** Over the scenario's parameters. */
  readonly set?: ParameterMap;
  /** Instead of the scenario's own end, with its unit. */
  readonly until?: string;
  /** The user's files, by the path with which the scenario (or --topology) calls them; folders expanded. */
  readonly texts?: Texts;
}

export interface ComposedScenario {
  /** With the end and the parameters that are in force. */
  readonly data: ScenarioData;
  /** With all parameters merged in. */
  readonly topology: Topology;
  readonly loaded: LoadedScenario;
}

/** Paths that a scenario needs beside the shipped library: files or folders, relative to the scenario's own file. */
export function pathsWanted(data: ScenarioData, library: Texts): string[] {
  const { topology } = data;
  if (typeof topology === 'string') return topologyNamed(topology, library) ? [] : [topology];
  return 'import' in topology ? topology.import.filter((path) => filesAt(path, library).length === 0) : [];
}

/** Puts a scenario together. Without `composed` at least one of the findings is an error. */
export function composeScenario(
  loaded: LoadedScenario,
  library: Texts,
  options: ComposeOptions = {},
): { composed?: ComposedScenario; findings: Finding[] } {
  const findings: Finding[] = [];
  const fromScenario = loaded.data.parameters ?? {};
  const set = { ...fromScenario, ...options.set };
  const base = resolveTopology(loaded, library, options, {});
  if (base.topology) findings.push(...settingFindings(loaded, base.topology, options));
  if (findings.some(isError)) return { findings };
  const result = Object.keys(set).length === 0 ? base : resolveTopology(loaded, library, options, set);
  findings.push(...result.findings);
  if (!result.topology) return { findings };
  const data = { ...loaded.data, ...untilOf(options, findings), parameters: set };
  findings.push(...checkNames(data, result.topology).map(loaded.findingAt));
  if (findings.some(isError)) return { findings };
  return { composed: { data, topology: result.topology, loaded }, findings };
}

function resolveTopology(
  loaded: LoadedScenario,
  library: Texts,
  options: ComposeOptions,
  set: ParameterMap,
): TopologyResult {
  const texts: Texts = new Map([...library, ...(options.texts ?? [])]);
  const wanted = options.topology ?? loaded.data.topology;
  if (typeof wanted === 'string') {
    const shipped = topologyNamed(wanted, library, set);
    if (shipped) return shipped;
    const files = filesAt(wanted, options.texts ?? new Map());
    const [only] = files;
    if (files.length === 1 && only && /\.ya?ml$/.test(only.path)) {
      return topologyFromText(only.text, only.path, texts, set);
    }
    if (files.length > 0) return importTopology(files, { name: nameOf(wanted), set });
    const message = `there is no topology ${wanted}${nearestHint(wanted, topologyNames(library))}`;
    const finding =
      options.topology === undefined
        ? loaded.findingAt({ path: ['topology'], message })
        : outside('--topology', message);
    return { findings: [finding] };
  }
  if ('like' in wanted) {
    const own = { ...wanted.set, ...set };
    const message = `there is no topology ${wanted.like}${nearestHint(wanted.like, topologyNames(library))}`;
    return (
      topologyNamed(wanted.like, library, own, wanted.files) ?? {
        findings: [loaded.findingAt({ path: ['topology', 'like'], message })],
      }
    );
  }
  if (!('import' in wanted)) return withSettings({ topology: wanted, findings: [] }, set);
  const missing: Finding[] = [];
  const files = wanted.import.flatMap((path, index): ImportFile[] => {
    const found = filesAt(path, texts);
    const message = `there is no file or folder ${path}`;
    if (found.length === 0) missing.push(loaded.findingAt({ path: ['topology', 'import', index], message }));
    return found;
  });
  if (missing.length > 0) return { findings: missing };
  return importTopology(files, { name: wanted.name ?? loaded.data.scenario, set: { ...wanted.set, ...set } });
}

function nameOf(path: string): string {
  const base = path.replace(/\/+$/, '').split('/').pop() ?? '';
  return base.replaceAll(/[^A-Za-z0-9-]/g, '-').replaceAll(/^-+|-+$/g, '') || 'imported';
}

/** What is wrong with parameters, each where it is set. */
function settingFindings(loaded: LoadedScenario, topology: Topology, options: ComposeOptions): Finding[] {
  const hosts = topology.hosts.map(({ name }) => name);
  const from = loaded.data.topology;
  const whole = typeof from === 'object' && !('import' in from) && !('like' in from);
  const wrong = (path: string, value: string | number | boolean): string | undefined => {
    if (!isImportSetting(path)) return settingMistake(path, value, hosts);
    return whole ? `${path} says something to an import, and this topology is not imported` : undefined;
  };
  const findings: Finding[] = [];
  for (const [path, value] of Object.entries(loaded.data.parameters ?? {})) {
    const message = wrong(path, value);
    if (message) findings.push(loaded.findingAt({ path: ['parameters', path], of: 'key', message }));
  }
  for (const [path, value] of Object.entries(options.set ?? {})) {
    const message = wrong(path, value);
    if (message) findings.push(outside('--set', message));
  }
  return findings;
}

function untilOf(options: ComposeOptions, findings: Finding[]): { until: string } | object {
  if (options.until === undefined) return {};
  const mistake = durationMistake(options.until);
  if (mistake !== undefined) findings.push(outside('--until', mistake));
  return { until: options.until };
}

function outside(file: string, message: string): Finding {
  return { severity: 'error', file, line: 1, column: 1, message };
}

function isError({ severity }: Finding): boolean {
  return severity === 'error';
}
