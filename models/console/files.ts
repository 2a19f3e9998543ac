/**
 * Files that commands leave on a host: texts, etcd's snapshots, restored data directories. They are on the simulated disk (as
 * values of the shell), so a lost disk loses them and a fork of the world has them.
 */
import type { World } from '../../sim/world.ts';
import { act, look, type Script } from './command.ts';
import { SHELL } from './shell-process.ts';

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

export function* readFile(host: string, path: string): Script<FileValue | undefined> {
  return yield* look(({ world }) => filesOf(world, host)[path]);
}

export function* writeFile(host: string, path: string, value: FileValue): Script<void> {
  yield* replaceFiles(host, { ...(yield* listFiles(host)), [path]: value });
}

export function* appendFile(host: string, path: string, text: string): Script<void> {
  const before = yield* readFile(host, path);
  yield* writeFile(host, path, (typeof before === 'string' ? before : '') + text);
}

/** Everything that the host has from now on. */
export function* replaceFiles(host: string, values: Readonly<Record<string, FileValue>>): Script<void> {
  yield* act([{ do: 'disk-put', host, process: SHELL, values }]);
}
