import { hostsWith } from '../models/cluster/topology.ts';
import type { FaultEntryData } from '../scenarios/schema.ts';
import type { Property } from './property.ts';

/** Hosts on which anything failed that a router has: power, link, keepalived, HAProxy. */
function hitRouters(timeline: readonly object[]): Set<string> {
  const aims = (timeline as readonly FaultEntryData[]).flatMap(({ on = '', links = [] }) => [on, ...links]);
  return new Set(
    aims.flatMap((aim) => {
      const [host = '', process] = aim.split('/');
      return process === undefined || process === 'keepalived' || process === 'haproxy' ? [host] : [];
    }),
  );
}

/** A move back to a router that had failed is none of these: it preempts. */
export const vipStaysWithAWorkingProxy: Property = {
  name: 'vip-stays-with-a-working-proxy',
  sentence:
    'The VIP does not move between two hosts whose power, link, keepalived and proxy nothing has hit.',
  source:
    'keepalived.conf(5), vrrp_script; openshift/machine-config-operator 3339, 2091 and 3158: checks that ask through the balancer fail with somebody else',
  claimedUnder: ['host power', 'link', 'process stop', 'kill with restart', 'kill without restart'],
  applies: (topology) => topology.vip !== undefined && hostsWith(topology, 'keepalived').length > 0,
  needs: 'world',
  about: ['keepalived', 'haproxy', 'kube-apiserver'],
  judged: 'settled',
  violation({ scenario, facts, epochUs }) {
    const hit = hitRouters(scenario.timeline ?? []);
    let from: string | undefined;
    for (const { atUs, value } of facts.vip.list) {
      const [to] = value;
      if (to === undefined || value.length > 1) continue;
      if (atUs > epochUs && from !== undefined && from !== to && !hit.has(from) && !hit.has(to))
        return `the VIP went from ${from} to ${to} at ${((atUs - epochUs) / 1e6).toFixed(3)} s, and nothing had hit either`;
      from = to;
    }
    return undefined;
  },
};
