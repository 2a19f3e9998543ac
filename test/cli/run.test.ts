/** What `quorate run`, `explain` and the lists print. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { noteLines } from '../../cli/notes.ts';
import { TRACE_FIELDS, TRACE_KINDS } from '../../cli/trace-reference.ts';
import { wrap } from '../../cli/wrap.ts';
import { quorate, scratch } from './command.ts';

const { folder, file } = scratch();

/** Short, and with a fault of every manner of telling. */
const SHORT = file(
  'short.yaml',
  `scenario: short
version: 1
topology: stacked-3
until: 8s
timeline:
  - {name: split, at: 1s, do: partition, links: [m1, "m2,m3"], for: 2s}
  - {at: 1500ms, do: one-way, links: [m2, m3], protocol: vrrp, for: 1s}
  - {at: 4s, do: stop, on: vip-holder/haproxy, for: 1s}
  - {at: 6s, do: loss, on: w1, share: 30%}
  - {at: 7s, do: heal}
expect:
  - {always: "size(vip.holders) == 1", from: 0s, to: 900ms}
`,
);

describe('run', () => {
  test('the second run of a scenario and seed is byte-identical to the first', async () => {
    const first = await quorate('run', SHORT, '--json');
    const second = await quorate('run', SHORT, '--json');
    expect(first.exitCode).toBe(0);
    expect(second.stdout).toBe(first.stdout);
    expect(JSON.parse(first.stdout).trace_hash).toMatch(/^[0-9a-f]{16}$/);
  });
  test('a fault says who it hits, in which direction and until when', async () => {
    const { stdout } = await quorate('run', SHORT);
    for (const words of [
      '▲ split: no packets get through between m1 and m2, m3, both directions, until 3.000 s',
      '▲ one-way: no vrrp packets get through from m2 to m3, this direction only, until 2.500 s',
      '▲ one-way is over',
      '▲ split is over',
      '▲ m1/haproxy is stopped (SIGTERM) [vip-holder/haproxy], until 5.000 s',
      '▲ m1/haproxy is started',
      '▲ loss: 30% of packets are lost between w1 and everybody else (m1, m2, m3, outside), both directions',
      '▲ the whole network is in order again',
    ])
      expect(stdout).toContain(words);
    expect(stdout.trimEnd().split('\n').at(-1)).toBe(`again: quorate run ${SHORT} --seed 1`);
    expect(stdout).not.toContain('\u001b');
  });
  test('each line of the trace has the keys and kinds that its reference describes', async () => {
    const path = join(folder, 'trace.ndjson');
    await quorate('run', SHORT, '--until', '7500ms', '--trace', path, '--json');
    const lines = readFileSync(path, 'utf8').trimEnd().split('\n');
    const keys = new Set(TRACE_FIELDS.map(({ key }) => key));
    const kinds = new Set(TRACE_KINDS.map(({ kind }) => kind));
    let lastUs = Number.NEGATIVE_INFINITY;
    for (const line of lines) {
      const step = JSON.parse(line) as Record<string, unknown> & { at_us: number; kind: string };
      expect(Object.keys(step).filter((key) => !keys.has(key))).toEqual([]);
      expect(TRACE_FIELDS.filter(({ key, always }) => always && !(key in step))).toEqual([]);
      if (!kinds.has(step.kind)) expect.fail(`the kind ${step.kind} is not described`);
      expect(step.at_us).toBeGreaterThanOrEqual(lastUs);
      lastUs = step.at_us;
    }
    expect(lines.length).toBeGreaterThan(1_000);
  });
  test('a trace may be written for Perfetto and for ShiViz', async () => {
    const chrome = join(folder, 'chrome.json');
    const shiviz = join(folder, 'shiviz.log');
    await quorate('run', SHORT, '--until', '7500ms', '--trace', chrome, '--format', 'chrome', '--json');
    await quorate('run', SHORT, '--until', '7500ms', '--trace', shiviz, '--format', 'shiviz', '--json');
    const events = JSON.parse(readFileSync(chrome, 'utf8')) as {
      ph: string;
      name: string;
      args?: { name?: string };
    }[];
    expect(events.some(({ ph, args }) => ph === 'M' && args?.name === 'm1')).toBe(true);
    expect(events.some(({ ph, name }) => ph === 'X' && name !== '')).toBe(true);
    const [clock = '', what = ''] = readFileSync(shiviz, 'utf8').split('\n');
    expect(clock).toMatch(/^\S+ \{"\S+":\d+/);
    expect(what).toMatch(/ ms /);
  });
});

describe('explain', () => {
  test('a line of the story is explained back through its causes', async () => {
    const { exitCode, stdout } = await quorate('explain', SHORT, '--at', '4100ms');
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/because, the newest first:/);
    const { stdout: json } = await quorate('explain', SHORT, '--at', '1500ms', '--json', '--limit', '3');
    const answer = JSON.parse(json);
    expect(answer.line.text).toContain('one-way');
    expect(answer.chain.length).toBeLessThanOrEqual(3);
    expect(answer.chain[0].id).toBe(answer.event);
  });
});

describe('lists', () => {
  test('list, faults and schema print one JSON value with --json', async () => {
    const list = JSON.parse((await quorate('list', '--json')).stdout);
    expect(list.scenarios.map(({ name }: { name: string }) => name)).toContain('power-off');
    expect(list.topologies.map(({ name }: { name: string }) => name)).toContain('guide-001');
    const faults = JSON.parse((await quorate('faults', '--json')).stdout) as { name: string }[];
    expect(faults.map(({ name }) => name)).toContain('partition');
    expect(JSON.parse((await quorate('schema', 'scenario')).stdout).title).toBe('Quorate scenario');
    expect(JSON.parse((await quorate('schema', 'topology')).stdout).title).toBe('Quorate topology');
  });
});

describe('lines', () => {
  test('the same warning about several places is one line, and notes of the topology follow', () => {
    const at = (line: number) => ({
      file: 'k.conf',
      line,
      column: 1,
      severity: 'warning' as const,
      message: 'odd',
    });
    const known = { ...at(9), severity: 'note' as const };
    expect(noteLines([at(1), at(2), known, at(2)], ['haproxy 1.8.8 runs as 2.6.12'])).toEqual([
      'warning: k.conf:1:1: odd (and in 1 more place)',
      'note: haproxy 1.8.8 runs as 2.6.12',
    ]);
  });
  test('a text is broken between words at the width, and never within one', () => {
    expect(wrap('aaaa '.repeat(12), 44, '>> ')).toBe(
      `>> ${'aaaa '.repeat(8).trim()}\n   ${'aaaa '.repeat(4).trim()}`,
    );
    expect(wrap('a'.repeat(60), 40)).toBe('a'.repeat(60));
    expect(wrap('one two', Number.POSITIVE_INFINITY)).toBe('one two');
  });
});
