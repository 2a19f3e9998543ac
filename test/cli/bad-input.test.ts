/** Whatever is wrong with what is handed in: exit code 2, one clear message with its place, no stack trace, soon. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { LIBRARY } from '../scenarios/library.ts';
import { quorate, scratch } from './command.ts';

const { folder, file } = scratch();

const scenario = (timeline: string, rest = ''): string =>
  `scenario: bad\nversion: 1\ntopology: stacked-3\nuntil: 30s\n${rest}timeline:\n${timeline}\n`;

/** Ten megabytes that are no text, the same each time. */
const junk = (): string => {
  let seed = 1;
  const piece = Array.from({ length: 10_000 }, () => {
    seed = Math.imul(seed, 48_271) >>> 0;
    return String.fromCharCode(1 + (seed % 250));
  }).join('');
  return piece.repeat(1_000);
};

/** Two seconds is what a person should wait at most; here other tests share the machine. */
const SOON_MS = 5_000;

async function refused(args: string[], pattern: RegExp, withinMs = SOON_MS): Promise<void> {
  const startedMs = performance.now();
  const { exitCode, stdout, stderr } = await quorate(...args);
  expect(stderr).toMatch(pattern);
  expect(stderr).not.toMatch(/\n\s+at |node:|fault of Quorate/);
  expect(stderr.match(/^quorate: /gm)).toHaveLength(1);
  expect(stdout).toBe('');
  expect(exitCode).toBe(2);
  expect(performance.now() - startedMs).toBeLessThan(withinMs);
}

describe('files', () => {
  test('a malformed haproxy.cfg is refused with its lines', () =>
    refused(
      ['import', file('haproxy.cfg', 'frontend x\n  bnd *:8443\n  mode tcpp\n')],
      /haproxy\.cfg:2:3: unknown keyword .*'bnd'; nearest: bind/,
    ));
  test('a port out of range in a haproxy.cfg is refused', () => {
    const text = LIBRARY.get('guides/guide-001/haproxy.cfg') ?? '';
    return refused(
      ['import', file('other-haproxy.cfg', text.replaceAll(':6443', ':99999'))],
      /haproxy\.cfg:\d+:\d+: port 99999 is not between 1 and 65535/,
    );
  });
  test('an empty file is refused', async () => {
    await refused(['run', file('empty.yaml', '')], /empty\.yaml:1:1: the file is empty/);
    await refused(
      ['run', 'power-off', '--topology', file('none.yaml', '')],
      /none\.yaml:1:1: the file is empty/,
    );
    await refused(['import', file('empty.cfg', '')], /name no control plane/);
  });
  test('ten megabytes of junk are refused unread', async () => {
    const path = file('junk.yaml', junk());
    await refused(['run', path], /junk\.yaml:1:1: the file has \d+ characters/);
    await refused(['run', 'power-off', '--topology', path], /junk\.yaml:1:1: the file has/);
    await refused(['import', file('junk-haproxy.cfg', junk())], /junk-haproxy\.cfg:1:1: the file has/);
  });
  test('a folder, a file that is not there', async () => {
    await refused(['run', folder], /is a folder/);
    await refused(['import', join(folder, 'nothing')], /there is no such file or folder/);
  });
});

describe('topologies', () => {
  test('a topology that names a host twice, or a port that is none, is refused where it says so', async () => {
    const guide = new URL('../../scenarios/guides/guide-001/', import.meta.url).pathname;
    const path = join(folder, 'guide.yaml');
    expect((await quorate('import', guide, '--out', path)).exitCode).toBe(0);
    const text = readFileSync(path, 'utf8');
    const twice = file('twice.yaml', text.replace('name: m2', 'name: m1'));
    await refused(['run', 'power-off', '--topology', twice], /twice\.yaml:23:11: .*host m1 is named twice/);
    const port = file('port.yaml', text.replace(/apiserverPort: .*/, 'apiserverPort: 99999'));
    await refused(
      ['run', 'power-off', '--topology', port],
      /port\.yaml:\d+:16: apiserverPort must be at most 65535/,
    );
  });
});

describe('scenarios', () => {
  test('an unknown scenario, topology, parameter is refused with the nearest names', async () => {
    await refused(['run', 'power-of'], /there is no scenario power-of; nearest: power-off/);
    await refused(
      ['run', 'power-off', '--topology', 'stacked-33'],
      /--topology: there is no topology stacked-33; nearest/,
    );
    await refused(
      ['run', 'power-off', '--set', 'haproxy.m1.interr=1s'],
      /haproxy has no parameter interr; nearest: inter/,
    );
  });
  test('a fault on an unknown host is refused', () =>
    refused(
      ['run', file('bad.yaml', scenario('  - {at: 10s, do: power-off, on: m9}'))],
      /bad\.yaml:6:34: there is no host or zone m9; nearest: m1/,
    ));
  test('a negative duration is refused', () =>
    refused(
      ['run', file('bad.yaml', scenario('  - {at: -10s, do: power-off, on: m1}'))],
      /bad\.yaml:6:10: .*-10s is negative/,
    ));
  test('faults that overlap and contradict each other are refused', () =>
    refused(
      [
        'run',
        file(
          'bad.yaml',
          scenario('  - {at: 10s, do: power-off, on: m1, for: 10s}\n  - {at: 12s, do: power-on, on: m1}'),
        ),
      ],
      /bad\.yaml:7:5: contradicts timeline-0 \(power-off\), which still lasts on m1/,
    ));
  test('what a run cannot do as its scenario says is told with the line that asks for it', async () => {
    const nobody = file('bad.yaml', scenario('  - {at: 1s, do: power-off, on: "lease:nobodys"}'));
    await refused(['run', nobody], /bad\.yaml:6:5: nobody is lease:nobodys at this moment/, 60_000);
    const start = file('bad.yaml', scenario('  - {at: 1s, do: mark}', 'start: {vip: m3, etcd-leader: m1}\n'));
    await refused(['run', start], /bad\.yaml:5:8: start: .* m3 does not hold the VIP/, 60_000);
  });
});

describe('flags', () => {
  test.each([
    ['--seed x', /--seed x: a seed is a whole number/],
    ['--seed -1', /--seed -1: a seed/],
    ['--until 12', /--until: 12 has no unit/],
    ['--until soon', /--until: soon is not a time/],
    ['--set nonsense', /--set nonsense: write COMPONENT/],
    ['--executor quick', /--executor quick: it is compiled or reference/],
    ['--format chrome', /--format says how a trace is written/],
    ['--trace t --format picture', /--format picture: it is one of ndjson, chrome, shiviz/],
    ['--trace /no/such/folder/t', /--trace .*: there is no folder/],
    ['--save /no/such/folder/t', /--save .*: there is no folder/],
    ['--seeed 1', /unknown option '--seeed'/],
  ])('run power-off %s', (flags, pattern) => refused(['run', 'power-off', ...flags.split(' ')], pattern));
  test.each([
    ['serve --port 99999', /--port 99999: a port is a number from 0 to 65535/],
    ['serve --port http', /--port http/],
    ['explain power-off', /say what is to be explained/],
    ['explain power-off --at 5', /--at 5 has no unit/],
    ['explain power-off --at 5s --limit 0', /--limit 0/],
    ['schema house', /Allowed choices are scenario, topology/],
    ['frobnicate', /unknown command 'frobnicate'/],
    ['run', /missing required argument 'scenario'/],
    ['import . --out /no/such/folder/x.yaml', /--out .*: there is no folder/],
  ])('%s', (line, pattern) => refused(line.split(' '), pattern));
});
