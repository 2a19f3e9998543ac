/**
 * How long the phases of a run are: long enough that everything which can settle has, computed from the configuration of the
 * daemons. Unit: milliseconds of scenario time.
 */
import type { EtcdConfig } from '../models/etcd/config.ts';
import type { HaproxyConfig } from '../models/haproxy/config.ts';
import type { KeepalivedConfig } from '../models/keepalived/config.ts';
import type { KubeApiserverConfig } from '../models/kube-apiserver/config.ts';
import type { KubeControllerManagerConfig } from '../models/kube-controller-manager/config.ts';
import type { KubeletConfig } from '../models/kubelet/config.ts';
import { durationUs } from '../scenarios/durations.ts';
import type { WorldSpec } from '../sim/world-spec.ts';
import { asksForHealth, healthProbeUs, restartUs, servesOnUs } from './health-checks.ts';
import { type Need, REPLICAS } from './needs.ts';
import type { Property } from './property.ts';
import { DRILL_MS } from './restore-drill.ts';
import { FAULT_SPAN_MS, type Phases } from './schedule.ts';

/** Connections that wait for a silent peer are given up after 30 s by Go's clients, and HTTP/2 pings come as late. */
const SILENT_PEER_MS = 30_000;
/** Requests of this long decide, and one lasts 5 s at most. */
export const JUDGED_MS = 15_000;
const MARGIN_MS = 5_000;
/**
 * From the healing of everything to an API that serves: boot (30 s), start of kubelet and containers, and containers that
 * crashed meanwhile: the kubelet waits 10, 20, 40, 80 s between their starts.
 */
export const RECOVERY_MS = 150_000;

/** The longest time from a change on a host to the VIP's last move because of it. */
export function vipSettleMs(spec: WorldSpec): number {
  const of = (name: string): unknown[] =>
    spec.processes.filter(({ type }) => type.name === name).map(({ config }) => config);
  const scripts = of('keepalived').flatMap((config) => (config as KeepalivedConfig).scripts);
  const instances = of('keepalived').flatMap((config) => (config as KeepalivedConfig).instances);
  const scriptUs = scripts.map(
    ({ intervalUs, timeoutUs, fall, rise }) =>
      intervalUs * (Math.max(fall, rise) + 1) + (timeoutUs || intervalUs),
  );
  // A takeover, and a second one by a router that preempts.
  const electionUs = instances.map(
    ({ advertIntUs, downTimerAdverts, preemptDelayUs }) =>
      2 * (downTimerAdverts * advertIntUs + 1_000_000) + preemptDelayUs,
  );
  const usMs = (all: readonly number[]): number => Math.max(0, ...all) / 1000;
  const serversMs = scripts.some(({ check }) => asksServers(check)) ? serverSettleMs(spec) : 0;
  return Math.ceil(usMs(scriptUs) + usMs(electionUs) + serversMs + MARGIN_MS);
}

/** Does a script ask over TCP or HTTP? Then it sees what a balancer thinks of its servers. */
function asksServers(check: unknown): boolean {
  const text = JSON.stringify(check);
  return text.includes('"http":') || text.includes('"tcp":');
}

/** The longest time until a balancer has seen that a server is gone or there. */
function serverSettleMs(spec: WorldSpec): number {
  const configs = spec.processes
    .filter(({ type }) => type.name === 'haproxy')
    .map(({ config }) => config as HaproxyConfig);
  const times = configs.flatMap(({ backends }) =>
    backends.flatMap(({ servers, timeouts }) =>
      servers.flatMap(({ check }) => {
        if (check === undefined) return [];
        const limitMs = Math.max(check.inter, timeouts.check ?? timeouts.connect ?? 0);
        return [Math.max(check.fall, check.rise) * (check.inter + limitMs)];
      }),
    ),
  );
  return Math.max(0, ...times);
}

/**
 * The longest time until nobody is sent to an apiserver any more that has lost its etcd: where a balancer's check does not look so deep, the
 * kubelet has to restart it first. Only a stacked apiserver loses its etcd alone.
 */
function hollowSettleMs(spec: WorldSpec): number {
  const configs = <Config>(name: string): Config[] =>
    spec.processes.filter(({ type }) => type.name === name).map(({ config }) => config as Config);
  const isDeep = configs<HaproxyConfig>('haproxy')
    .flatMap(({ backends }) => backends.filter(({ servers }) => servers.length > 0))
    .every(asksForHealth);
  const stacked = configs<KubeApiserverConfig>('kube-apiserver').filter(
    (flags) => flags['etcd-servers'].length === 1,
  );
  if (isDeep || stacked.length === 0) return 0;
  const probeUs = Math.max(...stacked.map(healthProbeUs));
  const us = configs<KubeletConfig>('kubelet').map((kubelet) => restartUs(kubelet, probeUs) ?? 0);
  return (Math.max(0, ...us) + Math.max(...stacked.map(servesOnUs))) / 1000 + serverSettleMs(spec);
}

/** From the loss of a node to its pods elsewhere: the flags of kube-controller-manager, the toleration, start of the pods. */
function replacedMs(spec: WorldSpec): number {
  const configs = spec.processes
    .filter(({ type }) => type.name === 'kube-controller-manager')
    .map(({ config }) => config as KubeControllerManagerConfig);
  const us = configs.map(
    (flags) =>
      flags['node-monitor-grace-period'] +
      2 * flags['node-monitor-period'] +
      1_000_000 / flags['node-eviction-rate'],
  );
  // The controller that acts may have to take the lease over first: its duration, and a retry with its jitter (2.2 periods at most) and its request.
  const leaseUs = configs.map(
    (flags) => flags['leader-elect-lease-duration'] + 2.5 * flags['leader-elect-retry-period'],
  );
  return (
    (Math.max(0, ...us) + Math.max(0, ...leaseUs)) / 1000 +
    durationUs(REPLICAS.toleration ?? '300s') / 1000 +
    MARGIN_MS
  );
}

/** How long each need's part of the safety phase is, and its part of the liveness phase. */
function settleMs(need: Need, spec: WorldSpec): number {
  switch (need) {
    case 'requests':
      return (
        Math.max(vipSettleMs(spec), serverSettleMs(spec), hollowSettleMs(spec)) + SILENT_PEER_MS + JUDGED_MS
      );
    case 'workloads':
      return Math.max(vipSettleMs(spec), replacedMs(spec));
    case 'etcd':
    case 'restore':
      return electionsMs(spec);
    case 'world':
      return vipSettleMs(spec);
  }
}

/** Time for several elections: ten times the time-out (etcd's --election-timeout, default 1000). */
function electionsMs(spec: WorldSpec): number {
  const timeoutsMs = spec.processes
    .filter(({ type }) => type.name === 'etcd')
    .map(({ config }) => (config as EtcdConfig).flags?.['election-timeout'] ?? 1_000);
  return 10 * Math.max(0, ...timeoutsMs);
}

/** The phases that these properties need. */
export function phasesFor(properties: readonly Property[], spec: WorldSpec): Phases {
  const longestMs = Math.max(0, ...properties.map(({ needs }) => settleMs(needs, spec)));
  const settledMs = FAULT_SPAN_MS + Math.ceil(longestMs / 1000) * 1000;
  const healing = properties.filter(({ judged }) => judged === 'healed');
  const healMs = healing.map(({ needs }) =>
    needs === 'restore' ? DRILL_MS : RECOVERY_MS + JUDGED_MS + MARGIN_MS,
  );
  return { settledMs, endMs: settledMs + Math.max(0, ...healMs) };
}
