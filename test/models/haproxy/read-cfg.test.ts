import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { BackendConfig, ServerConfig } from '../../../models/haproxy/config.ts';
import { readHaproxyCfg } from '../../../models/haproxy/read-cfg.ts';
import { cpuMsOf } from '../../cpu-time.ts';

const guides = ['000', '001', '002', '003'].map((number) => ({
  name: `guide-${number}.cfg`,
  text: readFileSync(new URL(`./fixtures/guide-${number}.cfg`, import.meta.url), 'utf8'),
}));

function read(text: string): ReturnType<typeof readHaproxyCfg> {
  return readHaproxyCfg(text, 'haproxy.cfg');
}

/** `12:5 error message`, one a line. */
function complaints(text: string): string[] {
  return read(text).findings.map(
    ({ line, column, severity, message }) => `${line}:${column} ${severity} ${message}`,
  );
}

/** A minimal complete file around some lines of a backend. */
function backendOf(...lines: string[]): BackendConfig {
  const { config, findings } = read(
    `defaults\n  timeout connect 5s\n  timeout client 50s\n  timeout server 50s\nfrontend fe\n  bind *:8443\n  default_backend be\nbackend be\n${lines.map((line) => `  ${line}\n`).join('')}`,
  );
  expect(findings.filter(({ severity }) => severity === 'error')).toEqual([]);
  return config.backends[0]!;
}

function serverOf(options: string, ...before: string[]): ServerConfig {
  return backendOf(...before, `server m1 192.0.2.11:6443 ${options}`).servers[0]!;
}

describe('the guides', () => {
  it.each(guides)('$name is read without an error', ({ name, text }) => {
    const { config, findings } = readHaproxyCfg(text, name);
    expect(findings.filter(({ severity }) => severity === 'error')).toEqual([]);
    expect(config).toMatchSnapshot();
    expect(
      findings.map(({ severity, line, message }) => `${line} ${severity}: ${message}`),
    ).toMatchSnapshot();
  });

  it('the last option ...chk of a section wins: guide 001 checks by ssl-hello-chk', () => {
    const { config, findings } = read(guides[1]!.text);
    expect(config.backends[1]?.checks.kind).toBe('ssl-hello-chk');
    expect(findings).toContainEqual({
      severity: 'warning',
      file: 'haproxy.cfg',
      line: 33,
      column: 12,
      message: "'option ssl-hello-chk' overrides 'option httpchk' of line 30",
    });
  });
});

describe('words, doc section 2.2', () => {
  it('a # begins a comment, in the middle of a word too, but not when escaped or quoted', () => {
    expect(serverOf('agent-check agent-port 9 agent-send a#b').agent?.send).toBe('a');
    expect(serverOf('agent-check agent-port 9 agent-send a\\#b').agent?.send).toBe('a#b');
    expect(serverOf("agent-check agent-port 9 agent-send 'a #b'").agent?.send).toBe('a #b');
  });

  it('quotes and backslashes keep blanks; strong quotes are literal', () => {
    expect(serverOf('agent-check agent-port 9 agent-send a\\ b').agent?.send).toBe('a b');
    expect(serverOf('agent-check agent-port 9 agent-send "a\\"b\\n"').agent?.send).toBe('a"b\n');
    expect(serverOf("agent-check agent-port 9 agent-send 'a\\n'").agent?.send).toBe('a\\n');
    expect(serverOf('agent-check agent-port 9 agent-send a\\x41').agent?.send).toBe('aA');
  });

  it('environment variables in weak quotes are empty here, with a note', () => {
    expect(serverOf('agent-check agent-port 9 agent-send "<$HOST>"').agent?.send).toBe('<>');
    expect(complaints('global\n  maxconn "$N"\n')).toContain(
      '2:12 note the environment variable N is empty here',
    );
  });

  it('an unmatched quote is an error with its column', () => {
    expect(complaints('global\n  chroot "x\n')).toContain('2:10 error unmatched quote');
  });

  it('a NUL byte is an error', () => {
    expect(complaints('global\n  cdr\0oot\n').join()).toContain('stray NUL character');
  });
});

describe('sections, doc section 4', () => {
  it('a defaults section applies to the following sections until the next defaults', () => {
    const { config } = read(
      [
        'defaults\n  mode http\n  timeout client 1m\n  retries 7',
        'frontend a\n  bind :1',
        'defaults\n  timeout client 2s',
        'frontend b\n  bind :2\n',
      ].join('\n'),
    );
    expect(config.frontends.map(({ mode, timeouts }) => [mode, timeouts.client])).toEqual([
      ['http', 60000],
      ['tcp', 2000],
    ]);
  });

  it('named defaults are taken with from', () => {
    const { config } = read(
      'defaults x\n  mode http\ndefaults y\nfrontend a from x\n  bind :1\nfrontend b\n  bind :2\n',
    );
    expect(config.frontends.map(({ mode }) => mode)).toEqual(['http', 'tcp']);
  });

  it('a listen section is a frontend and a backend of one name', () => {
    const { config } = read('listen l\n  bind :1\n  server s 192.0.2.1:80\n');
    expect(config.frontends[0]).toMatchObject({ name: 'l', backend: 'l' });
    expect(config.backends[0]).toMatchObject({ name: 'l', servers: [{ name: 's' }] });
  });

  it('default-server gives the following server lines their defaults, and no-check negates', () => {
    const backend = backendOf(
      'default-server check inter 1s fall 5',
      'server a 192.0.2.1:80',
      'server b 192.0.2.2:80 no-check',
      'server c 192.0.2.3:80 inter 3s',
    );
    expect(backend.servers.map(({ check }) => check && [check.inter, check.fall])).toEqual([
      [1000, 5],
      undefined,
      [3000, 5],
    ]);
  });

  it('no negates an option', () => {
    expect(backendOf('option redispatch', 'no option redispatch').redispatch).toBeUndefined();
    expect(backendOf('option redispatch').redispatch).toBe(-1);
    expect(backendOf('option redispatch 1').redispatch).toBe(1);
  });

  it('.if, .else and .endif choose lines', () => {
    const text =
      'frontend f\n.if 0\n  bind :1\n.else\n  bind :2\n.endif\n.if defined(X)\n  bind :3\n.endif\n';
    expect(read(text).config.frontends[0]?.binds.map(({ port }) => port)).toEqual([2]);
    expect(complaints('.if 1\n')).toContain("1:1 error '.if' of line 1 is never ended");
  });
});

describe('times, doc section 2.5', () => {
  it('a bare number is milliseconds; units are us, ms, s, m, h, d', () => {
    for (const [text, ms] of [
      ['1500', 1500],
      ['1500ms', 1500],
      ['1500us', 2],
      ['15s', 15_000],
      ['2m', 120_000],
      ['1h', 3_600_000],
      ['1d', 86_400_000],
    ] as const) {
      expect(serverOf(`check inter ${text}`).check?.inter).toBe(ms);
    }
  });

  it('another unit is an error at the word', () => {
    expect(complaints('listen l\n  bind :1\n  server s 192.0.2.1:1 check inter 5sec\n')).toContain(
      "3:36 error 'inter': '5sec' is no time (a number with us, ms, s, m, h or d)",
    );
  });
});

describe('defaults, include/haproxy/defaults.h:284-292', () => {
  it('inter 2 s, fall 3, rise 2, weight 1, retries 3, error-limit 10', () => {
    const backend = backendOf('server m1 192.0.2.11:6443 check');
    expect(backend.retries).toBe(3);
    expect(backend.servers[0]).toMatchObject({
      weight: 1,
      maxconn: 0,
      'error-limit': 10,
      'on-error': 'fail-check',
      check: { inter: 2000, fall: 3, rise: 2 },
    });
  });

  it('httpchk is OPTIONS / and passes on 2xx and 3xx', () => {
    expect(backendOf('option httpchk').checks.rules).toEqual([
      { step: 'connect', ssl: false },
      { step: 'request', method: 'OPTIONS', uri: '/' },
      { step: 'expect', expectation: { on: 'status', codes: [[200, 399]], not: false } },
    ]);
  });
});

describe('bind, doc section 5.1', () => {
  it.each([
    ['*:8443', [[undefined, 8443]]],
    [':9999', [[undefined, 9999]]],
    ['192.0.2.10:8443', [['192.0.2.10', 8443]]],
    [
      '*:80,192.0.2.10:443',
      [
        [undefined, 80],
        ['192.0.2.10', 443],
      ],
    ],
    [
      ':80-82',
      [
        [undefined, 80],
        [undefined, 81],
        [undefined, 82],
      ],
    ],
  ])('%s', (text, expected) => {
    const { config } = read(`frontend f\n  bind ${text}\n`);
    expect(config.frontends[0]?.binds.map(({ address, port }) => [address, port])).toEqual(expected);
  });

  it('a port out of range, a missing port and an address that is none are errors', () => {
    expect(complaints('frontend f\n  bind :70000\n').join()).toContain(
      '2:8 error port 70000 is not between 1 and 65535',
    );
    expect(complaints('frontend f\n  bind 192.0.2.1\n').join()).toContain(
      "2:8 error missing port number in '192.0.2.1'",
    );
    expect(complaints('frontend f\n  bind :1,300.1.1.1:2\n').join()).toContain(
      "2:11 error '300.1.1.1' is no address",
    );
  });
});

describe('checks', () => {
  it('http-check connect ssl makes the check TLS although the server line has no ssl (kubeadm sample)', () => {
    const { checks } = backendOf(
      'option httpchk',
      'http-check connect ssl',
      'http-check send meth GET uri /healthz',
      'http-check expect status 200',
    );
    expect(checks.rules).toEqual([
      { step: 'connect', ssl: true },
      { step: 'request', method: 'GET', uri: '/healthz' },
      { step: 'expect', expectation: { on: 'status', codes: [[200, 200]], not: false } },
    ]);
  });

  it('expect knows status lists, strings, regular expressions and negation', () => {
    expect(backendOf('option httpchk GET /', 'http-check expect ! rstatus ^5').checks.rules[2]).toEqual({
      step: 'expect',
      expectation: { on: 'rstatus', pattern: '^5', not: true },
    });
    expect(
      backendOf('option tcp-check', 'tcp-check send PING\\r\\n', 'tcp-check expect string +PONG').checks
        .rules,
    ).toEqual([
      { step: 'connect', ssl: false },
      { step: 'send', text: 'PING\r\n' },
      { step: 'expect', expectation: { on: 'string', pattern: '+PONG', not: false } },
    ]);
  });

  it('ssl on the server line makes the check TLS, unless the check has a port of its own', () => {
    expect(serverOf('check ssl verify none').check?.ssl).toBe(true);
    expect(serverOf('check ssl verify none port 8080').check?.ssl).toBe(false);
    expect(serverOf('check check-ssl verify none port 8080').check?.ssl).toBe(true);
  });
});

describe('three classes of keywords', () => {
  it('a known one that is not modelled is a note', () => {
    expect(complaints('frontend f\n  bind :1\n  timeout client 1s\n  http-request deny\n')).toEqual([
      "4:3 note 'http-request' is not modelled",
    ]);
  });

  it('an unknown one keeps HAProxy from starting, unlike keepalived: said, with what is near', () => {
    expect(complaints('frontend f\n  bind :1\n  timeout client 1s\n  default_backand be\n').join()).toMatch(
      /4:3 warning unknown keyword in a frontend section 'default_backand'; nearest: default_backend.*; HAProxy would not start/,
    );
    expect(complaints('listen l\n  bind :1\n  server s 192.0.2.1:1 chekc\n').join()).toMatch(
      /3:24 warning unknown server keyword 'chekc'; nearest: check/,
    );
  });
});

describe('what HAProxy checks at the end of the file', () => {
  it('missing timeouts are its own warning', () => {
    expect(
      complaints('frontend f\n  bind :1\n  default_backend b\nbackend b\n  server s 192.0.2.1:1\n'),
    ).toEqual([
      "1:1 warning missing timeouts for frontend 'f': client; without them connections may hang for ever",
      "4:1 warning missing timeouts for backend 'b': connect, server; without them connections may hang for ever",
    ]);
  });

  it('an unknown backend, two proxies of one name, two servers of one name, another mode: errors', () => {
    expect(complaints('frontend f\n  bind :1\n  default_backend x\nbackend b\n').join()).toContain(
      "3:19 error unknown backend 'x'",
    );
    expect(complaints('listen a\n  bind :1\nbackend a\n').join()).toContain(
      "3:1 error backend 'a' has the same name as listen 'a' of line 1",
    );
    expect(
      complaints('listen a\n  bind :1\n  server s 192.0.2.1:1\n  server s 192.0.2.2:1\n').join(),
    ).toContain('already defined at line 3');
    expect(
      complaints('frontend f\n  mode http\n  bind :1\n  default_backend b\nbackend b\n').join(),
    ).toContain("backend 'b' is in mode tcp, frontend 'f' in mode http");
  });

  it('a file without a listener would not start; an empty one neither', () => {
    expect(complaints('backend b\n').join()).toContain('no enabled listener found');
    expect(complaints('').join()).toContain('1:1 error no enabled listener found');
  });

  it('observe layer7 is for mode http', () => {
    expect(complaints('listen a\n  bind :1\n  server s 192.0.2.1:1 check observe layer7\n').join()).toContain(
      "'observe layer7' can only be used in mode http",
    );
  });

  it('track needs a server that is checked, and no circle', () => {
    expect(complaints('listen a\n  bind :1\n  server s 192.0.2.1:1 track b/x\n').join()).toContain(
      'unable to find required server b/x',
    );
    expect(
      complaints(
        'listen a\n  bind :1\n  server s 192.0.2.1:1 track t\n  server t 192.0.2.1:1 track s\n',
      ).join(),
    ).toContain('the servers track each other');
    expect(backendOf('server a 192.0.2.1:1 check', 'server b 192.0.2.1:2 track a').servers[1]?.track).toEqual(
      { backend: 'be', server: 'a' },
    );
  });
});

describe('junk', () => {
  it('survives variants of real files: cut, spliced, repeated, NUL bytes, wrong encodings', () => {
    const texts = guides.map(({ text }) => text);
    const piece = fc
      .tuple(fc.constantFrom(...texts), fc.nat(), fc.nat({ max: 2000 }))
      .map(([text, from, length]) => text.slice(from % text.length, (from % text.length) + length));
    const noise = fc.oneof(
      fc.constantFrom(
        '\0',
        '\r',
        '\n',
        '"',
        "'",
        '\\',
        '#',
        '${',
        '.if\n',
        'server \n',
        'defaults\n',
        '\ufeff',
        '\udc80',
      ),
      fc.string({ unit: 'binary', maxLength: 40 }),
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(piece, noise), { maxLength: 12 }), (parts) => {
        const { config, findings } = read(parts.join(''));
        expect(findings.every(({ line, column }) => line >= 1 && column >= 1)).toBe(true);
        expect(config.frontends.length).toBeLessThanOrEqual(2000);
      }),
      { seed: 4, numRuns: 2000 },
    );
  });

  it.each([
    ['one line of 1 MB', 'x'.repeat(1_000_000)],
    ['a megabyte of quotes', '"'.repeat(1_000_000)],
    ['a megabyte of words', 'bind '.repeat(200_000)],
    ['10 MB of lines', 'frontend f\nbind :1\n'.repeat(500_000)],
    [
      '10 MB of servers',
      `listen l\nbind :1\n${Array.from({ length: 300_000 }, (_, i) => `server s${i} 192.0.2.1:1 check\n`).join('')}`,
    ],
    ['10 MB of NUL', '\0\n'.repeat(5_000_000)],
    ['nested conditions', '.if 1\n'.repeat(300_000)],
    ['check rules', `listen l\nbind :1\n${'http-check expect status 200\n'.repeat(200_000)}`],
    [
      'inherited rules',
      `defaults\n${'http-check expect status 200\n'.repeat(99)}${Array.from({ length: 100_000 }, (_, i) => `frontend f${i}\n`).join('')}`,
    ],
  ])('%s takes less than a second', (_name, text) => {
    let findings: ReturnType<typeof read>['findings'] = [];
    const took = cpuMsOf(() => {
      ({ findings } = read(text));
    });
    expect(took).toBeLessThan(1000);
    expect(findings.length).toBeGreaterThan(0);
    expect(findings.length).toBeLessThanOrEqual(501);
  });
});
