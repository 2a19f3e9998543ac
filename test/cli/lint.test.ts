/** `quorate lint`: what it prints, for people and for programs, and its exit codes. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { quorate, scratch } from './command.ts';

const { file } = scratch();
const GUIDES = new URL('../../scenarios/guides/', import.meta.url).pathname;

interface Row {
  readonly rule: string;
  readonly severity: string;
  readonly file: string;
  readonly line: number;
  readonly message: string;
  readonly scenario: string | null;
}

describe('--json', () => {
  test('prints an array of {rule, severity, file, line, message, scenario}; exit code 1 with findings', async () => {
    const { exitCode, stdout } = await quorate('lint', `${GUIDES}guide-001`, '--json');
    expect(exitCode).toBe(1);
    const rows = JSON.parse(stdout) as Row[];
    for (const row of rows) {
      expect(Object.keys(row)).toEqual(['rule', 'severity', 'file', 'line', 'message', 'scenario']);
      expect(row.line).toBeGreaterThan(0);
      expect(row.message).not.toMatch(/\n|\.$/);
    }
    expect(rows.map(({ rule }) => rule)).toEqual(
      expect.arrayContaining(['priority-255-ignores-weight', 'httpchk-overridden', 'slow-vip-check']),
    );
  });
  test('prints an empty array without findings; exit code 0', async () => {
    expect(await quorate('lint', 'stacked-3', '--json')).toEqual({ exitCode: 0, stdout: '[]\n', stderr: '' });
  });
});

test('files and folders may be mixed, and one that is named twice is read once', async () => {
  const m1 = `${GUIDES}guide-002/m1/keepalived.conf`;
  const { stdout } = await quorate('lint', `${GUIDES}guide-002`, m1, '--json');
  const rows = JSON.parse(stdout) as Row[];
  expect(rows.filter(({ rule }) => rule === 'tie-after-failures')).toHaveLength(1);
});

test('keepalived-m1.conf, keepalived-m2.conf of one folder are those of m1 and m2', async () => {
  const paths = ['m1', 'm2', 'm3'].map((host) =>
    file(`keepalived-${host}.conf`, readFileSync(`${GUIDES}guide-002/${host}/keepalived.conf`, 'utf8')),
  );
  const { stdout } = await quorate('lint', ...paths, '--json');
  const [row] = JSON.parse(stdout) as Row[];
  expect(row?.message).toMatch(/m1 and m3 tie at 101/);
  expect(row?.file).toBe(paths[0]);
});

test('for people the findings stand by file, as the documentation shows them', async () => {
  const { stdout, exitCode } = await quorate('lint', 'guide-002');
  expect(exitCode).toBe(1);
  const page = readFileSync(new URL('../../docs/05-lints.md', import.meta.url), 'utf8');
  const shown = /```text\n([\s\S]*?)```/.exec(page)?.[1] ?? 'nothing';
  expect(stdout).toContain(shown);
  expect(stdout).toMatch(/\n1 error, 3 warnings in 2 files\n$/);
});

test('a check script that is not there, or says nothing that is understood, is no reason to stop', async () => {
  const conf = readFileSync(`${GUIDES}guide-001/m1/keepalived.conf`, 'utf8');
  const alone = file('keepalived.conf', conf);
  const { exitCode, stdout } = await quorate('lint', alone, '--json');
  expect(exitCode).toBe(1);
  expect(stdout).toMatch(/priority-255-ignores-weight/);
});

test('what the readers warn of goes to standard error, unless a rule speaks of the same line', async () => {
  const cfg =
    'defaults\n mode tcp\n contimeout 5s\n timeout client 50s\n timeout server 50s\nlisten api\n bind :8443\n' +
    ' option redispatch\n option httpchk\n option ssl-hello-chk\n server a 10.0.0.1:6443 check\n';
  const { exitCode, stdout, stderr } = await quorate('lint', file('haproxy.cfg', cfg));
  expect(exitCode).toBe(1);
  expect(stdout).toMatch(/httpchk-overridden/);
  expect(stderr).toMatch(
    /^warning: .*haproxy\.cfg:3:2: 'contimeout' is not supported since HAProxy 2\.1[^\n]*\n$/,
  );
});

describe('what cannot be read is exit code 2 with one message', () => {
  const refused = async (args: string[], pattern: RegExp): Promise<void> => {
    const { exitCode, stdout, stderr } = await quorate('lint', ...args);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr).toMatch(pattern);
    expect(stderr.match(/^quorate: /gm)).toHaveLength(1);
  };
  test('a file that is not there', () =>
    refused(['nowhere.cfg'], /nowhere\.cfg cannot be read: there is no/));
  test('an empty file', () => refused([file('haproxy.cfg', '')], /haproxy\.cfg:1:1: the file is empty/));
  test('a haproxy.cfg with which HAProxy would not start', () =>
    refused([file('bad-haproxy.cfg', 'frontend x\n  mode tcpp\n')], /bad-haproxy\.cfg:2:8: 'mode' expects/));
  test('nothing that is read', () =>
    refused([file('notes.bin', 'abc')], /none of these is a file that is read/));
  test('no files', () => refused([], /missing required argument/));
  test('two files of one host', () => {
    const text = readFileSync(`${GUIDES}guide-002/m1/keepalived.conf`, 'utf8');
    return refused(
      [file('m1-keepalived.conf', text), file('m1.keepalived.conf', text)],
      /a second keepalived\.conf of m1/,
    );
  });
});
