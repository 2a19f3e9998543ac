import { hostsWith } from '../models/cluster/topology.ts';
import type { HaproxyConfig } from '../models/haproxy/config.ts';
import type { Effect } from '../sim/effects.ts';
import type { Property } from './property.ts';

export const noConnectionToADownServer: Property = {
  name: 'no-connection-to-a-down-server',
  sentence:
    'A balancer opens no connection for a client to a server that it has marked DOWN, but for retries that had begun before.',
  source:
    'HAProxy configuration.txt: a server that is DOWN is not used; retries stay on their server without redispatch',
  claimedUnder: [
    'host power',
    'link',
    'process stop',
    'kill with restart',
    'kill without restart',
    'pause',
    'partition',
    'loss',
  ],
  applies: (topology) => hostsWith(topology, 'haproxy').length > 0,
  needs: 'requests',
  about: ['haproxy', 'kube-apiserver', 'etcd'],
  judged: 'settled',
  violation: () => undefined,
  watch({ world, facts, epochUs }) {
    let wrong: string | undefined;
    const connects = (effect: Effect): Extract<Effect, { type: 'connect' }>[] =>
      effect.type === 'batch' ? effect.effects.flatMap(connects) : effect.type === 'connect' ? [effect] : [];
    return {
      observe({ cell, effects, atUs }) {
        if (cell === undefined || wrong !== undefined || cell.program.id !== 'haproxy.session') return;
        for (const { to, port } of effects.flatMap(connects)) {
          const config = world.processes[cell.process]?.spec.config as HaproxyConfig | undefined;
          const host = world.hosts[cell.host]?.name ?? '';
          for (const { name, servers, retries, timeouts } of config?.backends ?? []) {
            const server = servers.find((one) => one.address === to && one.port === port);
            if (server === undefined) continue;
            const last = facts.backends.get(`${host} ${name}/${server.name}`)?.list.at(-1);
            const graceUs = (retries + 1) * Math.max(1_000, timeouts.connect ?? 0) * 1_000;
            if (last?.value.state !== 'DOWN' || atUs - last.atUs <= graceUs) continue;
            wrong = `haproxy on ${host} connects to ${name}/${server.name} at ${((atUs - epochUs) / 1e6).toFixed(3)} s, which is DOWN for ${((atUs - last.atUs) / 1e6).toFixed(1)} s`;
          }
        }
      },
      wrong: () => wrong,
    };
  },
};
