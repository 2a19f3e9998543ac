/** Start, stop, reload, statistics, and the two executors. */
import { describe, expect, it } from 'vitest';
import { readHaproxyCfg } from '../../../models/haproxy/read-cfg.ts';
import { STATS_FIELDS, statsCsv, statsRows } from '../../../models/haproxy/stats.ts';
import { ROW_COLOURS, rowColour } from '../../../models/haproxy/status-text.ts';
import { backendText, DEFAULTS, FRONTEND, GET, GLOBAL, Lab } from './harness.ts';

const TEXT = GLOBAL + DEFAULTS + FRONTEND + backendText('check');

describe('start errors, HAPROXY.md section 10', () => {
  const vip = TEXT.replace('*:8443', '192.0.2.10:8443');

  it('binding an address that is not on the host: the process ends, unless ip_nonlocal_bind', () => {
    const one = new Lab(vip);
    expect(one.lead).toBeUndefined();
    expect(one.log.map(([, line]) => line)).toEqual([
      'Binding [haproxy.cfg:10] for proxy fe: cannot bind socket (Cannot assign requested address) for [192.0.2.10:8443]',
    ]);
    const other = new Lab(vip, { nonlocalBind: true });
    expect(other.lead).toBeDefined();
  });

  it('a port in use: cannot bind socket (Address already in use)', () => {
    const text = TEXT.replace('bind *:8443', 'bind *:8443\n  bind 192.0.2.20:8443');
    const one = new Lab(text);
    expect(one.lead).toBeUndefined();
    expect(one.log[0]?.[1]).toContain('(Address already in use) for [192.0.2.20:8443]');
  });
});

describe('reload', () => {
  it('fresh cursors and checks; the sessions of the old process live on', () => {
    const one = new Lab(TEXT);
    const before = [one.open(1000, 8443, null), one.open(1010)];
    one.send(2000, 'lb/haproxy', { type: 'reload' });
    const after = [one.open(3000), one.open(3010)];
    one.until(4000);
    expect(one.outcome(before[0]!).outcome).toBe('open');
    expect(after.map((name) => one.outcome(name).server)).toEqual(['m1', 'm2']);
    expect(one.context.backends[0]?.load.stot).toBe(2);
    one.send(5000, 'cl/client', { type: 'hang-up', name: before[0], how: 'close' } as never);
    one.until(6000);
    expect(one.context.actconn).toBe(0);
    expect(one.context.frontends[0]?.load.scur).toBe(0);
  });

  it('takes another configuration', () => {
    const one = new Lab(TEXT);
    const { config } = readHaproxyCfg(TEXT.replace('*:8443', '*:9443'), 'x');
    one.send(2000, 'lb/haproxy', { type: 'reload', config } as never);
    const names = [one.open(3000, 8443), one.open(3000, 9443)];
    one.until(4000);
    expect(names.map((name) => one.outcome(name).outcome)).toEqual(['refused', 'ok']);
  });
});

describe('statistics, HAPROXY.md section 9', () => {
  it('the header and the columns stand where management.txt has them', () => {
    expect(STATS_FIELDS.slice(0, 2)).toEqual(['pxname', 'svname']);
    const positions = {
      status: 17,
      weight: 18,
      chkfail: 21,
      lastchg: 23,
      type: 32,
      rate: 33,
      check_status: 36,
      hanafail: 45,
      cli_abrt: 49,
      lastsess: 55,
      ttime: 61,
    };
    for (const [field, position] of Object.entries(positions))
      expect([field, STATS_FIELDS.indexOf(field)]).toEqual([field, position]);
  });

  it('show stat: a row per frontend, server and backend, with their states and counts', () => {
    const one = new Lab(
      `${TEXT}listen stats\n  mode http\n  bind :9999\n  stats enable\n  stats uri /stats\n`,
    );
    for (let n = 0; n < 6; n++) one.open(2000 + n * 10);
    one.kill(3000, 'm2');
    one.until(9000);
    const rows = statsRows(one.context, 9_000_000);
    expect(
      rows.map(
        (row) =>
          `${row['pxname']}/${row['svname']} ${row['status']} ${row['stot']} ${row['type']} ${row['iid']}`,
      ),
    ).toEqual([
      'fe/FRONTEND OPEN 6 0 2',
      'be/m1 UP 2 2 3',
      'be/m2 DOWN 2 2 3',
      'be/m3 UP 2 2 3',
      'be/BACKEND UP 6 1 3',
      'stats/FRONTEND OPEN 0 0 4',
      'stats/BACKEND UP 0 1 4',
    ]);
    expect(rows[2]).toMatchObject({
      check_status: 'L4CON',
      check_desc: 'Layer4 connection problem',
      last_chk: 'Connection refused',
      chkfail: 3,
      chkdown: 1,
      weight: 1,
      act: 1,
      bck: 0,
    });
    expect(rows[4]).toMatchObject({ act: 2, bck: 0, weight: 2, algo: 'roundrobin' });
    const csv = statsCsv(one.context, 9_000_000, (id) => id === 'check:be/m1').split('\n');
    expect(csv[0]?.startsWith('# pxname,svname,qcur,qmax,scur,smax,slim,stot,')).toBe(true);
    expect(csv[2]?.split(',').slice(0, 18).join(',')).toBe('be,m1,0,0,0,1,,2,2,2,,0,,0,0,0,0,UP');
    expect(csv[2]).toContain(',* L4OK,');
    expect(csv).toHaveLength(9);
  });

  it('the statistics page answers over HTTP', () => {
    const one = new Lab(
      `${TEXT}listen stats\n  mode http\n  bind :9999\n  stats enable\n  stats uri /stats\n`,
    );
    const name = one.open(2000, 9999, { ...GET, path: '/stats;csv' });
    one.until(3000);
    expect(one.outcome(name)).toMatchObject({ outcome: 'ok', status: 200 });
    const [, , answer] = one.notes.find(
      ([, , note]) => note['name'] === 'received' && note['connection'] === name,
    )!;
    expect((answer['message'] as { body: string }).body).toContain('be,m1,');
  });

  it('the colours of the rows', () => {
    expect(
      ['UP', 'UP 2/3', 'DOWN', 'DOWN 1/2', 'no check', 'MAINT'].map((text) => ROW_COLOURS[rowColour(text)]),
    ).toEqual(['#c0ffc0', '#ffffa0', '#ff9090', '#ffd020', '#e0e0e0', '#c07820']);
  });
});

describe('the machines', () => {
  it('run alike in both executors', () => {
    const run = (executor: 'reference' | 'compiled'): string[] => {
      const text = `${GLOBAL}${DEFAULTS}  timeout check 1s\n  timeout queue 2s\n  option redispatch\n${FRONTEND}  log global\n  option tcplog\n${backendText('check inter 1s fastinter 300ms slowstart 5s maxconn 2 observe layer4 error-limit 3 agent-check agent-port 9999', 'option log-health-checks', 'option httpchk GET /')}`;
      const one = new Lab(text, {
        executor,
        backends: { m1: { delayUs: 700_000 }, m3: { delayUs: 700_000 } },
      });
      for (let n = 0; n < 120; n++) one.open(500 + n * 100);
      one.kill(3000, 'm2');
      one.start(6000, 'm2');
      one.silence(8000, 'm3');
      one.send(9000, 'lb/haproxy', {
        type: 'set-server',
        backend: 'be',
        server: 'm1',
        state: 'maint',
      } as never);
      one.send(10_000, 'lb/haproxy', {
        type: 'set-server',
        backend: 'be',
        server: 'm1',
        state: 'ready',
      } as never);
      one.behave(11_000, 'm2', { agent: 'drain\n' });
      one.until(20_000);
      return one.steps.map(({ atUs, who, event, leafAfter, effects }) =>
        JSON.stringify([atUs, who, event?.type, leafAfter, effects]),
      );
    };
    const reference = run('reference');
    expect(reference.length).toBeGreaterThan(2000);
    expect(run('compiled')).toEqual(reference);
  });
});
