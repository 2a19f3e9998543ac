/** A viewer's own configuration files: what cluster they describe, and what is to be said about them. */

import { importTopology } from '../../models/cluster/import-topology.ts';
import { readSetting } from '../../models/cluster/parameters.ts';
import type { Finding } from '../../models/finding.ts';
import type { LintFinding } from '../../properties/lints/lint.ts';

export interface Imported {
  /** Errors first; of the others in the order of the files. */
  readonly findings: readonly Finding[];
  /** Hosts with what runs on them; undefined if the files cannot be used as they are. */
  readonly hosts:
    | readonly { readonly name: string; readonly address: string; readonly processes: readonly string[] }[]
    | undefined;
  /** What the daemons accept without a word, and what it leads to. */
  readonly lints: readonly LintFinding[];
  /** Stated defaults and guesses. */
  readonly notes: readonly string[];
}

/** `settings`: each `path=value`, for what the files do not say. */
export async function importFiles(
  files: Readonly<Record<string, string>>,
  settings: readonly string[],
): Promise<Imported> {
  const set: Record<string, string | number | boolean> = {};
  const wrong: Finding[] = [];
  for (const text of settings) {
    const read = readSetting(text);
    if (typeof read === 'string')
      wrong.push({ severity: 'error', file: 'settings', line: 1, column: 1, message: read });
    else set[read.path] = read.value;
  }
  const texts = Object.entries(files).map(([path, text]) => ({ path, text }));
  const { topology, findings } = importTopology(texts, { name: 'own-files', set });
  const all = [...wrong, ...findings];
  // Only who brings files needs the rules.
  const { lintFiles } = await import('../../properties/lints/rules.ts');
  const { lints } = lintFiles(texts, set);
  return {
    findings: all.toSorted((a, b) => Number(b.severity === 'error') - Number(a.severity === 'error')),
    hosts: topology?.hosts.map(({ name, address, processes }) => ({ name, address, processes })),
    lints: lints ?? [],
    notes: topology?.notes ?? [],
  };
}
