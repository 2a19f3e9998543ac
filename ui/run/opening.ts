/** How the cluster of a scenario stands at zero, as the build has stored it: something to see until the run itself is there. */
import { durationUs } from '../../scenarios/durations.ts';
import type { RunRecord } from '../../scenarios/run-record.ts';
import { type RunRequest, USUAL_SEED } from './request.ts';

const STORED = (import.meta.env['QUORATE_OPENINGS'] ?? []) as readonly string[];

/** Undefined if none is stored for it; what changes the start asks for another one. */
export async function openingOf(request: RunRequest): Promise<RunRecord | undefined> {
  const { scenario, seed, topology, set, packed, until } = request;
  const usual = seed === USUAL_SEED && topology === undefined && set.length === 0 && packed === undefined;
  if (!usual || !STORED.includes(scenario)) return undefined;
  try {
    const answer = await fetch(`./openings/${scenario}.json`);
    const record = (await answer.json()) as RunRecord;
    return until === undefined ? record : { ...record, until_ms: durationUs(until) / 1_000 };
  } catch {
    // The run comes anyway, or says why not.
    return undefined;
  }
}
