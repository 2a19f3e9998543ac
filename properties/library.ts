/** Every property that `quorate check` knows, in the order in which it tells of them. */
import { aRestoreLosesWhatCameAfter } from './a-restore-loses-what-came-after.ts';
import { apiRecovers } from './api-recovers.ts';
import { etcdKeepsWhatItAcknowledged } from './etcd-keeps-what-it-acknowledged.ts';
import { etcdReadsAreNeverStale } from './etcd-reads-are-never-stale.ts';
import { everyOutageIsBounded } from './every-outage-is-bounded.ts';
import { noAcknowledgedWriteLost } from './no-acknowledged-write-lost.ts';
import { noConnectionToADownServer } from './no-connection-to-a-down-server.ts';
import { noHealthyNodeEvicted } from './no-healthy-node-evicted.ts';
import { oneLeaderATerm } from './one-leader-a-term.ts';
import { oneLeaseHolder } from './one-lease-holder.ts';
import { oneVipHolder } from './one-vip-holder.ts';
import type { Property } from './property.ts';
import { vipMovesInTime } from './vip-moves-in-time.ts';
import { vipOnAWorkingProxy } from './vip-on-a-working-proxy.ts';
import { vipStaysWithAWorkingProxy } from './vip-stays-with-a-working-proxy.ts';
import { workloadsReachTheirCount } from './workloads-reach-their-count.ts';
import { writesServedIffMajority } from './writes-served-iff-majority.ts';

export const PROPERTIES: readonly Property[] = [
  oneVipHolder,
  vipOnAWorkingProxy,
  vipMovesInTime,
  vipStaysWithAWorkingProxy,
  writesServedIffMajority,
  everyOutageIsBounded,
  oneLeaderATerm,
  noAcknowledgedWriteLost,
  noConnectionToADownServer,
  oneLeaseHolder,
  apiRecovers,
  noHealthyNodeEvicted,
  workloadsReachTheirCount,
  etcdReadsAreNeverStale,
  etcdKeepsWhatItAcknowledged,
  aRestoreLosesWhatCameAfter,
];

export function propertyNamed(name: string): Property | undefined {
  return PROPERTIES.find((property) => property.name === name);
}
