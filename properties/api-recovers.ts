import { hostsWith } from '../models/cluster/topology.ts';
import { RECOVERY_MS } from './phases.ts';
import type { Property } from './property.ts';

export const apiRecovers: Property = {
  name: 'api-recovers',
  sentence: `When everything has healed, every write is served again from ${RECOVERY_MS / 1000} s later on.`,
  source:
    'etcd op-guide/failures.md; KEP-4603 for the back-off of crashed containers (10 s doubling); boot takes 30 s',
  claimedUnder: ['host power', 'link', 'process stop', 'kill with restart', 'kill without restart', 'pause'],
  needs: 'requests',
  applies: (topology) => hostsWith(topology, 'kube-apiserver').length > 0,
  judged: 'healed',
  violation({ facts, epochUs }, _failed, { settledMs, endMs }) {
    const fromUs = epochUs + (settledMs + RECOVERY_MS) * 1000;
    const toUs = epochUs + (endMs - 5_500) * 1000;
    const judged = facts.requests.list.filter(
      ({ client, startedAtUs }) => client === 'api.write' && startedAtUs >= fromUs && startedAtUs <= toUs,
    );
    const bad = judged.filter(({ outcome }) => outcome !== 'ok');
    if (judged.length === 0) return 'no write was tried';
    if (bad.length === 0) return undefined;
    return `${bad.length} of ${judged.length} writes still failed (${[...new Set(bad.map(({ outcome }) => outcome))].join(', ')})`;
  },
};
