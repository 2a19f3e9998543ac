/** What the page would show for a request, run to its end at once. */
import { advance } from '../../models/console/console.ts';
import type { RunRecord } from '../../scenarios/run-record.ts';
import { ScenarioRun } from '../../scenarios/scenario-run.ts';
import { composeRequest, specOf } from '../../ui/engine/run-request.ts';
import type { RunRequest } from '../../ui/run/request.ts';
import { LIBRARY } from '../scenarios/library.ts';

export function requested(request: RunRequest): RunRecord {
  const composed = composeRequest(request, LIBRARY);
  const { data, topology, text } = composed;
  const run = new ScenarioRun(data, topology, specOf(request, composed), {
    scenarioText: text,
    commands: advance,
  });
  while (!run.session.done) run.advance();
  return run.record();
}
