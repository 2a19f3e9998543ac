import { ClientHistory } from './etcd/client-history.ts';
import { noStaleLinearizableRead } from './etcd/no-stale-linearizable-read.ts';
import type { Property } from './property.ts';

/** Of one key that a client of the last member puts and clients of all members get. */
export const etcdReadsAreNeverStale: Property = {
  name: 'etcd-reads-are-never-stale',
  sentence: noStaleLinearizableRead.sentence,
  source: noStaleLinearizableRead.source,
  claimedUnder: noStaleLinearizableRead.claimedUnder,
  needs: 'etcd',
  about: ['etcd'],
  judged: 'settled',
  violation: () => undefined,
  watch() {
    const history = new ClientHistory();
    return {
      whole: true,
      observe: (step) => history.see(step),
      wrong: () => noStaleLinearizableRead.violation(history),
    };
  },
};
