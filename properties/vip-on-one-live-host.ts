import { hostsWith } from '../models/cluster/topology.ts';
import { isLeft } from './failures.ts';
import type { Property } from './property.ts';

export const vipOnOneLiveHost: Property = {
  sentence:
    'After settling, exactly one host holds the VIP if keepalived runs on any, and it is one whose proxy works if there is such a host.',
  source: 'RFC 3768 section 6.4 within one segment; KEEPALIVED.md section 5',
  claimedUnder: ['host power', 'link', 'process stop'],
  violation({ facts, topology }, failed) {
    const routers = hostsWith(topology, 'keepalived').filter(({ name }) =>
      isLeft(failed, name, 'keepalived'),
    );
    const holders = facts.vip.last ?? [];
    if (routers.length === 0)
      return holders.length === 0 ? undefined : `${holders.join(', ')} holds the VIP without keepalived`;
    if (holders.length !== 1)
      return `the VIP is on ${holders.length === 0 ? 'nobody' : holders.join(' and ')}`;
    const [holder = ''] = holders;
    const withProxy = routers.filter(({ name }) => isLeft(failed, name, 'haproxy'));
    if (withProxy.length > 0 && !withProxy.some(({ name }) => name === holder))
      return `the VIP is on ${holder}, whose proxy is dead, while ${withProxy.map(({ name }) => name).join(', ')} could serve`;
    return undefined;
  },
};
