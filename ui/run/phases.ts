/**
 * An outage cut into the phases that it consists of: what was missing at each moment for a request that began then. Read from the
 * run's own record; the first that was missing, on the way of a request, is what the moment is called after.
 */
import type { Outage } from '../../scenarios/result.ts';
import { type RunView, rowAt } from './run-view.ts';
import { type Scene, sceneAt } from './scene-at.ts';

export const PHASES = {
  detection: 'nobody has noticed yet that the VIP is gone',
  takeover: 'a new MASTER takes the VIP',
  ARP: 'the client still sends to the old host',
  election: 'etcd has no leader',
  'backend check': 'the balancer still sends to a server that is gone',
  retry: 'connections and retries of those who were cut off',
  client: 'served in part, until 20 requests in a row are good',
} as const;
export type PhaseName = keyof typeof PHASES;

export interface Phase {
  readonly name: PhaseName;
  readonly fromMs: number;
  readonly toMs: number;
  /** The host at which it is decided: the VIP's next holder, or the balancer. */
  readonly host: string | undefined;
}

export function phasesOf(view: RunView, outage: Outage): Phase[] {
  const endMs = outage.to_ms ?? view.knownMs;
  const arp = (view.record.arp ?? []).map(({ at_ms }) => at_ms);
  const own = [outage.degraded_from_ms ?? outage.from_ms, ...arp, ...view.moments];
  const cuts = [...new Set([outage.from_ms, ...own.filter((ms) => ms > outage.from_ms && ms < endMs)])].sort(
    (a, b) => a - b,
  );
  const phases: Phase[] = [];
  cuts.forEach((fromMs, index) => {
    const toMs = cuts[index + 1] ?? endMs;
    const found = missingAt(view, outage, fromMs);
    const last = phases.at(-1);
    if (last?.name === found.name) phases[phases.length - 1] = { ...last, toMs };
    else phases.push({ ...found, fromMs, toMs });
  });
  return phases;
}

function missingAt(view: RunView, outage: Outage, atMs: number): Pick<Phase, 'name' | 'host'> {
  const scene = sceneAt(view, atMs);
  const next = view.record.result.vip.find((row) => row.at_ms > atMs && row.holders.length > 0)?.holders[0];
  if (scene.vip !== null && scene.vipHolders.length === 0) {
    const master = scene.hosts.find(
      ({ power, processes }) =>
        power.tone !== 'off' && processes.some(({ name, active }) => name === 'keepalived' && active),
    );
    return master === undefined ? { name: 'detection', host: next } : { name: 'takeover', host: master.name };
  }
  const [holder] = scene.vipHolders;
  if (awaitsArp(view, atMs)) return { name: 'ARP', host: holder };
  if (scene.term !== null && scene.leader === null && outage.service !== 'vip')
    return { name: 'election', host: undefined };
  const balancer = holder ?? scene.hosts.find(({ backends }) => backends.length > 0)?.name;
  if (believesInDead(scene, balancer)) return { name: 'backend check', host: balancer };
  const degraded = outage.degraded_from_ms !== null && atMs >= outage.degraded_from_ms;
  return degraded ? { name: 'client', host: undefined } : { name: 'retry', host: balancer };
}

/** The VIP has moved, and the outside world hears of it only later. */
function awaitsArp({ record }: RunView, atMs: number): boolean {
  const moved = rowAt(record.result.vip, atMs);
  const [holder] = moved?.holders ?? [];
  const outside = record.hosts.find(({ role }) => role === 'client')?.name;
  const heard = (record.arp ?? []).filter(({ host }) => host === outside);
  if (moved === undefined || holder === undefined || moved.at_ms === 0) return false;
  const news = heard.find(({ at_ms, to }) => at_ms >= moved.at_ms && to === holder);
  return news !== undefined && news.at_ms > atMs;
}

function believesInDead(scene: Scene, balancer: string | undefined): boolean {
  const host = scene.hosts.find(({ name }) => name === balancer);
  return host?.backends.some(({ tone, reachable }) => tone !== 'bad' && !reachable) ?? false;
}
