/** What a run could not do, in words, with the place in the scenario that asked for it. */
import { SimulationError } from '../sim/errors.ts';
import type { LoadedScenario } from './load.ts';
import { StartError } from './start.ts';
import { TimelineError } from './timeline.ts';

/** The complaint as `file:line:column: words`; undefined if the error is not one of a run but of the program. */
export function runErrorText(error: unknown, loaded: LoadedScenario): string | undefined {
  if (error instanceof SimulationError) return `${loaded.file}: ${error.name}: ${error.message}`;
  const path =
    error instanceof TimelineError
      ? ['timeline', error.index]
      : error instanceof StartError
        ? ['start']
        : undefined;
  if (path === undefined) return undefined;
  const { line, column } = loaded.position(path);
  return `${loaded.file}:${line}:${column}: ${(error as Error).message}`;
}
