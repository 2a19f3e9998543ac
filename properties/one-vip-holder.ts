import { hostsWith } from '../models/cluster/topology.ts';
import type { Property } from './property.ts';
import { CAME_BACK_LATE, comesBackLate, isLeft } from './schedule.ts';

export const oneVipHolder: Property = {
  name: 'one-vip-holder',
  sentence:
    'After settling, exactly one host holds the VIP if keepalived is left on any, and none if it is on none.',
  source: 'RFC 3768 section 6.4, within one segment; KEEPALIVED.md sections 4 and 9',
  claimedUnder: ['host power', 'link', 'process stop'],
  knownNotUnder: [
    {
      class: 'kill without restart',
      scenario: 'keepalived-killed',
      why: 'kill -9 of keepalived leaves the VIP on its host, and a backup takes it as well',
    },
  ],
  applies: (topology) => topology.vip !== undefined && hostsWith(topology, 'keepalived').length > 0,
  needs: 'world',
  about: ['keepalived', 'haproxy'],
  judged: 'settled',
  unjudged: ({ scenario }, _failed, phases) => (comesBackLate(scenario, phases) ? CAME_BACK_LATE : undefined),
  violation({ facts, topology }, failed) {
    const routers = hostsWith(topology, 'keepalived').filter(({ name }) =>
      isLeft(failed, name, 'keepalived'),
    );
    const holders = facts.vip.last ?? [];
    if (routers.length === 0)
      return holders.length === 0 ? undefined : `${holders.join(' and ')} has the VIP without keepalived`;
    if (holders.length === 1) return undefined;
    return holders.length === 0 ? 'nobody holds the VIP' : `${holders.join(' and ')} hold the VIP`;
  },
};
