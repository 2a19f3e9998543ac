/** Files that commands write: complaints come before the work and in one line. */
import { existsSync, openSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { Failure } from './failure.ts';

/** Refuses a path that cannot be written, before a long run is done for nothing. */
export function writableFile(flag: string, path: string): void {
  const folder = dirname(path);
  if (!existsSync(folder)) throw new Failure(`${flag} ${path}: there is no folder ${folder}`);
  if (existsSync(path) && statSync(path).isDirectory()) throw new Failure(`${flag} ${path}: it is a folder`);
}

/** Refuses a folder that is none. */
export function writableFolder(flag: string, path: string): void {
  if (!existsSync(path)) throw new Failure(`${flag} ${path}: there is no such folder`);
  if (!statSync(path).isDirectory()) throw new Failure(`${flag} ${path}: it is no folder`);
}

export function writeWhole(flag: string, path: string, text: string): void {
  writableFile(flag, path);
  attempt(flag, path, () => writeFileSync(path, text));
}

/** A file descriptor to write to. */
export function openForWriting(flag: string, path: string): number {
  writableFile(flag, path);
  return attempt(flag, path, () => openSync(path, 'w'));
}

function attempt<T>(flag: string, path: string, write: () => T): T {
  try {
    return write();
  } catch (error) {
    const { code } = error as { readonly code?: string };
    throw new Failure(`${flag} ${path}: cannot be written (${code ?? String(error)})`);
  }
}
