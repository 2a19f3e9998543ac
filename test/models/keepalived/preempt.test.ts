/** KEEPALIVED.md section 5: nopreempt, preempt_delay, and what `state MASTER` clears. */
import { describe, expect, test } from 'vitest';
import { readKeepalivedConf } from '../../../models/keepalived/read-conf.ts';
import { configOf, confText, type Router, S, settled } from './harness.ts';

const messages = (text: string): string[] =>
  readKeepalivedConf(text, 'keepalived.conf').findings.map((finding) => finding.message);

describe('what keepalived clears', () => {
  test('nopreempt with `state MASTER`', () => {
    const text = confText(101, { state: 'MASTER', instance: 'nopreempt' });
    expect(messages(text)).toContain(
      '(VI_1) Warning - nopreempt will not work with initial state MASTER - clearing',
    );
    expect(configOf(text).instances[0]!.nopreempt).toBe(false);
  });

  test('preempt_delay with `state MASTER`', () => {
    const text = confText(101, { state: 'MASTER', instance: 'preempt_delay 5' });
    expect(messages(text)).toContain(
      '(VI_1) Warning - preempt delay will not work with initial state MASTER - clearing',
    );
    expect(configOf(text).instances[0]!.preemptDelayUs).toBe(0);
  });

  test('nopreempt with priority 255', () => {
    const text = confText(255, { instance: 'nopreempt' });
    expect(messages(text)).toContain(
      '(VI_1) nopreempt is incompatible with priority 255 - resetting nopreempt',
    );
  });

  test('preempt_delay together with nopreempt', () => {
    const text = confText(101, { instance: 'nopreempt\n preempt_delay 5' });
    expect(messages(text)).toContain('(VI_1) preempt_delay is incompatible with nopreempt mode - resetting');
    expect(configOf(text).instances[0]).toMatchObject({ nopreempt: true, preemptDelayUs: 0 });
  });

  test('preempt_delay in strict mode', () => {
    const text = confText(101, { global: 'vrrp_strict', instance: 'preempt_delay 5' });
    expect(messages(text)).toContain('(VI_1) preempt_delay is incompatible with strict mode - resetting');
  });

  test('nopreempt on a BACKUP stays', () => {
    expect(configOf(confText(101, { instance: 'nopreempt' })).instances[0]!.nopreempt).toBe(true);
  });
});

test('nopreempt: a returning router does not take the address back', () => {
  const { bus, routers } = settled([101, 100, 99], { instance: 'nopreempt' });
  const holder = bus.holders()[0]!;
  const master = routers.find((router) => router.name === holder)!;
  master.send({ type: 'terminate' });
  bus.runFor(5 * S);
  const next = bus.holders();
  expect(next).not.toEqual([holder]);
  master.start();
  bus.runFor(20 * S);
  expect(bus.holders()).toEqual(next);
});

describe('preempt_delay', () => {
  const delayed = { instance: 'preempt_delay 5' };

  /** m1 stops, m2 takes over, m1 starts again. */
  function comeBack(): { readonly m1: Router; readonly m2: Router; readonly backAt: number } {
    const { bus, routers } = settled([101, 100], delayed);
    const [m1, m2] = routers as [Router, Router];
    m1.send({ type: 'terminate' });
    bus.runFor(10 * S);
    m1.start();
    bus.until(() => m1.instance?.state === 'BACKUP');
    return { m1, m2, backAt: bus.nowUs };
  }

  test('is armed by the first lower advert, which is accepted like those that follow in the delay', () => {
    const { m1, m2 } = comeBack();
    m1.bus.until(() => m1.lines().some((line) => line.includes('start preempt delay')));
    expect(m1.lines()).toContain('(VI_1) start preempt delay (5.000000)');
    expect(m1.bus.nowUs).toBe(m2.sent.at(-1)!.atUs + 100);
    const startedAt = m1.bus.nowUs;
    m1.bus.runFor(4.9 * S);
    expect(m1.lines().some((line) => line.includes('discarding'))).toBe(false);
    expect(m1.context()['expiresAtUs'] as number).toBeGreaterThan(startedAt + 7 * S);
  });

  test('comes before the wait of a master down, not instead of it: 7.6 to 9.6 s', () => {
    const { m1, backAt } = comeBack();
    m1.bus.until(() => m1.instance!.state === 'MASTER');
    expect(m1.bus.nowUs - backAt).toBeGreaterThan(7.6 * S);
    expect(m1.bus.nowUs - backAt).toBeLessThan(9.6 * S);
  });

  test('is called off by an advert of at least its own priority', () => {
    const { m1, m2 } = comeBack();
    m1.bus.until(() => m1.lines().some((line) => line.includes('start preempt delay')));
    const message = { ...m2.sent.at(-1)!.advert, priority: 200 };
    m1.send({ type: 'datagram', protocol: 'vrrp', from: '192.0.2.12', multicast: true, message });
    m1.bus.runFor(0);
    expect(m1.lines().at(-1)).toBe('(VI_1) stop preempt delay');
    expect(m1.context()['preemptAtUs']).toBe(0);
  });
});
