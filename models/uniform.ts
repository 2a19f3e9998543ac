/**
 * Draws of a machine, as data. The kernel gives each process a number (`luck`) from its named stream;
 * where the source draws at random, the model calls uniform(luck, purpose, count) and keeps the count in
 * its context. So a draw survives snapshot and fork, and a new purpose moves no other draw.
 *
 * Source of the mixing: MurmurHash3's 32-bit finaliser (public domain, Austin Appleby), applied to
 * each part in turn; two 32-bit lanes give 53 bits. The tests check the distribution and that purposes do not correlate.
 */

function mix(hash: number): number {
  let h = hash;
  h ^= h >>> 16;
  h = Math.imul(h, 0x85ebca6b);
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

const purposeHashes = new Map<string, number>();

/** FNV-1a of the purpose; remembered, as purposes are few and literal. */
function purposeHash(purpose: string): number {
  let hash = purposeHashes.get(purpose);
  if (hash === undefined) {
    hash = 0x811c9dc5;
    for (let i = 0; i < purpose.length; i++) hash = Math.imul(hash ^ purpose.charCodeAt(i), 0x01000193);
    hash >>>= 0;
    if (purposeHashes.size < 4096) purposeHashes.set(purpose, hash);
  }
  return hash;
}

/** A number in [0, 1), a pure function of its arguments. `luck` is in [0, 2^32). */
export function uniform(luck: number, purpose: string, count: number): number {
  const key = mix((luck ^ purposeHash(purpose)) >>> 0);
  const high = mix((key + Math.imul(count, 0x9e3779b9)) >>> 0);
  const low = mix((high ^ 0x6a09e667 ^ Math.imul(count + 1, 0x85ebca6b)) >>> 0);
  return (high * 0x200000 + (low >>> 11)) / 0x20000000000000;
}

/** A whole number in [from, to], both included. */
export function uniformInteger(
  luck: number,
  purpose: string,
  count: number,
  from: number,
  to: number,
): number {
  return from + Math.floor(uniform(luck, purpose, count) * (to - from + 1));
}
