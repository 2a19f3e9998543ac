/**
 * How long after a single fault a request may still begin and fail. Each cause is a chain of phases, one after the other, each with the
 * parameters that it comes from; the bound is the longest chain, as a request that begins later meets nothing that the
 * fault has broken. So neither the limits nor the retries of a client count: they can only save a request that begins
 * earlier (a lost SYN is sent again after 1 s and 3 s; `option redispatch` tries another server after `timeout connect`).
 * No lease counts either: at a front door of keepalived and HAProxy nobody waits for one.
 *
 * Sources: RFC 3768 section 6.1; keepalived.conf(5), vrrp_script and garp_master_delay; HAProxy configuration.txt (inter,
 * fastinter, fall, rise, timeout connect, timeout check) and src/check.c: the next check begins `inter` after the END of the
 * last; apiserver etcd3.go (a health probe is repeated after half its time limit at the earliest; keepalive); etcd: flags,
 * GOAWAY, GracefulStop until the request time-out, elections after 1 to 2 election time-outs. Unit: microseconds.
 */
import { connectLimitUs } from '../models/haproxy/check-run.ts';
import type { BackendConfig, Check, ServerConfig } from '../models/haproxy/config.ts';
import { timerUs } from '../models/haproxy/timers.ts';
import { KEEPALIVE_TIME_US, KEEPALIVE_TIMEOUT_US } from '../models/kube-apiserver/etcd-subchannel.ts';
import { asksForHealth } from './health-checks.ts';
import type { Takeover } from './takeover.ts';

export interface OutagePhase {
  readonly name: string;
  readonly us: number;
  /** Parameters that it is computed from. */
  readonly from: string;
}

/** Phases that follow each other. */
export type OutageChain = readonly OutagePhase[];

/** The ways of some packets, a script's run, an answer of etcd: what no parameter says. */
export const PACKETS_US = 20_000;

export function chainUs(chain: OutageChain): number {
  return chain.reduce((sum, { us }) => sum + us, 0);
}

/** The longest; undefined of none. */
export function longest(chains: readonly OutageChain[]): OutageChain | undefined {
  return chains.reduce<OutageChain | undefined>(
    (most, chain) => (most === undefined || chainUs(chain) > chainUs(most) ? chain : most),
    undefined,
  );
}

/** `until the next check 2.001 s (inter), ...` */
export function chainText(chain: OutageChain): string {
  return chain.map(({ name, us, from }) => `${name} ${(us / 1e6).toFixed(3)} s (${from})`).join(', ');
}

const packets: OutagePhase = { name: 'packets', us: PACKETS_US, from: 'their ways' };

/** The VIP has to move. */
export function takeoverChain(
  { scriptUs, masterDownUs: [first = 0, second] }: Takeover,
  garpDelayUs: number,
): OutageChain {
  // Two that fire together send gratuitous ARP in any order: the second burst of the one that stays decides.
  const isRace = second !== undefined && second - first < PACKETS_US;
  return [
    ...(scriptUs === 0
      ? []
      : [{ name: 'the script notices', us: scriptUs, from: 'interval, fall, timeout of vrrp_script' }]),
    { name: 'the next router takes over', us: first, from: 'advert_int, priority' },
    ...(isRace ? [{ name: 'ARP after a race', us: garpDelayUs, from: 'garp_master_delay' }] : []),
    packets,
  ];
}

/** A server of a balancer, and what asks its apiserver beside this balancer. */
export interface CheckedServer {
  readonly backend: BackendConfig;
  readonly server: ServerConfig;
  /** Percent. */
  readonly spread: number;
}

/** How a server is gone: silent, with its port closed, or (`hollow`) an apiserver without its etcd. */
export type Absence = 'silent' | 'refused' | 'hollow';

export interface Hollow {
  /** The longer one of --etcd-healthcheck-timeout and --etcd-readycheck-timeout. */
  readonly probeUs: number;
  /** Do others ask the same? Then an answer may be remembered that is older than the fault. */
  readonly askedByOthers: boolean;
}

/** A balancer has to see that a server is gone; undefined if its check does not look so deep. */
export function serverChain(of: CheckedServer, how: Absence, hollow: Hollow): OutageChain | undefined {
  const { backend, server, spread } = of;
  const { check } = server;
  if (check === undefined || (how === 'hollow' && !asksForHealth(backend))) return undefined;
  const interUs = (ms: number | undefined): number => timerUs((ms ?? check.inter) * (1 + spread / 100));
  const connectUs = connectLimitUs({ backend, check });
  const answerUs = timerUs(backend.timeouts.check ?? check.inter);
  const eachUs = { silent: connectUs, refused: 0, hollow: Math.max(connectUs, answerUs) }[how];
  const remembers = how === 'hollow' && hollow.askedByOthers;
  const phases: OutagePhase[] = [
    ...(remembers
      ? [
          {
            name: 'an old answer is remembered until another balancer asks',
            us: hollow.probeUs / 2 + interUs(undefined),
            from: 'etcd-readycheck-timeout / 2, inter',
          },
        ]
      : []),
    // A check that has been connected already waits for its answer instead.
    { name: 'until the next check', us: Math.max(interUs(undefined), answerUs - eachUs), from: 'inter' },
    {
      name: 'between checks',
      us: (check.fall - 1) * interUs(check.fastinter),
      from: 'fall, fastinter or inter',
    },
    { name: 'checks that wait', us: check.fall * eachUs, from: waitsFor(how) },
    packets,
  ];
  return phases.filter(({ us }) => us > 0);
}

function waitsFor(how: Absence): string {
  return how === 'hollow' ? 'fall, timeout check' : 'fall, timeout connect';
}

/**
 * An apiserver without its etcd of which the balancer sees nothing: the kubelet's liveness probe ends it, and then its port is closed, as
 * one that finds no etcd never opens it.
 */
export function restartedChain(
  of: CheckedServer,
  untilRestartUs: number,
  servesOnUs: number,
): OutageChain | undefined {
  const refused = serverChain(of, 'refused', { probeUs: 0, askedByOthers: false });
  if (refused === undefined) return undefined;
  const from = 'livenessProbe failureThreshold and periodSeconds, etcd-healthcheck-timeout';
  const leaving = {
    name: 'it waits to leave the endpoints of Service kubernetes',
    us: servesOnUs,
    from: 'its limit of 20 s',
  };
  return [
    { name: 'the kubelet restarts it', us: untilRestartUs, from },
    ...(servesOnUs === 0 ? [] : [leaving]),
    ...refused,
  ];
}

/** How long a balancer needs to take a server back that answers again. */
function backUs({ rise, inter, fastinter, downinter }: Check): number {
  return timerUs(downinter ?? inter) + (rise - 1) * timerUs(fastinter ?? inter);
}

/**
 * A member of external etcd is silent: every apiserver goes on giving it its share of the calls until gRPC's keepalive ends the
 * connection. Meanwhile health probes fail as well, so that balancers may have marked all servers DOWN.
 */
export function silentMemberChain(servers: readonly CheckedServer[]): OutageChain {
  const checks = servers
    .filter(({ backend }) => asksForHealth(backend))
    .flatMap(({ server }) => server.check ?? []);
  const us = Math.max(0, ...checks.map(backUs));
  return [
    { name: "until gRPC's ping", us: KEEPALIVE_TIME_US, from: 'keepalive time of the etcd client' },
    { name: 'the ping has no answer', us: KEEPALIVE_TIMEOUT_US, from: 'its time-out' },
    ...(us === 0 ? [] : [{ name: 'servers are taken back', us, from: 'rise, inter' }]),
    packets,
  ];
}

export interface EtcdTimes {
  /** --election-timeout. */
  readonly electionUs: number;
  /** 5 s and two election time-outs (ReqTimeout). */
  readonly requestTimeoutUs: number;
}

/**
 * A member of external etcd is stopped: it says GOAWAY, and every apiserver asks the others at once. A leader hands its office over when it
 * has drained, which watches never let it do sooner.
 */
export function stoppedMemberChain(
  { electionUs, requestTimeoutUs }: EtcdTimes,
  isLeader: boolean,
): OutageChain {
  if (!isLeader) return [packets];
  return [
    { name: 'the member drains', us: requestTimeoutUs, from: '5 s and 2 election-timeout' },
    { name: 'the office is handed over', us: electionUs, from: 'election-timeout' },
    packets,
  ];
}

/** The leader is gone. Of the elections one may be lost; that more are is a matter of luck, of which nothing is claimed. */
export function electionChain({ electionUs }: EtcdTimes): OutageChain {
  return [
    { name: 'a follower campaigns', us: 2 * electionUs, from: 'election-timeout' },
    { name: 'a lost election', us: 2 * electionUs, from: 'election-timeout' },
    packets,
  ];
}
