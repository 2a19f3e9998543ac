import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  nextServer,
  type RoundRobin,
  roundRobin,
  serverDown,
  serverUp,
  setWeight,
} from '../../../models/haproxy/round-robin.ts';

/** A backend whose servers are numbered from 1, as the recordings name them m1, m2, m3. */
class Backend {
  private state: RoundRobin;
  private readonly weights: readonly number[];
  constructor(...weights: number[]) {
    this.weights = weights.map((weight) => weight * 16);
    this.state = roundRobin(this.weights);
  }
  picks(count: number, full: readonly number[] = [], avoid?: number): string {
    const picked: string[] = [];
    for (let i = 0; i < count; i++) {
      const [state, server] = nextServer(
        this.state,
        (index) => full.includes(index + 1),
        avoid === undefined ? undefined : avoid - 1,
      );
      this.state = state;
      picked.push(server === undefined ? '-' : String(server + 1));
    }
    return picked.join(' ');
  }
  down(server: number): void {
    this.state = serverDown(this.state, server - 1);
  }
  up(server: number): void {
    this.state = serverUp(this.state, server - 1, this.weights[server - 1]!);
  }
  weight(server: number, weight: number): void {
    this.state = setWeight(this.state, server - 1, weight * 16);
  }
}

describe('balance roundrobin, src/lb_fwrr.c', () => {
  it('takes equal weights in declaration order', () => {
    expect(new Backend(1, 1, 1).picks(24)).toBe('1 2 3 1 2 3 1 2 3 1 2 3 1 2 3 1 2 3 1 2 3 1 2 3');
  });

  it('the cyclic order stays permuted for good: server 2 lost after pick 4, back after pick 11', () => {
    const backend = new Backend(1, 1, 1);
    expect(backend.picks(4)).toBe('1 2 3 1');
    backend.down(2);
    expect(backend.picks(7)).toBe('3 1 3 1 3 1 3');
    backend.up(2);
    expect(backend.picks(9)).toBe('1 3 2 1 3 2 1 3 2');
  });

  it('server 1 lost after pick 4, back after pick 10: it joins the tail of the lap, the cyclic order is as before', () => {
    const backend = new Backend(1, 1, 1);
    expect(backend.picks(4)).toBe('1 2 3 1');
    backend.down(1);
    expect(backend.picks(6)).toBe('2 3 2 3 2 3');
    backend.up(1);
    expect(backend.picks(6)).toBe('2 3 1 2 3 1');
  });

  it('weights 3,1,1, 5,1,1 and 10,20,30 are spread smoothly', () => {
    expect(new Backend(3, 1, 1).picks(10)).toBe('1 1 2 1 3 1 1 2 1 3');
    expect(new Backend(5, 1, 1).picks(14)).toBe('1 1 1 2 1 1 3 1 1 1 2 1 1 3');
    expect(new Backend(10, 20, 30).picks(12)).toBe('3 2 3 1 3 2 3 2 3 1 3 2');
  });

  it('as recorded, weights 3,2,1: m1 down and up, then m2 down and up (Brr w321)', () => {
    const backend = new Backend(3, 2, 1);
    expect(backend.picks(30)).toBe('1 2 1 3 1 2 '.repeat(5).trim());
    backend.down(1);
    expect(backend.picks(12)).toBe('2 2 3 2 2 3 2 2 3 2 2 3');
    backend.up(1);
    expect(backend.picks(24)).toBe('1 2 1 3 2 1 '.repeat(4).trim());
    backend.down(2);
    expect(backend.picks(12)).toBe('1 3 1 1 1 3 1 1 1 3 1 1');
    backend.up(2);
    expect(backend.picks(24)).toBe('1 3 2 1 1 2 '.repeat(4).trim());
  });

  it('as recorded, weights 1,1,1: m2 and m1 away and back, then all (Brr w111)', () => {
    const backend = new Backend(1, 1, 1);
    backend.picks(24);
    backend.down(2);
    expect(backend.picks(12)).toBe('1 3 1 3 1 3 1 3 1 3 1 3');
    backend.up(2);
    expect(backend.picks(15)).toBe('1 3 2 1 3 2 1 3 2 1 3 2 1 3 2');
    backend.down(1);
    expect(backend.picks(9)).toBe('3 2 3 2 3 2 3 2 3');
    backend.up(1);
    expect(backend.picks(15)).toBe('2 1 3 2 1 3 2 1 3 2 1 3 2 1 3');
    for (const server of [1, 2, 3]) backend.down(server);
    expect(backend.picks(1)).toBe('-');
    for (const server of [3, 1, 2]) backend.up(server);
    expect(backend.picks(12)).toBe('3 1 2 3 1 2 3 1 2 3 1 2');
  });

  it('a server that is the one to avoid is skipped and re-queued, so every second pick tries the dead one', () => {
    const backend = new Backend(1, 1, 1);
    const tried: string[] = [];
    for (let connection = 0; connection < 6; connection++) {
      const first = backend.picks(1);
      tried.push(first === '2' ? `2>${backend.picks(1, [], 2)}` : first);
    }
    expect(tried).toEqual(['1', '2>3', '1', '2>3', '1', '2>3']);
  });

  it('the one to avoid is taken when it is the only one', () => {
    const backend = new Backend(1, 1);
    backend.down(1);
    expect(backend.picks(2, [], 2)).toBe('2 2');
  });

  it('a saturated server is skipped; when all are, there is none', () => {
    const backend = new Backend(1, 1, 1);
    expect(backend.picks(4, [2])).toBe('1 3 1 3');
    expect(backend.picks(2, [1, 2, 3])).toBe('- -');
    expect(backend.picks(3)).not.toContain('-');
  });

  it('each server gets its share of the weights, whatever happened before', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 2, maxLength: 5 }),
        fc.array(fc.record({ server: fc.nat(), picks: fc.nat({ max: 20 }), what: fc.nat({ max: 2 }) }), {
          maxLength: 12,
        }),
        (weights, history) => {
          const backend = new Backend(...weights);
          const now = weights.slice();
          for (const { server, picks, what } of history) {
            const which = (server % weights.length) + 1;
            if (what === 0) backend.down(which);
            else if (what === 1) backend.up(which);
            else backend.weight(which, 7);
            now[which - 1] = what === 0 ? 0 : what === 1 ? now[which - 1] || weights[which - 1]! : 7;
            backend.picks(picks);
          }
          const total = now.reduce((sum, weight) => sum + weight, 0);
          if (total === 0) return backend.picks(1) === '-';
          backend.picks(3 * total);
          const counts = weights.map(() => 0);
          for (const picked of backend.picks(8 * total).split(' ')) counts[Number(picked) - 1]!++;
          return counts.every((count, index) => Math.abs(count - 8 * now[index]!) <= 0.15 * 8 * total);
        },
      ),
      { seed: 20, numRuns: 300 },
    );
  });
});
