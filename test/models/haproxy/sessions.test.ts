/** Sessions in a world: choosing, retrying, queueing, ending; against the recordings Bt*, Bq, Bi1, Brr (2.6.12). */
import { describe, expect, it } from 'vitest';
import { backendText, DEFAULTS, FRONTEND, GET, GLOBAL, Lab, type LabOptions } from './harness.ts';

function lab(
  options: string,
  lines: readonly string[] = [],
  more: LabOptions = {},
  defaults = DEFAULTS,
  frontend = FRONTEND,
): Lab {
  return new Lab(GLOBAL + defaults + frontend + backendText(options, ...lines), more);
}

/** Opens connections one after the other, `gap` ms apart, and returns their names. */
function traffic(one: Lab, from: number, count: number, gap = 50, message: unknown = GET): string[] {
  return Array.from({ length: count }, (_, n) => one.open(from + n * gap, 8443, message));
}

function outcomes(one: Lab, names: readonly string[]): string {
  return names.map((name) => one.outcome(name).outcome).join(' ');
}

function servers(one: Lab, names: readonly string[]): string {
  return names.map((name) => one.outcome(name).server).join(' ');
}

describe('round robin over connections, Brr', () => {
  it('each process has its own pointer and starts at the first server, after a restart too', () => {
    const one = lab('check');
    const before = traffic(one, 1000, 5);
    one.at(2000, { do: 'restart', process: 'lb/haproxy' });
    const again = traffic(one, 3000, 4);
    one.until(4000);
    expect(servers(one, before)).toBe('m1 m2 m3 m1 m2');
    expect(servers(one, again)).toBe('m1 m2 m3 m1');
  });

  it('a server that returns goes to the END of the lap: m1 m3 m2 from then on', () => {
    const one = lab('check inter 500ms fall 2 rise 2');
    const first = traffic(one, 1000, 24, 20);
    one.kill(2000, 'm2');
    const without = traffic(one, 4000, 12, 20);
    one.start(5000, 'm2');
    const after = traffic(one, 8000, 15, 20);
    one.until(9000);
    expect(servers(one, first)).toBe('m1 m2 m3 '.repeat(8).trim());
    expect(servers(one, without)).toBe('m1 m3 '.repeat(6).trim());
    expect(servers(one, after)).toBe('m1 m3 m2 '.repeat(5).trim());
  });

  it('the cursor is one per backend, shared by all frontends', () => {
    const two = `${FRONTEND}frontend other\n  bind *:8444\n  default_backend be\n`;
    const one = lab('check', [], {}, DEFAULTS, two);
    const names = [8443, 8444, 8443, 8444].map((port, n) => one.open(1000 + n * 20, port));
    one.until(2000);
    expect(servers(one, names)).toBe('m1 m2 m3 m1');
  });

  it('leastconn and static-rr, connections one after another: m1 m2 m3', () => {
    for (const algorithm of ['leastconn', 'static-rr', 'roundrobin']) {
      const one = lab('check', [`balance ${algorithm}`]);
      const names = traffic(one, 1000, 12);
      one.until(3000);
      expect([algorithm, servers(one, names)]).toEqual([algorithm, 'm1 m2 m3 '.repeat(4).trim()]);
    }
  });

  it('if no balance is written it is roundrobin up to 3.2 and random from 3.3', () => {
    const picks = (version: string): string => {
      const one = lab('check', [], { version });
      const names = traffic(one, 1000, 30);
      one.until(4000);
      return servers(one, names);
    };
    expect(picks('3.2.0')).toBe('m1 m2 m3 '.repeat(10).trim());
    const random = picks('3.3.0').split(' ');
    expect(random.join(' ')).not.toBe('m1 m2 m3 '.repeat(10).trim());
    for (const name of ['m1', 'm2', 'm3'])
      expect(random.filter((each) => each === name).length).toBeGreaterThan(4);
  });

  it('source: one client always reaches the same server, until servers change', () => {
    const one = lab('check', ['balance source']);
    const names = traffic(one, 1000, 6);
    one.until(2000);
    expect(new Set(servers(one, names).split(' ')).size).toBe(1);
  });

  it('first: the lowest id with a free slot', () => {
    const one = lab('check maxconn 1', ['balance first'], {
      backends: { m1: { delayUs: 1e6 }, m2: { delayUs: 1e6 } },
    });
    const names = traffic(one, 1000, 3);
    one.until(5000);
    expect(servers(one, names)).toBe('m1 m2 m3');
  });

  it('backups: active servers; if none, the first usable backup; all of them with option allbackups', () => {
    const text = (option: string): string =>
      `${GLOBAL}${DEFAULTS}${FRONTEND}backend be\n  ${option}\n  server m1 192.0.2.11:6443 check\n  server m2 192.0.2.12:6443 check backup\n  server m3 192.0.2.13:6443 check backup\n`;
    for (const [option, after] of [
      ['', 'm2 m2 m2 m2'],
      ['option allbackups', 'm2 m3 m2 m3'],
    ] as const) {
      const one = new Lab(text(option));
      const before = traffic(one, 1000, 3);
      one.kill(2000, 'm1');
      const rest = traffic(one, 10_000, 4);
      one.until(12_000);
      expect(servers(one, before)).toBe('m1 m1 m1');
      expect(servers(one, rest)).toBe(after);
      expect(one.log[0]?.[1]).toContain(
        '0 active and 2 backup servers left. Running on backup. 0 sessions active',
      );
    }
  });
});

describe('retries and redispatch, HAPROXY.md section 7', () => {
  it('without redispatch: 3 retries at 1 s on the same server, then EOF after 3.0 s (Bt1)', () => {
    const one = lab('check', ['retries 3']);
    one.kill(10_000, 'm2');
    const names = traffic(one, 10_010, 30);
    one.until(20_000);
    const failed = names.map((name) => one.outcome(name)).filter(({ outcome }) => outcome !== 'ok');
    expect(failed).toHaveLength(10);
    for (const { outcome, ms, connectedMs, openedMs } of failed) {
      expect(outcome).toBe('eof');
      expect(ms).toBeGreaterThan(3000);
      expect(ms).toBeLessThan(3020);
      expect(connectedMs! - openedMs).toBeLessThan(1);
    }
    const { load } = one.context.backends[0]!.servers[1]!;
    expect([load.wretr, load.wredis, load.econ]).toEqual([30, 0, 10]);
  });

  it('the retries stay on the same server even when it is DOWN by then', () => {
    const one = lab('check inter 500ms fall 1');
    one.kill(10_000, 'm2');
    const names = traffic(one, 10_005, 3, 1);
    one.until(20_000);
    expect(one.times('Server be/m2 is DOWN')[0]).toBeLessThan(10_600);
    expect(outcomes(one, names).split(' ').sort()).toEqual(['eof', 'ok', 'ok']);
  });

  it('option redispatch acts on the FIRST retry, at once on RST: nobody notices (Bt2)', () => {
    const one = lab('check', ['option redispatch']);
    one.kill(10_000, 'm2');
    const names = traffic(one, 10_010, 30);
    one.until(20_000);
    expect(outcomes(one, names)).toBe('ok '.repeat(30).trim());
    for (const name of names) expect(one.outcome(name).ms).toBeLessThan(3);
    const { load } = one.context.backends[0]!.servers[1]!;
    expect([load.wretr, load.econ]).toEqual([0, 0]);
    expect(load.wredis).toBe(15);
  });

  it('a silent host costs one timeout connect with redispatch, then another server (Bt4)', () => {
    const one = lab('check', ['option redispatch']);
    one.silence(10_000, 'm2');
    const names = traffic(one, 10_010, 3);
    one.until(20_000);
    const slow = names.map((name) => one.outcome(name)).filter(({ ms }) => ms > 1000);
    expect(slow).toHaveLength(1);
    expect(slow[0]).toMatchObject({ outcome: 'ok' });
    expect(slow[0]!.ms).toBeCloseTo(5002, -1);
  });

  it('a connect time-out is retried without delay, up to four in all and then EOF (Bt5)', () => {
    const one = lab('', ['retries 3'], {}, DEFAULTS.replace('connect 5s', 'connect 2s'));
    one.silence(10_000, 'm2');
    const names = traffic(one, 10_010, 3);
    one.until(30_000);
    const failed = names.map((name) => one.outcome(name)).filter(({ outcome }) => outcome === 'eof');
    expect(failed).toHaveLength(1);
    // Three of 2 s and one of 1 s: all that wait for the dead host are told when its ARP entry is given up. (Recorded, with 10 s: 31.2 to 40.4 s.)
    expect(failed[0]!.ms).toBeCloseTo(3 * 2000 + 1000, -1);
  });

  it('an unchecked dead server costs every third connection 3 s and an EOF', () => {
    const one = lab('', ['retries 3'], { without: ['m2'] });
    const names = traffic(one, 1000, 6, 4000);
    one.until(40_000);
    expect(outcomes(one, names)).toBe('ok eof ok ok eof ok');
  });

  it('retries 1 with two of three servers dead undetected: both tries may fail', () => {
    const one = lab('', ['retries 1', 'option redispatch'], { without: ['m1', 'm2'] });
    const names = traffic(one, 1000, 6, 3000);
    one.until(30_000);
    expect(outcomes(one, names)).toContain('eof');
    expect(outcomes(one, names)).toContain('ok');
  });

  it('with one server left the turn-around of 1 s comes before a redispatch too', () => {
    const one = lab('check', ['option redispatch'], { without: ['m1', 'm3'] });
    one.until(5000);
    one.kill(5000, 'm2');
    const [name] = traffic(one, 5010, 1) as [string];
    one.until(5900);
    expect(one.outcome(name).outcome).toBe('open');
    one.start(5950, 'm2');
    one.until(7000);
    expect(one.outcome(name)).toMatchObject({ outcome: 'ok' });
    expect(one.outcome(name).ms).toBeCloseTo(1001, -1);
  });
});

describe('no server, HAPROXY.md section 7', () => {
  it('tcp mode, all DOWN: connect succeeds, then a clean EOF; never connection refused', () => {
    const one = lab('check', [], { without: ['m1', 'm2', 'm3'] });
    const names = [...traffic(one, 5000, 2), ...traffic(one, 6000, 2, 50, null)];
    one.until(7000);
    for (const name of names) {
      const { outcome, connectedMs, ms } = one.outcome(name);
      expect(outcome).toBe('eof');
      expect(connectedMs).toBeDefined();
      expect(ms).toBeLessThan(2);
    }
    expect(one.context.backends[0]?.load.econ).toBe(4);
  });

  it('http mode is 503 at once', () => {
    const one = new Lab(`${GLOBAL}${DEFAULTS.replace('tcp', 'http')}${FRONTEND}${backendText('check')}`, {
      without: ['m1', 'm2', 'm3'],
    });
    const [name] = traffic(one, 5000, 1) as [string];
    one.until(6000);
    expect(one.outcome(name)).toMatchObject({ outcome: 'ok', status: 503 });
    expect(one.outcome(name).ms).toBeLessThan(2);
  });

  it('http mode passes requests on while there are servers', () => {
    const one = new Lab(`${GLOBAL}${DEFAULTS.replace('tcp', 'http')}${FRONTEND}${backendText('check')}`);
    const names = traffic(one, 5000, 3);
    one.until(6000);
    expect(names.map((name) => one.outcome(name).status)).toEqual([200, 200, 200]);
    expect(servers(one, names)).toBe('m1 m2 m3');
  });

  it('HAProxy dead: connection refused', () => {
    const one = lab('check');
    one.at(1000, { do: 'kill', process: 'lb/haproxy' });
    const [name] = traffic(one, 2000, 1) as [string];
    one.until(3000);
    expect(one.outcome(name).outcome).toBe('refused');
  });
});

describe('queues and maxconn, Bq', () => {
  const slow = { delayUs: 1_000_000 };
  const backends = { m1: slow, m2: slow, m3: slow };

  it('server maxconn 2, timeout queue 3s: excess waits, then EOF after 3 s (42 ok, 38 eof)', () => {
    const one = lab('check maxconn 2', [], { backends }, `${DEFAULTS}  timeout queue 3s\n`);
    const names = traffic(one, 1000, 80);
    one.until(20_000);
    const all = names.map((name) => one.outcome(name));
    const ok = all.filter(({ outcome }) => outcome === 'ok');
    const eof = all.filter(({ outcome }) => outcome === 'eof');
    expect(ok.length + eof.length).toBe(80);
    expect(Math.abs(ok.length - 42)).toBeLessThanOrEqual(1);
    for (const { ms } of eof) expect(ms).toBeCloseTo(3001.5, -1);
    expect(Math.max(...ok.map(({ ms }) => ms))).toBeLessThan(4010);
    // Exactly the connections of the recording: the first 30 are served, then the queue is too long.
    expect(all.slice(0, 30).every(({ outcome }) => outcome === 'ok')).toBe(true);
    expect(all.slice(30, 40).every(({ outcome }) => outcome === 'eof')).toBe(true);
    expect(one.context.backends[0]!.load.qmax).toBeGreaterThan(20);
    expect(one.context.backends[0]!.queue.size).toBe(0);
  });

  it('timeout queue unset is timeout connect: EOF after 5 s (54 ok, 26 eof)', () => {
    const one = lab('check maxconn 2', [], { backends });
    const names = traffic(one, 1000, 80);
    one.until(20_000);
    const all = names.map((name) => one.outcome(name));
    expect(Math.abs(all.filter(({ outcome }) => outcome === 'ok').length - 54)).toBeLessThanOrEqual(1);
    for (const { outcome, ms } of all) if (outcome === 'eof') expect(ms).toBeCloseTo(5001.5, -1);
  });

  it('frontend maxconn 4: 4 served, 5 more wait in the backlog, the rest get no answer: time-outs, never a refusal', () => {
    const limited = FRONTEND.replace('bind', 'maxconn 4\n  bind');
    const one = lab('check', [], { backends }, DEFAULTS, limited);
    const names = traffic(one, 1000, 20);
    one.until(1990);
    const all = names.map((name) => one.outcome(name));
    expect(all.map(({ connectedMs }) => connectedMs !== undefined)).toEqual(
      Array.from({ length: 20 }, (_, n) => n < 9),
    );
    expect(one.context.frontends[0]).toMatchObject({ accepting: false, load: { scur: 4, smax: 4 } });
    one.until(12_000);
    expect(names.some((name) => one.outcome(name).outcome === 'refused')).toBe(false);
    expect(one.outcome(names[4]!).ms).toBeCloseTo(1800, -2);
    expect(one.context.frontends[0]).toMatchObject({ accepting: true, load: { scur: 0, smax: 4 } });
  });

  it('global maxconn counts over all frontends', () => {
    const text = `${GLOBAL.replace('4000', '2')}${DEFAULTS}${FRONTEND}frontend other\n  bind *:8444\n  default_backend be\n${backendText('check')}`;
    const one = new Lab(text, { backends });
    const names = [8443, 8443, 8444].map((port, n) => one.open(1000 + 20 * n, port));
    one.until(1500);
    expect(one.context.actconn).toBe(2);
    one.until(5000);
    expect(outcomes(one, names)).toBe('ok ok ok');
    expect(one.outcome(names[2]!).ms).toBeGreaterThan(1900);
  });

  it('a queued client that gives up leaves the queue', () => {
    const one = lab('check maxconn 1', [], { backends });
    const names = traffic(one, 1000, 4, 10);
    one.send(1200, 'cl/client', { type: 'hang-up', name: names[3], how: 'close' } as never);
    one.until(1300);
    expect(one.context.backends[0]!.queue.size).toBe(0);
    expect(one.context.actconn).toBe(3);
  });
});

describe('a frozen backend', () => {
  it('is DOWN for a plain check only when traffic has filled its accept queue: backlog 128, 20 connections per second, some 30 s (Bt8)', () => {
    const one = lab('check', ['option redispatch']);
    one.until(9990);
    one.at(10_000, { do: 'pause', process: 'm2/backend' });
    const names = traffic(one, 10_010, 700);
    one.until(45_000);
    const [down] = one.times('Server be/m2 is DOWN') as [number];
    // 129 places at 20/3 connections per second are 19.4 s; then a check times out three times. (A kernel
    // that lets the checks take places too, as the real one does not, is a second early.)
    expect(down - 10_000).toBeGreaterThan(28_500);
    expect(down - 10_000).toBeLessThan(31_500);
    one.at(46_000, { do: 'resume', process: 'm2/backend' });
    one.until(49_000);
    expect(new Set(outcomes(one, names).split(' '))).toEqual(new Set(['ok']));
  });
});

describe('established sessions', () => {
  const idle = null;

  it('survive DOWN unless on-marked-down shutdown-sessions (Bi1)', () => {
    const lines = ['option httpchk GET /healthz'];
    for (const [options, ends] of [
      ['check', []],
      ['check on-marked-down shutdown-sessions', ['m2']],
    ] as const) {
      const one = lab(options, lines);
      const names = traffic(one, 5000, 6, 10, idle);
      one.behave(6000, 'm2', { status: 500 });
      one.until(20_000);
      const [down] = one.times('Server be/m2 is DOWN') as [number];
      const closed = names.map((name) => one.outcome(name)).filter(({ outcome }) => outcome !== 'open');
      expect(closed).toHaveLength(ends.length * 2);
      for (const { outcome, endedMs } of closed) {
        expect(outcome).toBe('eof');
        expect(endedMs! - down).toBeLessThan(5);
      }
    }
  });

  it('end with an EOF within milliseconds when their server process dies, long before DOWN (Bi1)', () => {
    const one = lab('check');
    const names = traffic(one, 5000, 6, 10, idle);
    one.kill(6000, 'm2');
    one.until(6100);
    expect(outcomes(one, names)).toBe('open eof open open eof open');
  });

  it('end with an EOF when HAProxy is killed (Ch)', () => {
    const one = lab('check');
    const names = traffic(one, 5000, 3, 10, idle);
    one.at(6000, { do: 'kill', process: 'lb/haproxy' });
    one.until(6100);
    expect(outcomes(one, names)).toBe('eof eof eof');
  });

  it('hang when their server vanishes silently, until timeout server or timeout client', () => {
    const one = lab('check', [], {}, DEFAULTS.replaceAll('50s', '35s'));
    const [, name] = traffic(one, 5000, 2, 10, idle) as [string, string];
    one.silence(6000, 'm2');
    one.until(39_900);
    expect(one.outcome(name).outcome).toBe('open');
    one.until(41_000);
    expect(one.outcome(name)).toMatchObject({ outcome: 'eof' });
    expect(one.outcome(name).endedMs).toBeCloseTo(5010 + 35_001, -1);
  });

  it('timeout tunnel takes the place of both once the session is established', () => {
    const one = lab('check', ['timeout tunnel 2s']);
    const [name] = traffic(one, 5000, 1, 10, idle) as [string];
    one.until(8000);
    expect(one.outcome(name).endedMs).toBeCloseTo(7001.5, -1);
  });

  it('messages in either direction keep a session alive', () => {
    const one = lab('check', [], { backends: { m1: { closes: false } } }, DEFAULTS.replaceAll('50s', '3s'));
    const [name] = traffic(one, 5000, 1, 10, idle) as [string];
    for (let ms = 7000; ms < 20_000; ms += 2000)
      one.send(ms, 'cl/client', { type: 'say', name, message: GET } as never);
    one.until(20_500);
    expect(one.world.process('lb/haproxy').members.size).toBe(4);
    one.until(24_000);
    expect(one.world.process('lb/haproxy').members.size).toBe(3);
  });

  it('UP does not attract existing sessions; new ones only', () => {
    const one = lab('check', [], { without: ['m2'] });
    one.until(3000);
    const names = traffic(one, 3000, 4, 10, idle);
    one.start(4000, 'm2');
    one.until(10_000);
    expect(one.context.backends[0]?.servers.map(({ load }) => load.scur)).toEqual([2, 0, 2]);
    expect(outcomes(one, names)).toBe('open open open open');
  });

  it('a reset of the client is passed on to the server, an end in order is an EOF', () => {
    for (const how of ['close', 'reset'] as const) {
      const one = lab('check');
      const [name] = traffic(one, 5000, 1, 10, idle) as [string];
      one.send(6000, 'cl/client', { type: 'hang-up', name, how } as never);
      one.until(6100);
      const seen = one.steps.find(
        ({ who, event, atUs }) => who === 'm1/backend' && event?.type === 'closed' && atUs >= 6_000_000,
      );
      expect((seen?.event as { how?: string } | undefined)?.how).toBe(how === 'close' ? 'eof' : 'reset');
    }
  });

  it('a session costs seven steps of machines from accept to its end', () => {
    const one = lab('check');
    one.until(5000);
    const before = one.steps.length;
    traffic(one, 5001, 1);
    one.until(5100);
    const own = one.steps
      .slice(before)
      .filter(({ who, cell }) => cell !== undefined && who.startsWith('lb/'));
    expect(
      own.map(({ who, event }) => `${who.replace(/s\d+/, 'session')} ${event?.type ?? 'start'}`),
    ).toMatchSnapshot();
    expect(one.world.process('lb/haproxy').members.size).toBe(3);
  });
});

describe('the log of sessions, doc section 8.2.2', () => {
  const logged = `${FRONTEND}  log global\n  option tcplog\n`;

  it('a line per session with times, state and counts', () => {
    const one = lab('check', [], {}, DEFAULTS, logged);
    traffic(one, 5000, 1);
    one.until(6000);
    expect(one.log.map(([, line]) => line)).toEqual([
      '192.0.2.100:32769 [01/Jan/1970:00:00:05.000] fe be/m1 0/0/0 1 -- 1/1/0/0/0 0/0',
    ]);
  });

  it('no usable server: be/<NOSRV> SC; server refused: SC with retries; connect time-out: sC; idle: cD', () => {
    const none = lab('check', [], { without: ['m1', 'm2', 'm3'] }, DEFAULTS, logged);
    traffic(none, 5000, 1);
    none.until(6000);
    expect(none.log.at(-1)?.[1]).toMatch(/ fe be\/<NOSRV> -1\/-1\/0 0 SC 1\/1\/0\/0\/0 0\/0$/);
    const refused = lab('', ['retries 1'], { without: ['m1', 'm2', 'm3'] }, DEFAULTS, logged);
    traffic(refused, 5000, 1);
    refused.until(9000);
    expect(refused.log.at(-1)?.[1]).toMatch(/ fe be\/m1 0\/-1\/100\d 0 SC 1\/1\/0\/0\/2 0\/0$/);
    const silent = lab('', ['retries 0'], {}, DEFAULTS, logged);
    // Each server is asked once, so that its address is known; the fourth connection is m1's again.
    traffic(silent, 1000, 3);
    silent.silence(4000, 'm1');
    traffic(silent, 5000, 1);
    silent.until(12_000);
    expect(silent.log.at(-1)?.[1]).toMatch(/ fe be\/m1 0\/-1\/5001 0 sC /);
    const idle = lab('', [], {}, DEFAULTS, logged);
    traffic(idle, 5000, 1, 0, null);
    idle.until(60_000);
    expect(idle.log.at(-1)?.[1]).toMatch(/ fe be\/m1 0\/0\/5000\d 0 cD /);
  });

  it('redispatched: a plus before the retries', () => {
    const one = lab('', ['option redispatch'], { without: ['m1'] }, DEFAULTS, logged);
    traffic(one, 5000, 1);
    one.until(6000);
    expect(one.log.at(-1)?.[1]).toMatch(/ fe be\/m2 0\/\d\/\d 1 -- 1\/1\/0\/0\/\+1 0\/0$/);
  });

  it('dontlognull: a connection without data is not logged', () => {
    const one = lab('check', [], {}, DEFAULTS, `${logged}  option dontlognull\n`);
    const [name] = traffic(one, 5000, 1, 0, null) as [string];
    one.send(5100, 'cl/client', { type: 'hang-up', name, how: 'close' } as never);
    one.until(6000);
    expect(one.log).toEqual([]);
  });
});
