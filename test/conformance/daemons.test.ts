/** The judging of recordings, and every case with a few seeds; `npm run conformance -- daemons` runs them with 500. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { readCases, readNotes } from './daemons-cases.ts';
import { distance, judge, type Question } from './daemons-judge.ts';
import { constantBounds, recorder } from './daemons-recorder.ts';
import { readRecordings, recordingOf } from './daemons-recording.ts';
import { compare, type Report } from './daemons-rows.ts';

const FOLDER = new URL('daemons/', import.meta.url).pathname;

const question = (given: Partial<Question>): Question => ({
  kind: 'time',
  recorded: [],
  repeats: 10,
  simulated: [],
  holdsStart: false,
  eachRequest: false,
  delaysMs: [0],
  constantMs: constantBounds('A1b_quiet'),
  ...given,
});
const range = (from: number, to: number, n: number): number[] =>
  Array.from({ length: n }, (_, i) => from + ((to - from) * i) / (n - 1));

describe('a recording', () => {
  test('has samples by measure, by repeat, as sequences, or by part', () => {
    const byMeasure = recordingOf({ id: 'a', samples: { x: [1, 2], how: ['None', 'ConnectionResetError'] } });
    expect(byMeasure.samples).toEqual({ x: [1, 2], how: ['reset'] });
    const byRepeat = recordingOf({
      id: 'b',
      samples: [
        { x: 1, up: true },
        { x: null, up: false },
      ],
    });
    expect(byRepeat.samples).toEqual({ x: [1], up: ['true', 'false'] });
    expect(byRepeat.repeatsOf('x')).toBe(2);
    expect(recordingOf({ id: 'c', sequences: { w: ['m1', 'EOF'] } }).samples).toEqual({ w: ['m1 eof'] });
    expect(recordingOf({ id: 'd', cases: { p: { outcomes: { ok: 3 } } } }).samples).toEqual({ p_ok: [3] });
  });
});

describe('the verdict', () => {
  test('the distance of two distributions is the greatest between their steps', () => {
    expect(distance([1, 2, 3], [1, 2, 3])).toBe(0);
    expect(distance([1, 2], [3, 4])).toBe(1);
    expect(distance([1, 1, 2], [1, 2, 2])).toBeCloseTo(1 / 3);
  });
  test('times that vary are compared as distributions', () => {
    const simulated = range(2_600, 3_600, 500);
    expect(judge(question({ recorded: range(2_610, 3_590, 30), simulated }))).toMatchObject({ agrees: true });
    expect(judge(question({ recorded: range(3_200, 3_600, 30), simulated }))).toMatchObject({
      agrees: false,
    });
  });
  test('times that do not are compared by their medians', () => {
    const simulated = range(600, 610, 100);
    const at = (ms: number, holdsStart = false) =>
      judge(question({ recorded: [ms, ms, ms], simulated, holdsStart })).agrees;
    expect([at(598), at(606), at(660), at(670), at(750, true), at(770, true)]).toEqual([
      false,
      true,
      true,
      false,
      true,
      false,
    ]);
  });
  test('constant times of etcd, recorded under load, are within 100 ms', () => {
    const at = (ms: number) =>
      judge(
        question({
          recorded: [ms],
          simulated: range(600, 610, 100),
          constantMs: constantBounds('E10_prevote-on'),
        }),
      ).agrees;
    expect([at(500), at(510), at(700), at(710)]).toEqual([false, true, true, false]);
  });
  test('a time far outside of all that was simulated is named', () => {
    const { outliers } = judge(
      question({ recorded: [3_000, 3_200, 611], simulated: range(2_600, 3_600, 99) }),
    );
    expect(outliers).toEqual([611]);
  });
  test('each recorded word must be possible, and each simulated one possible to miss', () => {
    const words = (recorded: string[], simulated: string[]) =>
      judge(question({ kind: 'word', recorded, simulated })).agrees;
    const mostly = [...Array(90).fill('m2'), ...Array(10).fill('m3')];
    expect(words(['m2', 'm2', 'm3'], mostly)).toBe(true);
    expect(words(['m2', 'm1'], mostly)).toBe(false);
    expect(words(Array(10).fill('m2'), mostly)).toBe(true);
    expect(words(Array(100).fill('m2'), mostly)).toBe(false);
  });
  test('what never happened must be rare', () => {
    const never = (share: number) =>
      judge(question({ simulated: range(0, 99, 100).map((i) => (i < share ? 1 : null)) })).agrees;
    expect([never(0), never(10), never(90)]).toEqual([true, true, false]);
  });
});

test('the recorder’s delays are those of the quiet recording', () => {
  const file = JSON.parse(readFileSync(join(FOLDER, 'recordings', `${recorder.recording}.json`), 'utf8'));
  const late = (file.samples.fault_to_vip_on_new as number[])
    .filter((_, i) => file.samples.winner[i] === 'm2')
    .map((ms) => Math.round((ms - recorder.trueMs) * 10) / 10)
    .sort((a, b) => a - b);
  expect(late.length).toBe(recorder.delaysMs.length);
  for (const [i, ms] of late.entries()) expect(ms).toBeCloseTo(recorder.delaysMs[i] as number, 0);
});

const built = existsSync(new URL('../../dist/plan/runners/scenario-worker.js', import.meta.url).pathname);
if (!built) console.warn('the cases of recordings are skipped: dist is not built, run npm run build');

describe.skipIf(!built)('every case, with two seeds', () => {
  let report: Report;
  beforeAll(async () => {
    const recordings = readRecordings(join(FOLDER, 'recordings'));
    const cases = readCases(
      FOLDER,
      recordings.map(({ id }) => id),
    );
    report = await compare(recordings, cases, readNotes(FOLDER), { runs: 2 });
  }, 600_000);

  test('what is not measured has its reason', () => {
    const unexplained = report.uncovered.filter(({ reason }) =>
      /^there is no case|^the case does not/.test(reason),
    );
    expect(unexplained).toEqual([]);
  });
  test('what never happens in the recordings does not happen here, and nearly all agrees already', () => {
    const agreeing = report.rows.filter(({ agrees }) => agrees);
    // Two runs are too few for what is seldom: the command itself asks for 95 % of 500.
    expect(agreeing.length / report.rows.length).toBeGreaterThan(0.85);
    const reasons = report.rows.filter(({ measure }) =>
      /^(down_reason|w111|w321|static|leastconn)/.test(measure),
    );
    expect(reasons.filter(({ agrees }) => !agrees)).toEqual([]);
  });
});
