/**
 * Consistent hashing: src/lb_chash.c, and full_hash() of include/haproxy/tools.h (Bob Jenkins). Each server
 * has as many points on the ring as its effective weight; a hash goes to the nearer of its two neighbours.
 */
import type { Weighted } from './balancer.ts';

interface Point {
  readonly key: number;
  readonly server: number;
}
export type Ring = readonly Point[];

/** SRV_EWGHT_RANGE: room for each server's points. */
const POINTS_PER_SERVER = 256 * 16 + 1;

export function fullHash(value: number): number {
  let a = value >>> 0;
  a = (a + 0x7ed55d16 + (a << 12)) >>> 0;
  a = (a ^ 0xc761c23c ^ (a >>> 19)) >>> 0;
  a = (a + 0x165667b1 + (a << 5)) >>> 0;
  a = ((a + 0xd3a2646c) ^ (a << 9)) >>> 0;
  a = (a + 0xfd7046c5 + (a << 3)) >>> 0;
  a = (a ^ 0xb55a4f09 ^ (a >>> 16)) >>> 0;
  return Math.imul(a, 3221225473) >>> 0;
}

/** The hash of an IPv4 address for `balance source`: its number, unmixed (get_server_sh). */
export function hashOfAddress(address: string): number {
  return address.split('.').reduce((sum, part) => sum * 256 + (Number(part) || 0), 0) >>> 0;
}

export function ringOf(servers: readonly Weighted[]): Ring {
  const points: Point[] = [];
  const anyActive = servers.some(({ eweight, backup }) => eweight > 0 && !backup);
  servers.forEach(({ eweight, backup, id }, server) => {
    if (backup === anyActive) return;
    for (let point = 0; point < eweight; point++) {
      points.push({ key: fullHash(id * POINTS_PER_SERVER + point), server });
    }
  });
  return points.sort((a, b) => a.key - b.key);
}

/** chash_get_server_hash */
export function serverAt(ring: Ring, hash: number, avoid: number | undefined): number | undefined {
  if (ring.length === 0) return undefined;
  let low = 0;
  let high = ring.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (ring[middle]!.key >= hash) high = middle;
    else low = middle + 1;
  }
  const next = ring[low % ring.length] as Point;
  const before = ring[(low + ring.length - 1) % ring.length] as Point;
  const nearer = (hash - before.key) >>> 0 <= (next.key - hash) >>> 0 ? before : next;
  if (nearer.server !== avoid) return nearer.server;
  const from = nearer === before ? low - 1 + ring.length : low;
  for (let step = 1; step < ring.length; step++) {
    const other = ring[(from + step) % ring.length] as Point;
    if (other.server !== avoid) return other.server;
  }
  return nearer.server;
}
