import { hostsWith } from '../models/cluster/topology.ts';
import type { Session } from '../scenarios/session.ts';
import type { Property } from './property.ts';
import type { Failure } from './schedule.ts';
import { holderAt, moves, takeoverFrom } from './takeover.ts';

/** One packet's way and one run of `killall -0`. */
const MARGIN_US = 5_000;

/** How long after a single fault the VIP may need to be elsewhere, and how long it needed; undefined if the fault does not move it. */
export function vipMove(
  session: Session,
  failed: readonly Failure[],
): { readonly boundUs: number; readonly tookUs: number } | undefined {
  const { scenario, facts, epochUs } = session;
  const [fault] = failed;
  // A fault that has ended is one, too.
  if (fault === undefined || failed.length > 1 || (scenario.timeline ?? []).length > 1) return undefined;
  const faultUs = epochUs + fault.atMs * 1000;
  const from = holderAt(session, faultUs);
  if (from === undefined || !moves(from, fault.what)) return undefined;
  const takeover = takeoverFrom(session, from, failed);
  if (takeover === undefined) return undefined;
  const moved = facts.vip.list.find(
    ({ atUs, value }) => atUs >= faultUs && value.length === 1 && value[0] !== from,
  );
  return {
    boundUs: takeover.scriptUs + (takeover.masterDownUs[0] as number) + MARGIN_US,
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
