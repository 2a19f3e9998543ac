import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Check } from '../../../models/haproxy/config.ts';
import {
  afterFailure,
  afterPass,
  fullHealth,
  healthText,
  initialHealth,
  intervalMs,
  isHealthy,
} from '../../../models/haproxy/health.ts';
import { planOf } from '../../../models/haproxy/plan.ts';
import { readHaproxyCfg } from '../../../models/haproxy/read-cfg.ts';

const DEFAULT: Check = { inter: 2000, rise: 2, fall: 3, ssl: false };

/** Health after a row of results, `+` and `-`, from the start value. */
function afterRow(results: string, check = DEFAULT): number {
  return [...results].reduce(
    (health, result) => (result === '+' ? afterPass(health, check) : afterFailure(health, check)),
    initialHealth(check),
  );
}

describe('the health counter, src/check.c:453-660', () => {
  it('a freshly started server is UP with a budget of one failure, not fall', () => {
    expect(initialHealth(DEFAULT)).toBe(2);
    expect(isHealthy(initialHealth(DEFAULT), DEFAULT)).toBe(true);
    expect(afterRow('-')).toBe(0);
  });

  it('a pass in the upper half restores everything: after one pass the failure count is forgotten', () => {
    expect(afterRow('+')).toBe(fullHealth(DEFAULT));
    expect(afterRow('+--+--')).toBe(2);
    expect(isHealthy(afterRow('+--+--'), DEFAULT)).toBe(true);
  });

  it('a failure in the lower half resets to 0: after one failure the pass count is forgotten', () => {
    expect(afterRow('-+-+-+')).toBe(1);
    expect(afterRow('-++')).toBe(fullHealth(DEFAULT));
  });

  it('with fall 3: after one failure UP 2/3, after two UP 1/3, after three DOWN; with rise 2: DOWN 1/2, then UP', () => {
    const texts = ['+', '+-', '+--', '+---', '+---+', '+---++'].map((results) =>
      healthText(afterRow(results), DEFAULT, false),
    );
    expect(texts).toEqual(['3/3 UP', '2/3 UP', '1/3 UP', '0/2 DOWN', '1/2 DOWN', '3/3 UP']);
  });

  it('init-state: fully-up, up, down (one pass brings UP), fully-down (rise passes)', () => {
    const start = (state: NonNullable<Check['init-state']>): number =>
      initialHealth({ ...DEFAULT, rise: 3, 'init-state': state });
    const check = { ...DEFAULT, rise: 3 };
    expect(start('fully-up')).toBe(fullHealth(check));
    expect(start('up')).toBe(3);
    expect(isHealthy(start('down'), check)).toBe(false);
    expect(isHealthy(afterPass(start('down'), check), check)).toBe(true);
    expect(start('fully-down')).toBe(0);
  });

  it('stays within its bounds, and DOWN needs fall failures in a row, UP rise passes in a row', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 6 }),
        fc.integer({ min: 1, max: 6 }),
        fc.string({ unit: fc.constantFrom('+', '-'), maxLength: 60 }),
        (rise, fall, results) => {
          const check = { ...DEFAULT, rise, fall };
          let health = fullHealth(check);
          let up = true;
          let row = 0;
          for (const result of results) {
            const against = (result === '-') === up;
            row = against ? row + 1 : 0;
            health = result === '+' ? afterPass(health, check) : afterFailure(health, check);
            if (row === (up ? fall : rise)) {
              up = !up;
              row = 0;
            }
            if (health < 0 || health > fullHealth(check) || isHealthy(health, check) !== up) return false;
          }
          return true;
        },
      ),
      { seed: 2, numRuns: 1000 },
    );
  });
});

describe('the interval after a check, src/server.c:165-178', () => {
  const check = { ...DEFAULT, fastinter: 500, downinter: 5000 };

  it('full health: inter; DOWN at 0: downinter; in between and not yet checked: fastinter', () => {
    expect([4, 3, 2, 1, 0].map((health) => intervalMs(check, health, false))).toEqual([
      2000, 500, 500, 500, 5000,
    ]);
  });

  it('fastinter and downinter unset mean inter', () => {
    expect([4, 3, 1, 0].map((health) => intervalMs(DEFAULT, health, false))).toEqual([
      2000, 2000, 2000, 2000,
    ]);
  });

  it('observe forces one fast interval even at full health, but not while DOWN', () => {
    expect(intervalMs(check, 4, true)).toBe(500);
    expect(intervalMs(check, 0, true)).toBe(5000);
  });
});

describe('first checks, src/check.c:1625-1760', () => {
  function offsets(global: string, ...servers: string[]): number[] {
    const text = `global\n${global}\nlisten l\n  bind :1\n${servers.map((options, n) => `  server s${n} 192.0.2.1:80 ${options}\n`).join('')}`;
    // Without the millisecond that the poller adds.
    return planOf(readHaproxyCfg(text, 'x').config).checks.map(({ offsetUs }) =>
      offsetUs === 0 ? 0 : offsetUs / 1000 - 1,
    );
  }

  it('three servers, inter 2 s: 0, 0.667, 1.333 s', () => {
    expect(offsets('', 'check', 'check', 'check')).toEqual([0, 666, 1333]);
  });

  it('servers without a check and agents: only checks are counted, agents are checks', () => {
    expect(offsets('', 'check', '', 'check agent-check agent-port 1')).toEqual([0, 666, 1333]);
  });

  it('the pace is the smallest interval of at least a second; a longer one of its own counts', () => {
    expect(offsets('', 'check inter 500', 'check inter 1s', 'check inter 4s', 'check inter 2s')).toEqual([
      0, 250, 2000, 1500,
    ]);
    expect(offsets('', 'check inter 300', 'check inter 300', 'check inter 300')).toEqual([0, 100, 200]);
  });

  it('while health is rise the fast interval counts, so first checks follow fastinter', () => {
    expect(offsets('', ...Array.from({ length: 3 }, () => 'check inter 3s fastinter 1500ms'))).toEqual([
      0, 500, 1000,
    ]);
  });

  it('max-spread-checks caps the spread', () => {
    expect(offsets('max-spread-checks 600', 'check', 'check', 'check')).toEqual([0, 200, 400]);
  });
});
