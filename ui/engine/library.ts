/** The texts of scenarios/ that the page is built with, by their path in that folder: scenarios, topologies, configuration files. */
import type { Texts } from '../../scenarios/topologies.ts';

const FOLDER = '../../scenarios/';

/** With the scenario that is run when nobody names one. */
const files = import.meta.glob<string>(
  ['../../scenarios/power-off.yaml', '../../scenarios/topologies/**/*', '../../scenarios/guides/**/*'],
  { query: '?raw', import: 'default', eager: true },
);

export const library: Texts = new Map(
  Object.entries(files).map(([path, text]) => [path.slice(FOLDER.length), text]),
);

/** All other scenarios: fetched when somebody wants to see one, with those of the same folder. */
const others = import.meta.glob<string>(
  [
    '../../scenarios/**/*.yaml',
    '!../../scenarios/power-off.yaml',
    '!../../scenarios/topologies/**/*',
    '!../../scenarios/guides/**/*',
  ],
  { query: '?raw', import: 'default' },
);

const otherPaths = Object.keys(others).map((path) => path.slice(FOLDER.length));

/** Names of those in folders, `etcd/hung-disk`; without those that only show what a lint warns of. */
export const namesInFolders = otherPaths
  .filter((path) => path.includes('/') && !path.startsWith('lints/'))
  .map((path) => path.slice(0, -'.yaml'.length));

/** The library, with every scenario of the root folder. */
export async function rootLibrary(): Promise<Texts> {
  const paths = otherPaths.filter((path) => !path.includes('/'));
  const texts = await Promise.all(paths.map(async (path) => [path, await others[FOLDER + path]!()] as const));
  return new Map([...library, ...texts]);
}

/** The library, with this scenario in it, whether it had to be fetched or not; with those that it may be mistaken for if there is none. */
export async function libraryWith(scenario: string): Promise<Texts> {
  const file = `${scenario}.yaml`;
  if (library.has(file)) return library;
  const fetched = await others[`${FOLDER}${file}`]?.();
  return fetched === undefined ? rootLibrary() : new Map([...library, [file, fetched]]);
}
