/**
 * Module hooks that change a source while it is loaded: how a bug is planted without a line for it in production code.
 * `register(this file, {data: Edit[]})`, then import what is to be wrong.
 */
import type { LoadHook } from 'node:module';

/** In the compiled file of this name, `from` becomes `to`. It must be there exactly once. */
export interface Edit {
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

let edits: readonly Edit[] = [];

export function initialize(data: readonly Edit[]): void {
  edits = data;
}

export const load: LoadHook = async (url, context, next) => {
  const loaded = await next(url, context);
  const here = edits.filter(({ file }) => url.endsWith(`/${file}`));
  if (here.length === 0) return loaded;
  let source = String(loaded.source);
  for (const { file, from, to } of here) {
    const parts = source.split(from);
    if (parts.length !== 2) throw new Error(`${file} has ${parts.length - 1} places that read: ${from}`);
    source = parts.join(to);
  }
  return { ...loaded, source };
};
