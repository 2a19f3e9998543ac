/** KEEPALIVED.md section 5, vrrp_track.c. */
import { describe, expect, test } from 'vitest';
import { contribution, effectivePriority, isFault } from '../../../models/keepalived/priority.ts';
import { cluster, configOf, confText, S, settled } from './harness.ts';

describe('the effective priority', () => {
  test('is clamped to 1 and 254 while the total is not, so that weights can be overspent', () => {
    expect(effectivePriority(200, 300)).toBe(254);
    expect(effectivePriority(10, -40)).toBe(1);
    expect(effectivePriority(100, 98)).toBe(98);
  });

  test('of an address owner never changes', () => {
    expect(effectivePriority(255, 100)).toBe(255);
  });

  test('a positive weight is added while the script is OK, a negative one subtracted while it has failed', () => {
    const positive = { weight: 2, reverse: false };
    const negative = { weight: -2, reverse: false };
    expect(contribution(positive, true, true)).toBe(2);
    expect(contribution(positive, false, false)).toBe(-2);
    expect(contribution(negative, false, true)).toBe(-2);
    expect(contribution(negative, true, false)).toBe(2);
  });

  test('before the first result a positive weight is not added and a negative one not subtracted', () => {
    expect(contribution({ weight: 2, reverse: false }, false, true)).toBe(0);
    expect(contribution({ weight: -2, reverse: false }, true, true)).toBe(0);
  });

  test('reverse turns the sign round', () => {
    expect(contribution({ weight: 2, reverse: true }, true, true)).toBe(-2);
    expect(isFault({ weight: 0, reverse: true }, true)).toBe(true);
    expect(isFault({ weight: 0, reverse: false }, true)).toBe(false);
  });
});

test('every effective change is logged', () => {
  const { routers } = settled([101]);
  expect(routers[0]!.lines()).toContain('(VI_1) Changing effective priority from 101 to 103');
});

test('base 255 ignores weights: the script is not even run', () => {
  const { bus, routers } = cluster([255], { state: 'MASTER' });
  const m1 = routers[0]!;
  m1.processes.delete('haproxy');
  bus.run(10 * S);
  expect(m1.instance).toEqual({ state: 'MASTER', priority: 255 });
  expect(m1.lines()).toContain(
    '(VI_1) ignoring tracked script chk_haproxy with weights due to address_owner',
  );
  expect(m1.lines()).toContain('Warning - script chk_haproxy is not used');
});

test('base 255 obeys a script of weight 0', () => {
  const { bus, routers } = cluster([255], { state: 'MASTER', script: 'weight 0' });
  const m1 = routers[0]!;
  bus.run(5 * S);
  expect(m1.instance!.state).toBe('MASTER');
  m1.processes.delete('haproxy');
  bus.run(10 * S);
  expect(m1.instance!.state).toBe('FAULT');
  expect(bus.holders()).toEqual([]);
});

test('weights never lift a router to 255', () => {
  const { routers } = settled([254]);
  expect(routers[0]!.instance!.priority).toBe(254);
});

test('a weight in track_script overrides the one of the script', () => {
  const { routers } = settled([100], { track: 'chk_haproxy weight 20' });
  expect(routers[0]!.instance!.priority).toBe(120);
});

test('several scripts add up, of both signs', () => {
  const text = confText(100, { track: 'chk_haproxy\n    other' }).replace(
    'vrrp_instance',
    'vrrp_script other {\n script "killall -0 other"\n weight -30\n}\nvrrp_instance',
  );
  const { bus, routers } = cluster([100]);
  const m2 = bus.add('m9', '192.0.2.19', configOf(text));
  m2.start();
  bus.run(12 * S);
  expect(m2.instance!.priority).toBe(72);
  expect(routers[0]!.instance!.priority).toBe(102);
});

test('with nopreempt on the backups, lowering the priority of the master by a weight does not move the address', () => {
  const { bus, routers } = settled([101, 100, 99], { instance: 'nopreempt' });
  const holder = bus.holders();
  const master = routers.find((router) => router.name === holder[0])!;
  master.processes.delete('haproxy');
  bus.runFor(20 * S);
  expect(bus.holders()).toEqual(holder);
  expect(master.instance!.priority).toBeLessThan(102);
});

test("kubeadm's sample: 30 s of failures, then 101 becomes 99 and the address moves within another 3.6 s", () => {
  const sample = {
    script: '  interval 3\n  fall 10\n  rise 2\n  weight -2',
  };
  const { bus, routers } = settled([101, 100], (i) => ({ ...sample, state: i === 0 ? 'MASTER' : 'BACKUP' }));
  const m1 = routers[0]!;
  const fault = bus.nowUs;
  m1.processes.delete('haproxy');
  const loweredAt = bus.until(() => m1.instance!.priority === 99);
  expect(loweredAt - fault).toBeGreaterThan(27 * S);
  expect(loweredAt - fault).toBeLessThan(30.1 * S);
  const movedAt = bus.until(() => bus.holders()[0] === 'm2');
  expect(movedAt - loweredAt).toBeGreaterThan(2.6 * S);
  expect(movedAt - loweredAt).toBeLessThan(3.62 * S);
});

test('with equal penalties everywhere the order is unchanged and the address stays', () => {
  const { bus, routers } = settled([103, 102, 101]);
  for (const router of routers) router.processes.delete('haproxy');
  bus.runFor(20 * S);
  expect(bus.holders()).toEqual(['m1']);
});
