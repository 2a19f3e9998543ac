/** A world at whose hosts lines are typed, one after the other. */
import { advance } from '../../models/console/console.ts';
import { prepare } from '../../scenarios/prepare.ts';
import type { ScenarioData } from '../../scenarios/schema.ts';
import { Session } from '../../scenarios/session.ts';
import { composed } from '../scenarios/runs.ts';

export interface Answer {
  readonly text: string;
  /** Undefined: it has not ended by the end of the scenario. */
  readonly exitCode: number | undefined;
}

const STEP_US = 100_000;

/** Types a line on a host, now or at a second of the scenario, and waits for its end. */
export type Shell = (host: string, line: string, atS?: number) => Answer;

export function typeAt(scenario: ScenarioData): Shell {
  const { data, topology } = composed(scenario);
  const { spec } = prepare(data, topology, { seed: 1, console: true, withoutProbers: true });
  const session = new Session(data, topology, spec, { commands: advance });
  return (host, line, atS) => {
    if (atS !== undefined) session.runUntil(session.epochUs + atS * 1_000_000);
    const typed = session.type(host, line);
    while (typed.result === undefined && !session.done) session.runUntil(session.nowUs + STEP_US);
    return { text: typed.text, exitCode: typed.result?.exitCode };
  };
}
