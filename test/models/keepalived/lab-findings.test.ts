/** LAB-FINDINGS.md, 1 to 13: what the real daemons did that one would not guess (keepalived 2.2.7). */
import { describe, expect, test } from 'vitest';
import { cluster, type Router, S, settled } from './harness.ts';

const three = [101, 100, 99];
const at = (router: Router, text: string): number =>
  router.bus.said.findLast((said) => said.host === router.name && said.line.includes(text))!.atUs;

describe('1. a backup discards lower adverts and its timer runs on from the last accepted one', () => {
  test('a script failover takes the phase of the script plus master down of the effective priority', () => {
    const { bus, routers } = settled(three);
    const m1 = routers[0]!;
    m1.processes.delete('haproxy');
    bus.until(() => m1.instance!.priority === 101);
    const lastGoodAt = m1.sent.at(-1)!.atUs;
    bus.until(() => routers[1]!.instance!.state === 'MASTER');
    expect(bus.nowUs).toBe(lastGoodAt + 100 + 3_601_562);
  });

  test('a returning router waits one whole master down', () => {
    const { bus, routers } = settled(three);
    const m1 = routers[0]!;
    m1.send({ type: 'terminate' });
    bus.runFor(4 * S);
    m1.start();
    const startedAt = bus.nowUs;
    bus.until(() => m1.instance?.state === 'MASTER');
    expect(bus.nowUs - startedAt).toBeGreaterThan(3_598_000 + 14_000);
    expect(bus.nowUs - startedAt).toBeLessThan(3_598_000 + 60_000);
  });
});

test('2. `state MASTER` gives no head start below priority 255', () => {
  const winners = new Set<string>();
  for (let luck = 1; luck <= 12; luck++) {
    const { bus, routers } = cluster(three, (i) => ({ state: i === 0 ? 'MASTER' : 'BACKUP' }));
    for (const router of routers) router.kill();
    routers.forEach((router, i) => {
      router.start(luck * 10 + i);
    });
    bus.until(() => bus.holders().length > 0);
    winners.add(bus.holders()[0]!);
  }
  expect(winners.size).toBeGreaterThan(1);
});

test('3. weight 0 is quicker than a weight: FAULT, priority 0, the address is dropped', () => {
  const { bus, routers } = settled(three, { script: 'weight 0' });
  const m1 = routers[0]!;
  m1.processes.delete('haproxy');
  bus.until(() => m1.instance!.state === 'FAULT');
  const faultAt = bus.nowUs;
  expect(m1.lines().slice(-5)).toEqual([
    'Script `chk_haproxy` now returning 1',
    'VRRP_Script(chk_haproxy) failed (exited with status 1)',
    '(VI_1) Entering FAULT STATE',
    '(VI_1) sent 0 priority',
    '(VI_1) removing VIPs.',
  ]);
  bus.until(() => bus.holders()[0] === 'm2');
  expect(bus.nowUs - faultAt).toBe(100 + 609_375);
});

test('4. priority 255 ignores weighted scripts but obeys weight 0', () => {
  const weighted = cluster([255, 254], (i) => ({
    state: i === 0 ? 'MASTER' : 'BACKUP',
    script: 'weight -2',
  }));
  weighted.routers[0]!.processes.delete('haproxy');
  weighted.bus.run(60 * S);
  expect(weighted.bus.holders()).toEqual(['m1']);
  const unweighted = cluster([255, 254], (i) => ({
    state: i === 0 ? 'MASTER' : 'BACKUP',
    script: 'weight 0',
  }));
  unweighted.bus.run(5 * S);
  unweighted.routers[0]!.processes.delete('haproxy');
  unweighted.bus.run(10 * S);
  expect(unweighted.bus.holders()).toEqual(['m2']);
});

test('5. nopreempt disables failover by weight; it is cleared on a router with `state MASTER`', () => {
  const backups = settled(three, { instance: 'nopreempt' });
  backups.routers[0]!.processes.delete('haproxy');
  backups.bus.runFor(30 * S);
  expect(backups.bus.holders()).toEqual(['m1']);
  // With `state MASTER` on m1 it preempts, nopreempt or not.
  const master = settled(three, (i) => ({ state: i === 0 ? 'MASTER' : 'BACKUP', instance: 'nopreempt' }));
  master.routers[0]!.send({ type: 'terminate' });
  master.bus.runFor(5 * S);
  master.routers[0]!.start();
  master.bus.runFor(10 * S);
  expect(master.bus.holders()).toEqual(['m1']);
});

describe('6. at equal priority the first to fire stays', () => {
  test('whatever the addresses', () => {
    const { bus } = settled([100, 100, 100]);
    bus.runFor(60 * S);
    expect(bus.holders()).toEqual(['m1']);
  });

  test('the higher address decides only between two MASTERs', () => {
    const { bus, routers } = settled([100, 100]);
    bus.latency = () => undefined;
    bus.runFor(10 * S);
    expect(bus.holders()).toEqual(['m1', 'm2']);
    bus.latency = () => 100;
    bus.runFor(3 * S);
    expect(bus.holders()).toEqual(['m2']);
    expect(routers[0]!.lines().some((line) => line.includes('but higher IP address than ours'))).toBe(true);
  });
});

describe('7. 101/100/99 with weight 2 and two dead proxies', () => {
  test('leaves the address on a dead proxy for good when the second router dies first', () => {
    const { bus, routers } = settled(three);
    routers[1]!.processes.delete('haproxy');
    bus.runFor(8 * S);
    routers[0]!.processes.delete('haproxy');
    bus.runFor(60 * S);
    expect(bus.holders()).toEqual(['m1']);
  });

  test('and when both die at once', () => {
    const { bus, routers } = settled(three);
    routers[0]!.processes.delete('haproxy');
    routers[1]!.processes.delete('haproxy');
    bus.runFor(60 * S);
    expect(bus.holders()).toEqual(['m1']);
  });

  test('else m1 and m3 fire within milliseconds of each other, and either can end with it', () => {
    const ends = new Set<string>();
    for (let i = 0; i < 8; i++) {
      const { bus, routers } = settled(three);
      routers[0]!.processes.delete('haproxy');
      bus.runFor(8 * S + i * 330_000);
      bus.latency = (from, to) => 100 + ((from.length * 7 + to.charCodeAt(1) * 13 + i * 31) % 50) * 20;
      routers[1]!.processes.delete('haproxy');
      bus.runFor(30 * S);
      for (const holder of bus.holders()) ends.add(holder);
    }
    expect([...ends].every((name) => name === 'm1' || name === 'm3')).toBe(true);
  });
});

describe('8. after a partition heals, who advertises first decides', () => {
  /** m1 alone, the others together; healed at a moment of the phase between the two adverts. */
  function partition(healAfterUs: number): {
    readonly bus: ReturnType<typeof settled>['bus'];
    readonly m1: Router;
    readonly healedAt: number;
  } {
    const { bus, routers } = settled(three);
    const [m1, m2] = routers as [Router, Router];
    bus.latency = (from, to) => ((from === 'm1') === (to === 'm1') ? 100 : undefined);
    bus.until(() => m2.instance!.state === 'MASTER');
    bus.until(() => m2.sent.at(-1)!.atUs === bus.nowUs && m2.sent.length > 3);
    bus.runFor(healAfterUs);
    bus.latency = () => 100;
    return { bus, m1, healedAt: bus.nowUs };
  }

  test('the old master keeps the address for the whole partition', () => {
    const { bus } = partition(0);
    expect(bus.holders()).toEqual(['m1', 'm2']);
  });

  test('if it is heard first, the other steps down and the old one sends no gratuitous ARP', () => {
    // m1 advertises 0.4 s after m2 does: (256 - 102)/256 s is the skew between them.
    const { bus, m1 } = partition(100_000);
    const [arp, healedAt] = [m1.arp.length, bus.nowUs];
    bus.runFor(S);
    expect(bus.holders()).toEqual(['m1']);
    expect(m1.arp.slice(arp).filter((sent) => sent.atUs - healedAt < S)).toEqual([]);
  });

  test('if the other is heard first, the old one forces an election with gratuitous ARP', () => {
    const { bus, m1 } = partition(700_000);
    const arp = m1.arp.length;
    bus.runFor(S);
    expect(bus.holders()).toEqual(['m1']);
    expect(m1.arp.length).toBe(arp + 5);
  });
});

test('9. adjacent priorities differ by 3.9 ms of skew: two backups that hear each other later than that fire together', () => {
  const { bus, routers } = settled(three);
  bus.latency = () => 5_000;
  bus.runFor(5 * S);
  routers[0]!.kill();
  bus.until(() => routers[2]!.instance!.state === 'MASTER');
  expect(routers[1]!.instance!.state).toBe('MASTER');
  bus.runFor(100_000);
  expect(routers.slice(1).map((router) => router.instance!.state)).toEqual(['MASTER', 'BACKUP']);
});

test('10. kill -9 of all leaves the address configured', () => {
  const { bus, routers } = settled(three);
  routers[0]!.kill();
  bus.runFor(30 * S);
  expect(bus.holders()).toEqual(['m1', 'm2']);
});

describe('11. scripts and intervals', () => {
  test('the first result after start decides at once, whatever rise and fall say', () => {
    const { bus, routers } = cluster([101], { script: 'rise 5\n fall 5\n init_fail' });
    bus.run(200_000);
    expect(routers[0]!.instance!.priority).toBe(103);
  });

  test('without `timeout` the interval is the timeout', () => {
    const { bus, routers } = cluster([101], { script: 'script "nc -z -w 60 127.0.0.1 1"\n interval 2' });
    routers[0]!.ports.set('192.0.2.11:1', { silent: true });
    bus.run(S);
    expect(at(routers[0]!, 'VRRP_Script(chk_haproxy) succeeded')).toBeGreaterThan(0);
  });
});

test('12. mismatched virtual_router_id: three masters for good', () => {
  const { bus } = settled(three, (i) => ({ instance: `virtual_router_id ${51 + i}` }));
  bus.runFor(60 * S);
  expect(bus.holders()).toEqual(['m1', 'm2', 'm3']);
});

describe('12. another password on one of three', () => {
  /** Latency of a LAN with some jitter, the same in each run. */
  const jitter = (): (() => number) => {
    let drawn = 1;
    return () => {
      drawn = (drawn * 16_807) % 2_147_483_647;
      return 100 + (drawn % 100);
    };
  };
  const odd = (i: number) =>
    i === 1 ? { instance: 'authentication {\n auth_type PASS\n auth_pass 2222\n }' } : {};

  test('two masters for good', () => {
    const { bus } = settled(three, odd);
    bus.latency = jitter();
    bus.runFor(60 * S);
    expect(bus.holders()).toEqual(['m1', 'm2']);
  });

  test('only one of them is ever heard: each packet that the other drops puts its own advert off', () => {
    const { bus, routers } = settled([101, 100], odd);
    bus.latency = jitter();
    bus.runFor(60 * S);
    const sent = routers.map((router) => router.sent.filter((advert) => advert.atUs > 20 * S).length);
    expect(Math.max(...sent)).toBeGreaterThanOrEqual(51);
    expect(Math.min(...sent)).toBe(0);
  });

  test('if that is the one whose password fits, the third router takes over for moments, every master down', () => {
    const takeovers = [1, 2, 3, 4, 5, 6].map((luck) => {
      const { bus, routers } = cluster(three, odd);
      for (const router of routers) router.kill();
      bus.latency = jitter();
      routers.forEach((router, i) => {
        router.start(luck * 10 + i);
      });
      bus.run(40 * S);
      expect(bus.holders().slice(0, 2)).toEqual(['m1', 'm2']);
      return routers[2]!.vipChanges.filter((change) => change.has).length;
    });
    expect(takeovers.some((count) => count >= 8)).toBe(true);
    expect(takeovers.some((count) => count <= 1)).toBe(true);
  });
});

test('13. SIGSTOP of the master: a backup takes over; on SIGCONT the dual master ends within milliseconds', () => {
  const { bus, routers } = settled(three);
  routers[0]!.pause();
  bus.until(() => routers[1]!.instance!.state === 'MASTER');
  bus.runFor(4 * S);
  routers[0]!.resume();
  bus.runFor(2_000);
  expect(bus.holders()).toEqual(['m1']);
});
