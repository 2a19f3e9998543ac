/** KEEPALIVED.md section 8: what is sent, what is believed. */
import { describe, expect, test } from 'vitest';
import type { Advert } from '../../../models/keepalived/advert.ts';
import { addressMismatch, compareAddresses, dropReason } from '../../../models/keepalived/advert.ts';
import { instanceConfig } from '../../../models/keepalived/config.ts';
import { behaviourOf } from '../../../models/keepalived/version.ts';
import { cluster, type Router, S, settled } from './harness.ts';

const count = (router: Router, text: string): number =>
  router.lines().filter((line) => line.includes(text)).length;

describe('why an advert is dropped', () => {
  const mine = instanceConfig({
    ...{
      name: 'VI_1',
      virtualRouterId: 51,
      virtualIpAddresses: ['192.0.2.10'],
      authType: 1,
      authPass: '1111',
    },
  });
  const advert: Advert = {
    ...{ version: 2, vrid: 51, priority: 100, authType: 1, authPass: '1111', advertIntUs: S },
    ...{ addresses: ['192.0.2.10'], source: '192.0.2.12' },
  };
  const reason = (
    change: Partial<Advert>,
    expected = {},
    multicast = true,
    version = '2.2.7',
  ): string | undefined =>
    dropReason({ ...mine, ...expected }, { ...advert, ...change }, multicast, true, behaviourOf(version));

  test('another version', () => {
    expect(reason({ version: 3 })).toBe('wrong version. Received 3 and expect 2');
  });

  test('another kind of authentication, or another password', () => {
    expect(reason({ authType: 0 })).toBe('received a 0 auth, expecting 1!');
    expect(reason({ authPass: '2222' })).toBe('received an invalid passwd!');
  });

  test('another interval, in version 2', () => {
    expect(reason({ advertIntUs: 2 * S })).toBe("advertisement interval mismatch mine=1 sec rcv'd=2 sec");
    expect(reason({ version: 3, advertIntUs: 2 * S, authType: 0 }, { vrrpVersion: 3 })).toBe(undefined);
  });

  test('a multicast packet at a unicast instance, and the reverse', () => {
    expect(reason({}, { unicastPeers: ['192.0.2.12'] })).toBe(
      'Expected unicast packet but received multicast packet',
    );
    expect(reason({}, {}, false)).toBe('Expected multicast packet but received unicast packet');
  });

  test('other addresses, up to 2.3.2', () => {
    expect(reason({ addresses: [] })).toBe('expected 1 VIPs but received 0');
    expect(reason({ addresses: ['192.0.2.20'] })).toContain('not present in MASTER advert : 192.0.2.10');
    expect(reason({ addresses: [] }, {}, true, '2.3.4')).toBe(undefined);
    expect(addressMismatch(mine, { ...advert, addresses: ['192.0.2.10'] })).toBe(undefined);
  });

  test('a sender that is no peer, only with check_unicast_src', () => {
    const peers = { unicastPeers: ['192.0.2.13'] };
    expect(reason({}, peers, false)).toBe(undefined);
    expect(reason({}, { ...peers, checkUnicastSrc: true }, false)).toBe(
      'unicast source address 192.0.2.12 not a unicast peer',
    );
  });
});

test('addresses compare part by part', () => {
  expect(compareAddresses('192.0.2.9', '192.0.2.10')).toBeLessThan(0);
  expect(compareAddresses('200.0.0.1', '192.255.255.255')).toBeGreaterThan(0);
});

describe('an unknown virtual router id', () => {
  test('is ignored without a word, so a mismatch within a pair gives two MASTERs', () => {
    const { bus, routers } = cluster([101, 100], (i) =>
      i === 0 ? {} : { instance: 'virtual_router_id 52' },
    );
    bus.run(30 * S);
    expect(bus.holders()).toEqual(['m1', 'm2']);
    expect(routers.flatMap((router) => router.lines()).some((line) => line.includes('VRID'))).toBe(false);
  });

  test('is logged with log_unknown_vrids', () => {
    const { bus, routers } = cluster([101, 100], (i) =>
      i === 0 ? { global: 'log_unknown_vrids' } : { instance: 'virtual_router_id 52' },
    );
    bus.run(10 * S);
    expect(routers[0]!.lines()).toContain('Unknown VRID(52) received on interface(eth0). ignoring...');
  });
});

test('another password gives two MASTERs for good, and up to 2.2.8 a line for every packet', () => {
  const { bus, routers } = settled([101, 100], (i) =>
    i === 0 ? {} : { instance: 'authentication {\n auth_type PASS\n auth_pass 2222\n }' },
  );
  bus.run(40 * S);
  expect(bus.holders()).toEqual(['m1', 'm2']);
  expect(count(routers[0]!, '(VI_1) received an invalid passwd!')).toBeGreaterThan(5);
});

test('from 2.3.0 the line comes once until the state or the master changes', () => {
  const { bus, routers } = settled(
    [101, 100],
    (i) => (i === 0 ? {} : { instance: 'authentication {\n auth_type PASS\n auth_pass 2222\n }' }),
    { version: '2.3.1' },
  );
  bus.run(60 * S);
  expect(count(routers[0]!, 'received an invalid passwd!')).toBeLessThan(4);
});

test('another interval in version 2 drops the packets: two MASTERs', () => {
  const { bus, routers } = settled([101, 100], (i) => (i === 0 ? {} : { instance: 'advert_int 2' }));
  bus.run(30 * S);
  expect(bus.holders()).toEqual(['m1', 'm2']);
  expect(routers[1]!.lines()).toContain("(VI_1) advertisement interval mismatch mine=2 sec rcv'd=1 sec");
});

describe('version 3', () => {
  const three = { global: 'vrrp_version 3' };

  test('a BACKUP adopts the interval of the master, and says so', () => {
    const { bus, routers } = settled([101, 100], (i) =>
      i === 0 ? { ...three, instance: 'advert_int 0.5' } : three,
    );
    bus.run(20 * S);
    expect(routers[1]!.lines()).toContain(
      '(VI_1) advertisement interval updated from 1000ms to 500ms by master',
    );
    expect(bus.holders()).toEqual(['m1']);
    routers[0]!.kill();
    const diedAt = bus.nowUs;
    bus.until(() => routers[1]!.instance!.state === 'MASTER');
    // 3 * 0.5 s + 154/256 * 0.5 s after the last advert, which was up to 0.5 s ago.
    expect(bus.nowUs - diedAt).toBeGreaterThan(1_300_781);
    expect(bus.nowUs - diedAt).toBeLessThan(1_801_000);
    expect(routers[1]!.lines()).toContain(
      '(VI_1) changing advert interval from 500ms to locally configured 1000ms',
    );
  });

  test('carries no authentication', () => {
    const { routers } = settled([101], three);
    expect(routers[0]!.sent.at(-1)!.advert).toMatchObject({ version: 3, authType: 0, authPass: '' });
  });
});

describe('unicast', () => {
  const peersOf = (all: readonly (readonly string[])[]) => (i: number) => ({
    instance: `unicast_src_ip 192.0.2.${11 + i}\n unicast_peer {\n ${all[i]!.map((n) => `192.0.2.${n}`).join('\n ')}\n }`,
  });

  test('one packet goes to each peer', () => {
    const { routers } = settled(
      [101, 100, 99],
      peersOf([
        ['12', '13'],
        ['11', '13'],
        ['11', '12'],
      ]),
    );
    const [m1] = routers as [Router];
    const lastAt = m1.sent.at(-1)!.atUs;
    expect(m1.sent.filter((sent) => sent.atUs === lastAt).map((sent) => sent.to)).toEqual([
      '192.0.2.12',
      '192.0.2.13',
    ]);
  });

  test('works as multicast does when all peers list each other', () => {
    const { bus } = settled(
      [101, 100, 99],
      peersOf([
        ['12', '13'],
        ['11', '13'],
        ['11', '12'],
      ]),
    );
    bus.run(60 * S);
    expect(bus.holders()).toEqual(['m1']);
  });

  test('a peer that is not listed hears nothing and becomes MASTER too, for good', () => {
    const { bus, routers } = settled([101, 100, 99], peersOf([['12'], ['11', '13'], ['11', '12']]));
    bus.run(60 * S);
    expect(bus.holders()).toEqual(['m1', 'm3']);
    expect(count(routers[0]!, 'with lower priority 101, ours 103, forcing new election')).toBeGreaterThan(20);
  });
});

test('skip_check_adv_addr does not compare the addresses of the master that it knows', () => {
  const { bus, routers } = settled([101, 100], (i) => (i === 0 ? {} : { instance: 'skip_check_adv_addr' }));
  const [m1, m2] = routers as [Router, Router];
  const message = { ...m1.sent.at(-1)!.advert, addresses: ['192.0.2.77'] };
  m2.send({ type: 'datagram', protocol: 'vrrp', from: '192.0.2.11', multicast: true, message });
  bus.runFor(0);
  expect(m2.lines().some((line) => line.includes('not present'))).toBe(false);
});
