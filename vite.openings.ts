/**
 * Beside the page, for each scenario: how its cluster stands at zero with the usual seed. The page shows that at once, and what
 * comes when it has run the scenario itself. Made by the same code with which the page runs it.
 */
import type { Plugin } from 'vite';
import { libraryTexts } from './cli/shared.ts';
import { ScenarioRun } from './scenarios/scenario-run.ts';
import { composeRequest, specOf } from './ui/engine/run-request.ts';
import { USUAL_SEED } from './ui/run/request.ts';

const library = libraryTexts();

/** Scenarios of the page, by name. */
export const OPENINGS = [...library.keys()]
  .filter((path) => /^[^/]+\.yaml$/.test(path))
  .map((path) => path.slice(0, -'.yaml'.length));

export const openings: Plugin = {
  name: 'openings',
  apply: 'build',
  generateBundle() {
    for (const scenario of OPENINGS) {
      const request = { scenario, seed: USUAL_SEED, set: [] };
      const composed = composeRequest(request, library);
      const { data, topology, text } = composed;
      const run = new ScenarioRun(data, topology, specOf(request, composed), { scenarioText: text });
      const source = JSON.stringify(run.record());
      this.emitFile({ type: 'asset', fileName: `openings/${scenario}.json`, source });
    }
  },
};
