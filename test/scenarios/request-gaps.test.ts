/** The longest time between two good answers, of one client or of several. */
import { expect, test } from 'vitest';
import type { RequestFact } from '../../scenarios/request-facts.ts';
import { takeRequests } from '../../scenarios/request-measures.ts';

const fact = (client: string, endedAtMs: number, outcome: RequestFact['outcome'] = 'ok'): RequestFact => ({
  client,
  outcome,
  startedAtUs: (endedAtMs - 1) * 1000,
  endedAtUs: endedAtMs * 1000,
  detail: undefined,
  write: undefined,
  step: 0,
});

const facts = [
  ...[900, 950, 1700, 1750].map((ms) => fact('a', ms)),
  fact('a', 1200, 'error'),
  ...[940, 990, 1400, 1450].map((ms) => fact('b', ms)),
];
const where = "outcome == 'ok'";

test('a gap begins at the last good answer before the span and ends at the first one in it', () => {
  expect(takeRequests({ client: 'a', where, give: 'gap' }, facts, 1_000_000, 2_000_000)).toBe(750);
});

test('of several clients the worst, or the best', () => {
  expect(takeRequests({ client: 'a,b', where, give: 'gap' }, facts, 1_000_000, 2_000_000)).toBe(750);
  expect(takeRequests({ client: 'a,b', where, give: 'least-gap' }, facts, 1_000_000, 2_000_000)).toBe(410);
});

test('without a good answer in the span there is none', () => {
  expect(takeRequests({ client: 'a', where, give: 'gap' }, facts, 1_800_000, 2_000_000)).toBeNull();
});
