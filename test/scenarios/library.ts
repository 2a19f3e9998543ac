/** The shipped library of scenarios, topologies and guides, read as the command line reads it. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';

const FOLDER = new URL('../../scenarios/', import.meta.url).pathname;

/** Path below scenarios/ to text. */
export const LIBRARY: ReadonlyMap<string, string> = new Map(
  readdirSync(FOLDER, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.endsWith('.ts'))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
    .map((path) => [relative(FOLDER, path).replaceAll('\\', '/'), readFileSync(path, 'utf8')]),
);

/** Names of the shipped scenarios. */
export const SCENARIO_NAMES = [...LIBRARY.keys()]
  .filter((path) => path.endsWith('.yaml') && !path.includes('/'))
  .map((path) => path.slice(0, -'.yaml'.length));

/** Names of the guides' labs, as `labs/NAME`. */
export const LAB_NAMES = [...LIBRARY.keys()]
  .filter((path) => path.startsWith('labs/') && path.endsWith('.yaml'))
  .map((path) => path.slice(0, -'.yaml'.length));
