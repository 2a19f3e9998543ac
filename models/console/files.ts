/**
 * Files that commands leave on a host: texts, etcd's snapshots, restored data directories. They are on the simulated disk (as
 * values of the shell), so a lost disk loses them and a fork of the world has them. Beside them a host has those that it was set
 * up with (system-files.ts); writing one hides it.
 */
import type { World } from '../../sim/world.ts';
import { act, look, type Place, type Script } from './command.ts';
import { liveDataDir } from './data-directory.ts';
import { SHELL } from './shell-process.ts';
import { systemFiles } from './system-files.ts';

/** A text, or what another command knows how to read. */
export type FileValue = string | { readonly kind: string };

function filesOf(world: World, host: string): Record<string, FileValue> {
  const files: Record<string, FileValue> = {};
  const prefix = `${SHELL}/`;
  for (const [key, { value }] of world.host(host).disk.values) {
    if (key.startsWith(prefix)) files[key.slice(prefix.length)] = value as FileValue;
  }
  return files;
}

/** All files of a host, by path as it was given. */
export function* listFiles(host: string): Script<Readonly<Record<string, FileValue>>> {
  return yield* look(({ world }) => filesOf(world, host));
}

/** Texts that the host was set up with. */
export function* systemTexts(place: Place): Script<Readonly<Record<string, string>>> {
  return yield* look((seen) => systemFiles(seen, place, liveDataDir(filesOf(seen.world, place.host))));
}

/** What a path stands for: ~ is the administrator's home. */
export function atHome(path: string): string {
  return path.replace(/^(?:~|\/root)\//, '').replace(/^\.\//, '');
}

export function* readFile(place: Place, given: string): Script<FileValue | undefined> {
  const path = atHome(given);
  const own = yield* look(({ world }) => filesOf(world, place.host)[path]);
  return own ?? (yield* systemTexts(place))[path];
}

export function* writeFile(host: string, path: string, value: FileValue): Script<void> {
  yield* replaceFiles(host, { ...(yield* listFiles(host)), [atHome(path)]: value });
}

export function* appendFile(place: Place, path: string, text: string): Script<void> {
  const before = yield* readFile(place, path);
  yield* writeFile(place.host, path, (typeof before === 'string' ? before : '') + text);
}

/** Everything that the host has from now on. */
export function* replaceFiles(host: string, values: Readonly<Record<string, FileValue>>): Script<void> {
  yield* act([{ do: 'disk-put', host, process: SHELL, values }]);
}
