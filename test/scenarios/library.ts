/** The shipped library of scenarios, topologies and guides, read as the command line reads it. */
import { libraryTexts } from '../../cli/shared.ts';

/** Path below scenarios/ to text. */
export const LIBRARY: ReadonlyMap<string, string> = libraryTexts();

/** Names of the scenarios of a folder below scenarios/, as `labs/NAME`. */
export function namesIn(folder: string): string[] {
  return [...LIBRARY.keys()]
    .filter((path) => path.startsWith(`${folder}/`) && path.endsWith('.yaml'))
    .map((path) => path.slice(0, -'.yaml'.length));
}

/** Names of the shipped scenarios. */
export const SCENARIO_NAMES = [...LIBRARY.keys()]
  .filter((path) => path.endsWith('.yaml') && !path.includes('/'))
  .map((path) => path.slice(0, -'.yaml'.length));

/** Names of the guides' labs, as `labs/NAME`. */
export const LAB_NAMES = namesIn('labs');

/** Names of the scenarios that answer what learners ask, as `questions/NAME`. */
export const QUESTION_NAMES = namesIn('questions');
