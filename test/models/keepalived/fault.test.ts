/** KEEPALIVED.md section 4.5, 4.6 and 7: FAULT, and addresses that others remove. */
import { describe, expect, test } from 'vitest';
import { cluster, MS, type Router, S, settled } from './harness.ts';

const entered = (router: Router): readonly string[] =>
  router.lines().filter((line) => /Entering|Netlink|sent 0/.test(line));

describe('the carrier', () => {
  test('lost by a MASTER: FAULT, the address is gone, and "I stop" was said twice', () => {
    const { bus, routers } = settled([101, 100]);
    const [m1, m2] = routers as [Router, Router];
    const [said, sent] = [m1.lines().length, m1.sent.length];
    m1.link(false);
    bus.runFor(10 * MS);
    expect(m1.lines().slice(said)).toEqual([
      'Netlink reports eth0 down',
      '(VI_1) Entering FAULT STATE',
      '(VI_1) sent 0 priority',
      '(VI_1) removing VIPs.',
    ]);
    expect(m1.sent.slice(sent).map((advert) => advert.advert.priority)).toEqual([0, 0]);
    expect(m1.has(bus.vip)).toBe(false);
    // The cable takes no packet: the other one waits out the silence.
    expect(m2.lines().some((line) => line.includes('priority 0'))).toBe(false);
  });

  test('lost by a BACKUP: FAULT without adverts', () => {
    const { bus, routers } = settled([101, 100]);
    const m2 = routers[1]!;
    m2.link(false);
    bus.runFor(10 * MS);
    expect(entered(m2).slice(-2)).toEqual(['Netlink reports eth0 down', '(VI_1) Entering FAULT STATE']);
    expect(m2.sent.length).toBe(0);
  });

  test('back again: BACKUP first whatever `state MASTER` says, and a whole master down', () => {
    const { bus, routers } = settled([101, 100], (i) => ({ state: i === 0 ? 'MASTER' : 'BACKUP' }));
    const m1 = routers[0]!;
    m1.link(false);
    bus.runFor(8 * S);
    expect(bus.holders()).toEqual(['m2']);
    m1.link(true);
    const upAt = bus.nowUs;
    bus.until(() => m1.instance!.state === 'MASTER');
    expect(bus.nowUs - upAt).toBe(3_597_656);
    expect(entered(m1).slice(-3)).toEqual([
      'Netlink reports eth0 up',
      '(VI_1) Entering BACKUP STATE',
      '(VI_1) Entering MASTER STATE',
    ]);
  });

  test('does not matter with dont_track_primary', () => {
    const { bus, routers } = settled([101], { instance: 'dont_track_primary' });
    routers[0]!.link(false);
    bus.runFor(S);
    expect(routers[0]!.instance!.state).toBe('MASTER');
    expect(bus.holders()).toEqual(['m1']);
  });

  test('weighs what track_interface gives it', () => {
    const { bus, routers } = settled([101], { instance: 'track_interface {\n eth0 weight -20\n }' });
    routers[0]!.link(false);
    bus.runFor(10 * MS);
    expect(routers[0]!.instance).toEqual({ state: 'MASTER', priority: 83 });
    routers[0]!.link(true);
    bus.runFor(10 * MS);
    expect(routers[0]!.instance!.priority).toBe(103);
  });
});

test('in FAULT all adverts are ignored and no timer runs', () => {
  const { bus, routers } = settled([101, 100]);
  const [m1, m2] = routers as [Router, Router];
  m2.link(false);
  bus.runFor(S);
  const said = m2.lines().length;
  m2.linkUp = true;
  bus.runFor(10 * S);
  m1.kill();
  bus.runFor(10 * S);
  expect(m2.instance!.state).toBe('FAULT');
  expect(m2.lines().length).toBe(said);
});

test('causes are counted: all of them have to be gone', () => {
  const { bus, routers } = settled([101], { script: 'weight 0' });
  const m1 = routers[0]!;
  m1.link(false);
  m1.processes.delete('haproxy');
  bus.runFor(5 * S);
  m1.link(true);
  bus.runFor(5 * S);
  expect(m1.instance!.state).toBe('FAULT');
  m1.processes.add('haproxy');
  bus.runFor(2.1 * S);
  expect(m1.instance!.state).toBe('BACKUP');
});

test('an interval that a master imposed in version 3 is forgotten in FAULT', () => {
  const three = { global: 'vrrp_version 3', noScript: true };
  const { bus, routers } = cluster([101, 100], (i) =>
    i === 0 ? { ...three, instance: 'advert_int 2' } : three,
  );
  bus.run(20 * S);
  const m2 = routers[1]!;
  expect(m2.context()['masterAdvertIntUs']).toBe(2 * S);
  m2.link(false);
  m2.link(true);
  bus.runFor(0);
  expect(m2.context()['masterAdvertIntUs']).toBe(S);
});

test('an owner that recovers is MASTER again at once', () => {
  const { bus, routers } = cluster([255], { state: 'MASTER', noScript: true });
  bus.run(S);
  const m1 = routers[0]!;
  m1.link(false);
  bus.runFor(S);
  m1.link(true);
  bus.runFor(0);
  expect(m1.instance!.state).toBe('MASTER');
});

test('with unicast it announces its own address when it recovers', () => {
  const peers = ['192.0.2.12', '192.0.2.11'];
  const { bus, routers } = settled([101, 100], (i) => ({ instance: `unicast_peer {\n ${peers[i]}\n }` }));
  const m1 = routers[0]!;
  m1.link(false);
  bus.runFor(S);
  m1.link(true);
  bus.runFor(0);
  expect(m1.arp.at(-1)!.address).toBe('192.0.2.11');
});

describe('an address removed behind its back', () => {
  test('it says "I stop", goes to BACKUP and comes back after a skew', () => {
    const { bus, routers } = settled([101], { noScript: true });
    const m1 = routers[0]!;
    const sent = m1.sent.length;
    m1.changeAddress(bus.vip, false);
    const removedAt = bus.nowUs;
    bus.runFor(0);
    expect(m1.instance!.state).toBe('BACKUP');
    expect(m1.sent.slice(sent).map((advert) => advert.advert.priority)).toEqual([0]);
    bus.until(() => m1.instance!.state === 'MASTER');
    expect(bus.nowUs - removedAt).toBe(605_468);
  });

  test('with a second router the two race, and the higher priority wins', () => {
    const { bus, routers } = settled([101, 100]);
    routers[0]!.changeAddress(bus.vip, false);
    bus.runFor(2 * S);
    expect(bus.holders()).toEqual(['m1']);
  });

  test('is not noticed when it is marked no_track', () => {
    const { bus, routers } = settled([101], {
      noScript: true,
      instance: 'virtual_ipaddress {\n 192.0.2.10 no_track\n }',
    });
    routers[0]!.changeAddress(bus.vip, false);
    bus.runFor(2 * S);
    expect(routers[0]!.instance!.state).toBe('MASTER');
    expect(bus.holders()).toEqual([]);
  });
});

test('the source address disappears: FAULT, until it is back', () => {
  const { bus, routers } = settled([101]);
  const m1 = routers[0]!;
  m1.changeAddress('192.0.2.11', false);
  bus.runFor(0);
  expect(m1.instance!.state).toBe('FAULT');
  m1.changeAddress('192.0.2.11', true);
  bus.runFor(0);
  expect(m1.instance!.state).toBe('BACKUP');
});
