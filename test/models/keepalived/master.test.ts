/** KEEPALIVED.md section 4.4: a MASTER hears another. */
import { describe, expect, test } from 'vitest';
import type { Advert } from '../../../models/keepalived/advert.ts';
import { cluster, MS, type Router, S, settled } from './harness.ts';

/** A lone MASTER that hears one advert. */
function masterHears(
  change: Partial<Advert>,
  instance = '',
): {
  readonly m1: Router;
  readonly sentBefore: number;
  readonly arpBefore: number;
  readonly lines: readonly string[];
} {
  const { bus, routers } = settled([101], { instance });
  const m1 = routers[0]!;
  bus.until(() => m1.sent.at(-1)!.atUs === bus.nowUs);
  bus.runFor(300 * MS);
  const [sentBefore, arpBefore, said] = [m1.sent.length, m1.arp.length, m1.lines().length];
  const message = { ...m1.sent.at(-1)!.advert, source: '192.0.2.12', ...change };
  m1.send({ type: 'datagram', protocol: 'vrrp', from: message.source, multicast: true, message });
  bus.runFor(0);
  return { m1, sentBefore, arpBefore, lines: m1.lines().slice(said) };
}

test('priority 0: it sends its own advert at once and stays', () => {
  const { m1, sentBefore, lines } = masterHears({ priority: 0 });
  expect(m1.instance!.state).toBe('MASTER');
  expect(m1.sent.length).toBe(sentBefore + 1);
  expect(lines).toEqual(['(VI_1) Master received priority 0 message']);
});

test('a lower priority: it says so, advertises at once and repeats the gratuitous ARP, now and after the delay', () => {
  const { m1, sentBefore, arpBefore, lines } = masterHears({ priority: 100 });
  expect(m1.instance!.state).toBe('MASTER');
  expect(lines[0]).toBe(
    '(VI_1) Received advert from 192.0.2.12 with lower priority 100, ours 103, forcing new election',
  );
  expect(m1.sent.length).toBe(sentBefore + 1);
  expect(m1.arp.length).toBe(arpBefore + 5);
  m1.bus.runFor(5 * S);
  expect(m1.arp.length).toBe(arpBefore + 10);
});

test('each lower advert has a second burst of its own', () => {
  const { bus, routers } = settled([101]);
  const m1 = routers[0]!;
  const arpBefore = m1.arp.length;
  for (let i = 0; i < 3; i++) {
    const message = { ...m1.sent.at(-1)!.advert, source: '192.0.2.12', priority: 100 };
    m1.send({ type: 'datagram', protocol: 'vrrp', from: message.source, multicast: true, message });
    bus.runFor(20 * MS);
  }
  bus.runFor(6 * S);
  expect(m1.arp.length).toBe(arpBefore + 30);
});

test('the garp_lower_prio pair inherits from the master pair, and can be set', () => {
  const inherited = masterHears({ priority: 100 }, 'garp_master_repeat 3');
  expect(inherited.m1.arp.length).toBe(inherited.arpBefore + 3);
  const { m1, arpBefore } = masterHears(
    { priority: 100 },
    'garp_lower_prio_repeat 1\n garp_lower_prio_delay 0',
  );
  expect(m1.arp.length).toBe(arpBefore + 1);
  m1.bus.runFor(10 * S);
  expect(m1.arp.length).toBe(arpBefore + 1);
});

test('an equal priority from a lower address is treated as lower', () => {
  const { m1, lines } = masterHears({ priority: 103, source: '192.0.2.9' });
  expect(m1.instance!.state).toBe('MASTER');
  expect(lines[0]).toContain('with lower priority 103, ours 103, forcing new election');
});

test('a higher priority: it yields, removes the addresses and waits a master down', () => {
  const { m1, lines } = masterHears({ priority: 150 });
  expect(lines).toEqual([
    '(VI_1) Master received advert from 192.0.2.12 with higher priority 150, ours 103',
    '(VI_1) Entering BACKUP STATE',
    '(VI_1) removing VIPs.',
  ]);
  expect(m1.has(m1.bus.vip)).toBe(false);
  const yieldedAt = m1.bus.nowUs;
  m1.bus.until(() => m1.instance!.state === 'MASTER');
  expect(m1.bus.nowUs - yieldedAt).toBe(3_597_656);
});

test('an equal priority from a higher address: it yields', () => {
  const { m1, lines } = masterHears({ priority: 103, source: '192.0.2.13' });
  expect(m1.instance!.state).toBe('BACKUP');
  expect(lines[0]).toBe(
    '(VI_1) Master received advert from 192.0.2.13 with same priority 103 but higher IP address than ours',
  );
});

test('an equal priority from its own address: a warning only', () => {
  const { m1, lines } = masterHears({ priority: 103, source: '192.0.2.11' });
  expect(m1.instance!.state).toBe('MASTER');
  expect(lines).toEqual([
    '(VI_1) WARNING - equal priority advert received from remote host with our IP address.',
  ]);
});

test('addresses compare as unsigned numbers, not as text', () => {
  const { m1 } = masterHears({ priority: 103, source: '192.0.2.9' });
  expect(m1.instance!.state).toBe('MASTER');
  const { m1: other } = masterHears({ priority: 103, source: '192.0.2.100' });
  expect(other.instance!.state).toBe('BACKUP');
});

test('nopreempt never stops a MASTER from yielding to a higher advert', () => {
  const { m1 } = masterHears({ priority: 150 }, 'nopreempt');
  expect(m1.instance!.state).toBe('BACKUP');
});

test('higher_prio_send_advert makes a losing MASTER send one more advert', () => {
  const without = masterHears({ priority: 150 });
  expect(without.m1.sent.length).toBe(without.sentBefore);
  const { m1, sentBefore } = masterHears({ priority: 150 }, 'higher_prio_send_advert');
  expect(m1.sent.length).toBe(sentBefore + 1);
  expect(m1.sent.at(-1)!.advert.priority).toBe(103);
});

describe('two address owners', () => {
  test('up to 2.3.2: who hears the other becomes an ordinary router of 254, and yields', () => {
    const { bus, routers } = cluster([255, 255], { state: 'MASTER', noScript: true });
    bus.run(5 * S);
    const lines = routers.flatMap((router) => router.lines());
    expect(
      lines.some((line) => line.includes('CONFIGURATION ERROR: local instance and a remote instance')),
    ).toBe(true);
    const states = routers.map((router) => router.instance!);
    expect(states.filter((state) => state.state === 'MASTER').length).toBe(1);
    expect(states.map((state) => state.priority).sort()).toEqual([254, 255]);
  });
});
