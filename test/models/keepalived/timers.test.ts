/** KEEPALIVED.md section 3, RFC 3768 section 6.1, RFC 5798 section 6.1. */
import { describe, expect, test } from 'vitest';
import { masterDownUs, roundedAdvertIntUs, secondsText, skewUs } from '../../../models/keepalived/timers.ts';
import { configOf, confText, MS, S, settled } from './harness.ts';

describe('skew and master down', () => {
  test.each([
    [100, 3_609_375],
    [101, 3_605_468],
    [150, 3_414_062],
    [254, 3_007_812],
    [255, 3_003_906],
  ])(
    'in version 2 with an interval of 1 s a router of priority %i takes over after %i us of silence',
    (priority, us) => {
      expect(masterDownUs(2, priority, S)).toBe(us);
    },
  );

  test('in version 2 the skew does not depend on the interval', () => {
    expect(skewUs(2, 100, S)).toBe(skewUs(2, 100, 10 * S));
    expect(skewUs(2, 101, S)).toBe(605_468);
  });

  test('in version 3 the skew is a share of the interval of the master', () => {
    expect(skewUs(3, 102, 500 * MS)).toBe(300_781);
    expect(masterDownUs(3, 102, 500 * MS)).toBe(1_800_781);
  });

  test('down_timer_adverts says how many intervals of silence there are before the skew', () => {
    expect(masterDownUs(2, 100, S, 5)).toBe(5 * S + 609_375);
  });
});

describe('advert_int', () => {
  test.each([
    [2, 300 * MS, S],
    [2, 200 * MS, S],
    [2, 1_500 * MS, 2 * S],
    [2, 1_400 * MS, S],
    [2, 255 * S, 255 * S],
    [3, 500 * MS, 500 * MS],
    [3, 505 * MS, 510 * MS],
    [3, 100 * S, 40_950 * MS],
  ] as const)('version %i makes of %i us %i us', (version, us, rounded) => {
    expect(roundedAdvertIntUs(version, us)).toBe(rounded);
  });

  test('intervals are printed with six decimals', () => {
    expect(secondsText(500_000)).toBe('0.500000');
  });

  test('advert_int 0.3 with the default version is one second, and said', () => {
    const text = confText(101).replace('advert_int 1', 'advert_int 0.3');
    expect(configOf(text).instances[0]!.advertIntUs).toBe(S);
  });
});

describe('the timer of a BACKUP', () => {
  test('accepting an advert sets it to now plus master down', () => {
    const { bus, routers } = settled([101, 100]);
    const [m1, m2] = routers as [(typeof routers)[0], (typeof routers)[0]];
    bus.until(() => m1.sent.some((sent) => sent.atUs === bus.nowUs));
    bus.runFor(100);
    expect(m2.context()['expiresAtUs']).toBe(bus.nowUs + 3 * S + 601_562);
  });

  test('ignoring an advert leaves the end as it is', () => {
    const { bus, routers } = settled([101, 100]);
    const [m1, m2] = routers as [(typeof routers)[0], (typeof routers)[0]];
    m1.processes.delete('haproxy');
    bus.until(() => m2.lines().some((line) => line.includes('discarding')));
    const expiresAtUs = m2.context()['expiresAtUs'];
    bus.runFor(2 * S);
    expect(m2.lines().filter((line) => line.includes('discarding')).length).toBeGreaterThan(1);
    expect(m2.context()['expiresAtUs']).toBe(expiresAtUs);
  });

  test('a change of priority moves the end by as much as master down changes, and does not restart it', () => {
    const { bus, routers } = settled([101, 100]);
    const m2 = routers[1]!;
    bus.until(() => m2.context()['expiresAtUs'] === bus.nowUs + 3 * S + 601_562);
    const before = m2.context()['expiresAtUs'] as number;
    bus.runFor(100 * MS);
    m2.deliver('VI_1', { type: 'script', script: 'chk_haproxy', ok: false, first: false } as {
      type: string;
    });
    expect(m2.instance!.priority).toBe(100);
    expect((m2.context()['expiresAtUs'] as number) - before).toBe(
      masterDownUs(2, 100, S) - masterDownUs(2, 102, S),
    );
  });
});

test('a MASTER transmits every interval', () => {
  const { bus, routers } = settled([101, 100]);
  const m1 = routers[0]!;
  const from = m1.sent.length;
  bus.runFor(5 * S);
  const times = m1.sent.slice(from).map((sent) => sent.atUs);
  expect(times.length).toBe(5);
  for (let i = 1; i < times.length; i++) expect(times[i]! - times[i - 1]!).toBe(S);
});

test('after any packet for its VRID a MASTER puts its next advert off to a whole interval, even if it drops the packet', () => {
  const { bus, routers } = settled([101, 100]);
  const m1 = routers[0]!;
  bus.until(() => m1.sent.at(-1)!.atUs === bus.nowUs);
  bus.runFor(400 * MS);
  const stranger = { ...m1.sent.at(-1)!.advert, authPass: 'wrong', source: '192.0.2.99', priority: 1 };
  m1.send({ type: 'datagram', protocol: 'vrrp', from: '192.0.2.99', multicast: true, message: stranger });
  const count = m1.sent.length;
  // 0.2 ms to handle it, and then the whole interval.
  bus.runFor(S + 199);
  expect(m1.sent.length).toBe(count);
  bus.runFor(1);
  expect(m1.sent.length).toBe(count + 1);
});

test('with lower_prio_no_advert a packet does not move the next advert', () => {
  const { bus, routers } = settled([101, 100], { instance: 'lower_prio_no_advert' });
  const m1 = routers[0]!;
  bus.until(() => m1.sent.at(-1)!.atUs === bus.nowUs);
  bus.runFor(400 * MS);
  const lower = { ...m1.sent.at(-1)!.advert, source: '192.0.2.99', priority: 1 };
  m1.send({ type: 'datagram', protocol: 'vrrp', from: '192.0.2.99', multicast: true, message: lower });
  const count = m1.sent.length;
  bus.runFor(600 * MS);
  expect(m1.sent.length).toBe(count + 1);
  expect(m1.lines()).toContain('(VI_1) Received advert from 192.0.2.99 with lower priority 1, ours 103');
});
