/** quorate survive, check and compare: the pool's workers run from dist. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import type { Comparison } from '../../cli/compare.ts';
import type { SurvivalReport } from '../../cli/survive.ts';
import { topologyNamed } from '../../scenarios/topologies.ts';
import { quorate, scratch } from './command.ts';

const built = existsSync(new URL('../../dist/plan/runners/check-worker.js', import.meta.url).pathname);
if (!built) console.warn('test/cli/check.test.ts is skipped: dist is not built, run npm run build');

const { folder } = scratch();
const LIMIT = { timeout: 300_000 };

describe.skipIf(!built)('survive', () => {
  test('two masters are worse than one: any of the two stops all writes', LIMIT, async () => {
    const { exitCode, stdout } = await quorate('survive', 'stacked-2', '--max', '0', '--json');
    expect(exitCode).toBe(0);
    const report = JSON.parse(stdout) as SurvivalReport;
    expect(report.hosts).toEqual(['m1', 'm2']);
    expect(report.rows).toEqual([
      { failed: [], verdict: 'write' },
      { failed: ['m1'], verdict: 'VIP without API' },
      { failed: ['m2'], verdict: 'VIP without API' },
      { failed: ['m1', 'm2'], verdict: 'nothing' },
    ]);
    expect(report.smallest_fatal).toEqual([['m1'], ['m2']]);
    expect(report.host_tolerance).toBe(0);
  });

  test('what is no topology is refused with the nearest name', async () => {
    const { exitCode, stderr } = await quorate('survive', 'stacked3');
    expect(exitCode).toBe(2);
    expect(stderr).toContain('there is no topology, file or folder stacked3');
  });
});

describe.skipIf(!built)('check', () => {
  const args = ['--property', 'vip-on-a-working-proxy', '--faults', 'stop', '--out', folder];

  test('a drawn design is shrunk to what the failure needs, which may be nothing of it', LIMIT, async () => {
    const blind = ['--set', 'keepalived.track_script='];
    const { exitCode, stdout } = await quorate(
      'check',
      'stacked-2',
      ...args,
      ...blind,
      ...['--draw', 'parameters,clients,steps', '--runs', '8', '--json'],
    );
    expect(exitCode).toBe(1);
    const report = JSON.parse(stdout);
    expect(report.drawn).toEqual(['parameters', 'clients', 'steps']);
    const { counterexample } = report.properties[0];
    expect(counterexample.design).toEqual({ topology: null, parameters: {}, clients: [], steps: [] });
    expect(counterexample.faults).toHaveLength(1);
    expect(readFileSync(counterexample.file, 'utf8')).toContain('keepalived.track_script: ""');
  });

  test('a topology says itself under which faults it is to be checked', async () => {
    const { topology } = topologyNamed('etcd-3', new Map())!;
    const file = join(folder, 'claims.yaml');
    const claim = (words: string[]): void =>
      writeFileSync(file, stringify({ ...topology, 'claimed-under': words }));
    claim(['stop']);
    const { stdout } = await quorate(
      'check',
      file,
      '--property',
      'one-leader-a-term',
      '--runs',
      '2',
      '--json',
    );
    expect(JSON.parse(stdout).faults).toEqual(['process stop']);
    claim(['powr']);
    const { exitCode, stderr } = await quorate('check', file, '--runs', '2');
    expect(exitCode).toBe(2);
    expect(stderr).toContain('claimed-under of etcd-3: powr: there is no such class; nearest: power');
  });

  test('what cannot be drawn is refused with the nearest word', async () => {
    const { exitCode, stderr } = await quorate('check', 'stacked-2', '--draw', 'topolgy');
    expect(exitCode).toBe(2);
    expect(stderr).toContain('--draw topolgy: that cannot be drawn; nearest: topology');
  });

  test(
    'a dead proxy on the address owner of guide-001 is found, shrunk, stored and replayed',
    LIMIT,
    async () => {
      const junit = join(folder, 'quorate.xml');
      const { exitCode, stdout } = await quorate(
        'check',
        'guide-001',
        ...args,
        ...['--runs', '3', '--junit', junit, '--json'],
      );
      expect(exitCode).toBe(1);
      const [property] = JSON.parse(stdout).properties;
      expect(property.counterexample.faults).toEqual([{ at: '1s', do: 'stop', on: 'm1/haproxy' }]);
      expect(property.counterexample.confirmed).toBe(true);
      const { file } = property.counterexample;
      expect(readdirSync(folder)).toContain('vip-on-a-working-proxy-1.yaml');
      const xml = readFileSync(junit, 'utf8');
      expect(xml).toContain('tests="1" failures="1" skipped="0"');
      expect(xml).toContain('<failure message="the VIP is on m1, whose proxy is dead');
      const again = await quorate('check', file, ...args, '--runs', '1');
      expect(again.exitCode).toBe(1);
      expect(again.stdout).toContain(
        'But: the VIP is on m1, whose proxy is dead, while m2 and m3 could serve.',
      );
      expect(again.stdout).toContain('▲ m1/haproxy is stopped (SIGTERM)');
      expect(again.stdout).toContain(
        `replay: quorate check ${file} --property vip-on-a-working-proxy --runs 1`,
      );
    },
  );

  test(
    'nothing is found where the penalty is larger than every gap, and it is said what was tried',
    LIMIT,
    async () => {
      const { exitCode, stdout } = await quorate('check', 'stacked-2', ...args, '--runs', '16');
      expect(exitCode).toBe(0);
      expect(stdout).toContain('✓ vip-on-a-working-proxy');
      expect(stdout).toMatch(/16 runs in \d+ s, in 2 worlds of different luck; seen: \d+ states/);
      expect(stdout).toContain('all 14 single faults');
      expect(stdout).toContain('vip-on-a-working-proxy does not hold under pause');
    },
  );

  test('runs that say nothing about a property are counted, and it is said why', LIMIT, async () => {
    const file = join(folder, 'late.yaml');
    writeFileSync(
      file,
      'scenario: late\nversion: 1\ntopology: stacked-1\nuntil: 60s\ntimeline: [{at: 9s, do: stop, on: m1/haproxy, for: 5s}]\n',
    );
    const late = ['check', file, '--property', 'one-vip-holder', '--runs', '1', '--out', folder];
    const { exitCode, stdout } = await quorate(...late);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(
      /not judged: one-vip-holder in 1 of 1 runs \(\d+ s simulated\): something came back so late that it had not settled/,
    );
    const [property] = JSON.parse((await quorate(...late, '--json')).stdout).properties;
    expect(property).toMatchObject({ holds: true, runs: 1, unjudged: [{ runs: 1 }] });
  });

  test.each([
    [['--property', 'vip'], 'there is none of this name'],
    [['--faults', 'powr'], 'there is no such class'],
    [['--runs', '0'], 'a whole number from 1 on'],
    [['--time', '10'], 'has no unit'],
    [['--out', 'no/such/folder'], 'there is no such folder'],
  ])('%j is refused', async (flags, message) => {
    const { exitCode, stderr } = await quorate('check', 'stacked-1', ...flags);
    expect(exitCode).toBe(2);
    expect(stderr).toContain(message);
  });
});

describe.skipIf(!built)('compare', () => {
  test('one master and two under the same luck', LIMIT, async () => {
    const { exitCode, stdout } = await quorate(
      'compare',
      'stacked-1',
      'stacked-2',
      ...['--runs', '1', '--max', '0', '--json'],
    );
    expect(exitCode).toBe(0);
    const { a, b, differ, outages } = JSON.parse(stdout) as Comparison;
    expect([a.hosts.length, b.hosts.length]).toEqual([1, 2]);
    expect(a.survived).toEqual([
      { failed_hosts: 0, served: 1, sets: 1 },
      { failed_hosts: 1, served: 0, sets: 1 },
    ]);
    expect(differ).toEqual([{ failed: ['m1'], a: 'nothing', b: 'VIP without API' }]);
    expect(outages.map(({ fault }) => fault)).toEqual([
      'door-power',
      'door-proxy',
      'leader-power',
      'leader-etcd',
    ]);
  });
});
