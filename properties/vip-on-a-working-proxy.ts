import { hostsWith } from '../models/cluster/topology.ts';
import type { Property } from './property.ts';
import { CAME_BACK_LATE, comesBackLate, isLeft } from './schedule.ts';

export const vipOnAWorkingProxy: Property = {
  name: 'vip-on-a-working-proxy',
  sentence:
    'After settling, the VIP is on a host whose proxy works, if there is such a host with keepalived.',
  source: 'keepalived.conf(5), vrrp_script and weight: what track scripts are for; KEEPALIVED.md section 5',
  claimedUnder: ['host power', 'link', 'process stop', 'kill without restart'],
  knownNotUnder: [
    {
      class: 'pause',
      scenario: 'proxy-paused',
      why: 'killall -0 finds a process that is stopped by SIGSTOP',
    },
  ],
  applies: (topology) => topology.vip !== undefined && hostsWith(topology, 'keepalived').length > 0,
  needs: 'world',
  about: ['keepalived', 'haproxy'],
  judged: 'settled',
  unjudged: ({ scenario }, _failed, phases) => (comesBackLate(scenario, phases) ? CAME_BACK_LATE : undefined),
  violation({ facts, topology }, failed) {
    const able = hostsWith(topology, 'keepalived')
      .filter(({ name, processes }) => processes.includes('haproxy') && isLeft(failed, name, 'keepalived'))
      .filter(({ name }) => isLeft(failed, name, 'haproxy'))
      .map(({ name }) => name);
    const holders = facts.vip.last ?? [];
    const dead = holders.filter((name) => !able.includes(name));
    if (able.length === 0 || dead.length < holders.length || holders.length === 0) return undefined;
    return `the VIP is on ${dead.join(' and ')}, whose proxy is dead, while ${able.join(' and ')} could serve`;
  },
};
