/** Importing check scripts: the forms that deployments use, and the refusal of everything else. */
import { describe, expect, test } from 'vitest';
import { type Expression, probesOf, progress } from '../../../models/keepalived/probe.ts';
import { parseScriptOverride, readTrackScript } from '../../../models/keepalived/track-script.ts';

const check = (text: string): Expression => {
  const { check: found, findings } = readTrackScript(text, 'chk.sh');
  if (found === undefined) throw new Error(JSON.stringify(findings));
  return found;
};
const probe = (text: string): unknown => (check(text) as { probe: unknown }).probe;
const refusal = (text: string) => readTrackScript(text, 'chk.sh').findings[0]!;

describe('a process', () => {
  test.each([
    'killall -0 haproxy',
    '/usr/bin/killall -0 haproxy',
    'killall -q -s 0 haproxy 2>/dev/null',
    'kill -0 $(cat /var/run/haproxy.pid)',
    'kill -0 "$(cat /run/lab/haproxy.pid)" 2>/dev/null',
    'kill -0 `cat /run/haproxy.pid`',
    'kill -s 0 $(pidof haproxy)',
    'pidof haproxy > /dev/null',
    'pgrep -x haproxy',
    "pgrep -f '[h]aproxy'",
    'pkill -0 haproxy',
  ])('%s', (line) => {
    expect(probe(line)).toEqual({ process: 'haproxy' });
  });

  test('systemctl is-active fails with 3', () => {
    expect(probe('systemctl is-active --quiet haproxy.service')).toEqual({ process: 'haproxy', failure: 3 });
  });

  test('a kill that is not -0 is refused', () => {
    expect(refusal('kill -9 $(pidof haproxy)').message).toContain('not `kill -0`');
  });
});

describe('a port', () => {
  test('nc -z HOST PORT, with -w as its limit', () => {
    expect(probe('nc -z 127.0.0.1 6443')).toEqual({ tcp: { host: '127.0.0.1', port: 6443 } });
    expect(probe('nc -zv -w 2 localhost 6443')).toEqual({
      ...{ tcp: { host: '127.0.0.1', port: 6443 }, maxTimeUs: 2_000_000 },
    });
  });

  test("bash's /dev/tcp", () => {
    expect(probe('bash -c "</dev/tcp/127.0.0.1/6443"')).toEqual({ tcp: { host: '127.0.0.1', port: 6443 } });
  });
});

describe('curl', () => {
  const http = (change: object) => ({
    ...{ http: 'https://localhost:6443/healthz', tls: true, host: '127.0.0.1', port: 6443, path: '/healthz' },
    ...{ method: 'GET', failOnStatus: false, ...change },
  });

  test('--silent --max-time 2 --insecure', () => {
    const line = 'curl --silent --max-time 2 --insecure https://localhost:6443/healthz -o /dev/null';
    expect(probe(line)).toEqual(http({ maxTimeUs: 2_000_000 }));
  });

  test('-f and --fail make a status of 400 or more a failure', () => {
    expect(probe('curl -sfk https://localhost:6443/healthz')).toEqual(http({ failOnStatus: true }));
    expect(probe('curl --fail -k https://localhost:6443/healthz')).toEqual(http({ failOnStatus: true }));
  });

  test('-m5 and -ko FILE: a value may touch its letter', () => {
    expect(probe('curl -s -m5 -ko /dev/null https://localhost:6443/healthz')).toEqual(
      http({ maxTimeUs: 5_000_000 }),
    );
  });

  test('a URL without a scheme is http, and without a path /', () => {
    expect(probe('curl -s 127.0.0.1')).toMatchObject({ tls: false, port: 80, path: '/' });
  });

  test('a name that has no address is refused, unless it is said', () => {
    expect(refusal('curl -k https://api.example:6443/').message).toContain('the name api.example');
    const { check: found } = readTrackScript('curl -k https://api.example:6443/', 'chk.sh', {
      addresses: { 'api.example': '192.0.2.10' },
    });
    expect(found).toMatchObject({ probe: { host: '192.0.2.10' } });
  });
});

test.each([
  'ip addr | grep -q 192.0.2.10',
  'ip a show dev eth0 | grep "192\\.0\\.2\\.10/24"',
  'hostname -I | grep -qw 192.0.2.10',
])('an address: %s', (line) => {
  expect(probe(line)).toEqual({ address: '192.0.2.10' });
});

describe('joined', () => {
  const a = { probe: { process: 'a' } };
  const b = { probe: { process: 'b' } };

  test('by &&, ||, !, if and functions', () => {
    expect(check('pidof a && pidof b')).toEqual({ and: [a, b] });
    expect(check('pidof a || exit 1')).toEqual({ or: [a, { exit: 1 }] });
    expect(check('! pidof a')).toEqual({ not: a });
    expect(check('if pidof a; then\n pidof b\nfi')).toEqual({ if: a, do: b });
    expect(check('if pidof a; then exit 0; else exit 1; fi')).toEqual({
      if: a,
      do: { exit: 0 },
      else: { exit: 1 },
    });
    expect(check('bad() { exit 2; }\npidof a || bad')).toEqual({ or: [a, { exit: 2 }] });
  });

  test('by set -e: a failure ends the script, but not in a condition', () => {
    expect(check('set -e\npidof a\npidof b')).toEqual({
      sequence: [{ or: [a, { exit: 'last' }] }, { or: [b, { exit: 'last' }] }],
    });
    expect(check('set -e\nif pidof a; then pidof b; fi')).toEqual({ if: a, do: b });
  });

  test('with variables', () => {
    expect(check(`NAME=a\npidof \${NAME}`)).toEqual(a);
    expect(check(`pidof \${NAME:-a}`)).toEqual(a);
    expect(readTrackScript('pidof $1', 'c', { args: ['b'] }).check).toEqual(b);
  });

  test('kubeadm’s check_apiserver.sh', () => {
    const text = `#!/bin/sh
APISERVER_VIP=10.0.0.162
APISERVER_DEST_PORT=8443
errorExit() {
    echo "*** $*" 1>&2
    exit 1
}
curl --silent --max-time 2 --insecure https://localhost:\${APISERVER_DEST_PORT}/ -o /dev/null || errorExit "Error GET"
if ip addr | grep -q \${APISERVER_VIP}; then
    curl --silent --max-time 2 --insecure https://\${APISERVER_VIP}:\${APISERVER_DEST_PORT}/ -o /dev/null || errorExit "Error GET"
fi
`;
    expect(probesOf(check(text))).toMatchObject([
      { http: 'https://localhost:8443/', failOnStatus: false, maxTimeUs: 2_000_000 },
      { address: '10.0.0.162' },
      { http: 'https://10.0.0.162:8443/', host: '10.0.0.162' },
    ]);
  });
});

describe('the exit status', () => {
  /** The probes that are tried, and the status in the end, when each answers as given. */
  function run(text: string, answers: readonly number[]): { tried: number; status: number | undefined } {
    const outcomes: number[] = [];
    for (;;) {
      const found = progress(check(text), outcomes);
      if ('status' in found) return { tried: outcomes.length, status: found.status };
      if (outcomes.length === answers.length) return { tried: outcomes.length, status: undefined };
      outcomes.push(answers[outcomes.length]!);
    }
  }

  test.each([
    ['pidof a && pidof b', [0, 0], 2, 0],
    ['pidof a && pidof b', [1], 1, 1],
    ['pidof a || pidof b', [0], 1, 0],
    ['pidof a || exit 5\npidof b', [1], 1, 5],
    ['pidof a\npidof b', [1, 0], 2, 0],
    ['if pidof a; then pidof b; fi', [1], 1, 0],
    ['! pidof a', [1], 1, 0],
    ['set -e\npidof a\npidof b', [1], 1, 1],
    ['pidof a; exit', [3], 1, 3],
    ['pidof a || true', [1], 1, 0],
  ] as const)('%s with %j', (text, answers, tried, status) => {
    expect(run(text, answers)).toEqual({ tried, status });
  });
});

describe('what is not understood is refused with its place', () => {
  test.each([
    ['\n  /opt/check-everything', 2, 3],
    ['true\nfor i in 1 2; do pidof a; done', 2, 1],
    ['ps -C haproxy --no-header | wc -l', 1, 1],
    ['COUNT=$(ps -C haproxy | wc -l)\n[ $COUNT -gt 0 ]', 1, 7],
    ['pidof a &', 1, 9],
    ['while true; do pidof a; done', 1, 1],
    ['pidof "a', 1, 7],
    ['if pidof a; then pidof b', 1, 24],
    ['curl --proxy x https://localhost/', 1, 1],
    ['sleep 5', 1, 1],
  ])('%j', (text, line, column) => {
    const finding = refusal(text);
    expect(finding).toMatchObject({ severity: 'error', file: 'chk.sh', line, column });
    expect(finding.message).toContain('is not understood');
  });

  test('a value that cannot be told is refused only where it is used', () => {
    expect(check('NOW=$(date)\npidof a')).toEqual({ probe: { process: 'a' } });
  });
});

describe('what a caller may say instead', () => {
  test('process, tcp and http', () => {
    expect(parseScriptOverride('process:haproxy')).toEqual({ check: { probe: { process: 'haproxy' } } });
    expect(parseScriptOverride('tcp:192.0.2.1:80')).toEqual({
      check: { probe: { tcp: { host: '192.0.2.1', port: 80 } } },
    });
    expect(parseScriptOverride('http:https://localhost:6443/livez')).toMatchObject({
      check: { probe: { tls: true, port: 6443, path: '/livez', failOnStatus: true } },
    });
    expect(parseScriptOverride('http://localhost:8080/x')).toMatchObject({
      check: { probe: { tls: false, port: 8080 } },
    });
  });

  test('anything else is said to be none of them', () => {
    expect(parseScriptOverride('true')).toEqual({
      message: 'true is not process:NAME, tcp:HOST:PORT or http:URL',
    });
    expect(parseScriptOverride('tcp:nowhere:80')).toHaveProperty('message');
    expect(parseScriptOverride('tcp:127.0.0.1:99999')).toHaveProperty('message');
  });
});
