import { hostsWith } from '../models/cluster/topology.ts';
import type { KeepalivedConfig } from '../models/keepalived/config.ts';
import { observeInstance } from '../models/keepalived/observe.ts';
import { masterDownUs } from '../models/keepalived/timers.ts';
import type { Session } from '../scenarios/session.ts';
import type { Property } from './property.ts';
import { type Failure, isLeft } from './schedule.ts';

/** One packet's way and one run of `killall -0`. */
const MARGIN_US = 5_000;

/** How long after a single fault the VIP may need to be elsewhere, and how long it needed; undefined if the fault does not move it. */
export function vipMove(
  { scenario, facts, topology, world, epochUs }: Session,
  failed: readonly Failure[],
): { readonly boundUs: number; readonly tookUs: number } | undefined {
  const [fault] = failed;
  // A fault that has ended is one, too.
  if (fault === undefined || failed.length > 1 || (scenario.timeline ?? []).length > 1) return undefined;
  const faultUs = epochUs + fault.atMs * 1000;
  const holder = facts.vip.list.filter(({ atUs }) => atUs < faultUs).at(-1)?.value;
  const [from] = holder ?? [];
  const hits = [from, `${from}/keepalived`, `${from}/haproxy`].includes(fault.what);
  if (holder?.length !== 1 || !hits) return undefined;
  const able = hostsWith(topology, 'keepalived').filter(
    ({ name }) => name !== from && isLeft(failed, name, 'keepalived') && isLeft(failed, name, 'haproxy'),
  );
  const config = (host: string) => world.process(`${host}/keepalived`).spec.config as KeepalivedConfig;
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
  const scriptUs = fault.what.endsWith('/haproxy')
    ? Math.max(
        0,
        ...config(from as string).scripts.map(
          ({ intervalUs, timeoutUs, fall, check }) =>
            fall * intervalUs + (JSON.stringify(check).includes('"process":') ? 0 : timeoutUs || intervalUs),
        ),
      )
    : 0;
  const moved = facts.vip.list.find(
    ({ atUs, value }) => atUs >= faultUs && value.length === 1 && value[0] !== from,
  );
  return {
    boundUs: scriptUs + Math.min(...downUs) + MARGIN_US,
    tookUs: (moved?.atUs ?? Number.POSITIVE_INFINITY) - faultUs,
  };
}

export const vipMovesInTime: Property = {
  name: 'vip-moves-in-time',
  sentence:
    'After a single fault of its host, keepalived or proxy the VIP is elsewhere within fall times interval of the script and the master-down interval of the next router.',
  source:
    'RFC 3768 section 6.1, Master_Down_Interval; keepalived: the timer runs on from the last accepted advert; keepalived.conf(5), interval and fall',
  claimedUnder: ['host power', 'link', 'process stop'],
  knownNotUnder: [
    {
      class: 'kill without restart',
      scenario: 'keepalived-killed',
      why: 'the VIP is elsewhere as well in time, and never leaves the first host',
    },
  ],
  applies: (topology) => topology.vip !== undefined && hostsWith(topology, 'keepalived').length > 0,
  needs: 'world',
  about: ['keepalived', 'haproxy'],
  judged: 'settled',
  violation(session, failed) {
    const move = vipMove(session, failed);
    if (move === undefined || move.tookUs <= move.boundUs) return undefined;
    const took = Number.isFinite(move.tookUs) ? `took ${(move.tookUs / 1e6).toFixed(3)} s` : 'never came';
    return `the VIP's move ${took}, and its configuration says ${(move.boundUs / 1e6).toFixed(3)} s`;
  },
};
