/** The texts of scenarios/ that the page is built with, by their path in that folder: scenarios, topologies, configuration files. */
import type { Texts } from '../../scenarios/topologies.ts';

const FOLDER = '../../scenarios/';

const files = import.meta.glob<string>(
  ['../../scenarios/*.yaml', '../../scenarios/topologies/**/*', '../../scenarios/guides/**/*'],
  { query: '?raw', import: 'default', eager: true },
);

export const library: Texts = new Map(
  Object.entries(files).map(([path, text]) => [path.slice(FOLDER.length), text]),
);

/** Scenarios in folders of their own: fetched when somebody wants to see one. */
const others = import.meta.glob<string>(
  ['../../scenarios/*/*.yaml', '!../../scenarios/topologies/*', '!../../scenarios/guides/*'],
  { query: '?raw', import: 'default' },
);

/** Their names, `etcd/hung-disk`; without those that only show what a lint warns of. */
export const otherNames = Object.keys(others)
  .map((path) => path.slice(FOLDER.length, -'.yaml'.length))
  .filter((name) => !name.startsWith('lints/'));

/** The library, with this scenario in it if it is one of those that are fetched. */
export async function libraryWith(scenario: string): Promise<Texts> {
  const file = `${scenario}.yaml`;
  const fetched = await others[`${FOLDER}${file}`]?.();
  return fetched === undefined ? library : new Map([...library, [file, fetched]]);
}
