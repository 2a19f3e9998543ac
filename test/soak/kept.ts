/**
 * What is done of a long search, in a file beside the build: the same command goes on where it was. It begins anew after another build,
 * whose answers may be others, and when it is asked for something else.
 */
import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../cli/shared.ts';

interface InFile<T> {
  /** When the build was made, and what was asked for. */
  readonly begun: string;
  readonly done: T;
}

export interface Kept<T> {
  readonly file: string;
  /** Found in the file, or as given. */
  readonly done: T;
  readonly goesOn: boolean;
  save(): void;
  /** All is done. */
  remove(): void;
}

/** @param asked with what the answers are others: the count, the seed */
export function keptOf<T>(part: string, asked: readonly number[], none: T): Kept<T> {
  const dist = join(packageRoot(), 'dist');
  const file = join(dist, `soak-${part}.json`);
  const begun = [statSync(join(dist, 'test', 'soak.js')).mtimeMs, ...asked].join(' ');
  const found = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as InFile<T>) : undefined;
  const goesOn = found?.begun === begun;
  const done = goesOn ? found.done : none;
  return {
    file,
    done,
    goesOn,
    save: () => writeFileSync(file, JSON.stringify({ begun, done } satisfies InFile<T>)),
    remove: () => rmSync(file, { force: true }),
  };
}
