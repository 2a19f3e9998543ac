import { hostsWith } from '../models/cluster/topology.ts';
import { ClientHistory } from './etcd/client-history.ts';
import { newestStore } from './etcd/no-acknowledged-put-lost.ts';
import { RAFT_FAULTS } from './etcd/watch.ts';
import type { Property } from './property.ts';
import { SNAPSHOT } from './restore-drill.ts';

export const aRestoreLosesWhatCameAfter: Property = {
  name: 'a-restore-loses-what-came-after',
  sentence:
    'A restore loses exactly what came after the snapshot: every put that was acknowledged before it was asked for is there, and none that was made after it.',
  source: 'etcd op-guide/recovery.md: snapshotting the keyspace, restoring a cluster',
  claimedUnder: RAFT_FAULTS,
  applies: (topology) => hostsWith(topology, 'kube-apiserver').length === 0,
  needs: 'restore',
  about: ['etcd'],
  judged: 'healed',
  violation: () => undefined,
  watch({ world, facts }) {
    const history = new ClientHistory();
    return {
      whole: true,
      observe: (step) => history.see(step),
      wrong() {
        const asked = facts.typed.find(({ label }) => label === SNAPSHOT);
        const store = newestStore(world);
        if (asked === undefined || asked.result?.exitCode !== 0)
          return `the snapshot was not taken${asked === undefined ? '' : `: ${asked.text.trim()}`}`;
        if (store === undefined) return 'nobody leads the restored members';
        const newest = new Map<string, number>();
        for (const { key, revision, answeredAt } of history.puts) {
          if (answeredAt < asked.step && revision > store.revision)
            return `${key} was acknowledged at revision ${revision} before the snapshot, which ends at ${store.revision}`;
          if (revision <= store.revision) newest.set(key, Math.max(revision, newest.get(key) ?? 0));
        }
        for (const [key, revision] of newest) {
          const stored = store.keys.get(key);
          if (stored === undefined)
            return `${key}, acknowledged at revision ${revision}, is not in the snapshot`;
          if (stored.modRevision < revision)
            return `${key} is at revision ${stored.modRevision} and was acknowledged at ${revision}`;
        }
        return undefined;
      },
    };
  },
};
