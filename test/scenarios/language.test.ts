import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compileCondition, holds, type Purpose } from '../../scenarios/conditions.ts';
import { durationMistake, durationText, durationUs } from '../../scenarios/durations.ts';
import { readMoment } from '../../scenarios/moments.ts';
import type { Observations } from '../../scenarios/observations.ts';
import { rate, ratePerSecond, share, shareOf } from '../../scenarios/schema-parts.ts';
import { cpuMsOf } from '../cpu-time.ts';

describe('times', () => {
  test('a time has a unit and is a whole number of microseconds', () => {
    expect(
      ['10s', '250ms', '2m', '1h', '1.5s', '1m30s', '7us', '2.3s', '0s'].map((text) => durationUs(text)),
    ).toEqual([10_000_000, 250_000, 120_000_000, 3_600_000_000, 1_500_000, 90_000_000, 7, 2_300_000, 0]);
  });
  test.each([
    ['240', '240 has no unit: write 240s or 240ms'],
    ['-3s', '-3s is negative'],
    ['abc', 'abc is not a time such as 10s, 250ms, 2m or 1h'],
    ['', ' is not a time such as 10s, 250ms, 2m or 1h'],
    ['1d', '1d is not a time such as 10s, 250ms, 2m or 1h'],
    ['0.5us', '0.5us is no whole number of microseconds'],
    ['10000h', '10000h is longer than a year'],
  ])('%j is refused', (text, mistake) => {
    expect(durationMistake(text)).toBe(mistake);
    expect(() => durationUs(text)).toThrow(mistake);
  });
  test('a step of a clock may be negative', () => {
    expect(durationUs('-600s', true)).toBe(-600_000_000);
    expect(durationUs('+1s', true)).toBe(1_000_000);
  });
  test('a time that is written is the time that is read', () => {
    fc.assert(
      fc.property(fc.integer({ min: -1e13, max: 1e13 }), (us) => {
        expect(durationUs(durationText(us), true)).toBe(us);
      }),
      { seed: 11, numRuns: 1_000 },
    );
    expect([0, 1, 1_500_000, 60_000_000, 5_400_000_000, 250_000].map(durationText)).toEqual([
      '0s',
      '1us',
      '1.5s',
      '1m',
      '90m',
      '250ms',
    ]);
  });
  test('no text makes the check throw', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[0-9.]{1,12}(us|ms|s|m|h)$/)), (text) => {
        const mistake = durationMistake(text);
        if (mistake === undefined) expect(Number.isSafeInteger(durationUs(text))).toBe(true);
      }),
      { seed: 12, numRuns: 1_000 },
    );
  });
});

describe('moments, shares, rates', () => {
  test('a moment is a time, a name, or a while after a name', () => {
    expect(readMoment('120s')).toEqual({ base: 'start', plusUs: 120_000_000 });
    expect(readMoment('end')).toEqual({ base: 'end', plusUs: 0 });
    expect(readMoment('fault+10s')).toEqual({ base: 'fault', plusUs: 10_000_000 });
  });
  test.each([
    ['120', '120 has no unit: write 120s or 120ms'],
    ['fault+', ' is not a time such as 10s, 250ms, 2m or 1h'],
    ['fault+10', '10 has no unit: write 10s or 10ms'],
    ['fault-10s', undefined],
    ['a b', 'a b is no moment: write 120s, end, NAME or NAME+10s'],
    ['a+1s+2s', 'a+1s+2s is no moment: write 120s, end, NAME or NAME+10s'],
  ])('%j is refused where it is no moment', (text, mistake) => {
    const read = readMoment(text);
    if (mistake === undefined) expect(read).toEqual({ base: 'fault-10s', plusUs: 0 });
    else expect(read).toBe(mistake);
  });
  test('a share has a percent sign and a rate its unit of time', () => {
    expect(shareOf(share.parse('30%'))).toBe(0.3);
    expect(ratePerSecond(rate.parse('10/s'))).toBe(10);
    expect(ratePerSecond(rate.parse('30/m'))).toBe(0.5);
    const said = (schema: typeof share, text: unknown) => schema.safeParse(text).error?.issues[0]?.message;
    expect(said(share, '30')).toBe('30 has no unit: write 30%');
    expect(said(share, 30)).toBe('30 has no unit: write 30%');
    expect(said(share, '130%')).toBe('130% is more than all');
    expect(said(rate, '10')).toBe('10 has no unit: write 10/s');
    expect(said(rate, '0/s')).toBe('0/s is not between 0 and 1000000/s');
  });
});

const OBSERVED = {
  now_ms: 12.5,
  vip: { holders: ['m2'], routers: { m1: { state: 'BACKUP', priority: 100 } } },
  hosts: { m1: { power: 'off', link: 'up', skew_ms: 0 } },
  processes: {},
  backends: { m2: { 'api/a': { state: 'DOWN', status: 'DOWN' } } },
  etcd: { leader: '', term: 3, leaders_in_term: 1, quorum: true, members: {} },
  leases: {},
  nodes: {},
  pods: {},
  workloads: { web: { ready: 1, desired: 3 } },
  services: { 'api.write': { state: 'down', share_ok: 0 } },
  clients: {},
  alarms: [],
} as unknown as Observations;
const NAMES = { hosts: ['m1', 'm2'], services: ['api.write', 'api.read', 'vip'], 'backends.m2': ['api/a'] };
const evaluated = (text: string, purpose: Purpose = 'condition') => {
  const { condition, mistake } = compileCondition(text, purpose, NAMES);
  return mistake ?? condition.evaluate(OBSERVED);
};

describe('conditions', () => {
  test.each([
    "vip.holders == ['m2']",
    'size(vip.holders) <= 1',
    "'m2' in vip.holders",
    "services['api.write'].state == 'down'",
    "backends['m2']['api/a'].state == 'DOWN'",
    'etcd.term == 3',
    'etcd.term + 1 > 3',
    'etcd.term * 2 == 6',
    'now_ms >= 12.5 && now_ms < 13',
    "hosts.exists(h, hosts[h].power == 'off')",
    'vip.routers.all(r, vip.routers[r].priority > 20)',
    "workloads['web'].ready < workloads['web'].desired",
    "!('NOSPACE m1' in alarms)",
  ])('%s holds', (text) => {
    expect(evaluated(text)).toBe(true);
  });

  test('what speaks of something that is not there holds no more than its negation', () => {
    for (const text of [
      "vip.routers['m2'].state == 'MASTER'",
      "vip.routers['m2'].state != 'MASTER'",
      "vip.holders[3] == 'm1'",
    ]) {
      const { condition } = compileCondition(text);
      expect(condition!.evaluate(OBSERVED)).toBeUndefined();
      expect(holds(condition!, OBSERVED)).toBe(false);
    }
  });

  test.each([
    ['vop.holders == []', 0, 'unknown name vop; nearest: vip'],
    ['vip.holder == []', 4, 'vip has no holder; nearest: holders'],
    ["hosts['m3'].power == 'off'", 6, 'hosts has no m3; nearest: m1, m2'],
    ["hosts.m3.power == 'off'", 6, 'hosts has no m3; nearest: m1, m2'],
    ["services['api.wirte'].state == 'up'", 9, 'services has no api.wirte; nearest: api.write'],
    ["backends['m2']['api/b'].state == 'UP'", 15, 'backends.m2 has no api/b; nearest: api/a'],
    ["hosts['m1'].power == 'of'", 21, "hosts.m1.power is never 'of'; nearest: off"],
    ["hosts['m1'].power in ['off', 'on']", 29, "hosts.m1.power is never 'on'; there are: off, booting, up"],
    ["vip.holders == 'm2'", 0, 'no such overload: list<string> == string'],
    ['etcd.term', 0, 'this is double; true or false is needed'],
    ['1 +', 3, 'Unexpected token: EOF'],
    ['', 0, 'Unexpected token: EOF'],
    ['size(nothing) == 0', 5, 'unknown name nothing'],
  ])('%s is refused at character %i', (text, offset, message) => {
    expect(evaluated(text)).toEqual({ message: expect.stringContaining(message), offset });
  });

  test('a count has to be a number, a value may be anything', () => {
    expect(evaluated("workloads['web'].ready", 'count')).toBe(1);
    expect(evaluated('size(vip.holders)', 'count')).toBe(1);
    expect(evaluated('etcd.leader', 'count')).toEqual({
      message: 'this is string; a number is needed',
      offset: 0,
    });
    expect(evaluated('vip.holders', 'value')).toEqual(['m2']);
    expect(evaluated('[1, 2]', 'value')).toEqual([1, 2]);
  });

  test('a condition says which parts of the map it looks at', () => {
    const { condition } = compileCondition("size(vip.holders) == 1 && etcd.leader == ''");
    expect(condition!.reads).toEqual(['vip', 'etcd']);
  });

  test('nesting without end and texts of any kind are refused, not run into', () => {
    expect(evaluated('('.repeat(500))).toMatchObject({ message: expect.stringContaining('maxDepth') });
    const piece = fc.constantFrom(
      'vip',
      '.',
      'holders',
      '[',
      ']',
      '(',
      ')',
      "'m1'",
      '==',
      '&&',
      '!',
      '1',
      'etcd',
      'term',
      'exists',
      ',',
      'h',
      '?',
      ':',
      '"',
      '\\',
      '\0',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 20 }), (pieces) => {
        const { condition, mistake } = compileCondition(pieces.join(''), 'value');
        if (mistake) expect(mistake.offset).toBeGreaterThanOrEqual(0);
        else condition.evaluate(OBSERVED);
      }),
      { seed: 77, numRuns: 2_000 },
    );
  });

  test('evaluating is quick enough to look after every step', () => {
    const { condition } = compileCondition("vip.holders == ['m2'] && size(vip.holders) <= 1");
    const took = cpuMsOf(() => {
      for (let i = 0; i < 100_000; i++) condition!.evaluate(OBSERVED);
    });
    expect(took).toBeLessThan(1_000);
  });
});
