/**
 * Values in keepalived.conf, read as keepalived reads them.
 *
 * Source: keepalived 2.2.7 lib/utils.c and parser.c (read_unsigned_strvec, read_decimal_unsigned_strvec,
 * read_int_strvec, check_true_false), vrrp_ipaddress.c (parse_ipaddress).
 */
import type { Address } from '../../sim/effects.ts';
import { isIpv4 } from '../ipv4.ts';
import { SECOND_US } from './timers.ts';

/** A whole number within the bounds, or undefined. */
export function wholeNumber(text: string | undefined, from: number, to: number): number | undefined {
  if (text === undefined || !/^[+-]?\d{1,10}$/.test(text)) return undefined;
  const number = Number(text);
  return number >= from && number <= to ? number : undefined;
}

/** Decimal seconds as whole microseconds, within the bounds (seconds), or undefined. */
export function decimalSecondsUs(text: string | undefined, from: number, to: number): number | undefined {
  if (text === undefined || !/^\d{1,9}(?:\.\d{0,9})?$/.test(text)) return undefined;
  const us = Math.round(Number(text) * SECOND_US);
  return us >= from * SECOND_US && us <= to * SECOND_US ? us : undefined;
}

/** on|off|true|false|yes|no; a bare keyword is on. Undefined for anything else. */
export function boolean(text: string | undefined): boolean | undefined {
  if (text === undefined || text === 'on' || text === 'true' || text === 'yes') return true;
  if (text === 'off' || text === 'false' || text === 'no') return false;
  return undefined;
}

/** No address is longer, and patterns may take the square of the length. */
const LONGEST_ADDRESS = 64;

export type ReadAddress =
  | { readonly address: Address; readonly placeholder?: string }
  | { readonly refused: 'ipv6' | 'placeholder' | 'malformed' };

/**
 * `ADDR[/len]`. `addresses` says what a placeholder (`000.000.000.000`, `<VIP>`) or a name stands for. inet_pton refuses
 * leading zeros, so a blanked-out address is no address.
 */
export function readAddress(text: string, addresses: Readonly<Record<string, Address>> = {}): ReadAddress {
  const slash = text.indexOf('/');
  const host = slash < 0 ? text : text.slice(0, slash);
  for (const key of [text, host]) {
    if (Object.hasOwn(addresses, key)) return { address: addresses[key]!, placeholder: key };
  }
  if (host.length > LONGEST_ADDRESS) return { refused: 'malformed' };
  if (isIpv4(host)) {
    if (host === '0.0.0.0') return { refused: 'placeholder' };
    return { address: host };
  }
  if (/^[0x]{1,3}(?:\.[0x]{1,3}){3}$/i.test(host) || /[<>*]|^(?:x+\.)/i.test(host))
    return { refused: 'placeholder' };
  return { refused: /^[0-9a-f:]*:[0-9a-f:]*(?:\.\d+)*$/i.test(host) ? 'ipv6' : 'malformed' };
}
