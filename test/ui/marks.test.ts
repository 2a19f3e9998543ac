import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Lane } from '../../scenarios/run-record.ts';
import { marksOf } from '../../ui/lanes/marks.ts';
import { type Segment, segmentAt, type Tone } from '../../ui/run/run-view.ts';

function laneOf(segments: readonly Segment[]): Lane {
  return { id: 'a', label: 'a', group: 'cluster', kind: 'service', segments };
}

const tones: readonly Tone[] = ['good', 'bad', 'changing', 'off'];
const lanes = fc.uniqueArray(fc.integer({ min: 1, max: 9_999 }), { maxLength: 60 }).chain((times) =>
  fc
    .array(fc.constantFrom(...tones), { minLength: times.length + 1, maxLength: times.length + 1 })
    .map((chosen) =>
      [0, ...times.toSorted((a, b) => a - b)].map((from_ms, index) => ({
        from_ms,
        state: `s${index}`,
        tone: chosen[index]!,
      })),
    ),
);

describe('the marks of a lane', () => {
  it('show the state of every pixel when segments are wide', () => {
    fc.assert(
      fc.property(lanes, fc.nat({ max: 9_999 }), (segments, atMs) => {
        // Two pixels a millisecond: nothing is merged.
        const marks = marksOf(laneOf(segments), [0, 10_000], 20_000, 10_000);
        const mark = marks.find(({ x, width }) => x <= atMs * 2 && atMs * 2 < x + width);
        expect(mark?.state).toBe(segmentAt(laneOf(segments), atMs)?.state);
      }),
      { seed: 1 },
    );
  });

  it('are at most two a pixel', () => {
    const segments = Array.from({ length: 100_000 }, (_, index) => ({
      from_ms: index / 10,
      state: 'x',
      tone: 'good' as const,
    }));
    const marks = marksOf(laneOf(segments), [0, 10_000], 800, 10_000);
    expect(marks.length).toBeLessThanOrEqual(1_600);
  });

  it('fold what comes and goes all the time into one band that says how often', () => {
    const segments = Array.from({ length: 1_000 }, (_, index) => ({
      from_ms: index,
      state: index % 2 === 0 ? 'checked' : 'checking',
      tone: 'good' as const,
    }));
    const marks = marksOf(
      laneOf([...segments, { from_ms: 1_000, state: 'down', tone: 'bad' }]),
      [0, 2_000],
      200,
      2_000,
    );
    expect(marks.map(({ state, tone }) => [state, tone])).toEqual([
      ['', 'good'],
      ['down', 'bad'],
    ]);
    expect(marks[0]).toMatchObject({ x: 0, count: 1_000 });
    expect(marks[0]!.width).toBeCloseTo(100);
  });

  it('never hide something bad among narrow segments', () => {
    fc.assert(
      fc.property(lanes, fc.integer({ min: 20, max: 400 }), (segments, width) => {
        const marks = marksOf(laneOf(segments), [0, 10_000], width, 10_000);
        for (const { from_ms, tone } of segments) {
          if (tone !== 'bad') continue;
          const x = (from_ms / 10_000) * width;
          const near = marks.filter((mark) => mark.x <= x + 1 && x <= mark.x + mark.width + 1);
          expect(near.map((mark) => mark.tone)).toContain('bad');
        }
      }),
      { seed: 2 },
    );
  });

  it('are those of the visible stretch only', () => {
    const segments = [0, 100, 200, 300].map((from_ms) => ({
      from_ms,
      state: `${from_ms}`,
      tone: 'good' as const,
    }));
    const marks = marksOf(laneOf(segments), [150, 250], 100, 400);
    expect(marks.map(({ state }) => state)).toEqual(['100', '200']);
  });
});
