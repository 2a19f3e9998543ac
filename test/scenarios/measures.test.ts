/** Measures, on a balancer before three plain web servers: cheap, and every time is known from HAProxy's rules. */
import { beforeAll, describe, expect, test } from 'vitest';
import { composeScenario } from '../../scenarios/compose.ts';
import { loadScenario } from '../../scenarios/load.ts';
import { measureScenario } from '../../scenarios/measure.ts';
import { prepare } from '../../scenarios/prepare.ts';
import type { RunResult } from '../../scenarios/result.ts';

const TEXT = `scenario: measured
version: 1
topology:
  topology: three-servers
  hosts:
    - {name: m1, address: 192.0.2.11, roles: [server], processes: [web]}
    - {name: m2, address: 192.0.2.12, roles: [server], processes: [web]}
    - {name: m3, address: 192.0.2.13, roles: [server], processes: [web]}
    - {name: lb, address: 192.0.2.20, roles: [load-balancer], processes: [haproxy]}
    - {name: cl, address: 192.0.2.100, roles: [client], processes: []}
  controlPlaneEndpoint: {address: 192.0.2.20, port: 8443}
  web: {m1: {port: 6443}, m2: {port: 6443}, m3: {port: 6443}}
  haproxy: {lb: haproxy.cfg}
  parameters: {web.Restart: "no"}
  files:
    haproxy.cfg: |
      defaults
        mode tcp
        timeout connect 5s
        timeout client 50s
        timeout server 50s
      frontend fe
        bind *:8443
        default_backend be
      backend be
        option httpchk GET /healthz
        server m1 192.0.2.11:6443 check
        server m2 192.0.2.12:6443 check
        server m3 192.0.2.13:6443 check
until: 24s
clients:
  - {name: users, from: cl, to: endpoint, rate: 19/s, request: http, timeout: 9s, begin: 3s}
  - {name: watches, from: cl, to: endpoint, rate: 10/s, request: hold, timeout: 90s, begin: 3s}
  - {name: busy, from: cl, to: endpoint, rate: 10/s, request: hold, talk: 1s, timeout: 90s, begin: 3s}
timeline:
  - {name: sick, at: 4s, do: answer, status: 500, on: m1/web}
  - {name: fault, when: "backends['lb']['be/m1'].state == 'DOWN'", after: [200ms, 900ms], do: kill, on: m2/web}
  - {name: well, when: "backends['lb']['be/m2'].state == 'DOWN'", do: answer, status: 200, on: m1/web}
measure:
  - {name: sick_to_DOWN, from: sick, until: "backends['lb']['be/m1'].state == 'DOWN'"}
  - {name: first_bad_check, from: sick, until: "backends['lb']['be/m1'].status == 'UP 2/3'"}
  - {name: reason, at: sick_to_DOWN, value: "backends['lb']['be/m1'].reason"}
  - {name: check, at: sick_to_DOWN, value: "backends['lb']['be/m1'].check"}
  - {name: wait, from: sick_to_DOWN, last: "processes['m2/web'].up", to: well}
  - {name: down, total: "backends['lb']['be/m1'].state == 'DOWN'"}
  - {name: changes, changes: "backends['lb']['be/m1'].state"}
  - {name: most_down, most: "double(backends['lb'].map(s, backends['lb'][s].state).filter(s, s == 'DOWN').size())"}
  - {name: never, from: sick, last: "backends['lb']['be/m3'].state"}
  - {name: eofs, requests: users, where: "outcome == 'eof'", from: fault, to: well}
  - {name: latencies, requests: users, where: "outcome == 'eof'", from: fault, to: well, give: latency}
  - {name: order, requests: users, where: "started_ms >= 0", from: "3s", to: "3.26s", give: servers}
  - {name: outage, requests: users, where: "outcome != 'ok'", from: fault, give: outage}
  - {name: cut, requests: watches, where: "started_ms < 0", from: fault, to: fault+100ms, give: how}
  - {name: cut_busy, requests: busy, where: "started_ms < 0 && server == 'm2'", from: fault, to: fault+100ms, give: end}
`;

describe('measures', () => {
  const taken: RunResult['measures'][] = [];
  beforeAll(() => {
    const { scenario, findings } = loadScenario(TEXT, 'measured.yaml');
    if (scenario === undefined) throw new Error(JSON.stringify(findings));
    const { composed, findings: found } = composeScenario(scenario, new Map());
    if (composed === undefined) throw new Error(JSON.stringify(found));
    for (let seed = 1; seed <= 5; seed++) {
      const { spec } = prepare(composed.data, composed.topology, { seed });
      taken.push(measureScenario(composed.data, composed.topology, spec));
    }
  });
  const each = (name: string) => taken.map((measures) => measures[name]);
  const within = (values: readonly unknown[], least: number, most: number): void => {
    for (const value of values) {
      expect(value).toBeGreaterThanOrEqual(least);
      expect(value).toBeLessThanOrEqual(most);
    }
  };

  test('until: three bad checks 2 s apart, the first within 2 s', () => {
    within(each('first_bad_check'), 0, 2_010);
    within(each('sick_to_DOWN'), 4_000, 6_030);
  });
  test('value: why a server is in its state, and what the last check found', () => {
    expect(new Set(each('reason'))).toEqual(new Set(['Layer7 wrong status']));
    expect(new Set(each('check'))).toEqual(new Set(['L7STS']));
  });
  test('after: a range is drawn from; last: the time to the last change', () => {
    within(each('wait'), 200, 900);
    expect(new Set(each('wait')).size).toBe(5);
    expect(each('never')).toEqual([null, null, null, null, null]);
  });
  test('total, changes and most are over the whole span', () => {
    expect(each('changes')).toEqual([2, 2, 2, 2, 2]);
    expect(each('most_down')).toEqual([2, 2, 2, 2, 2]);
    within(each('down'), 6_000, 11_000);
  });
  test('requests: how many, how long, by whom, in what order', () => {
    // A refused connection is tried three times more on the same server, a second apart.
    for (const [i, list] of each('latencies').entries()) {
      expect(list).toHaveLength(taken[i]?.['eofs'] as number);
      within(
        (list as number[]).filter((ms) => ms > 100),
        3_000,
        3_010,
      );
    }
    for (const order of each('order')) {
      const servers = String(order).split(' ');
      expect(servers.length).toBeGreaterThanOrEqual(4);
      expect(new Set(servers)).toEqual(new Set(['m1', 'm2', 'm3']));
    }
    within(each('outage'), 10, 5_000);
  });
  test('hold: a connection ends with its server, idle or not', () => {
    for (const how of each('cut')) expect(new Set(how as string[])).toEqual(new Set(['eof']));
    for (const ends of each('cut_busy')) within(ends as number[], 0, 10);
  });
});
