/**
 * A VRRP advertisement, and what a router checks before it believes one.
 *
 * Sources: RFC 3768 section 5.3 (version 2), RFC 5798 section 5.2 (version 3); keepalived vrrp.c vrrp_check_packet
 * in the order of its tests, 2.2.7. Not modelled: the IP TTL (there are no routers between hosts), lengths and checksums.
 */
import type { Address } from '../../sim/effects.ts';
import { ipv4Number } from '../ipv4.ts';
import type { InstanceConfig } from './config.ts';
import type { Behaviour } from './version.ts';

/** 0 none, 1 a password in clear, 2 IPsec AH (RFC 2338 section 5.3.6). */
export type AuthType = 0 | 1 | 2;

export interface Advert {
  readonly version: 2 | 3;
  readonly vrid: number;
  /** 0: the sender stops. */
  readonly priority: number;
  readonly authType: AuthType;
  /** At most 8 characters; empty without authentication. */
  readonly authPass: string;
  /** Microseconds; whole seconds in version 2, hundredths in version 3. */
  readonly advertIntUs: number;
  readonly addresses: readonly Address[];
  /** Source address of the packet. */
  readonly source: Address;
}

/** What the receiver compares an advert with. */
export type Expected = Pick<
  InstanceConfig,
  | 'vrrpVersion'
  | 'authType'
  | 'authPass'
  | 'advertIntUs'
  | 'virtualIpAddresses'
  | 'unicastPeers'
  | 'checkUnicastSrc'
>;

/**
 * Why an advert is dropped, in keepalived's words without the instance's name, or undefined if it counts.
 * `checkAddresses` is false for an advert of the same master with skip_check_adv_addr.
 */
export function dropReason(
  expected: Expected,
  advert: Advert,
  multicast: boolean,
  checkAddresses: boolean,
  behaviour: Behaviour,
): string | undefined {
  if (advert.version !== expected.vrrpVersion) {
    return `wrong version. Received ${advert.version} and expect ${expected.vrrpVersion}`;
  }
  if (expected.vrrpVersion === 2) {
    if (advert.authType !== expected.authType) {
      return `received a ${advert.authType} auth, expecting ${expected.authType}!`;
    }
    if (advert.authType !== 0 && advert.authPass !== expected.authPass) return 'received an invalid passwd!';
    if (advert.advertIntUs !== expected.advertIntUs) {
      const mine = Math.floor(expected.advertIntUs / 1e6);
      return `advertisement interval mismatch mine=${mine} sec rcv'd=${Math.floor(advert.advertIntUs / 1e6)} sec`;
    }
  }
  const wantsMulticast = expected.unicastPeers.length === 0;
  if (multicast !== wantsMulticast) {
    const [mine, theirs] = wantsMulticast ? ['mult', 'un'] : ['un', 'mult'];
    return `Expected ${mine}icast packet but received ${theirs}icast packet`;
  }
  if (!checkAddresses) return undefined;
  const mismatch = addressMismatch(expected, advert);
  if (mismatch !== undefined && !behaviour.otherAddressesCount) return mismatch;
  if (expected.checkUnicastSrc && !wantsMulticast && !expected.unicastPeers.includes(advert.source)) {
    return `unicast source address ${advert.source} not a unicast peer`;
  }
  return undefined;
}

/** How the advert's addresses differ from ours; order does not matter. */
export function addressMismatch(expected: Expected, advert: Advert): string | undefined {
  const mine = expected.virtualIpAddresses;
  if (advert.addresses === mine) return undefined;
  if (advert.addresses.length !== mine.length) {
    return `expected ${mine.length} VIPs but received ${advert.addresses.length}`;
  }
  const missing = mine.find((address) => !advert.addresses.includes(address));
  if (missing === undefined) return undefined;
  return `ip address associated with VRID ${advert.vrid} not present in MASTER advert : ${missing}`;
}

/** Below, equal or above zero, as addresses compare unsigned. Ties between two MASTERs go to the higher. */
export function compareAddresses(a: Address, b: Address): number {
  return ipv4Number(a) - ipv4Number(b);
}
