/** KEEPALIVED.md section 9: stop, crash, freeze. */
import { describe, expect, test } from 'vitest';
import { keepalivedConfig } from '../../../models/keepalived/config.ts';
import { Bus, cluster, configOf, confText, MS, type Router, S, settled } from './harness.ts';

const at = (router: Router, text: string): number =>
  router.bus.said.findLast((said) => said.host === router.name && said.line.includes(text))!.atUs;

describe('SIGTERM', () => {
  test('a MASTER sends one advert of priority 0, removes the addresses, and leaves about a second later', () => {
    const { bus, routers } = settled([101, 100]);
    const m1 = routers[0]!;
    const [said, sent] = [m1.lines().length, m1.sent.length];
    m1.send({ type: 'terminate' });
    const stoppedAt = bus.nowUs;
    bus.runFor(0);
    expect(m1.lines().slice(said)).toEqual(['Stopping', '(VI_1) sent 0 priority', '(VI_1) removing VIPs.']);
    expect(m1.sent.slice(sent).map((advert) => advert.advert.priority)).toEqual([0]);
    expect(m1.has(bus.vip)).toBe(false);
    bus.runFor(2 * S);
    expect(m1.exitedAtUs! - stoppedAt).toBe(S);
  });

  test('the others take over after their skew', () => {
    const { bus, routers } = settled([101, 100, 99]);
    routers[0]!.send({ type: 'terminate' });
    const stoppedAt = bus.nowUs;
    bus.until(() => bus.holders().length > 0);
    expect(bus.holders()).toEqual(['m2']);
    expect(bus.nowUs - stoppedAt).toBe(100 + 601_562);
  });

  test('a BACKUP says nothing', () => {
    const { bus, routers } = settled([101, 100]);
    const m2 = routers[1]!;
    m2.send({ type: 'terminate' });
    bus.runFor(2 * S);
    expect(m2.sent.length).toBe(0);
    expect(m2.exitedAtUs).toBeDefined();
  });

  test('-V, --dont-release-vrrp keeps the addresses', () => {
    const bus = new Bus();
    const config = keepalivedConfig({ ...configOf(confText(101)), dontReleaseVrrp: true });
    const m1 = bus.add('m1', '192.0.2.11', config);
    m1.start();
    bus.run(10 * S);
    m1.send({ type: 'terminate' });
    bus.runFor(2 * S);
    expect(m1.exitedAtUs).toBeDefined();
    expect(bus.holders()).toEqual(['m1']);
  });
});

test('kill -9 of the parent alone is a clean stop', () => {
  const { bus, routers } = settled([101, 100]);
  routers[0]!.send({ type: 'parent-killed' });
  const killedAt = bus.nowUs;
  bus.until(() => bus.holders()[0] === 'm2');
  expect(bus.nowUs - killedAt).toBe(100 + 601_562);
  expect(routers[0]!.lines()).toContain('(VI_1) sent 0 priority');
});

describe('kill -9 of the VRRP child', () => {
  test('the parent respawns it, and the respawn removes the address', () => {
    const { bus, routers } = settled([101, 100]);
    const m1 = routers[0]!;
    bus.runFor(60 * S);
    m1.send({ type: 'child-killed' });
    bus.runFor(0);
    expect(m1.lines().at(-1)).toMatch(/^VRRP child process\(\d+\) died: Respawning$/);
    expect(m1.has(bus.vip)).toBe(true);
    bus.runFor(61 * MS);
    expect(m1.has(bus.vip)).toBe(false);
    expect(m1.instance!.state).toBe('BACKUP');
  });

  test('a child that ran more than 60 s is respawned at once', () => {
    const { bus, routers } = settled([101]);
    bus.runFor(60 * S);
    routers[0]!.send({ type: 'child-killed' });
    bus.runFor(61 * MS);
    expect(routers[0]!.leaf()).toBe('running');
  });

  test('children that die soon are respawned after 0, 1, 2, 4, ... s', () => {
    const { bus, routers } = cluster([101]);
    const m1 = routers[0]!;
    bus.run(S);
    const delays: number[] = [];
    for (let i = 0; i < 5; i++) {
      m1.send({ type: 'child-killed' });
      const killedAt = bus.nowUs;
      bus.until(() => m1.leaf() === 'starting-child');
      delays.push((bus.nowUs - killedAt) / S);
      bus.until(() => m1.leaf() === 'running');
    }
    expect(delays).toEqual([0, 1, 2, 4, 8]);
  });

  test('with -R the parent leaves, too', () => {
    const bus = new Bus();
    const m1 = bus.add(
      'm1',
      '192.0.2.11',
      keepalivedConfig({ ...configOf(confText(101)), dontRespawn: true }),
    );
    m1.start();
    bus.run(10 * S);
    m1.send({ type: 'child-killed' });
    bus.runFor(0);
    expect(m1.exitedAtUs).toBeDefined();
    expect(bus.holders()).toEqual(['m1']);
  });
});

test('kill -9 of all: no priority 0, the address stays, a peer takes over after a silence: two holders', () => {
  const { bus, routers } = settled([101, 100]);
  const [m1, m2] = routers as [Router, Router];
  const lastAt = m1.sent.at(-1)!.atUs;
  m1.kill();
  bus.until(() => m2.instance!.state === 'MASTER');
  expect(bus.nowUs).toBe(lastAt + 100 + 3_601_562);
  expect(bus.holders()).toEqual(['m1', 'm2']);
});

describe('a paused MASTER', () => {
  test('that is resumed is still MASTER, hears the lower adverts and wins within milliseconds', () => {
    const { bus, routers } = settled([101, 100]);
    const [m1, m2] = routers as [Router, Router];
    m1.pause();
    bus.until(() => m2.instance!.state === 'MASTER');
    bus.runFor(3 * S);
    expect(bus.holders()).toEqual(['m1', 'm2']);
    m1.resume();
    bus.runFor(10 * MS);
    expect(bus.holders()).toEqual(['m1']);
    expect(at(m1, 'with lower priority 102, ours 103, forcing new election')).toBeGreaterThan(0);
  });

  test('yields with timer_expired_backup, which needs nopreempt', () => {
    const { bus, routers } = settled([101, 100], { instance: 'nopreempt\n timer_expired_backup' });
    const [m1, m2] = routers as [Router, Router];
    m1.pause();
    bus.until(() => m2.instance!.state === 'MASTER');
    bus.runFor(10 * S);
    m1.resume();
    bus.runFor(10 * MS);
    expect(bus.holders()).toEqual(['m2']);
    expect(m1.instance!.state).toBe('BACKUP');
  });
});
