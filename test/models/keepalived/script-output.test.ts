/** Check scripts that look at what a command says, as published ones do. */
import { describe, expect, test } from 'vitest';
import { type Expression, progress } from '../../../models/keepalived/probe.ts';
import { readTrackScript } from '../../../models/keepalived/track-script.ts';

const read = (text: string, name?: string) =>
  readTrackScript(text, 'chk.sh', name === undefined ? {} : { name });
const refusal = (text: string) =>
  read(text)
    .findings.map(({ message }) => message)
    .join();

/** The statuses of the script while each probe succeeds, and while each fails. */
function statuses(text: string, name?: string): number[] {
  const { check, findings } = read(text, name);
  if (check === undefined) throw new Error(JSON.stringify(findings));
  return [0, 7].map((answer) => ended(check, answer));
}

function ended(check: Expression, answer: number): number {
  const outcomes: number[] = [];
  for (;;) {
    const found = progress(check, outcomes);
    if ('status' in found) return found.status;
    outcomes.push(answer);
  }
}

const failing = (test: string): string => `if ${test}; then\n  exit 1\nfi\nexit 0\n`;

describe('how many processes there are', () => {
  test.each([
    `A=\`ps -C haproxy --no-header |wc -l\`\n${failing('[ $A -eq 0 ]')}`,
    `count=$(ps -ef | grep haproxy | grep -v grep | wc -l)\n${failing('[ "$count" = "0" ]')}`,
    `n=$(ps aux | grep '[h]aproxy' | wc -l)\n${failing('[[ $n -lt 1 ]]')}`,
    failing('[ $(pgrep haproxy | wc -l) -eq 0 ]'),
    failing('[ -z "$(pidof haproxy)" ]'),
    `code=$(pgrep haproxy)\n${failing('[[ $code == "" ]]')}`,
    'ps aux | grep -v grep | grep haproxy > /dev/null\nif [ $? -eq 0 ]; then\n  exit 0\nelse\n  exit 1\nfi\n',
    `pids=$(pidof haproxy)\n${failing('[ $? -ne 0 ]')}`,
    `killall -0 haproxy\n${failing('test $? != 0')}`,
  ])('%s', (text) => {
    expect(statuses(text)).toEqual([0, 1]);
  });

  test('the other way round', () => {
    expect(
      statuses('if [ ! -n "$(pidof haproxy)" ]; then exit 3; fi\n[ 0 -lt `pgrep haproxy | wc -l` ]\n'),
    ).toEqual([0, 3]);
  });
});

describe('which status curl wrote', () => {
  const code = 'code=$(curl -sk -o /dev/null -w "%{http_code}" -m 1 https://127.0.0.1:8443/healthz)\n';
  test('200 is any below 400, and 000 is no answer', () => {
    expect(statuses(`${code}[ "$code" = "200" ] || exit 1\n`)).toEqual([0, 1]);
    expect(statuses(`${code}${failing('[ $code -ne 200 ]')}`)).toEqual([0, 1]);
    expect(read(`${code}[ "$code" = "200" ]\n`).check).toMatchObject({
      probe: { failOnStatus: true, maxTimeUs: 1_000_000 },
    });
    expect(statuses(`${code}[ $code != 000 ] || exit 1\n`)).toEqual([0, 1]);
  });
  test('the word ok of a health path is a status below 400', () => {
    expect(statuses('curl -sk https://127.0.0.1:6443/readyz | grep -q ok\n')).toEqual([0, 7]);
  });
  test('ok itself, too', () => {
    const said = 'said=$(curl -Ssk https://127.0.0.1:6443/healthz)\n';
    expect(statuses(`${said}${failing('[ "$said" != "ok" ]')}`)).toEqual([0, 1]);
    expect(refusal('[ "$(curl -Ssk https://127.0.0.1:6443/version)" = "ok" ]')).toContain('what an output');
  });
  test('nothing said is no answer', () => {
    expect(statuses(failing('[ -z "$(curl -k https://localhost:6443)" ]'))).toEqual([0, 1]);
  });
});

test('a status by its number, as the probe ends (here with 7)', () => {
  expect(statuses('nc -z localhost 80\nif [ $? -eq 7 ]; then exit 1; fi\n')).toEqual([0, 1]);
  expect(statuses('nc -z localhost 80\nif [ $? -eq 1 ]; then exit 1; fi\n')).toEqual([0, 0]);
});

test('a file is taken for there, with a warning, unless it is what a daemon leaves', () => {
  const { findings } = read('[ -f /var/www/html/index.html ] && pidof nginx\n');
  expect(findings.map(({ message }) => message)).toEqual([
    '/var/www/html/index.html is taken for a file that is there',
  ]);
  expect(statuses('if [ ! -x /usr/sbin/nginx ]; then exit 2; fi\npidof nginx\n')).toEqual([0, 7]);
});

test('who listens on a port is tried by connecting', () => {
  expect(read('ss -ltn | grep -q ":6443 "\n').check).toMatchObject({ probe: { tcp: { port: 6443 } } });
  expect(read('netstat -ntlp | grep haproxy\n').check).toEqual({ probe: { process: 'haproxy' } });
});

test('a script whose name contains the process finds itself, and it is said', () => {
  const text = 'ps -ef | grep haproxy | grep -v grep > /dev/null\n';
  expect(statuses(text, 'check_haproxy.sh')).toEqual([0, 0]);
  expect(read(text, 'check_haproxy.sh').findings[0]).toMatchObject({ severity: 'warning', line: 1 });
  expect(statuses(text, 'check.sh')).toEqual([0, 7]);
  expect(statuses('pgrep haproxy', 'check_haproxy.sh')).toEqual([0, 0]);
  expect(statuses('pidof haproxy', 'check_haproxy.sh')).toEqual([0, 7]);
});

test('an unquoted variable without a value is no word: grep ends with 2, curl with 3', () => {
  expect(statuses('if ip addr | grep -q $VIP; then\n  curl -sk https://$VIP:8443/ || exit 1\nfi\n')).toEqual([
    0, 0,
  ]);
});

test.each([
  ['systemctl restart haproxy', 'does something'],
  ['/etc/init.d/keepalived stop', 'does something: `stop keepalived`'],
  ['[ $(ps -C haproxy | wc -l) -eq 0 ]', 'heading'],
  ['[ $(ps aux | grep haproxy | wc -l) -eq 0 ]', 'finds the grep itself'],
  ['[ $(pgrep haproxy | wc -l) -eq 2 ]', 'how many'],
  ['[ -f /run/haproxy.pid ]', 'this test'],
  ['for i in 1 2 3; do true; done', '`for`'],
])('%s is refused: %s', (text, why) => {
  expect(refusal(text)).toContain(why);
});
