/** A topology as the commands that need no scenario take it: a shipped name, a topology's file, or files to import. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { importTopology } from '../models/cluster/import-topology.ts';
import type { ParameterMap } from '../models/cluster/parameters.ts';
import type { Topology } from '../models/cluster/topology.ts';
import type { Finding } from '../models/finding.ts';
import { nearestHint } from '../models/nearest.ts';
import { prepare } from '../scenarios/prepare.ts';
import {
  type TopologyResult,
  topologyFromText,
  topologyNamed,
  topologyNames,
} from '../scenarios/topologies.ts';
import { Failure, refuse } from './failure.ts';
import { filesOf } from './import.ts';
import { filesBelow, libraryTexts, readText } from './shared.ts';

export interface ReadyTopology {
  readonly topology: Topology;
  /** What is odd about its files without being wrong. */
  readonly findings: readonly Finding[];
}

/** @param wanted one name or topology file, or any number of files and folders to import */
export function readyTopology(wanted: readonly string[], set: ParameterMap = {}): ReadyTopology {
  const what = wanted.join(' ');
  const { topology, findings } = found(wanted, set);
  refuse(`topology ${what}`, findings);
  if (topology === undefined) throw new Failure(`no topology can be made of ${what}`);
  const scenario = { scenario: 'nothing', version: 1 as const, topology: topology.topology, until: '1s' };
  const world = prepare(scenario, topology, { seed: 1 });
  refuse(`topology ${what}`, world.findings);
  return { topology, findings: [...findings, ...world.findings] };
}

function found(wanted: readonly string[], set: ParameterMap): TopologyResult {
  const [first = ''] = wanted;
  const library = libraryTexts();
  if (wanted.length === 1) {
    const shipped = topologyNamed(first, library, set);
    if (shipped !== undefined) return shipped;
    if (!existsSync(first)) {
      const hint = nearestHint(first, topologyNames(library));
      throw new Failure(`there is no topology, file or folder ${first}${hint}; quorate list shows all`);
    }
    if (/\.ya?ml$/.test(first) && isTopologyFile(readText(first)))
      return topologyFromText(readText(first), first, filesBeside(first), set);
  }
  return importTopology(wanted.flatMap(filesOf), { name: nameOf(first), set });
}

/** kubeadm's files are YAML, too. */
function isTopologyFile(text: string): boolean {
  return /^topology:/m.test(text);
}

/** Files of the same folder and below it, which a topology's file may import. */
function filesBeside(path: string): Map<string, string> {
  const folder = join(path, '..');
  return new Map(filesBelow(folder).map((name) => [name, readText(join(folder, name))]));
}

function nameOf(path: string): string {
  const base = path.replace(/\/+$/, '').split('/').pop() ?? '';
  return base.replaceAll(/[^A-Za-z0-9-]/g, '-').replaceAll(/^-+|-+$/g, '') || 'imported';
}
