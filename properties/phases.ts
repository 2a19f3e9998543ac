/**
 * How long the phases of a run are: long enough that everything which can settle has, computed from the configuration of the
 * daemons. Unit: milliseconds of scenario time.
 */
import type { HaproxyConfig } from '../models/haproxy/config.ts';
import type { KeepalivedConfig } from '../models/keepalived/config.ts';
import type { WorldSpec } from '../sim/world-spec.ts';
import type { Property } from './property.ts';
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

/** The phases that these properties need. */
export function phasesFor(properties: readonly Property[], spec: WorldSpec): Phases {
  const asksRequests = properties.some(({ needs }) => needs === 'requests');
  const settleMs = asksRequests
    ? Math.max(vipSettleMs(spec), serverSettleMs(spec)) + SILENT_PEER_MS + JUDGED_MS
    : vipSettleMs(spec);
  const settledMs = FAULT_SPAN_MS + Math.ceil(settleMs / 1000) * 1000;
  const heals = properties.some(({ judged }) => judged === 'healed');
  return { settledMs, endMs: settledMs + (heals ? RECOVERY_MS + JUDGED_MS + MARGIN_MS : 0) };
}
