/** Every property that `quorate check` knows, in the order in which it tells of them. */
import { noAcknowledgedWriteLost } from './no-acknowledged-write-lost.ts';
import { oneLeaderATerm } from './one-leader-a-term.ts';
import { oneVipHolder } from './one-vip-holder.ts';
import type { Property } from './property.ts';
import { vipOnAWorkingProxy } from './vip-on-a-working-proxy.ts';
import { writesServedIffMajority } from './writes-served-iff-majority.ts';

export const PROPERTIES: readonly Property[] = [
  oneVipHolder,
  vipOnAWorkingProxy,
  writesServedIffMajority,
  oneLeaderATerm,
  noAcknowledgedWriteLost,
];

export function propertyNamed(name: string): Property | undefined {
  return PROPERTIES.find((property) => property.name === name);
}
