import { describe, expect, test } from 'vitest';
import { type CloudBalancerConfig, DEFAULTS } from '../../../models/cloud-balancer/config.ts';
import { observeTargets } from '../../../models/cloud-balancer/observe.ts';
import { cloudBalancer } from '../../../models/cloud-balancer/process.ts';
import { host, process, SECOND, story } from '../../sim/fixture.ts';
import { askerType, echoType } from '../../sim/machines.ts';

const TARGETS = ['s1', 's2'].map((name, i) => ({ name, address: `10.0.0.${i + 1}`, port: 80 }));

function world(config: Partial<CloudBalancerConfig> = {}) {
  const s = story({
    hosts: [host('s1', 1), host('s2', 2), host('lb', 9), host('out', 100)],
    processes: [
      process('s1', echoType),
      process('s2', echoType),
      process('lb', cloudBalancer, { ...DEFAULTS, port: 80, targets: TARGETS, ...config }),
      ...Array.from({ length: 8 }, (_, i) => ({
        ...process('out', askerType, { to: '10.0.0.9', everyUs: SECOND }),
        name: `asker${i}`,
        startDelayUs: [100 * SECOND, 100 * SECOND] as const,
      })),
    ],
  });
  const seen = () => observeTargets(s.world.lead(s.world.process('lb/cloud-balancer'))?.context);
  const changes = () =>
    s.notes
      .filter(([, , note]) => note['name'] === 'server-state')
      .map(([ms, , note]) => [ms / 1000, note['server'], note['state'], note['reason']] as const);
  return { ...s, seen, changes };
}

describe("a cloud's network balancer", () => {
  test('checks each target each 30 s by default, the first time at a drawn moment', () => {
    const s = world();
    s.world.runUntil(100 * SECOND);
    const first = s.changes().map(([atS, server, state]) => [server, state, atS < 30]);
    expect(first.sort()).toEqual([
      ['s1', 'UP', true],
      ['s2', 'UP', true],
    ]);
    const connects = s.steps.filter(
      ({ who, event }) => who.startsWith('lb/cloud-balancer/health-check/s1') && event?.type === 'connected',
    );
    const gaps = connects.slice(1).map(({ atUs }, i) => atUs - (connects[i]?.atUs ?? 0));
    expect(gaps.every((gapUs) => Math.abs(gapUs - 30 * SECOND) < 1_000)).toBe(true);
  });

  test('a silent target is unhealthy after two checks that time out after 10 s: 40 to 70 s', () => {
    const s = world();
    s.world.act(60 * SECOND, { do: 'host', host: 's1', event: { type: 'power-off' } });
    s.world.runUntil(140 * SECOND);
    const [atS = 0, server, state, reason] = s.changes().at(-1) ?? [];
    expect([server, state, reason]).toEqual(['s1', 'DOWN', 'Request timed out']);
    expect(atS).toBeGreaterThanOrEqual(60 + 40);
    expect(atS).toBeLessThanOrEqual(60 + 70);
  });

  test('a target that refuses is unhealthy without a wait', () => {
    const s = world({ HealthCheckIntervalSeconds: 10 * SECOND });
    s.world.act(60 * SECOND, { do: 'stop', process: 's1/echo' });
    s.world.runUntil(85 * SECOND);
    const [atS = 0, , state, reason] = s.changes().at(-1) ?? [];
    expect([state, reason]).toEqual(['DOWN', 'Health checks failed']);
    expect(atS).toBeGreaterThanOrEqual(70);
    expect(atS).toBeLessThanOrEqual(80.1);
  });

  test('a time-out as long as the interval ends before the next check begins', () => {
    const s = world({ HealthCheckIntervalSeconds: 10 * SECOND });
    s.world.act(60 * SECOND, { do: 'host', host: 's1', event: { type: 'power-off' } });
    s.world.runUntil(100 * SECOND);
    expect(s.changes().at(-1)?.slice(1)).toEqual(['s1', 'DOWN', 'Request timed out']);
  });

  test('an HTTPS check that is answered with something else than 200 to 399 says so', () => {
    // The echo sends the hello and the request back: no response with a status.
    const s = world({ HealthCheckProtocol: 'HTTPS', HealthCheckPath: '/readyz' });
    s.world.runUntil(100 * SECOND);
    expect(s.seen()['apiserver/s1']?.status).toBe('unhealthy');
    expect(s.changes()[0]?.[3]).toMatch(/^Health checks failed with these codes/);
  });

  test('connections go to healthy targets only', () => {
    const s = world();
    s.world.act(10 * SECOND, { do: 'stop', process: 's1/echo' });
    s.world.runUntil(103 * SECOND);
    expect(s.seen()['apiserver/s1']?.state).toBe('DOWN');
    const answered = new Set(
      s.notes.filter(([, , note]) => note['name'] === 'answer').map(([, who]) => who.split('/')[1]),
    );
    expect(answered.size).toBe(8);
  });
});
