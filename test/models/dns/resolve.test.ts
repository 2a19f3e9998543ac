import { describe, expect, test } from 'vitest';
import { addressesOf, type DnsName, shareUs } from '../../../models/dns/resolve.ts';

const S = 1_000_000;
const NAME: DnsName = { addresses: ['a', 'b', 'c'], ttlUs: 0, dial: 'serial', phase: 0 };

describe('a name with several addresses', () => {
  test('each answer begins with the next one (RFC 1794)', () => {
    expect([0, 1, 2, 3].map((lookup) => addressesOf(NAME, lookup, 0).join(''))).toEqual([
      ...['abc', 'bca', 'cab', 'abc'],
    ]);
    expect(addressesOf({ ...NAME, phase: 2 }, 0, 0)).toEqual(['c', 'a', 'b']);
  });

  test('an answer that is kept is the same until its TTL is over', () => {
    const kept: DnsName = { ...NAME, ttlUs: 30 * S };
    expect([0, 1, 2].map((lookup) => addressesOf(kept, lookup, lookup * 10 * S)[0])).toEqual(['a', 'a', 'a']);
    expect(addressesOf(kept, 3, 30 * S)[0]).toBe('b');
  });

  test('a client that tries only the first address is given no others', () => {
    expect(addressesOf({ ...NAME, dial: 'first' }, 1, 0)).toEqual(['b']);
  });
});

describe("Go's dialer", () => {
  test('tentatively allocates equal time to each remaining address', () => {
    expect(shareUs(30 * S, 3)).toBe(10 * S);
    expect(shareUs(20 * S, 2)).toBe(10 * S);
    expect(shareUs(10 * S, 1)).toBe(10 * S);
  });

  test('if the time per address is too short, steals from the end of the list: 2 s at least', () => {
    expect(shareUs(5 * S, 3)).toBe(2 * S);
    expect(shareUs(3 * S, 2)).toBe(2 * S);
    expect(shareUs(1 * S, 1)).toBe(1 * S);
    expect(shareUs(1 * S, 3)).toBe(1 * S);
  });
});
