/**
 * Unknown flags, unknown resources, commands on a host without power and half-typed input answer as the real tool would, and never
 * crash: lines that are put together, and cut off, at random.
 */
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { GUIDE_COMMANDS } from '../guides/commands.ts';
import { type Shell, typeAt } from '../guides/typing.ts';

const RUNS = Number(process.env['QUORATE_RUNS'] ?? 150);

let shell: Shell;
beforeAll(() => {
  shell = typeAt({
    scenario: 'half-typed',
    version: 1,
    topology: 'guide-001',
    until: '2000h',
    timeline: [{ at: '1s', do: 'power-off', on: 'm3' }],
  });
}, 120_000);

const WORDS = [
  ...[
    'kubectl',
    'k',
    'etcdctl',
    'etcdutl',
    'systemctl',
    'service',
    'journalctl',
    'ip',
    'arp',
    'nc',
    'curl',
    'ping',
  ],
  ...[
    'crictl',
    'docker',
    'kubeadm',
    'sudo',
    'watch',
    'ssh',
    'sed',
    'tr',
    'grep',
    'wc',
    'cat',
    'cp',
    'mv',
    'rm',
    'scp',
  ],
  ...[
    'ls',
    'echo',
    'sysctl',
    'chkconfig',
    'openssl',
    'base64',
    'date',
    'etcd',
    'head',
    'tail',
    'sort',
    'sh',
    'env',
  ],
  ...[
    'get',
    'describe',
    'logs',
    'exec',
    'delete',
    'create',
    'apply',
    'scale',
    'expose',
    'drain',
    'taint',
    'label',
    'wait',
    'config',
    'rollout',
    'top',
    'cs',
    'ns',
    'all',
  ],
  ...[
    'nodes',
    'pods',
    'po/',
    'node/m1',
    'deploy',
    'foos',
    'endpoint',
    'status',
    'member',
    'add',
    'remove',
    'snapshot',
  ],
  ...[
    'save',
    'restore',
    'alarm',
    'move-leader',
    'a',
    'stop',
    'start',
    'token',
    'join',
    'init',
    'phase',
    'ps',
    'x509',
  ],
  ...[
    '-n',
    '-o',
    '-l',
    '-f',
    '-w',
    '-c',
    '-it',
    '--',
    '-',
    '--all',
    '--colour',
    '-o=wide',
    '--replicas',
    '--help',
  ],
  ...[
    '-k',
    '-s',
    '-u',
    '-p',
    '-e',
    '-i',
    '--endpoints',
    '--data-dir',
    '--tail',
    '--port=80',
    '-A',
    '--name=',
  ],
  ...[
    'm1',
    'm2',
    'm3',
    'w1',
    'nosuch',
    '10.0.0.162',
    '8443',
    '0',
    '-1',
    '999999',
    'http://',
    'https://m1:6443/',
    ':',
  ],
  ...[
    '|',
    ';',
    '&&',
    '||',
    '>',
    '>>',
    '<',
    '2>&1',
    '&',
    '$(',
    ')',
    '`',
    "'",
    '"',
    '\\',
    '$X',
    '${',
    '{}',
    '*',
    '#',
    '=',
  ],
  ...[
    '/etc/hosts',
    '/etc/kubernetes/manifests/etcd.yaml',
    's/a/b/',
    's#[#x#',
    '\u00e9',
    '\u0000',
    '%s',
    '..',
    '~/x',
  ],
];

/** Waits that are long on purpose; and what ends the shell or the host is not typed here. */
const PATIENT = /\bsleep\b|^\s*$/;

/** Most lines begin with a command. */
const COMMANDS = WORDS.slice(0, WORDS.indexOf('get'));
const composed = fc
  .tuple(
    fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...COMMANDS) }, fc.constantFrom(...WORDS)),
    fc.array(fc.constantFrom(...WORDS), { maxLength: 6 }),
  )
  .map(([first, words]) => [first, ...words].join(' '));
const cut = fc
  .tuple(
    fc.constantFrom(...GUIDE_COMMANDS.filter(({ line }) => !/join|init/.test(line)).map(({ line }) => line)),
    fc.nat(60),
  )
  .map(([line, length]) => line.slice(0, length));

describe('half-typed input', () => {
  test(`${RUNS} lines end with an exit code, and are told what is wrong`, () => {
    fc.assert(
      fc.property(
        fc.oneof(composed, cut).filter((line) => !PATIENT.test(line)),
        fc.constantFrom('m1', 'w1', 'outside'),
        (line, host) => {
          const { text, exitCode } = shell(host, line);
          expect(exitCode, `${line} has no end`).toBeTypeOf('number');
          expect(text).not.toMatch(/undefined|\[object|NaN\b|TypeError/);
        },
      ),
      { numRuns: RUNS, seed: 20_210_611 },
    );
  }, 600_000);
});

test('a host without power has no shell, whatever is typed', () => {
  for (const line of ['kubectl get nodes', '', 'ls |', "echo '"]) {
    expect(shell('m3', line)).toEqual({
      text: 'ssh: connect to host m3 port 22: No route to host\n',
      exitCode: 255,
    });
  }
});

test.each([
  ['kubectl get foos', /the server doesn't have a resource type "foos"/, 1],
  ['kubectl get nodes --colour', /unknown flag: --colour/, 1],
  ['kubectl gte nodes', /unknown command "gte" for "kubectl"/, 1],
  ['kubectl -n', /flag needs an argument: 'n' in -n/, 1],
  ['kubectl logs nosuch', /pods "nosuch" not found/, 1],
  ['etcdctl endpoint', /unknown command "endpoint" for "etcdctl"/, 1],
  ['etcdctl --endpoint=x member list', /unknown flag: --endpoint/, 1],
  ['systemctl stat haproxy', /Unknown command verb stat/, 1],
  ['systemctl status nosuch', /Unit nosuch.service could not be found/, 4],
  ['haproxyctl', /haproxyctl: not found/, 127],
  ["grep 'x", /Syntax error/, 2],
  ['kubeadm jion', /unknown command "jion" for "kubeadm"/, 1],
  ['nc -v m1', /usage: nc/, 1],
  ['curl --nope http://m1', /option --nope: is unknown/, 2],
  ['sudo nosuch', /nosuch: command not found/, 1],
  ['cat /nosuch', /No such file or directory/, 1],
])('%s', (line, words, code) => {
  const { text, exitCode } = shell('m1', line);
  expect(text).toMatch(words);
  expect(exitCode).toBe(code);
});
