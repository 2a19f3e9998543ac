/** KEEPALIVED.md section 4.2 and 4.3: a BACKUP hears an advert, or nothing. */
import { describe, expect, test } from 'vitest';
import { cluster, MS, type Router, S, settled } from './harness.ts';

const count = (router: Router, text: string): number =>
  router.lines().filter((line) => line.includes(text)).length;
const at = (router: Router, text: string): number =>
  router.bus.said.findLast((said) => said.host === router.name && said.line.includes(text))!.atUs;

describe('a valid advert', () => {
  test('of priority 0 shortens the wait to the skew, not to zero and not to three intervals', () => {
    const { bus, routers } = settled([101, 100]);
    const [m1, m2] = routers as [Router, Router];
    m1.send({ type: 'terminate' });
    const stoppedAt = bus.nowUs;
    bus.until(() => m2.instance!.state === 'MASTER');
    expect(bus.nowUs - stoppedAt).toBe(100 + 601_562);
    expect(m2.lines()).toContain('(VI_1) Backup received priority 0 advertisement');
  });

  test('of a higher priority restarts the timer', () => {
    const { bus, routers } = settled([101, 100]);
    bus.runFor(60 * S);
    expect(bus.holders()).toEqual(['m1']);
    expect(count(routers[1]!, 'MASTER')).toBe(0);
  });

  test('of an equal priority is accepted: the address does not count in BACKUP', () => {
    const { bus, routers } = settled([100, 100]);
    expect(bus.holders().length).toBe(1);
    bus.runFor(60 * S);
    expect(routers.filter((router) => router.instance!.state === 'MASTER').length).toBe(1);
    expect(routers.map((router) => count(router, 'Entering MASTER STATE')).reduce((a, b) => a + b)).toBe(1);
  });

  test('of a lower priority is discarded, and the line is printed for every one until the takeover', () => {
    const { bus, routers } = settled([101, 100]);
    const [m1, m2] = routers as [Router, Router];
    m1.processes.delete('haproxy');
    bus.until(() => bus.holders()[0] === 'm2');
    expect(count(m2, '(VI_1) received lower priority (101) advert from 192.0.2.11 - discarding')).toBe(3);
  });

  test('of a lower priority is accepted with nopreempt', () => {
    const { bus, routers } = settled([101, 100], { instance: 'nopreempt' });
    const [m1] = routers as [Router, Router];
    m1.send({ type: 'terminate' });
    bus.runFor(5 * S);
    m1.start();
    bus.runFor(20 * S);
    expect(bus.holders()).toEqual(['m2']);
    expect(count(m1, 'discarding')).toBe(0);
  });
});

test('an invalid packet is ignored: the timer runs on', () => {
  const { bus, routers } = settled([101, 100]);
  const [m1, m2] = routers as [Router, Router];
  const advert = { ...m1.sent.at(-1)!.advert, authPass: 'other' };
  m1.kill();
  const expiresAtUs = m2.context()['expiresAtUs'] as number;
  for (let i = 0; i < 20; i++) {
    m2.send({ type: 'datagram', protocol: 'vrrp', from: '192.0.2.11', multicast: true, message: advert });
    bus.runFor(100 * MS);
  }
  bus.until(() => m2.instance!.state === 'MASTER');
  expect(bus.nowUs).toBe(expiresAtUs);
});

describe('preemption', () => {
  test('is not immediate: a returning router takes over one whole master down after it entered BACKUP', () => {
    const { bus, routers } = settled([101, 100]);
    const [m1] = routers as [Router];
    m1.send({ type: 'terminate' });
    bus.runFor(5 * S);
    m1.start();
    bus.until(() => m1.instance?.state === 'MASTER');
    expect(bus.nowUs - at(m1, 'Entering BACKUP STATE (init)')).toBe(3_597_656);
    expect(bus.holders()).toContain('m1');
  });

  test('by a rising priority comes master down after the last accepted advert', () => {
    const { bus, routers } = settled([101, 100]);
    const [m1, m2] = routers as [Router, Router];
    m1.processes.delete('haproxy');
    bus.runFor(12 * S);
    expect(bus.holders()).toEqual(['m2']);
    m1.processes.add('haproxy');
    bus.until(() => m1.instance!.priority === 103);
    const acceptedAt = m2.sent.filter((sent) => sent.atUs < bus.nowUs).at(-1)!.atUs + 100;
    bus.until(() => m1.instance!.state === 'MASTER');
    expect(bus.nowUs).toBe(acceptedAt + 3_597_656);
  });
});

describe('when the timer runs out', () => {
  test('the advert is sent first, then the line, the addresses, the gratuitous ARP', () => {
    const { bus, routers } = cluster([101], { noScript: true });
    const m1 = routers[0]!;
    bus.until(() => m1.instance?.state === 'MASTER');
    expect(m1.sent.length).toBe(1);
    expect(m1.sent[0]!.advert.priority).toBe(101);
    const after = m1.lines().slice(m1.lines().indexOf('(VI_1) Receive advertisement timeout'));
    expect(after.slice(0, 5)).toEqual([
      '(VI_1) Receive advertisement timeout',
      '(VI_1) Entering MASTER STATE',
      '(VI_1) setting VIPs.',
      '(VI_1) Sending/queueing gratuitous ARPs on eth0 for 192.0.2.10',
      'Sending gratuitous ARP on eth0 for 192.0.2.10',
    ]);
    expect(m1.arp.length).toBe(5);
  });

  test('a second burst of gratuitous ARP follows after garp_master_delay', () => {
    const { bus, routers } = cluster([101], { noScript: true });
    const m1 = routers[0]!;
    bus.run(12 * S);
    const masterAt = at(m1, 'Entering MASTER STATE');
    expect(m1.arp.map((arp) => arp.atUs - masterAt)).toEqual([
      0,
      0,
      0,
      0,
      0,
      5 * S,
      5 * S,
      5 * S,
      5 * S,
      5 * S,
    ]);
  });

  test('garp_master_delay 0 leaves the second burst out, garp_master_repeat counts the packets', () => {
    const { bus, routers } = cluster([101], { instance: 'garp_master_delay 0\n garp_master_repeat 2' });
    bus.run(20 * S);
    expect(routers[0]!.arp.length).toBe(2);
  });

  test('garp_master_refresh repeats one packet for ever, counted from becoming MASTER', () => {
    const { bus, routers } = cluster([101], { global: 'vrrp_garp_master_refresh 5' });
    const m1 = routers[0]!;
    bus.run(30 * S);
    const masterAt = at(m1, 'Entering MASTER STATE');
    const times = m1.arp.map((arp) => (arp.atUs - masterAt) / S);
    expect(times).toEqual([0, 0, 0, 0, 0, 5, 5, 5, 5, 5, 5, 10, 15, 20, 25]);
  });

  test('vrrp_min_garp sends one packet and no second burst', () => {
    const { bus, routers } = cluster([101], { global: 'vrrp_min_garp true' });
    bus.run(20 * S);
    expect(routers[0]!.arp.length).toBe(1);
  });

  test('the lines of -D are left out without it', () => {
    const { bus, routers } = cluster([101], {}, { logDetail: false });
    bus.run(20 * S);
    expect(routers[0]!.lines().filter((line) => /gratuitous|timeout|VIPs/.test(line))).toEqual([]);
  });

  test('notify scripts are named, with the state and the priority', () => {
    const { bus, routers } = cluster([101], { instance: 'notify_master "/m.sh"\n notify "/n.sh"' });
    bus.run(5 * S);
    const notes = routers[0]!.notes.filter((note) => note['state'] === 'MASTER');
    expect(notes.map((note) => note['command'])).toEqual(['/m.sh', '/n.sh']);
    expect(notes[0]!['priority']).toBe(103);
  });
});
