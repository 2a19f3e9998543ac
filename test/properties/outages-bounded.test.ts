/** The bound of a client's outage is arithmetic over the configuration; no run exceeds it, and some come within a tenth of it. */
import { describe, expect, test } from 'vitest';
import type { BackendConfig, ServerConfig } from '../../models/haproxy/config.ts';
import { readHaproxyCfg } from '../../models/haproxy/read-cfg.ts';
import type { KubeletConfig } from '../../models/kubelet/config.ts';
import { Checker } from '../../properties/check-run.ts';
import { everyOutageIsBounded, outageOf } from '../../properties/every-outage-is-bounded.ts';
import { restartUs } from '../../properties/health-checks.ts';
import {
  chainText,
  chainUs,
  electionChain,
  longest,
  PACKETS_US,
  restartedChain,
  serverChain,
  silentMemberChain,
  stoppedMemberChain,
  takeoverChain,
} from '../../properties/outage-bound.ts';
import { failedAt, type PlannedFault } from '../../properties/schedule.ts';
import { phaseMs } from '../../properties/search.ts';
import { writesServedIffMajority } from '../../properties/writes-served-iff-majority.ts';
import { topologyNamed } from '../../scenarios/topologies.ts';
import { LIBRARY } from '../scenarios/library.ts';
import { check, fault } from './checks.ts';

const SECOND_US = 1_000_000;
const LIMIT = 120_000;

describe('the arithmetic', () => {
  const checked = (check: string, timeouts = 'timeout connect 2s\n timeout check 2s') => {
    const text = `defaults\n mode tcp\n ${timeouts}\nbackend api\n option httpchk GET /readyz\n server m1 10.0.0.11:6443 check ${check}\n`;
    const backend = readHaproxyCfg(text, 'haproxy.cfg').config.backends[0] as BackendConfig;
    return { backend, server: backend.servers[0] as ServerConfig, spread: 0 };
  };
  const alone = { probeUs: 2 * SECOND_US, askedByOthers: false };
  const ofServer = (...of: Parameters<typeof serverChain>) => chainUs(serverChain(...of) ?? []) - PACKETS_US;

  test('a silent server: `fall` times `inter` and the time-out of connecting, each a millisecond longer', () => {
    expect(ofServer(checked('inter 2s fall 3'), 'silent', alone)).toBe(6 * 2_001_000);
    // Without timeout check a connection may take `inter`.
    expect(ofServer(checked('inter 3s fall 2', 'timeout connect 1s'), 'silent', alone)).toBe(4 * 3_001_000);
  });

  test('a refusing one: no time-out; `fastinter` from the first failure on', () => {
    expect(ofServer(checked('inter 2s fall 3'), 'refused', alone)).toBe(3 * 2_001_000);
    expect(ofServer(checked('inter 2s fall 3 fastinter 500ms'), 'refused', alone)).toBe(
      2_001_000 + 2 * 501_000,
    );
  });

  test('an apiserver without its etcd: the time-out of the answer; what others asked may be remembered', () => {
    expect(ofServer(checked('inter 2s fall 3'), 'hollow', alone)).toBe(6 * 2_001_000);
    expect(ofServer(checked('inter 2s fall 3'), 'hollow', { ...alone, askedByOthers: true })).toBe(
      7 * 2_001_000 + SECOND_US,
    );
  });

  test('a check that only connects: the kubelet has to end the apiserver first', () => {
    const chain = restartedChain(checked('inter 2s fall 3'), 83 * SECOND_US, 20 * SECOND_US) ?? [];
    expect(chainUs(chain) - PACKETS_US).toBe(103 * SECOND_US + 3 * 2_001_000);
    const liveness = {
      path: '/livez',
      initialDelay: 0,
      period: 10 * SECOND_US,
      timeout: 0,
      failureThreshold: 8,
    };
    const probes = {
      process: 'kube-apiserver',
      address: '',
      port: 0,
      tls: true,
      startup: undefined,
      liveness,
    };
    const kubelet = { probes: [probes] } as unknown as KubeletConfig;
    expect(restartUs(kubelet, 2 * SECOND_US)).toBe(83 * SECOND_US);
  });

  test('no check, or none that looks so deep: no bound', () => {
    const { backend, server, spread } = checked('inter 2s');
    const { check: _, ...unchecked } = server;
    expect(serverChain({ backend, server: unchecked, spread }, 'silent', alone)).toBeUndefined();
    const shallow = { ...backend, checks: { ...backend.checks, kind: 'connect' as const } };
    expect(serverChain({ backend: shallow, server, spread }, 'hollow', alone)).toBeUndefined();
    expect(serverChain({ backend: shallow, server, spread }, 'silent', alone)).toBeDefined();
  });

  test('the VIP moves: the script, the master-down interval, ARP where two routers race', () => {
    const move = (masterDownUs: number[]) =>
      chainUs(takeoverChain({ scriptUs: 4 * SECOND_US, masterDownUs }, 5 * SECOND_US)) - PACKETS_US;
    expect(move([3_500_000, 3_600_000])).toBe(7_500_000);
    expect(move([3_500_000, 3_503_900])).toBe(12_500_000);
  });

  test('etcd: two elections of two time-outs; the drain of a leader that is stopped; keepalive of a silent one', () => {
    const times = { electionUs: SECOND_US, requestTimeoutUs: 7 * SECOND_US };
    expect(chainUs(electionChain(times))).toBe(4 * SECOND_US + PACKETS_US);
    expect(chainUs(stoppedMemberChain(times, false))).toBe(PACKETS_US);
    expect(chainUs(stoppedMemberChain(times, true))).toBe(8 * SECOND_US + PACKETS_US);
    expect(chainUs(silentMemberChain([checked('inter 2s rise 2')]))).toBe(
      40 * SECOND_US + 2 * 2_001_000 + PACKETS_US,
    );
  });

  test('the bound is the longest chain, and it is told phase by phase', () => {
    const chain = [{ name: 'a', us: 2_000_000, from: 'inter' }];
    expect(longest([[], chain])).toBe(chain);
    expect(longest([])).toBeUndefined();
    expect(chainText(chain)).toBe('a 2.000 s (inter)');
  });
});

/** The largest share of its bound that the outage of one of these single faults comes to; none exceeds it. */
function tightness(name: string, faults: readonly PlannedFault[], set = {}, seed = 1): number {
  const topology = topologyNamed(name, LIBRARY, set)!.topology!;
  const checker = new Checker({ topology, start: { vip: 'm1' } }, [everyOutageIsBounded]);
  const shares = faults.map((one) => {
    const schedule = { faults: [one], seed };
    const { session, violations } = checker.run(schedule);
    expect(violations).toEqual([]);
    const outage = outageOf(session, failedAt(schedule, checker.phases, checker.spec), checker.phases);
    return typeof outage === 'string' ? 0 : outage.tookUs / outage.boundUs;
  });
  return Math.max(...shares);
}

const at = (moments: number, entry: PlannedFault['entry']) =>
  Array.from({ length: moments }, (_, k) => fault(phaseMs(k + 1), entry));

describe('some run comes within a tenth of its bound, and none exceeds it', () => {
  test(
    'a master is cut off: the balancer that took over goes on sending it its share until its checks have seen it',
    () => {
      expect(tightness('stacked-3', at(4, { do: 'link-down', on: 'm1' }))).toBeGreaterThan(0.9);
    },
    LIMIT,
  );

  test(
    'the proxy of the VIP is stopped: refused until the VIP has moved',
    () => {
      const set = { 'keepalived.script.haproxy.fall': 8 };
      expect(tightness('stacked-3', at(3, { do: 'stop', on: 'm1/haproxy' }), set)).toBeGreaterThan(0.9);
    },
    LIMIT,
  );
});

test(
  'a member of external etcd is stopped: nobody notices, the leader or not',
  () => {
    expect(tightness('external-3+3', at(2, { do: 'stop', on: 'e1/etcd' }))).toBe(0);
    expect(tightness('external-3+3', at(2, { do: 'stop', on: 'e3/etcd' }))).toBe(0);
  },
  LIMIT,
);

test(
  'checks that only connect: writes are judged when the kubelet has ended the apiserver without etcd',
  () => {
    const stopped = [fault(6_182, { do: 'stop', on: 'm2/etcd' })];
    expect(check(writesServedIffMajority, 'guide-002', stopped)).toEqual([]);
  },
  LIMIT,
);

test(
  'a planted fault of the design: with nopreempt the VIP never leaves a dead proxy',
  () => {
    const [what] = check(
      everyOutageIsBounded,
      'stacked-3',
      [fault(1_000, { do: 'stop', on: 'm1/haproxy' })],
      { 'keepalived.nopreempt': true },
      { vip: 'm1' },
    );
    expect(what).toMatch(
      /^a request of \S+ that began \d+\.\d+ s after the fault failed \(refused\), and the configuration says 7\.551 s: the script notices 4\.000 s/,
    );
  },
  LIMIT,
);
