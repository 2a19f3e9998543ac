/**
 * How long after a fault of its host, keepalived or proxy the VIP may need to be elsewhere: what the track script takes to notice,
 * and the master-down interval of the next router, which runs on from the last advert that it accepted.
 *
 * Sources: RFC 3768 section 6.1 (Master_Down_Interval); keepalived.conf(5), interval, fall, timeout. Unit: microseconds.
 */
import { hostsWith } from '../models/cluster/topology.ts';
import type { KeepalivedConfig } from '../models/keepalived/config.ts';
import { observeInstance } from '../models/keepalived/observe.ts';
import { masterDownUs } from '../models/keepalived/timers.ts';
import type { Session } from '../scenarios/session.ts';
import { type Failure, isLeft } from './schedule.ts';

export interface Takeover {
  /** Until the holder lowers its priority; 0 if it says nothing any more. */
  readonly scriptUs: number;
  /** Of the routers that could take it, the quickest first. */
  readonly masterDownUs: readonly number[];
}

/** Who holds the VIP when the fault comes; undefined if nobody does, or several. */
export function holderAt({ facts }: Session, atUs: number): string | undefined {
  const holders = facts.vip.list.filter((one) => one.atUs < atUs).at(-1)?.value;
  return holders?.length === 1 ? holders[0] : undefined;
}

/** Does such a failure take the VIP from this host? */
export function moves(holder: string, what: string): boolean {
  return [holder, `${holder}/keepalived`, `${holder}/haproxy`].includes(what);
}

/** Undefined if no router is left that could take it. Priorities are those that the routers have at the end of the session. */
export function takeoverFrom(
  { topology, world }: Session,
  from: string,
  failed: readonly Failure[],
): Takeover | undefined {
  const config = (host: string) => world.process(`${host}/keepalived`).spec.config as KeepalivedConfig;
  const able = hostsWith(topology, 'keepalived').filter(
    ({ name }) => name !== from && isLeft(failed, name, 'keepalived') && isLeft(failed, name, 'haproxy'),
  );
  const downUs = able.flatMap(({ name }) => {
    const process = world.process(`${name}/keepalived`);
    return config(name).instances.flatMap(({ name: id, vrrpVersion, advertIntUs, downTimerAdverts }) => {
      const cell = world.member(process, id);
      if (cell === undefined || cell.leaf < 0) return [];
      const seen = observeInstance(cell.program.id, cell.program.leaves[cell.leaf] ?? '', cell.context);
      return seen === undefined
        ? []
        : [masterDownUs(vrrpVersion, seen.priority, advertIntUs, downTimerAdverts)];
    });
  });
  if (downUs.length === 0) return undefined;
  const isProxy = failed.some(({ what }) => what === `${from}/haproxy`);
  const scriptUs = config(from).scripts.map(
    ({ intervalUs, timeoutUs, fall, check }) =>
      fall * intervalUs + (JSON.stringify(check).includes('"process":') ? 0 : timeoutUs || intervalUs),
  );
  return {
    scriptUs: isProxy ? Math.max(0, ...scriptUs) : 0,
    masterDownUs: downUs.sort((a, b) => a - b),
  };
}
