/** What observers and consoles ask of a Lease. */
import type { Lease } from '../kube-apiserver/api.ts';
import { hostOf } from './record.ts';

/** The host that holds it by the API object; empty when nobody ever did or it was released. Says nothing about expiry. */
export function leaseHolder(lease: Lease | undefined): string {
  return lease === undefined ? '' : hostOf(lease.spec.holderIdentity);
}
