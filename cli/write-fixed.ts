/** Writes the files of a deployment with their cures, and says which lines have changed. */
import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Edit, Fixed } from '../properties/lints/fixes.ts';
import { writeWhole } from './output.ts';
import type { Style } from './style.ts';

/** Every file, the changed ones and the others, below this folder: they are a deployment again. */
export function writeFixed(flag: string, folder: string, { files }: Fixed): void {
  for (const { path, text } of files) {
    const own = path.split('/').filter((part) => part !== '' && part !== '.' && part !== '..');
    const file = join(folder, ...own);
    mkdirSync(dirname(file), { recursive: true });
    writeWhole(flag, file, text);
  }
}

/** The changed lines, as a diff has them. */
export function editLines(edits: readonly Edit[], style: Style): string[] {
  return edits.flatMap(({ file, line, rule, before, after }) => [
    `  ${file}:${before === undefined ? line + 1 : line} ${style.dim(`(${rule})`)}`,
    ...(before === undefined ? [] : [style.red(`    - ${before.trim()}`)]),
    style.green(`    + ${after.trim()}`),
  ]);
}
