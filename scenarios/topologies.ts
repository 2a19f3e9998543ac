/**
 * Topologies by name: the reference ones, which are made for any size, and those that the library holds as files.
 * Also topologies of a user's own files. Texts are handed in; nothing is read here.
 */
import type { ImportFile } from '../models/cluster/import-files.ts';
import { importTopology } from '../models/cluster/import-topology.ts';
import type { ParameterMap } from '../models/cluster/parameters.ts';
import { readTopology } from '../models/cluster/read-topology.ts';
import { CLAIMED_UNDER, referenceFiles, referenceSize } from '../models/cluster/reference.ts';
import { etcdSize, etcdTopology } from '../models/cluster/reference-etcd.ts';
import type { Topology } from '../models/cluster/topology.ts';
import { etcdPatch, etcdRunsAs, haproxyRunsAs, keepalivedRunsAs } from '../models/cluster/versions.ts';
import type { Finding } from '../models/finding.ts';
import { nearestHint } from '../models/nearest.ts';
import { checkDocument, valueAt } from '../models/schema-findings.ts';
import { readYaml, type YamlDocument } from '../models/yaml-text.ts';
import { z } from '../models/zod.ts';
import { parameterValue } from './schema-parts.ts';

/** Texts by path: of the shipped library, relative to its folder, or of a user's files. */
export type Texts = ReadonlyMap<string, string>;

export interface TopologyResult {
  readonly topology?: Topology;
  readonly findings: Finding[];
}

/** A topology that is made from other files. */
const TopologyFile = z.strictObject({
  topology: z.string(),
  about: z.string().optional(),
  import: z.array(z.string()).min(1),
  set: z.record(z.string(), parameterValue).optional(),
  'claimed-under': z.array(z.string()).optional(),
  notes: z.array(z.string()).optional(),
});

const FOLDER = 'topologies/';
/** Reference topologies that are listed; other sizes exist, too. */
const LISTED = [
  ...['stacked-1', 'stacked-2', 'stacked-3', 'stacked-4', 'stacked-5', 'stacked-7'],
  ...[
    'external-2+3',
    'external-3+3',
    'external-3+5',
    'stacked-3-lb1',
    'stacked-3-lb2',
    'external-3+3-lb1',
    'external-3+3-lb2',
  ],
  ...['stacked-3-kube-vip', 'stacked-3-cloud', 'stacked-3-dns'],
];

/** Every name that is listed, guides first. */
export function topologyNames(library: Texts): string[] {
  const files = [...library.keys()].filter((path) => path.startsWith(FOLDER) && path.endsWith('.yaml'));
  return [...files.map((path) => path.slice(FOLDER.length, -'.yaml'.length)).sort(), ...LISTED];
}

/** Texts that take the place of a topology's files, by their paths; null leaves a file out. */
export type Changes = Readonly<Record<string, string | null>>;

/** The topology of a shipped name, or undefined if there is none of this name. */
export function topologyNamed(
  name: string,
  library: Texts,
  set: ParameterMap = {},
  changes: Changes = {},
): TopologyResult | undefined {
  const alone = etcdSize(name);
  if (alone) return withSettings({ topology: etcdTopology(name, alone), findings: [] }, set);
  const size = referenceSize(name);
  if (size) {
    const { files, set: own, about } = referenceFiles(size);
    return importTopology(changed(files, changes), {
      name,
      about,
      claimedUnder: CLAIMED_UNDER,
      set: { ...own, ...set },
    });
  }
  const path = `${FOLDER}${name}.yaml`;
  const text = library.get(path);
  return text === undefined ? undefined : topologyFromText(text, path, library, set, changes);
}

function changed(files: readonly ImportFile[], changes: Changes): ImportFile[] {
  const own = new Map<string, string | null>(files.map(({ path, text }) => [path, text]));
  for (const [path, text] of Object.entries(changes)) own.set(path, text);
  return [...own].flatMap(([path, text]) => (text === null ? [] : [{ path, text }]));
}

/** A topology's file: either the whole of it, or the list of the files that it is imported from. */
export function topologyFromText(
  text: string,
  path: string,
  texts: Texts,
  set: ParameterMap = {},
  changes: Changes = {},
): TopologyResult {
  const { documents, findings } = readYaml(text, path);
  const document = documents[0];
  if (!document) return { findings };
  if (valueAt(document.value, ['import']) === undefined) return withSettings(readTopology(text, path), set);
  const listed = importList(document, path, texts);
  if (!listed.data) return { findings: listed.findings };
  const { data, files } = listed;
  return importTopology(changed(files, changes), {
    name: data.topology,
    set: { ...data.set, ...set },
    setFrom: path,
    ...(data.about === undefined ? {} : { about: data.about }),
    ...(data['claimed-under'] === undefined ? {} : { claimedUnder: data['claimed-under'] }),
    ...(data.notes === undefined ? {} : { notes: data.notes }),
  });
}

type Listed =
  | { readonly data: z.infer<typeof TopologyFile>; readonly files: ImportFile[] }
  | { readonly data: undefined; readonly findings: Finding[] };

function importList(document: YamlDocument, path: string, texts: Texts): Listed {
  const checked = checkDocument(TopologyFile, document);
  if (!checked.data) return { data: undefined, findings: checked.findings };
  const { data } = checked;
  const files: ImportFile[] = [];
  const missing: Finding[] = [];
  data.import.forEach((wanted, index) => {
    const found = filesAt(wanted, texts);
    files.push(...found);
    if (found.length > 0) return;
    const message = `there is no file or folder ${wanted}${nearestHint(wanted, texts.keys())}`;
    missing.push({ severity: 'error', file: path, ...document.position(['import', index]), message });
  });
  return missing.length > 0 ? { data: undefined, findings: missing } : { data, files };
}

/** The deployment's files that a shipped topology is made from, and what is set beside them; undefined if there is none of this name. */
export function filesOfTopology(
  name: string,
  library: Texts,
  changes: Changes = {},
): { readonly files: readonly ImportFile[]; readonly set: ParameterMap } | undefined {
  const size = referenceSize(name);
  if (size) {
    const { files, set } = referenceFiles(size);
    return { files: changed(files, changes), set };
  }
  const path = `${FOLDER}${name}.yaml`;
  const document = readYaml(library.get(path) ?? '', path).documents[0];
  const listed = document && importList(document, path, library);
  return listed?.data && { files: changed(listed.files, changes), set: listed.data.set ?? {} };
}

/** The file of this path, or every file below the folder of this path. */
export function filesAt(path: string, texts: Texts): ImportFile[] {
  const own = texts.get(path);
  if (own !== undefined) return [{ path, text: own }];
  const folder = path.endsWith('/') ? path : `${path}/`;
  const below = [...texts].filter(([name]) => name.startsWith(folder));
  return below.sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, text]) => ({ path: name, text }));
}

/** Settings of a topology that is whole already: versions are taken over, the rest become parameters of it. */
export function withSettings(result: TopologyResult, set: ParameterMap): TopologyResult {
  if (!result.topology || Object.keys(set).length === 0) return result;
  const { topology } = result;
  const parameters: Record<string, string | number | boolean> = { ...topology.parameters };
  const versions = { ...topology.versions };
  const notes = [...(topology.notes ?? [])];
  const runs = { etcd: etcdRunsAs, keepalived: keepalivedRunsAs, haproxy: haproxyRunsAs };
  for (const [path, value] of Object.entries(set)) {
    const component = path.endsWith('.version') ? path.slice(0, -'.version'.length) : '';
    if (component === 'kubernetes') versions.kubernetes = String(value).replace(/^v/, '');
    else if (component === 'etcd' || component === 'keepalived' || component === 'haproxy') {
      const found = runs[component](String(value));
      if (found) Object.assign(versions, { [component]: found.version });
      if (component === 'etcd' && etcdPatch(value) !== undefined) parameters[path] = value;
      if (found && !found.same)
        notes.push(`${component} ${value} runs as ${found.version}, the nearest version that is modelled.`);
    } else parameters[path] = value;
  }
  return { ...result, topology: { ...topology, versions, parameters, notes } };
}
