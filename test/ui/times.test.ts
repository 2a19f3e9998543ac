import { describe, expect, it } from 'vitest';
import { nextTime, previousTime } from '../../ui/run/run-view.ts';
import { clockText, lengthText, sinceText, tickText } from '../../ui/run/times.ts';

describe('times as people read them', () => {
  it.each([
    [0, '0.000 s'],
    [12_560.933, '12.561 s'],
    [599_999, '599.999 s'],
    [600_000, '10:00.000'],
    [3_723_004, '1:02:03.004'],
  ])('%d ms on the clock is %s', (ms, text) => {
    expect(clockText(ms)).toBe(text);
  });

  it.each([
    [0, '0 ms'],
    [850, '850 ms'],
    [2_561, '2.56 s'],
    [11_000, '11.0 s'],
    [100_000, '1 min 40 s'],
    [7_260_000, '2 h 1 min'],
  ])('a length of %d ms is %s', (ms, text) => {
    expect(lengthText(ms)).toBe(text);
  });

  it('since a fault has a sign', () => {
    expect(sinceText(2_561)).toBe('+2.561 s');
    expect(sinceText(-500)).toBe('−0.500 s');
  });

  it('ticks have the digits that tell them apart and no more', () => {
    expect(tickText(20_000, 10_000)).toBe('20 s');
    expect(tickText(20_500, 500)).toBe('20.5 s');
    expect(tickText(20_005, 5)).toBe('20.005 s');
    expect(tickText(120_000, 60_000)).toBe('2:00');
  });
});

describe('steps of the playhead', () => {
  const times = [0, 10, 10, 20];

  it('go to the next and the previous time, past all that are equal', () => {
    expect(nextTime(times, 0, 100)).toBe(10);
    expect(nextTime(times, 10, 100)).toBe(20);
    expect(previousTime(times, 20)).toBe(10);
    expect(previousTime(times, 10)).toBe(0);
    expect(previousTime(times, 15)).toBe(10);
  });

  it('end at the ends of the run', () => {
    expect(nextTime(times, 20, 100)).toBe(100);
    expect(previousTime(times, 0)).toBe(0);
  });
});
