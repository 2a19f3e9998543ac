/** What several commands need: the shipped library on disk, a scenario or topology by name or file, parameters of --set. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type ParameterMap, type ParameterValue, readSetting } from '../models/cluster/parameters.ts';
import { Failure } from './failure.ts';

/** The package's own folder, whether it runs from dist or from its sources. */
export function packageRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package.json'))) {
    const parent = dirname(folder);
    if (parent === folder) throw new Failure('the installation is damaged: package.json was not found', 1);
    folder = parent;
  }
  return folder;
}

/** Larger than any configuration; what is larger is refused unread. */
const MOST_BYTES = 16 * 1024 * 1024;

/** The text of a file, or a Failure in one line. */
export function readText(path: string): string {
  try {
    const { size } = statSync(path);
    if (size > MOST_BYTES)
      throw new Failure(
        `${path} has ${Math.round(size / 1024 / 1024)} MB; no configuration is larger than 16 MB`,
      );
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof Failure) throw error;
    throw new Failure(`${path} cannot be read: ${readingProblem(error)}`);
  }
}

function readingProblem(error: unknown): string {
  const { code } = error as { readonly code?: string };
  if (code === 'ENOENT') return 'there is no such file';
  if (code === 'EISDIR') return 'it is a folder';
  if (code === 'EACCES') return 'permission denied';
  return code ?? String(error);
}

/** Files of a folder and below it, as paths relative to it, in a fixed order. */
export function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => statSync(join(folder, name)).isFile())
    .map((name) => relative('.', name))
    .sort();
}

/** Texts of the shipped scenarios folder, by path relative to it. */
export function libraryTexts(): Map<string, string> {
  const folder = join(packageRoot(), 'scenarios');
  const wanted = filesBelow(folder).filter((name) => !/\.(ts|js|map)$/.test(name));
  return new Map(wanted.map((name) => [name, readText(join(folder, name))]));
}

/** Folders below the library's own whose scenarios are shipped by their path, as `etcd/hung-disk`. */
const SHIPPED_FOLDERS = ['etcd', 'kubeadm', 'labs', 'questions'];

/** Names of the shipped scenarios: the files of the library's own folder, and of those folders. */
export function shippedScenarios(library: ReadonlyMap<string, string>): string[] {
  return [...library.keys()]
    .filter((path) => {
      const [folder = '', ...below] = path.split('/');
      return path.endsWith('.yaml') && (below.length === 0 || SHIPPED_FOLDERS.includes(folder));
    })
    .map((path) => path.slice(0, -'.yaml'.length));
}

/** `--set path=value` as given, the last one of a path wins. */
export function settings(texts: readonly string[]): ParameterMap {
  const map: Record<string, ParameterValue> = {};
  for (const text of texts) {
    const read = readSetting(text);
    if (typeof read === 'string') throw new Failure(`--set ${read}`);
    map[read.path] = read.value;
  }
  return map;
}
