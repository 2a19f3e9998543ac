/** The readers survive whatever they are given: no throw, no hang, a place in each complaint. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Finding } from '../../../models/finding.ts';
import { readKeepalivedConf } from '../../../models/keepalived/read-conf.ts';
import { readTrackScript } from '../../../models/keepalived/track-script.ts';
import { confText } from './harness.ts';

const SCRIPT = `#!/bin/sh
VIP=192.0.2.10
errorExit() {
  echo "*** $*" 1>&2
  exit 1
}
curl --silent --max-time 2 --insecure https://localhost:8443/ -o /dev/null || errorExit "no"
if ip addr | grep -q \${VIP}; then
  kill -0 "$(cat /run/haproxy.pid)" 2>/dev/null && nc -z 127.0.0.1 6443
fi
`;
const CONF = `! comment
$PRIO = 101
include other.conf
@m1 vrrp_version 2
${confText(101, { instance: 'unicast_peer {\n 192.0.2.2\n }\n notify_master "/a b" # x\n advert_int 0.3', global: 'router_id "a#b"' })}
vrrp_sync_group G { group { VI_1 } }
`;

/** Cut, spliced, repeated, with foreign characters: what happens to files. */
function mangled(text: string): fc.Arbitrary<string> {
  const lines = text.split('\n');
  const place = fc.nat(text.length);
  const foreign = fc.constantFrom(
    '\0',
    '{',
    '}',
    '"',
    "'",
    '\\',
    '#',
    '!',
    '$',
    '${',
    '`',
    '$(',
    '\r\n',
    '\ufffd',
    '\u{1f600}',
    '@^',
    ' ',
  );
  return fc.oneof(
    fc.tuple(place, place).map(([a, b]) => text.slice(Math.min(a, b), Math.max(a, b))),
    fc.tuple(place, place).map(([a, b]) => text.slice(0, a) + text.slice(b)),
    fc
      .tuple(place, fc.array(foreign, { maxLength: 20 }))
      .map(([a, extra]) => text.slice(0, a) + extra.join('') + text.slice(a)),
    fc.shuffledSubarray(lines).map((some) => some.join('\n')),
    fc
      .tuple(fc.nat(lines.length - 1), fc.integer({ min: 2, max: 50 }))
      .map(([line, times]) =>
        [...lines.slice(0, line), ...Array<string>(times).fill(lines[line]!), ...lines.slice(line)].join(
          '\n',
        ),
      ),
    fc.string({ unit: 'binary', maxLength: 300 }),
  );
}

/** Milliseconds of CPU, so that a busy machine does not decide. */
function cpuMs(run: () => void): number {
  const before = process.cpuUsage();
  run();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

function haveAPlace(findings: readonly Finding[]): void {
  for (const finding of findings) {
    const { line, column, message } = finding;
    const good = line >= 1 && column >= 1 && message.length > 0 && message.length < 400;
    // Thousands of expect() take longer than the readers.
    if (!good) throw new Error(JSON.stringify(finding));
  }
}

test('mangled configurations', () => {
  fc.assert(
    fc.property(mangled(CONF), (text) => {
      const { findings } = readKeepalivedConf(text, 'k', { readScript: () => ({ file: 's', text }) });
      haveAPlace(findings);
    }),
    { seed: 1, numRuns: 5000 },
  );
});

test('mangled scripts', () => {
  fc.assert(
    fc.property(mangled(SCRIPT), (text) => {
      const { check, findings } = readTrackScript(text, 's');
      if ((check === undefined) !== findings.length > 0) throw new Error('a check, or a reason');
      haveAPlace(findings);
    }),
    { seed: 2, numRuns: 5000 },
  );
});

test.each([
  ['one line of a megabyte', `vrrp_instance ${'x'.repeat(999_000)}`],
  ['a megabyte of words', 'a '.repeat(490_000)],
  ['a megabyte of braces', '{'.repeat(990_000)],
  ['a megabyte of closing braces', '}\n'.repeat(490_000)],
  ['a megabyte of quotes', '"'.repeat(990_000)],
  ['a megabyte of comments', '#\n'.repeat(490_000)],
  ['a megabyte of NULs', '\0'.repeat(990_000)],
  [
    'a megabyte of instances',
    Array.from({ length: 25_000 }, (_, i) => `vrrp_instance V${i} {\n interface e\n}`).join('\n'),
  ],
  ['a megabyte of unknown words', Array.from({ length: 70_000 }, (_, i) => `pri${i}ority`).join('\n')],
  [
    'a megabyte of addresses',
    `vrrp_instance V {\nvirtual_ipaddress {\n${Array.from({ length: 60_000 }, (_, i) => `10.${i >> 16}.${(i >> 8) & 255}.${i & 255}`).join('\n')}`,
  ],
  [
    'a megabyte of scripts',
    Array.from({ length: 25_000 }, (_, i) => `vrrp_script s${i} {\nscript "true"\n}`).join('\n'),
  ],
  ['a megabyte of dollars', `$a=b\n${'$a'.repeat(490_000)}`],
  ['a megabyte of joined lines', '\\\n'.repeat(490_000)],
  ['more than a megabyte', 'x'.repeat(10_000_000)],
])('%s is read in little time', (_, text) => {
  expect(cpuMs(() => haveAPlace(readKeepalivedConf(text, 'k').findings))).toBeLessThan(2_000);
});

test.each([
  ['ifs', `${'if true; then '.repeat(1_400)}`],
  ['parentheses', '('.repeat(19_000)],
  ['substitutions', '$('.repeat(9_000)],
  ['ands', 'true && '.repeat(2_400)],
  ['nots', '! '.repeat(9_000)],
  ['functions that call each other', 'a() { b; b; }\nb() { a; a; }\na'],
  ['too long', 'true\n'.repeat(10_000)],
])('a script of many %s ends', (_, text) => {
  expect(cpuMs(() => haveAPlace(readTrackScript(text, 's').findings))).toBeLessThan(1_000);
});
