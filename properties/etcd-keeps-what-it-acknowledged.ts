import { ClientHistory } from './etcd/client-history.ts';
import { noAcknowledgedPutLost } from './etcd/no-acknowledged-put-lost.ts';
import type { Property } from './property.ts';

/** Where no leader says what is committed when all has settled, nothing is judged. */
export const etcdKeepsWhatItAcknowledged: Property = {
  name: 'etcd-keeps-what-it-acknowledged',
  sentence: noAcknowledgedPutLost.sentence,
  source: noAcknowledgedPutLost.source,
  claimedUnder: noAcknowledgedPutLost.claimedUnder,
  needs: 'etcd',
  about: ['etcd'],
  judged: 'settled',
  violation: () => undefined,
  watch({ world }) {
    const history = new ClientHistory();
    return {
      whole: true,
      observe: (step) => history.see(step),
      wrong: () => noAcknowledgedPutLost.judge(history, world).violation,
    };
  },
};
