/** Checks in a world: times, verdicts and log lines, against the recordings B* (HAProxy 2.6.12). */
import { describe, expect, it } from 'vitest';
import { backendText, DEFAULTS, FRONTEND, GLOBAL, Lab, type LabOptions } from './harness.ts';

const LOGGED = ['log global', 'option log-health-checks'];

function lab(
  options: string,
  lines: readonly string[] = [],
  more: LabOptions = {},
  defaults = DEFAULTS,
): Lab {
  return new Lab(GLOBAL + defaults + FRONTEND + backendText(options, ...LOGGED, ...lines), more);
}

/** Milliseconds from a fault on m2 at each of `phases` to DOWN, and from the cure to UP. */
function detection(
  make: () => Lab,
  fault: (one: Lab, ms: number) => void,
  cure: (one: Lab, ms: number) => void,
  phases: readonly number[],
): { down: number[]; up: number[] } {
  const down: number[] = [];
  const up: number[] = [];
  for (const phase of phases) {
    const one = make();
    fault(one, 10_000 + phase);
    one.until(30_000 + phase);
    const [at] = one.times('Server be/m2 is DOWN');
    down.push((at ?? Number.NaN) - 10_000 - phase);
    const cureMs = 35_000 + ((phase * 7) % 5000);
    cure(one, cureMs);
    one.until(50_000);
    const [back] = one.times('Server be/m2 is UP');
    up.push((back ?? Number.NaN) - cureMs);
  }
  return { down, up };
}

const PHASES = Array.from({ length: 12 }, (_, n) => 40 + n * 161);
const kill = (one: Lab, ms: number): void => one.kill(ms, 'm2');
const start = (one: Lab, ms: number): void => one.start(ms, 'm2');

function between(values: readonly number[], from: number, to: number): void {
  for (const value of values) {
    expect(value).toBeGreaterThanOrEqual(from);
    expect(value).toBeLessThanOrEqual(to);
  }
  // Phases spread the results over most of the range.
  expect(Math.max(...values) - Math.min(...values)).toBeGreaterThan((to - from) * 0.6);
}

describe('detection times, HAPROXY.md section 3', () => {
  it('a dead port (RST, default 2s/3): DOWN after 4 to 6 s, UP 2 to 4 s after the port answers (Ba)', () => {
    const { down, up } = detection(() => lab('check'), kill, start, PHASES);
    between(down, 4000, 6010);
    between(up, 2000, 4010);
  });

  it('a silent host: every check needs its 2 s, then waits 2 s: DOWN after 10 to 12 s (Bc1)', () => {
    const { down } = detection(
      () => lab('check'),
      (one, ms) => one.silence(ms, 'm2'),
      (one, ms) => one.hearAgain(ms, 'm2'),
      PHASES,
    );
    between(down, 10_000, 12_020);
  });

  it('timeout connect counts for checks only if timeout check is set (Bc2)', () => {
    const short = DEFAULTS.replace('connect 5s', 'connect 500ms');
    const silence = (one: Lab, ms: number): void => one.silence(ms, 'm2');
    const hear = (one: Lab, ms: number): void => one.hearAgain(ms, 'm2');
    between(detection(() => lab('check', [], {}, short), silence, hear, PHASES).down, 10_000, 12_020);
    const both = `${short}  timeout check 1s\n`;
    between(detection(() => lab('check', [], {}, both), silence, hear, PHASES).down, 5500, 7550);
  });

  it('inter 1s fastinter 500ms downinter 5s fall 2 rise 3: DOWN after 0.5 to 1.5 s, UP after 1 to 6 s (Be1)', () => {
    const options = 'check inter 1s fastinter 500ms downinter 5s fall 2 rise 3';
    const phases = Array.from({ length: 16 }, (_, n) => 30 + n * 311);
    const { down, up } = detection(() => lab(options), kill, start, phases);
    between(down, 500, 1510);
    between(up, 1000, 6010);
  });

  it('an answer 500 to httpchk is as a dead port (Bd)', () => {
    const { down, up } = detection(
      () => lab('check', ['option httpchk GET /healthz']),
      (one, ms) => one.behave(ms, 'm2', { status: 500 }),
      (one, ms) => one.behave(ms, 'm2', { status: 200 }),
      PHASES,
    );
    between(down, 4000, 6010);
    between(up, 2000, 4010);
  });

  it('a frozen backend under httpchk: 2 s of waiting and 2 s of pause each time, 10 to 12 s (Bb2)', () => {
    const { down } = detection(
      () => lab('check', ['option httpchk GET /healthz']),
      (one, ms) => one.at(ms, { do: 'pause', process: 'm2/backend' }),
      (one, ms) => one.at(ms, { do: 'resume', process: 'm2/backend' }),
      PHASES,
    );
    between(down, 10_000, 12_020);
  });
});

describe('timing of checks', () => {
  it('the next check starts inter after the END of the last one, so a timed-out one has period inter + timeout', () => {
    const one = lab('check');
    one.silence(10_000, 'm2');
    one.until(30_000);
    const [a, b, c] = one.times('server be/m2 failed') as [number, number, number];
    expect(b - a).toBeCloseTo(4002, 0);
    expect(c - b).toBeCloseTo(4002, 0);
  });

  it('first checks come at k * inter / n and keep that offset (Bh)', () => {
    const one = lab('check', ['option httpchk']);
    one.until(20_000);
    const at = (name: string): number[] =>
      one.notes
        .filter(([, who, note]) => who === `${name}/backend` && note['name'] === 'accepted')
        .map(([ms]) => ms);
    [0, 667, 1334].forEach((offset, n) => {
      const times = at(`m${n + 1}`);
      expect(times[0]).toBeCloseTo(offset, -1);
      expect(times).toHaveLength(10);
      for (let k = 1; k < times.length; k++) expect(times[k]! - times[k - 1]!).toBeCloseTo(2001.9, -1);
    });
  });

  it('spread-checks 50: intervals uniform over plus and minus half, drawn anew each time (Bh)', () => {
    const text =
      GLOBAL.replace('maxconn', 'spread-checks 50\n  maxconn') +
      DEFAULTS +
      FRONTEND +
      backendText('check', 'option httpchk');
    const one = new Lab(text);
    one.until(200_000);
    const times = one.notes
      .filter(([, who, note]) => who === 'm1/backend' && note['name'] === 'accepted')
      .map(([ms]) => ms);
    const gaps = times.slice(1).map((ms, n) => ms - times[n]!);
    expect(Math.min(...gaps)).toBeGreaterThan(1000);
    expect(Math.min(...gaps)).toBeLessThan(1100);
    expect(Math.max(...gaps)).toBeLessThan(3010);
    expect(Math.max(...gaps)).toBeGreaterThan(2900);
    const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
    expect(mean).toBeGreaterThan(1850);
    expect(mean).toBeLessThan(2150);
  });

  it('without timeout check the whole check has inter to finish; with it the answer gets timeout check', () => {
    const frozen = { m1: { status: 0 }, m2: { status: 0 }, m3: { status: 0 } };
    const whole = lab('check inter 3s', ['option httpchk'], { backends: frozen });
    whole.until(10_000);
    expect(whole.times('server be/m1 failed')[0]).toBeCloseTo(3001.2, 0);
    const fixed = lab(
      'check inter 3s',
      ['option httpchk'],
      { backends: frozen, version: '3.2.1' },
      `${DEFAULTS}  timeout check 700ms\n`,
    );
    fixed.until(10_000);
    expect(fixed.times('server be/m1 failed')[0]).toBeCloseTo(701.4, 0);
  });

  it('up to 3.2.0 a timeout check is noticed only when the other checks have gone by: 1.0 to 1.85 s (Bb3)', () => {
    const durations = (version: string): number[] => {
      const found: number[] = [];
      for (const phase of [100, 500, 900, 1300, 1700]) {
        const one = lab(
          'check',
          ['option httpchk GET /healthz'],
          { version },
          `${DEFAULTS}  timeout check 1s\n`,
        );
        one.at(10_000 + phase, { do: 'pause', process: 'm2/backend' });
        one.at(15_000 + phase, { do: 'pause', process: 'm3/backend' });
        one.until(40_000);
        for (const [, line] of one.log) {
          const [, ms] = /Layer7 timeout, check duration: (\d+)ms/.exec(line) ?? [];
          if (ms !== undefined) found.push(Number(ms));
        }
      }
      return found;
    };
    const old = durations('2.6.12');
    expect(Math.min(...old)).toBeGreaterThanOrEqual(1000);
    expect(Math.max(...old)).toBeGreaterThan(1300);
    expect(Math.max(...old)).toBeLessThanOrEqual(2001);
    expect(new Set(durations('3.2.1'))).toEqual(new Set([1001]));
  });

  it('a plain TCP check never reaches accept(): a frozen backend stays UP (Bb1, Bf3)', () => {
    for (const lines of [[], ['option tcp-check']]) {
      const one = lab('check', lines);
      one.at(10_000, { do: 'pause', process: 'm2/backend' });
      one.until(200_000);
      expect(one.times('is DOWN')).toEqual([]);
    }
  });

  it('at start servers are UP, but ONE failed check makes them DOWN; a restart forgets DOWN states (Bh)', () => {
    const one = lab('check', [], { without: ['m1', 'm2', 'm3'] });
    one.until(5000);
    expect(one.log.map(([, line]) => line)).toEqual(
      [2, 1, 0].flatMap((left, n) => [
        `Health check for server be/m${n + 1} failed, reason: Layer4 connection problem, info: "Connection refused", check duration: 0ms, status: 0/2 DOWN.`,
        `Server be/m${n + 1} is DOWN. ${left} active and 0 backup servers left. 0 sessions active, 0 requeued, 0 remaining in queue.`,
        ...(left === 0 ? ['backend be has no server available!'] : []),
      ]),
    );
    expect(one.context.backends[0]?.act).toBe(0);
    one.at(6000, { do: 'restart', process: 'lb/haproxy' });
    one.until(6000.1);
    expect(one.context.backends[0]?.act).toBe(3);
  });
});

describe('kinds of checks and their lines, HAPROXY.md sections 4 and 8', () => {
  /** The first line of m2 after a fault, without what comes before its reason and after its duration. */
  function reason(one: Lab, from: number): string | undefined {
    const line = one.log.find(([ms, text]) => ms > from && text.includes('server be/m2'))?.[1];
    return /reason: (.*), check duration/.exec(line ?? '')?.[1];
  }

  it('the lines of a fault and its cure are those of the recording Ba', () => {
    const one = lab('check');
    one.kill(10_000, 'm2');
    one.start(19_000, 'm2');
    one.until(30_000);
    const failed =
      'Health check for server be/m2 failed, reason: Layer4 connection problem, info: "Connection refused", check duration: 0ms';
    const passed =
      'Health check for server be/m2 succeeded, reason: Layer4 check passed, check duration: 0ms';
    expect(one.log.slice(3).map(([, line]) => line)).toEqual([
      `${failed}, status: 2/3 UP.`,
      `${failed}, status: 1/3 UP.`,
      `${failed}, status: 0/2 DOWN.`,
      'Server be/m2 is DOWN. 2 active and 0 backup servers left. 0 sessions active, 0 requeued, 0 remaining in queue.',
      `${passed}, status: 1/2 DOWN.`,
      `${passed}, status: 3/3 UP.`,
      'Server be/m2 is UP. 3 active and 0 backup servers online. 0 sessions requeued, 0 total in queue.',
    ]);
  });

  it('without log-health-checks the reason stands on the DOWN and UP lines', () => {
    const one = new Lab(GLOBAL + DEFAULTS + FRONTEND + backendText('check', 'option httpchk GET /healthz'));
    one.behave(10_000, 'm2', { status: 500 });
    one.behave(20_000, 'm2', { status: 200 });
    one.until(30_000);
    expect(one.log.map(([, line]) => line)).toEqual([
      'Server be/m2 is DOWN, reason: Layer7 wrong status, code: 500, info: "Internal Server Error", check duration: 0ms. 2 active and 0 backup servers left. 0 sessions active, 0 requeued, 0 remaining in queue.',
      'Server be/m2 is UP, reason: Layer7 check passed, code: 200, check duration: 0ms. 3 active and 0 backup servers online. 0 sessions requeued, 0 total in queue.',
    ]);
  });

  it('up to 2.1 the information was the returned code', () => {
    const one = new Lab(GLOBAL + DEFAULTS + FRONTEND + backendText('check', 'option httpchk GET /'), {
      version: '1.8.8',
    });
    one.behave(10_000, 'm2', { status: 500 });
    one.until(20_000);
    expect(one.log[0]?.[1]).toContain('code: 500, info: "HTTP status check returned code <3C>500<3E>"');
  });

  it('L4TOUT: Layer4 timeout, check duration: 2001ms', () => {
    const one = lab('check');
    one.silence(10_000, 'm2');
    one.until(14_000);
    expect(one.log[3]?.[1]).toBe(
      'Health check for server be/m2 failed, reason: Layer4 timeout, check duration: 2001ms, status: 2/3 UP.',
    );
  });

  it('tcp-check tells the step', () => {
    const one = lab('check', ['option tcp-check']);
    one.kill(10_000, 'm2');
    one.until(13_000);
    expect(reason(one, 10_000)).toBe(
      'Layer4 connection problem, info: "Connection refused at initial connection step of tcp-check"',
    );
  });

  it('tcp-check send and expect: L7OK (tcp-check), else L7RSP', () => {
    const lines = ['option tcp-check', 'tcp-check send PING', 'tcp-check expect string PING'];
    const good = lab('check', lines);
    good.until(3000);
    expect(good.log[0]?.[1]).toContain(
      'succeeded, reason: Layer7 check passed, code: 0, info: "(tcp-check)"',
    );
    const bad = lab('check', [...lines.slice(0, 2), 'tcp-check expect string PONG']);
    bad.until(3000);
    expect(bad.log[0]?.[1]).toContain('failed, reason: Layer7 invalid response');
  });

  it('ssl-hello-chk: an alert is answer enough; a plain port is a timeout, DOWN at the first check, never UP (Bg1, Bg2)', () => {
    const tls = lab('check', ['option ssl-hello-chk'], { backends: { m1: { tls: true } } });
    tls.until(10_000);
    expect(tls.log[0]?.[1]).toContain('server be/m1 succeeded, reason: Layer6 check passed');
    expect(tls.log[1]?.[1]).toBe(
      'Health check for server be/m2 failed, reason: Layer6 timeout, check duration: 2001ms, status: 0/2 DOWN.',
    );
    expect(tls.times('Server be/m2 is UP')).toEqual([]);
  });

  it('ssl-hello-chk is UP even if the server answers 500, since httpchk before it is overridden', () => {
    const broken = { tls: true, status: 500 };
    const one = lab('check', ['option httpchk GET /healthz', 'option ssl-hello-chk'], {
      backends: { m1: broken, m2: broken, m3: broken },
    });
    one.until(20_000);
    expect(one.times('is DOWN')).toEqual([]);
  });

  it('check-ssl is a TLS handshake; with httpchk the request is sent inside it (Bg4)', () => {
    const tls = { m1: { tls: true }, m2: { tls: true }, m3: { tls: true } };
    const handshake = lab('check check-ssl verify none', [], { backends: tls });
    handshake.until(3000);
    expect(handshake.log[0]?.[1]).toContain('reason: Layer6 check passed');
    const http = lab(
      'check check-ssl verify none',
      ['option httpchk GET /healthz', 'http-check expect status 200'],
      { backends: tls },
    );
    http.behave(10_000, 'm2', { status: 500 });
    http.until(13_000);
    expect(http.log[0]?.[1]).toContain('reason: Layer7 check passed, code: 200');
    expect(reason(http, 10_000)).toBe('Layer7 wrong status, code: 500, info: "Internal Server Error"');
  });

  it('httpchk without check-ssl against a TLS port gets a 400 of a Go server: L7STS, DOWN', () => {
    const one = lab('check', ['option httpchk GET /healthz'], { backends: { m2: { tls: true } } });
    one.until(3000);
    expect(reason(one, 0)).toBe('Layer7 wrong status, code: 400, info: "Bad Request"');
    expect(one.times('Server be/m2 is DOWN')).toHaveLength(1);
  });

  it('http-check connect ssl makes the check TLS although the server line has no ssl', () => {
    const tls = { m1: { tls: true }, m2: { tls: true }, m3: { tls: true } };
    const lines = ['option httpchk GET /healthz', 'http-check connect ssl', 'http-check expect status 200'];
    const one = lab('check', lines, { backends: tls });
    one.until(3000);
    expect(one.log.map(([, line]) => line.includes('Layer7 check passed, code: 200'))).toEqual([
      true,
      true,
      true,
    ]);
  });

  it('without an expect rule 2xx and 3xx pass; 401 (no anonymous auth) does not', () => {
    for (const [status, up] of [
      [200, true],
      [302, true],
      [399, true],
      [401, false],
      [404, false],
      [503, false],
    ] as const) {
      const one = lab('check', ['option httpchk GET /healthz'], { backends: { m2: { status } } });
      one.until(2000);
      expect([status, one.context.backends[0]!.servers[1]!.operational]).toEqual([
        status,
        up ? 'RUNNING' : 'STOPPED',
      ]);
    }
  });

  it('http-check expect string looks at the body', () => {
    const one = lab('check', ['option httpchk GET /', 'http-check expect string ok'], {
      backends: { m1: { body: 'all ok' }, m2: { body: 'bad' } },
    });
    one.until(2000);
    expect(one.log[0]?.[1]).toContain('be/m1 succeeded');
    expect(reason(one, 0)).toBe(
      'Layer7 invalid response, code: 200, info: "HTTP content check did not match"'.replace(
        ', code: 200',
        '',
      ),
    );
  });

  it('disable-on-404: L7OKC, the server is NOLB: no new traffic, but not DOWN', () => {
    const one = lab('check', ['option httpchk GET /', 'http-check disable-on-404']);
    one.behave(10_000, 'm2', { status: 404 });
    one.until(13_000);
    expect(one.context.backends[0]?.servers[1]).toMatchObject({ operational: 'STOPPING', eweight: 0 });
    expect(one.log.slice(3).map(([, line]) => line)).toEqual([
      'Health check for server be/m2 conditionally succeeded, reason: Layer7 check conditionally passed, code: 404, info: "Not Found", check duration: 0ms, status: 3/3 UP.',
      'Server be/m2 is stopping. 2 active and 0 backup servers online. 0 sessions requeued, 0 total in queue.',
    ]);
    one.behave(13_000, 'm2', { status: 200 });
    one.until(16_000);
    expect(one.context.backends[0]?.servers[1]?.operational).toBe('RUNNING');
  });

  it('a connection ended before the answer: RST is a socket error, FIN an invalid response (Bg6, Bg2)', () => {
    const one = lab('check inter 5s', ['option httpchk GET /'], { backends: { m2: { status: 0 } } });
    one.at(2000, { do: 'kill', process: 'm2/backend' });
    one.until(3000);
    expect(reason(one, 1999)).toBe('Layer7 invalid response');
  });
});

describe('agent checks, doc:18291-18365', () => {
  const AGENT = 'check agent-check agent-port 9999 agent-inter 1s';

  function said(agent: string): Lab {
    const one = lab(AGENT);
    one.behave(5000, 'm2', { agent });
    one.until(7500);
    return one;
  }

  it('down, fail and stopped take the server down; the page says DOWN (agent); up brings it back', () => {
    for (const word of ['down', 'fail', 'stopped']) {
      const one = said(`${word} # overloaded\n`);
      expect(one.context.backends[0]?.servers[1]?.operational).toBe('STOPPED');
      expect(
        one.times('Agent check for server be/m2 failed, reason: Layer7 wrong status, code: 0'),
      ).toHaveLength(1);
      one.behave(8000, 'm2', { agent: 'up\n' });
      one.until(10_000);
      expect(one.context.backends[0]?.servers[1]?.operational).toBe('RUNNING');
    }
  });

  it('only up undoes its own down', () => {
    const one = said('down\n');
    one.behave(8000, 'm2', { agent: '50%\n' });
    one.until(12_000);
    expect(one.context.backends[0]?.servers[1]).toMatchObject({ operational: 'STOPPED' });
  });

  it('NN% and weight:N change the weight, drain and maint the state, ready undoes them', () => {
    expect(said('weight:7\n').context.backends[0]?.servers[1]?.uweight).toBe(7);
    expect(said('300%\n').context.backends[0]?.servers[1]?.uweight).toBe(3);
    expect(said('drain\n').context.backends[0]?.servers[1]).toMatchObject({ drain: true, eweight: 0 });
    expect(said('maxconn:9\n').context.backends[0]?.servers[1]?.maxconn).toBe(9);
    const one = said('maint\n');
    expect(one.context.backends[0]?.servers[1]?.maintenance).toBe(true);
  });

  it('failure to connect is ignored', () => {
    const text =
      GLOBAL + DEFAULTS + FRONTEND + backendText('check agent-check agent-port 9998 agent-inter 1s');
    const one = new Lab(text);
    one.until(20_000);
    expect(one.times('is DOWN')).toEqual([]);
  });
});

describe('observe and on-error, src/check.c:663-745', () => {
  const traffic = (one: Lab, from: number, count: number): void => {
    for (let n = 0; n < count; n++) one.open(from + n * 50);
  };

  it('observe layer4 with mark-down: DOWN after 10 consecutive errors, 0.95 s at 20 connections per second (Bt7)', () => {
    const one = new Lab(
      `${GLOBAL}${DEFAULTS}  option redispatch\n${FRONTEND}${backendText('check observe layer4 on-error mark-down', ...LOGGED)}`,
    );
    one.kill(9990, 'm2');
    traffic(one, 10_000, 40);
    one.until(12_000);
    const [down] = one.times('Server be/m2 is DOWN');
    expect(down! - 9990).toBeGreaterThan(900);
    expect(down! - 9990).toBeLessThan(1040);
    expect(one.log.map(([, line]) => line)).toContain(
      'Health check for server be/m2 failed, reason: Health analyze, info: "Detected 10 consecutive errors, last one was: L4 unsuccessful connection", status: 0/2 DOWN.',
    );
    expect([...one.outcomes.values()].every(({ outcome }) => outcome === 'ok')).toBe(true);
  });

  it('fail-check (the default) counts as one failed check, sudden-death leaves one more', () => {
    const health = (options: string): number | undefined => {
      const one = new Lab(
        `${GLOBAL}${DEFAULTS}  option redispatch\n${FRONTEND}${backendText(`check inter 1m observe layer4 error-limit 3 ${options}`)}`,
      );
      one.kill(45_000, 'm2');
      traffic(one, 45_010, 6);
      one.until(46_000);
      return one.context.backends[0]?.servers[1]?.check?.health;
    };
    expect(health('')).toBe(3);
    expect(health('on-error sudden-death')).toBe(2);
    expect(health('on-error mark-down')).toBe(0);
    expect(health('on-error fastinter')).toBe(4);
  });

  it('fastinter brings the next check forward', () => {
    const one = new Lab(
      `${GLOBAL}${DEFAULTS}  option redispatch\n${FRONTEND}${backendText('check inter 1m fastinter 1s observe layer4 error-limit 2 on-error fastinter', ...LOGGED)}`,
    );
    one.until(120_000);
    one.kill(121_000, 'm2');
    traffic(one, 121_010, 4);
    one.until(124_000);
    const [first] = one.times('server be/m2 failed');
    expect(first).toBeGreaterThan(122_000);
    expect(first).toBeLessThan(122_300);
  });

  it('layer7 judges answers in http mode: 100 to 499, 501 and 505 are good', () => {
    const errors = (status: number): number | undefined => {
      const text = `${GLOBAL}${DEFAULTS.replace('tcp', 'http')}${FRONTEND}${backendText('check observe layer7')}`;
      const one = new Lab(text, { backends: { m1: { status } } });
      traffic(one, 5000, 4);
      one.until(6000);
      return one.context.backends[0]?.servers[0]?.consecutiveErrors;
    };
    expect([200, 404, 500, 501, 503, 505].map(errors)).toEqual([0, 0, 2, 0, 2, 0]);
  });
});
