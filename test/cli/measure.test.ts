/** quorate measure: many runs of one scenario, summed up. The pool's workers run from dist. */
import { existsSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { runScenarios } from '../../plan/runners/scenario-runs.ts';
import { LIBRARY } from '../scenarios/library.ts';
import { quorate, scratch } from './command.ts';

const built = existsSync(new URL('../../dist/plan/runners/scenario-worker.js', import.meta.url).pathname);
if (!built) console.warn('test/cli/measure.test.ts is skipped: dist is not built, run npm run build');

const { file } = scratch();
const text = `scenario: measured
version: 1
topology: guide-001
start: {vip: m1}
until: 8s
timeline:
  - {name: fault, at: 2s, do: power-off, on: m1}
measure:
  - {name: fault_to_vip_on_new, from: fault, until: "size(vip.holders) > 0 && vip.holders[0] != 'm1'"}
  - {name: winner, at: fault_to_vip_on_new, value: "vip.holders[0]"}
  - {name: never_happens, from: fault, until: "vip.holders == ['m3']"}
  - {name: failed, count: "clients['users'].failed", from: fault}
clients:
  - {name: users, from: outside, to: endpoint, rate: 10/s, request: connect, timeout: 1s}
`;
const scenario = file('measured.yaml', text);

describe.skipIf(!built)('measure', () => {
  test('each run gives what run --json gives for the same seed', { timeout: 120_000 }, async () => {
    const { stdout, exitCode } = await quorate('measure', scenario, '--runs', '3', '--seed', '5', '--json');
    const report = JSON.parse(stdout);
    const one = JSON.parse((await quorate('run', scenario, '--seed', '6', '--json')).stdout);
    expect(exitCode).toBe(0);
    expect(report).toMatchObject({ scenario: 'measured', topology: 'guide-001', seed: 5, runs: 3 });
    expect(report.measures.winner).toEqual({ n: 3, counts: { m2: 3 } });
    expect(report.measures.never_happens).toEqual({ n: 0, samples: [null, null, null] });
    const { n, min, max, samples } = report.measures.fault_to_vip_on_new;
    expect({ n, min, max }).toEqual({ n: 3, min: Math.min(...samples), max: Math.max(...samples) });
    expect(samples[1]).toBe(one.measures.fault_to_vip_on_new);
    expect(report.measures.failed.samples[1]).toBe(one.measures.failed);
  });

  test('a number of runs that is none is refused', async () => {
    const { exitCode, stderr } = await quorate('measure', scenario, '--runs', '0');
    expect({ exitCode, stderr }).toEqual({
      exitCode: 2,
      stderr: 'quorate: --runs 0: a number of runs is a whole number from 1 to 1000000\n',
    });
  });

  test('a scenario without measures is refused', async () => {
    const without = file('without.yaml', 'scenario: without\nversion: 1\ntopology: stacked-3\nuntil: 8s\n');
    const { exitCode, stderr } = await quorate('measure', without);
    expect({ exitCode, stderr }).toEqual({
      exitCode: 2,
      stderr: `quorate: scenario ${without} has no measure: nothing can be summed up\n`,
    });
  });

  test('a run that cannot go on ends all with its place and its seed', { timeout: 60_000 }, async () => {
    const wrong = file(
      'wrong.yaml',
      text.replace('measured', 'wrong').replace('on: m1}', 'on: "lease:none"}'),
    );
    const { exitCode, stderr } = await quorate('measure', wrong, '--runs', '4');
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/wrong\.yaml:7:5: nobody is lease:none at this moment \(seed \d\)/);
  });

  test('an abort ends the work soon', async () => {
    const abort = new AbortController();
    const jobs = [{ file: 'measured.yaml', text }];
    const tasks = Array.from({ length: 500 }, (_, seed) => ({ job: 0, seed, give: 'measures' as const }));
    setTimeout(() => abort.abort(new Error('enough')), 500);
    await expect(runScenarios({ library: LIBRARY, jobs }, tasks, { signal: abort.signal })).rejects.toThrow(
      'enough',
    );
  });
});
