/**
 * The map of `balance static-rr` and map-based `source`: src/lb_map.c recalc_server_map and
 * init_server_map. Weights are divided by their greatest common divisor; the map is filled by greatest
 * running score, the first server winning ties.
 */
import type { Weighted } from './balancer.ts';

export function serverMap(servers: readonly Weighted[], allbackups: boolean): readonly number[] {
  const active = servers.map(({ eweight, backup }) => (backup ? 0 : eweight));
  const weights = active.some((weight) => weight > 0)
    ? active
    : servers.map(({ eweight, backup }) => (backup ? eweight : 0));
  if (weights !== active && !allbackups) {
    const first = weights.findIndex((weight) => weight > 0);
    return first < 0 ? [] : [first];
  }
  const divisor = weights.reduce(commonDivisor, 0);
  if (divisor === 0) return [];
  const shares = weights.map((weight) => weight / divisor);
  const total = shares.reduce((sum, share) => sum + share, 0);
  const scores = shares.map(() => 0);
  return Array.from({ length: total }, () => {
    let best = -1;
    let most = 0;
    shares.forEach((share, server) => {
      if (share === 0) return;
      scores[server] = scores[server]! + share;
      const value = Math.floor((scores[server]! + total) / total);
      if (best < 0 || value > most) {
        most = value;
        best = server;
      }
    });
    scores[best] = scores[best]! - total;
    return best;
  });
}

function commonDivisor(a: number, b: number): number {
  return b === 0 ? a : commonDivisor(b, a % b);
}
