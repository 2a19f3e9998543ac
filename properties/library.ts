/** Every property that `quorate check` knows, in the order in which it tells of them. */
import { apiRecovers } from './api-recovers.ts';
import { noAcknowledgedWriteLost } from './no-acknowledged-write-lost.ts';
import { noConnectionToADownServer } from './no-connection-to-a-down-server.ts';
import { oneLeaderATerm } from './one-leader-a-term.ts';
import { oneLeaseHolder } from './one-lease-holder.ts';
import { oneVipHolder } from './one-vip-holder.ts';
import type { Property } from './property.ts';
import { vipMovesInTime } from './vip-moves-in-time.ts';
import { vipOnAWorkingProxy } from './vip-on-a-working-proxy.ts';
import { writesServedIffMajority } from './writes-served-iff-majority.ts';

export const PROPERTIES: readonly Property[] = [
  oneVipHolder,
  vipOnAWorkingProxy,
  vipMovesInTime,
  writesServedIffMajority,
  oneLeaderATerm,
  noAcknowledgedWriteLost,
  noConnectionToADownServer,
  oneLeaseHolder,
  apiRecovers,
];

export function propertyNamed(name: string): Property | undefined {
  return PROPERTIES.find((property) => property.name === name);
}
