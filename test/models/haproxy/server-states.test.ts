/** What follows when a server goes down, comes up, is maintained, drained, tracked, warmed up: HAPROXY.md section 5. */
import { describe, expect, it } from 'vitest';
import { observeBackends } from '../../../models/haproxy/observe.ts';
import { backendText, DEFAULTS, FRONTEND, GLOBAL, Lab, type LabOptions } from './harness.ts';

function lab(options: string, lines: readonly string[] = [], more: LabOptions = {}): Lab {
  return new Lab(GLOBAL + DEFAULTS + FRONTEND + backendText(options, ...lines), more);
}

function order(one: Lab, ms: number, state: string, server = 'm2'): void {
  one.send(ms, 'lb/haproxy', { type: 'set-server', backend: 'be', server, state } as never);
}

function lines(one: Lab): string[] {
  return one.log.map(([, line]) => line);
}

function status(one: Lab, path = 'be/m2'): string {
  return observeBackends(one.context)[path]?.status ?? '';
}

const SERVED = (one: Lab, from: number, count: number): string[] =>
  Array.from({ length: count }, (_, n) => one.open(from + 20 * n));

function servers(one: Lab, names: readonly string[]): string {
  return names.map((name) => one.outcome(name).server).join(' ');
}

describe('the displayed state, src/stats-proxy.c:733-790', () => {
  it('UP 1/3 at start, UP, UP 2/3, UP 1/3, DOWN, DOWN 1/2, UP', () => {
    const one = lab('check');
    const seen = [status(one)];
    const look = (ms: number): void => {
      one.until(ms);
      seen.push(status(one));
    };
    look(1000);
    one.kill(8000, 'm2');
    for (const ms of [9000, 11_000, 13_000]) look(ms);
    one.start(14_000, 'm2');
    for (const ms of [15_000, 17_000]) look(ms);
    expect(seen).toEqual(['UP 1/3', 'UP', 'UP 2/3', 'UP 1/3', 'DOWN', 'DOWN 1/2', 'UP']);
  });

  it('an unchecked server: no check', () => {
    expect(observeBackends(lab('').context)['be/m1']).toEqual({
      state: 'no check',
      status: 'no check',
      check: '',
      check_ms: 0,
    });
  });

  it('MAINT, DRAIN, NOLB', () => {
    const one = lab('check', ['option httpchk', 'http-check disable-on-404']);
    order(one, 3000, 'maint');
    one.until(3001);
    expect(status(one)).toBe('MAINT');
    order(one, 4000, 'drain');
    one.until(4001);
    expect(status(one)).toBe('DRAIN 1/3');
    order(one, 5000, 'ready');
    one.behave(5000, 'm2', { status: 404 });
    one.until(8000);
    expect(observeBackends(one.context)['be/m2']).toMatchObject({
      state: 'NOLB',
      status: 'NOLB',
      check: 'L7OKC',
    });
  });
});

describe('maintenance and drain', () => {
  it('their lines', () => {
    const one = lab('check');
    order(one, 3000, 'maint');
    order(one, 4000, 'ready');
    order(one, 5000, 'drain');
    order(one, 6000, 'ready');
    one.until(7000);
    expect(lines(one)).toEqual([
      'Server be/m2 is going DOWN for maintenance. 2 active and 0 backup servers left. 0 sessions active, 0 requeued, 0 remaining in queue.',
      'Server be/m2 is UP/READY (leaving forced maintenance).',
      'Server be/m2 enters drain state. 2 active and 0 backup servers online. 0 sessions requeued, 0 total in queue.',
      'Server be/m2 is UP (leaving forced drain).',
    ]);
  });

  it('no new sessions while in maintenance or drained; checks rest in maintenance', () => {
    for (const state of ['maint', 'drain']) {
      const one = lab('check', ['option httpchk']);
      order(one, 3000, state);
      one.until(3001);
      const before = one.notes.length;
      one.until(20_000);
      const checked = one.notes.slice(before).filter(([, who]) => who === 'm2/backend').length;
      expect(checked).toBe(state === 'maint' ? 0 : 8);
      const names = SERVED(one, 20_000, 4);
      one.until(21_000);
      expect(servers(one, names)).toBe('m1 m3 m1 m3');
    }
  });

  it('leaving maintenance: UP, and one failure away from DOWN', () => {
    const one = lab('check');
    order(one, 3000, 'maint');
    one.kill(3500, 'm2');
    order(one, 10_000, 'ready');
    one.until(10_001);
    expect(status(one)).toBe('UP 1/3');
    one.until(12_100);
    expect(status(one)).toBe('DOWN');
  });

  it('a server that is disabled in the file starts in maintenance', () => {
    const one = new Lab(
      `${GLOBAL}${DEFAULTS}${FRONTEND}backend be\n  server m1 192.0.2.11:6443 check\n  server m2 192.0.2.12:6443 check disabled\n`,
    );
    const names = SERVED(one, 1000, 3);
    one.until(2000);
    expect(servers(one, names)).toBe('m1 m1 m1');
    expect(status(one)).toBe('MAINT');
    order(one, 3000, 'ready');
    const after = SERVED(one, 8000, 4);
    one.until(9000);
    expect(new Set(servers(one, after).split(' '))).toEqual(new Set(['m1', 'm2']));
  });

  it('weight 0 drains a server', () => {
    const one = lab('check');
    one.send(1000, 'lb/haproxy', { type: 'set-weight', backend: 'be', server: 'm2', weight: 0 } as never);
    const names = SERVED(one, 2000, 4);
    one.until(3000);
    expect(servers(one, names)).toBe('m1 m3 m1 m3');
    expect(status(one)).toBe('DRAIN');
  });
});

describe('DOWN and UP', () => {
  it('the last server: an extra line, has no server available', () => {
    const one = lab('check');
    for (const name of ['m1', 'm2', 'm3']) one.kill(5000, name);
    one.until(12_000);
    expect(lines(one).at(-1)).toBe('backend be has no server available!');
    expect(one.times('has no server available')).toHaveLength(1);
  });

  it('each change is noted for the story, with the reason in HAProxy words', () => {
    const one = lab('check');
    one.kill(5000, 'm2');
    one.start(15_000, 'm2');
    one.silence(25_000, 'm3');
    one.until(40_000);
    const notes = one.notes
      .filter(([, , note]) => note['name'] === 'server-state')
      .map(([, who, note]) => [who, note]);
    expect(notes).toEqual([
      [
        'lb/haproxy',
        {
          type: 'note',
          name: 'server-state',
          backend: 'be',
          server: 'm2',
          state: 'DOWN',
          status: 'L4CON',
          reason: 'Layer4 connection problem',
        },
      ],
      [
        'lb/haproxy',
        {
          type: 'note',
          name: 'server-state',
          backend: 'be',
          server: 'm2',
          state: 'UP',
          status: 'L4OK',
          reason: 'Layer4 check passed',
        },
      ],
      [
        'lb/haproxy',
        {
          type: 'note',
          name: 'server-state',
          backend: 'be',
          server: 'm3',
          state: 'DOWN',
          status: 'L4TOUT',
          reason: 'Layer4 timeout',
        },
      ],
    ]);
  });

  it('with option redispatch those who wait for the server choose again', () => {
    const text = `${GLOBAL}${DEFAULTS}${FRONTEND}backend be\n  balance source\n  option redispatch\n  server m1 192.0.2.11:6443 check maxconn 1\n  server m2 192.0.2.12:6443 check maxconn 1\n`;
    const one = new Lab(text, { backends: { m1: { delayUs: 60e6 }, m2: { delayUs: 60e6 } } });
    SERVED(one, 1000, 2);
    one.until(2000);
    const [waiting] = one.context.backends[0]!.servers.flatMap(({ queue }, n) => (queue.size > 0 ? [n] : []));
    order(one, 3000, 'maint', `m${waiting! + 1}`);
    one.until(3001);
    expect(lines(one)[0]).toContain('1 sessions active, 1 requeued, 0 remaining in queue');
    expect(one.context.backends[0]!.servers[1 - waiting!]!.load.served).toBe(1);
  });

  it('slowstart: weight starts at 1/16 of a unit and is raised every second; never at process start', () => {
    const one = lab('check slowstart 16s');
    one.until(1000);
    expect(one.context.backends[0]!.servers[1]).toMatchObject({ operational: 'RUNNING', eweight: 16 });
    one.kill(2000, 'm2');
    one.start(10_000, 'm2');
    one.until(13_000);
    const [up] = one.times('Server be/m2 is UP') as [number];
    const weights: number[] = [];
    for (let ms = up + 10; ms < up + 18_000; ms += 1000) {
      one.until(ms);
      weights.push(one.context.backends[0]!.servers[1]!.eweight);
    }
    expect(weights).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 16, 16]);
    expect(one.context.backends[0]!.servers[1]!.operational).toBe('RUNNING');
  });

  it('a warming server gets its share of the connections', () => {
    const one = lab('check slowstart 20s');
    one.kill(2000, 'm2');
    one.start(10_000, 'm2');
    one.until(16_000);
    const names = Array.from({ length: 60 }, (_, n) => one.open(16_000 + n * 5));
    one.until(17_000);
    const share = servers(one, names)
      .split(' ')
      .filter((name) => name === 'm2').length;
    expect(share).toBeGreaterThan(2);
    expect(share).toBeLessThan(12);
  });

  it('a server that tracks another follows it: via', () => {
    const text = `${GLOBAL}${DEFAULTS}${FRONTEND}backend be\n  server m1 192.0.2.11:6443 check\n  server m2 192.0.2.12:6443 track be/m1\n`;
    const one = new Lab(text);
    one.kill(5000, 'm1');
    one.start(15_000, 'm1');
    one.until(25_000);
    expect(lines(one)).toEqual([
      expect.stringContaining('Server be/m1 is DOWN, reason: Layer4 connection problem'),
      'Server be/m2 is DOWN via be/m1. 0 active and 0 backup servers left. 0 sessions active, 0 requeued, 0 remaining in queue.',
      'backend be has no server available!',
      expect.stringContaining('Server be/m1 is UP, reason: Layer4 check passed'),
      'Server be/m2 is UP via be/m1. 2 active and 0 backup servers online. 0 sessions requeued, 0 total in queue.',
    ]);
    order(one, 26_000, 'maint', 'm1');
    one.until(27_000);
    expect(status(one)).toBe('MAINT (via be/m1)');
  });

  it('on-marked-up shutdown-backup-sessions ends the sessions of backups when an active server returns', () => {
    const text = `${GLOBAL}${DEFAULTS}${FRONTEND}backend be\n  server m1 192.0.2.11:6443 check on-marked-up shutdown-backup-sessions\n  server m2 192.0.2.12:6443 check backup\n`;
    const one = new Lab(text, { without: ['m1'] });
    one.until(3000);
    const name = one.open(3000, 8443, null);
    one.until(4000);
    expect(one.outcome(name)).toMatchObject({ outcome: 'open' });
    one.start(4000, 'm1');
    one.until(9000);
    expect(one.outcome(name).outcome).toBe('eof');
    expect(one.outcome(name).endedMs! - one.times('Server be/m1 is UP')[0]!).toBeLessThan(2);
  });

  it('init-state down: nothing is sent there until a check has passed', () => {
    const one = lab('check init-state down');
    expect(one.context.backends[0]!.servers.map(({ eweight }) => eweight)).toEqual([16, 0, 0]);
    one.until(3000);
    expect(one.context.backends[0]!.servers.map(({ eweight }) => eweight)).toEqual([16, 16, 16]);
  });
});
