/**
 * The cures of a checked deployment, proved: its files with the lines changed that lints know a cure for, then every counterexample
 * again, and the whole search again, under the same luck.
 */
import { join } from 'node:path';
import { importTopology } from '../models/cluster/import-topology.ts';
import { Checker } from '../properties/check-run.ts';
import { type Edit, fixFiles } from '../properties/lints/fixes.ts';
import type { Property } from '../properties/property.ts';
import { topologyNamed } from '../scenarios/topologies.ts';
import { type SearchResult, type SearchWish, search } from './check-search.ts';
import type { Proved } from './check-shrink.ts';
import type { ReadyCheck } from './checked.ts';
import { Failure, refuse } from './failure.ts';
import { given } from './lint.ts';
import { libraryTexts, settings } from './shared.ts';
import { writeFixed } from './write-fixed.ts';

export interface Cure {
  /** Where the files are, or what stands in the way. */
  readonly folder: string;
  readonly edits: readonly Edit[];
  /** Counterexamples that are none any more, and those that still are. */
  readonly cured: readonly string[];
  readonly stillBroken: readonly string[];
  /** The same search on the changed files. */
  readonly after: SearchResult;
  readonly afterBroken: readonly { readonly property: string; readonly what: string }[];
}

export interface CureWish extends SearchWish {
  readonly wanted: readonly string[];
  readonly set: readonly string[];
  readonly out: string;
}

/** Undefined: no line is known whose change would cure anything. */
export async function cure(
  ready: ReadyCheck,
  counterexamples: readonly Proved[],
  before: SearchResult,
  { wanted, set, out, ...wish }: CureWish,
): Promise<Cure | undefined> {
  const { files, set: own } = given(wanted);
  const parameters = { ...own, ...settings(set) };
  const fixed = fixFiles(files, parameters);
  if (fixed.edits.length === 0) return undefined;
  const changes = Object.fromEntries(fixed.files.map(({ path, text }) => [path, text]));
  const [first = ''] = wanted;
  const shipped =
    wanted.length === 1 ? topologyNamed(first, libraryTexts(), settings(set), changes) : undefined;
  const { topology, findings } =
    shipped ?? importTopology(fixed.files, { name: ready.checked.topology.topology, set: settings(set) });
  refuse('the cured files', findings);
  if (topology === undefined) throw new Failure('no topology can be made of the cured files');
  const folder = join(out, 'cured');
  writeFixed('--out', folder, fixed);
  const checked = { ...ready.checked, topology };
  const holds = ({ property, schedule }: Proved): boolean =>
    new Checker(checked, [property]).run(schedule, { briefly: true }).violations.length === 0;
  const cured: Property[] = [];
  const stillBroken: Property[] = [];
  for (const one of counterexamples) (holds(one) ? cured : stillBroken).push(one.property);
  const after = await search({ ...ready, checked }, { ...wish, runs: before.runs, timeMs: undefined });
  const nameOf = ({ name }: Property): string => name;
  return {
    folder,
    edits: fixed.edits,
    cured: cured.map(nameOf),
    stillBroken: stillBroken.map(nameOf),
    after,
    afterBroken: after.found.map(({ property, what }) => ({ property, what })),
  };
}
