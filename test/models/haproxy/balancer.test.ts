import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Choice,
  loadChanged,
  makeBalancer,
  pick,
  reweigh,
  type Weighted,
} from '../../../models/haproxy/balancer.ts';
import { hashOfAddress, ringOf, serverAt } from '../../../models/haproxy/hash-ring.ts';
import { serverMap } from '../../../models/haproxy/server-map.ts';
import { uniform } from '../../../models/uniform.ts';

function servers(...weights: number[]): Weighted[] {
  return weights.map((weight, n) => ({ eweight: weight * 16, backup: false, id: n + 1 }));
}

function choice(list: readonly Weighted[], more: Partial<Choice> = {}): Choice {
  return {
    servers: list,
    allbackups: false,
    isFull: () => false,
    inflight: () => 0,
    avoid: undefined,
    from: '192.0.2.100',
    draw: () => 0,
    ...more,
  };
}

describe('static-rr, lb_map.c', () => {
  it('a precomputed map by greatest running score: the first server comes first and wins ties', () => {
    expect(serverMap(servers(1, 1, 1), false)).toEqual([0, 1, 2]);
    expect(serverMap(servers(2, 2), false)).toEqual([0, 1]);
    expect(
      serverMap(servers(3, 1, 1), false)
        .map((n) => n + 1)
        .join(''),
    ).toBe('11213');
  });

  it('the whole map is recomputed on any up or down', () => {
    const list = servers(1, 1, 1);
    let balancer = makeBalancer('static-rr', false, 2, list, false);
    const picks = (count: number, all: readonly Weighted[]): string =>
      Array.from({ length: count }, () => {
        const [next, server] = pick(balancer, choice(all));
        balancer = next;
        return server! + 1;
      }).join(' ');
    expect(picks(4, list)).toBe('1 2 3 1');
    const down = list.map((server, n) => (n === 1 ? { ...server, eweight: 0 } : server));
    balancer = reweigh(balancer, 1, down, false);
    expect(picks(4, down)).toBe('3 1 3 1');
    balancer = reweigh(balancer, 1, list, false);
    expect(picks(3, list)).toBe('2 3 1');
  });
});

describe('leastconn, lb_fwlc.c', () => {
  it('the server with the least sessions for its weight; equal ones are taken round robin', () => {
    const list = servers(1, 1, 2);
    let balancer = makeBalancer('leastconn', false, 2, list, false);
    const load = [0, 0, 0];
    const order: number[] = [];
    for (let n = 0; n < 8; n++) {
      const [next, server] = pick(balancer, choice(list, { inflight: (one) => load[one]! }));
      load[server!]!++;
      balancer = loadChanged(next, server!, load[server!]!, list[server!]!.eweight);
      order.push(server! + 1);
    }
    expect(order.join(' ')).toBe('1 2 3 3 3 1 2 3');
  });
});

describe('source, hash(client IP) mod total weight over usable servers', () => {
  const clients = Array.from({ length: 500 }, (_, n) => `10.${n % 7}.${n % 31}.${n % 250}`);
  const chosen = (list: readonly Weighted[], consistent: boolean): (number | undefined)[] => {
    const balancer = makeBalancer('source', consistent, 2, list, false);
    return clients.map((from) => pick(balancer, choice(list, { from }))[1]);
  };

  it('map based: any down remaps most clients; hash-type consistent: only those of the server that is gone', () => {
    const list = servers(1, 1, 1);
    const without = list.map((server, n) => (n === 2 ? { ...server, eweight: 0 } : server));
    const moved = (consistent: boolean): number => {
      const before = chosen(list, consistent);
      const after = chosen(without, consistent);
      return clients.filter((_, n) => before[n] !== 2 && before[n] !== after[n]).length;
    };
    expect(moved(false)).toBeGreaterThan(100);
    expect(moved(true)).toBe(0);
  });

  it('an address hashes to its number', () => {
    expect(hashOfAddress('192.0.2.100') % 3).toBe(0xc0000264 % 3);
  });

  it('the ring gives the nearer neighbour, and never the one to avoid if there is another', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 32 - 1 }), fc.nat({ max: 2 }), (hash, avoid) => {
        const ring = ringOf(servers(1, 2, 3));
        const server = serverAt(ring, hash, undefined);
        const other = serverAt(ring, hash, avoid);
        const distance = (key: number): number => Math.min((key - hash) >>> 0, (hash - key) >>> 0);
        const nearest = ring.reduce((best, point) =>
          distance(point.key) < distance(best.key) ? point : best,
        );
        return server === nearest.server && other !== avoid;
      }),
      { seed: 6, numRuns: 500 },
    );
  });
});

describe('random, first, backups', () => {
  it('random: two draws, the less loaded wins; shares follow the weights when idle', () => {
    const list = servers(1, 1, 2);
    const balancer = makeBalancer('random', false, 2, list, false);
    const counts = [0, 0, 0];
    let count = 0;
    for (let n = 0; n < 4000; n++) {
      const [, server] = pick(balancer, choice(list, { draw: () => uniform(5, 'test', count++) }));
      counts[server!]!++;
    }
    expect(counts[2]! / 4000).toBeGreaterThan(0.38);
    const loaded = choice(list, {
      inflight: (server) => (server === 2 ? 100 : 0),
      draw: () => uniform(6, 'test', count++),
    });
    const other = Array.from({ length: 1000 }, () => pick(balancer, loaded)[1]).filter(
      (server) => server !== 2,
    );
    expect(other.length).toBeGreaterThan(600);
  });

  it('first: the lowest id with a free slot', () => {
    const list = servers(1, 1, 1).map((server, n) => ({ ...server, id: 3 - n }));
    const balancer = makeBalancer('first', false, 2, list, false);
    expect(pick(balancer, choice(list))[1]).toBe(2);
    expect(pick(balancer, choice(list, { isFull: (server) => server === 2 }))[1]).toBe(1);
  });

  it('never an unusable server, never the avoided one if there is another, in any algorithm', () => {
    const algorithm = fc.constantFrom('roundrobin', 'static-rr', 'leastconn', 'first', 'source', 'random');
    fc.assert(
      fc.property(
        algorithm,
        fc.array(fc.record({ weight: fc.nat({ max: 3 }), backup: fc.boolean() }), {
          minLength: 1,
          maxLength: 6,
        }),
        fc.nat({ max: 5 }),
        fc.boolean(),
        (name, list, avoid, allbackups) => {
          const all = list.map(({ weight, backup }, n) => ({ eweight: weight * 16, backup, id: n + 1 }));
          let balancer = makeBalancer(name as 'roundrobin', false, 2, all, allbackups);
          let count = 0;
          for (let n = 0; n < 12; n++) {
            const draw = (): number => uniform(n, 'draw', count++);
            const [next, server] = pick(balancer, choice(all, { avoid, allbackups, draw }));
            balancer = next;
            const usable = all.filter(({ eweight }) => eweight > 0);
            if (usable.length === 0) return server === undefined;
            if (server === undefined || all[server]!.eweight === 0) return false;
            const actives = usable.filter(({ backup }) => !backup);
            if (actives.length > 0 && all[server]!.backup) return false;
            // A hash knows no other server, and a lone backup has no rival.
            const free = actives.length > 0 || allbackups;
            if (name !== 'source' && free && server === avoid && (actives.length || usable.length) > 1)
              return false;
          }
          return true;
        },
      ),
      { seed: 11, numRuns: 800 },
    );
  });
});
