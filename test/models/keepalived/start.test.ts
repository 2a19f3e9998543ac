/** KEEPALIVED.md section 4.1 and 14.1: how a router begins. */
import { describe, expect, test } from 'vitest';
import { cluster, configOf, confText, MS, S } from './harness.ts';

const startedAt = (router: ReturnType<typeof cluster>['routers'][0], text: string): number | undefined =>
  router.bus.said.find((said) => said.host === router.name && said.line.includes(text))?.atUs;

describe('a lone router', () => {
  test('starts as BACKUP whatever `state MASTER` says, and waits a whole master down', () => {
    const { bus, routers } = cluster([101], { state: 'MASTER', noScript: true });
    const m1 = routers[0]!;
    bus.run(10 * S);
    const backupAt = startedAt(m1, 'Entering BACKUP STATE (init)')!;
    const masterAt = startedAt(m1, 'Entering MASTER STATE')!;
    expect(masterAt - backupAt).toBe(3_605_468);
  });

  test('logs BACKUP (init), the script, the priority, MASTER, in this order', () => {
    const { bus, routers } = cluster([100]);
    bus.run(5 * S);
    const lines = routers[0]!.lines().filter((line) => /Entering|succeeded|Changing/.test(line));
    expect(lines).toEqual([
      '(VI_1) Entering BACKUP STATE (init)',
      'VRRP_Script(chk_haproxy) succeeded',
      '(VI_1) Changing effective priority from 100 to 102',
      '(VI_1) Entering MASTER STATE',
    ]);
  });

  test('needs 15 to 60 ms to start', () => {
    const { bus, routers } = cluster([101]);
    bus.run(S);
    const at = startedAt(routers[0]!, 'Entering BACKUP STATE (init)')!;
    expect(at).toBeGreaterThanOrEqual(15 * MS);
    expect(at).toBeLessThanOrEqual(60 * MS);
  });

  test('removes an address that a killed predecessor left, when it starts', () => {
    const { bus, routers } = cluster([101]);
    const m1 = routers[0]!;
    bus.run(10 * S);
    m1.kill();
    expect(m1.has(bus.vip)).toBe(true);
    bus.runFor(S);
    m1.start();
    bus.runFor(100 * MS);
    expect(m1.has(bus.vip)).toBe(false);
  });
});

test('priority 255 with `state MASTER` is MASTER at once', () => {
  const { bus, routers } = cluster([255, 254], (i) => ({
    state: i === 0 ? 'MASTER' : 'BACKUP',
    noScript: true,
  }));
  bus.until(() => bus.holders().length > 0);
  expect(bus.holders()).toEqual(['m1']);
  expect(bus.nowUs).toBeLessThan(61 * MS);
  expect(routers[0]!.lines().some((line) => line.includes('BACKUP STATE'))).toBe(false);
});

test('priority 255 with `state BACKUP` waits like the others', () => {
  const { bus, routers } = cluster([255], { noScript: true });
  bus.until(() => bus.holders().length > 0);
  expect(bus.nowUs - startedAt(routers[0]!, '(init)')!).toBe(3_003_906);
});

describe('an unweighted script', () => {
  test('holds the instance in FAULT without a word until it has its first result', () => {
    const { bus, routers } = cluster([101], { script: 'weight 0' });
    const m1 = routers[0]!;
    bus.until(() => m1.leaf('VI_1') !== undefined);
    expect(m1.instance!.state).toBe('FAULT');
    expect(m1.lines().some((line) => line.includes('FAULT'))).toBe(false);
    bus.run(100 * MS);
    expect(m1.lines()).toContain('(VI_1) Entering BACKUP STATE');
    expect(m1.lines()).not.toContain('(VI_1) Entering BACKUP STATE (init)');
  });

  test('starts the master-down timer with its first success', () => {
    const { bus, routers } = cluster([101], { script: 'weight 0' });
    const m1 = routers[0]!;
    bus.run(10 * S);
    const upAt = startedAt(m1, 'Entering BACKUP STATE')!;
    expect(startedAt(m1, 'Entering MASTER STATE')! - upAt).toBe(3_605_468);
  });

  test('that fails the first time leaves it in FAULT, still without the line', () => {
    const { bus, routers } = cluster([101], { script: 'weight 0' });
    const m1 = routers[0]!;
    m1.processes.delete('haproxy');
    bus.run(5 * S);
    expect(m1.instance!.state).toBe('FAULT');
    expect(m1.lines()).toContain('VRRP_Script(chk_haproxy) failed (exited with status 1)');
    expect(m1.lines()).not.toContain('(VI_1) Entering FAULT STATE');
  });
});

test('with the carrier down at start it says why it is in FAULT', () => {
  const { bus, routers } = cluster([101]);
  const m1 = routers[0]!;
  m1.link(false);
  bus.run(S);
  expect(m1.instance!.state).toBe('FAULT');
  expect(m1.lines()).toContain('(VI_1) entering FAULT state (interface eth0 down)');
});

describe('vrrp_startup_delay', () => {
  const delayed = { global: 'vrrp_startup_delay 10' };

  test('is announced, and its end', () => {
    const { bus, routers } = cluster([101], delayed);
    bus.run(20 * S);
    expect(routers[0]!.lines()).toContain('Delaying startup for 10 seconds');
    const beganAt = startedAt(routers[0]!, 'Delaying startup')!;
    expect(startedAt(routers[0]!, 'Delayed start completed')! - beganAt).toBe(10 * S);
  });

  test('the down timer counts from its end', () => {
    const { bus, routers } = cluster([101], delayed);
    bus.run(30 * S);
    const beganAt = startedAt(routers[0]!, 'Delaying startup')!;
    expect(startedAt(routers[0]!, 'Entering MASTER STATE')! - beganAt).toBe(10 * S + 3_597_656);
  });

  test('all adverts received in that time are thrown away', () => {
    const { bus, routers } = cluster([101, 100], (i) => (i === 0 ? delayed : {}));
    bus.run(8 * S);
    expect(bus.holders()).toEqual(['m2']);
    expect(routers[0]!.lines().some((line) => line.includes('discarding'))).toBe(false);
    bus.run(12 * S);
    expect(routers[0]!.lines().some((line) => line.includes('discarding'))).toBe(true);
  });

  test('vrrp_delay_after_boot is the same here, and the longer of the two holds', () => {
    const text = confText(101, { global: 'vrrp_startup_delay 2\n vrrp_delay_after_boot 3.5' });
    expect(configOf(text).startupDelayUs).toBe(3.5 * S);
  });
});
