/**
 * A name with one address record for each master (round-robin DNS), and how a client dials such a name. Nobody checks the
 * addresses: a dead master stays among the answers.
 *
 * Sources: RFC 1794 (records are answered in rotating order); Go net/dial.go (dialSerial: one address after the other;
 * partialDeadline: the time left is shared among the addresses left, 2 s at least),
 * net/addrselect.go (IPv4 answers keep the server's order). Unit: microseconds.
 * Not modelled: the question itself, its time and its failures; that other clients turn the server's order, too; that Go tells
 * the error of the first address, where here it is the last one's.
 */
import type { Address } from '../../sim/effects.ts';

export interface DnsName {
  /** In the order of the first answer. */
  readonly addresses: readonly Address[];
  /** How long a client goes by one answer; 0: it asks for each connection, as a Go program does. */
  readonly ttlUs: number;
  /** `serial`: a dial that fails goes on to the next address, as Go and curl do; `first`: only the first one is tried. */
  readonly dial: 'serial' | 'first';
  /** Where in the rotation this client begins. */
  readonly phase: number;
}

/** The addresses to dial, first one first, for a client's nth look-up. */
export function addressesOf(dns: DnsName, lookup: number, atUs: number): readonly Address[] {
  const { addresses, ttlUs, dial, phase } = dns;
  const turn = phase + (ttlUs === 0 ? lookup : Math.floor(atUs / ttlUs));
  const from = turn % addresses.length;
  const order = [...addresses.slice(from), ...addresses.slice(0, from)];
  return dial === 'first' ? order.slice(0, 1) : order;
}

/** net/dial.go, partialDeadline. */
const SANE_MINIMUM_US = 2_000_000;

/** How long a dial may try one address when so many, this one included, are left. */
export function shareUs(leftUs: number, addresses: number): number {
  return Math.min(leftUs, Math.max(SANE_MINIMUM_US, Math.floor(leftUs / addresses)));
}
