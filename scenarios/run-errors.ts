/** What a run could not do, in words, with the place in the scenario that asked for it. */
import { SimulationError } from '../sim/errors.ts';
import type { LoadedScenario } from './load.ts';
import { StartError } from './start.ts';
import { TimelineError } from './timeline.ts';

/** The kernel gave up in the middle of a scenario: a bound was exceeded, or a machine is broken. */
export class RunBroken extends Error {
  override readonly name = 'RunBroken';
  override readonly cause: SimulationError;
  /** Scenario time. */
  readonly atUs: number;
  /** Index of the entry of the timeline that happened last; undefined before the first. */
  readonly index: number | undefined;

  constructor(cause: SimulationError, atUs: number, index: number | undefined) {
    super(`${cause.name}: ${cause.message}`);
    this.cause = cause;
    this.atUs = atUs;
    this.index = index;
  }
}

/** The complaint as `file:line:column: words`; undefined if the error is not one of a run but of the program. */
export function runErrorText(error: unknown, loaded: LoadedScenario): string | undefined {
  const at = (path: readonly (string | number)[], words: string): string => {
    const { line, column } = loaded.position([...path]);
    return `${loaded.file}:${line}:${column}: ${words}`;
  };
  if (error instanceof TimelineError) return at(['timeline', error.index], error.message);
  if (error instanceof StartError) return at(['start'], error.message);
  if (error instanceof RunBroken) {
    const { index, atUs, message } = error;
    const when = `${(atUs / 1e6).toFixed(3)} s`;
    return index === undefined
      ? at(['topology'], `${message} (at ${when})`)
      : at(['timeline', index], `${message} (at ${when}, after this entry)`);
  }
  if (error instanceof SimulationError)
    return at(['topology'], `${error.name}: ${error.message} (before 0 s)`);
  return undefined;
}
