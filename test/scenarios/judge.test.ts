import { expect, test } from 'vitest';
import { judge } from '../../scenarios/judge.ts';
import type { Outcome } from '../../scenarios/result.ts';

/** One request each 100 ms; a letter each: . is ok, t timeout, r refused. */
const requests = (text: string) =>
  [...text].map((letter, i) => ({
    startedAtUs: i * 100_000,
    outcome: ({ '.': 'ok', t: 'timeout', r: 'refused' } as Record<string, Outcome>)[letter] as Outcome,
  }));
const good = '.'.repeat(20);

test('a service that only answers well has no outage', () => {
  expect(judge(requests(good))).toEqual([]);
});

test('down from the start of the first failed request to the start of the first of 20 good ones in a row', () => {
  expect(judge(requests(`...ttt${good}`))).toEqual([
    { fromUs: 300_000, toUs: 600_000, degradedFromUs: undefined, shareOk: 0, outcomes: { timeout: 3 } },
  ]);
});

test('degraded in between, with the share of good ones', () => {
  expect(judge(requests(`ttt..r.r${good}`))).toEqual([
    {
      fromUs: 0,
      toUs: 800_000,
      degradedFromUs: 300_000,
      shareOk: 3 / 5,
      outcomes: { timeout: 3, ok: 3, refused: 2 },
    },
  ]);
});

test('19 good ones in a row do not end it', () => {
  const [outage] = judge(requests(`t${'.'.repeat(19)}`));
  expect(outage).toMatchObject({ fromUs: 0, toUs: undefined, degradedFromUs: 100_000, shareOk: 1 });
});

test('the order of arrival does not matter', () => {
  const all = requests(`..tt.r${good}t${good}`);
  expect(judge([...all].reverse())).toEqual(judge(all));
  expect(judge(all)).toHaveLength(2);
});
