/**
 * keepalived in the real kernel: the recordings' faults over many seeds, within the arithmetic that stands beside them
 * (priorities 101/100/99, weight +2, so 103/102/101; master down 3.598, 3.602, 3.605 s).
 */
import { describe, expect, test } from 'vitest';
import { setup } from 'xstate';
import { DEFAULT_WAKE_UP_US } from '../../../models/keepalived/config.ts';
import { keepalived } from '../../../models/keepalived/process.ts';
import { compiledProgram } from '../../../sim/compiled.ts';
import type { Action } from '../../../sim/faults.ts';
import { story } from '../../sim/fixture.ts';
import { configOf, confText, MS, S, type Settings } from './harness.ts';

const haproxy = setup({}).createMachine({ id: 'haproxy', initial: 'up', states: { up: {} } });
const VIP = '192.0.2.10';
const NAMES = ['m1', 'm2', 'm3'];

interface Run {
  readonly act: (action: Action) => void;
  readonly runFor: (us: number) => void;
  readonly nowUs: () => number;
  readonly holders: () => string[];
  /** Runs until a condition holds; how long that took. */
  readonly until: (condition: () => boolean) => number;
}

/** Three hosts of the recordings, cold started at drawn offsets and given 20 s and a drawn phase. */
function lab(seed: number, settings: Settings | ((i: number) => Settings) = {}): Run {
  const { world } = story({
    seed,
    executor: compiledProgram,
    hosts: NAMES.map((name, i) => ({ name, address: `192.0.2.${11 + i}`, bootUs: 0 })),
    processes: NAMES.flatMap((name, i) => {
      const own = typeof settings === 'function' ? settings(i) : settings;
      const config = { ...configOf(confText(101 - i, own)), wakeUpUs: DEFAULT_WAKE_UP_US };
      const supervisor = { kind: 'none' as const };
      const shared = { host: name, supervisor, enabled: true };
      return [
        {
          ...shared,
          name: 'haproxy',
          type: { name: 'haproxy', lead: haproxy },
          config: {},
          startDelayUs: [0, 0] as const,
        },
        { ...shared, name: 'keepalived', type: keepalived, config, startDelayUs: [0, 5 * MS] as const },
      ];
    }),
  });
  world.observer = undefined;
  const holders = (): string[] =>
    world.hosts.filter((host) => host.up && host.addresses.includes(VIP)).map((host) => host.name);
  const run: Run = {
    act: (action) => world.act(world.nowUs, action),
    runFor: (us) => world.runUntil(world.nowUs + us),
    nowUs: () => world.nowUs,
    holders,
    until: (condition) => {
      const from = world.nowUs;
      while (!condition()) {
        if (world.nowUs > from + 60 * S || !world.step()) throw new Error('it did not happen');
      }
      return world.nowUs - from;
    },
  };
  run.runFor(20 * S + ((seed * 7_919_000) % (2 * S)));
  return run;
}

const SEEDS = Array.from({ length: 30 }, (_, i) => i + 1);
const away = (run: Run) => () => run.holders().some((name) => name !== 'm1');
const between = (values: readonly number[], least: number, most: number): void => {
  expect(Math.min(...values)).toBeGreaterThanOrEqual(least);
  expect(Math.max(...values)).toBeLessThanOrEqual(most);
};

test('a cold start ends with m1', () => {
  for (const seed of SEEDS.slice(0, 10)) expect(lab(seed).holders()).toEqual(['m1']);
});

test('kill -9 of all (A1a): 2.602 to 3.602 s, two holders', () => {
  const times = SEEDS.map((seed) => {
    const run = lab(seed);
    run.act({ do: 'kill', process: 'm1/keepalived' });
    const took = run.until(away(run));
    expect(run.holders()).toContain('m1');
    return took;
  });
  between(times, 2.6 * S, 3.61 * S);
  expect(Math.max(...times) - Math.min(...times)).toBeGreaterThan(0.6 * S);
});

test('SIGTERM (A1b): 0.602 s; return: master down and the start of the process', () => {
  const returns: number[] = [];
  const times = SEEDS.map((seed) => {
    const run = lab(seed);
    run.act({ do: 'stop', process: 'm1/keepalived' });
    const took = run.until(away(run));
    run.runFor(3 * S);
    run.act({ do: 'start', process: 'm1/keepalived' });
    returns.push(run.until(() => run.holders().includes('m1')));
    return took;
  });
  between(times, 601 * MS, 607 * MS);
  between(returns, 3_598 * MS + 14 * MS, 3_598 * MS + 70 * MS);
});

test('carrier lost (A1c): the host drops the address at once, the others wait out the silence', () => {
  const times = SEEDS.map((seed) => {
    const run = lab(seed);
    run.act({ do: 'carrier', host: 'm1', on: false });
    run.runFor(MS);
    expect(run.holders()).toEqual([]);
    return run.until(away(run));
  });
  between(times, 2.59 * S, 3.61 * S);
});

test('a process that starts while the carrier is down learns of it', () => {
  const run = lab(1);
  run.act({ do: 'carrier', host: 'm1', on: false });
  run.act({ do: 'kill', process: 'm1/keepalived' });
  run.runFor(S);
  run.act({ do: 'start', process: 'm1/keepalived' });
  run.runFor(10 * S);
  // Without a carrier it would be its own master.
  expect(run.holders()).toEqual(['m2']);
});

test('the proxy dies (A1d): the script phase of up to 2 s, and 2.6 to 3.6 s', () => {
  const times = SEEDS.map((seed) => {
    const run = lab(seed);
    run.act({ do: 'kill', process: 'm1/haproxy' });
    return run.until(away(run));
  });
  between(times, 2.6 * S, 5.62 * S);
});

test('weight 0 (A3f): up to 2 s and the skew of 0.609 s', () => {
  const times = SEEDS.map((seed) => {
    const run = lab(seed, { script: '  weight 0' });
    run.act({ do: 'kill', process: 'm1/haproxy' });
    return run.until(away(run));
  });
  between(times, 609 * MS, 2.62 * S);
});

describe('a partition without loss of carrier (A1g)', () => {
  test('2.602 to 3.602 s, m1 keeps the address, and after healing the two holders last less than 0.61 s', () => {
    const duals: number[] = [];
    const times = SEEDS.map((seed) => {
      const run = lab(seed);
      run.act({ do: 'attached', host: 'm1', on: false });
      const took = run.until(away(run));
      run.runFor(2 * S + seed * 60 * MS);
      expect(run.holders()).toContain('m1');
      run.act({ do: 'attached', host: 'm1', on: true });
      duals.push(run.until(() => run.holders().length === 1));
      expect(run.holders()).toEqual(['m1']);
      return took;
    });
    between(times, 2.6 * S, 3.61 * S);
    between(duals, 0, 610 * MS);
  });
});

test('SIGSTOP and SIGCONT (A3p): a backup takes over; the dual master ends within milliseconds', () => {
  for (const seed of SEEDS.slice(0, 10)) {
    const run = lab(seed);
    run.act({ do: 'pause', process: 'm1/keepalived' });
    const took = run.until(away(run));
    between([took], 2.6 * S, 3.61 * S);
    run.runFor(4 * S);
    expect(run.holders().length).toBe(2);
    run.act({ do: 'resume', process: 'm1/keepalived' });
    run.runFor(5 * MS);
    expect(run.holders()).toEqual(['m1']);
  }
});

test('an address owner (A2e): its stop costs the skew of 254, its return the start of the process', () => {
  for (const seed of SEEDS.slice(0, 10)) {
    const run = lab(seed, (i) => ({
      ...{ state: i === 0 ? 'MASTER' : 'BACKUP', instance: `  priority ${255 - i}`, script: '  weight -2' },
    }));
    expect(run.holders()).toEqual(['m1']);
    run.act({ do: 'stop', process: 'm1/keepalived' });
    between([run.until(away(run))], 7 * MS, 13 * MS);
    run.runFor(3 * S);
    run.act({ do: 'start', process: 'm1/keepalived' });
    between([run.until(() => run.holders().includes('m1'))], 14 * MS, 70 * MS);
  }
});

test('duplicate priorities (A3n): whoever fires first keeps the address', () => {
  const holders = SEEDS.slice(0, 12).map((seed) => {
    const run = lab(seed, { instance: '  priority 100' });
    expect(run.holders().length).toBe(1);
    return run.holders()[0];
  });
  expect(new Set(holders).size).toBeGreaterThan(1);
});

test('101/100/99 with weight 2, first m1 and then m2 without a proxy (A1f1): m1 or m3 ends with the address', () => {
  const ends = SEEDS.map((seed) => {
    const run = lab(seed);
    run.act({ do: 'kill', process: 'm1/haproxy' });
    run.runFor(8 * S + seed * 61 * MS);
    run.act({ do: 'kill', process: 'm2/haproxy' });
    run.runFor(14 * S);
    return run.holders().join();
  });
  expect([...new Set(ends)].sort()).toEqual(['m1', 'm3']);
});

test('the same the other way round (A1f2): m1 keeps it', () => {
  for (const seed of SEEDS.slice(0, 10)) {
    const run = lab(seed);
    run.act({ do: 'kill', process: 'm2/haproxy' });
    run.runFor(8 * S + seed * 61 * MS);
    run.act({ do: 'kill', process: 'm1/haproxy' });
    run.runFor(14 * S);
    expect(run.holders()).toEqual(['m1']);
  }
});

test('an hour without a fault: nothing moves', () => {
  const run = lab(1);
  run.runFor(3600 * S);
  expect(run.holders()).toEqual(['m1']);
});
