import type { Property } from './property.ts';

export const oneLeaderATerm: Property = {
  name: 'one-leader-a-term',
  sentence: 'At most one member of etcd leads in a term.',
  source: 'Raft, figure 3: election safety',
  claimedUnder: [
    'host power',
    'link',
    'process stop',
    'kill with restart',
    'kill without restart',
    'pause',
    'partition',
    'loss',
    'clock',
  ],
  needs: 'world',
  judged: 'settled',
  violation({ facts }) {
    for (const [term, leaders] of facts.etcd.leadersOfTerm) {
      if (leaders.size > 1) return `${[...leaders].join(' and ')} both led in term ${term}`;
    }
    return undefined;
  },
};
