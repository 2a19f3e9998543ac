/**
 * What an expression was over a whole run. The run is made once more for it, without a record, since an expression is looked at
 * after each step that changes what it reads.
 */
import { compileCondition } from '../../scenarios/conditions.ts';
import { prepare } from '../../scenarios/prepare.ts';
import { Session } from '../../scenarios/session.ts';
import type { Held } from './held-runs.ts';

export interface Watched {
  readonly text: string;
  /** Why it cannot be watched. */
  readonly problem?: string;
  readonly points: readonly {
    readonly at_ms: number;
    readonly value: string;
    /** The value is the truth of a condition. */
    readonly holds: boolean | undefined;
  }[];
}

const SLICE_US = 2_000_000;

/** `breathe` is waited for between slices. */
export async function watchOf(
  { request, composed }: Held,
  texts: readonly string[],
  breathe: () => Promise<void>,
): Promise<Watched[]> {
  const problems = new Map(texts.map((text) => [text, compileCondition(text, 'value').mistake?.message]));
  const good = texts.filter((text) => problems.get(text) === undefined);
  const measure = good.map((value, index) => ({ name: `watch-${index}`, at: 'end', value }));
  const { expect: _, ...data } = composed.data;
  const { spec } = prepare(data, composed.topology, { seed: request.seed });
  const { advance } = await import('../../models/console/console.ts');
  const session =
    good.length === 0
      ? undefined
      : new Session({ ...data, measure }, composed.topology, spec, { commands: advance });
  while (session !== undefined && !session.done) {
    session.runUntil(session.nowUs + SLICE_US);
    await breathe();
  }
  return texts.map((text): Watched => {
    const problem = problems.get(text);
    if (problem !== undefined || session === undefined) return { text, points: [], problem: problem ?? '' };
    const points = session.watchlist.of(text).points.map(({ atUs, value }) => ({
      at_ms: Math.max(0, atUs - session.epochUs) / 1000,
      value: typeof value === 'string' ? value : (JSON.stringify(value) ?? 'not there'),
      holds: typeof value === 'boolean' ? value : undefined,
    }));
    return { text, points };
  });
}
