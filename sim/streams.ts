/**
 * Randomness: one seed, one named stream per purpose (`link/m1-m2`, `luck/m1/etcd`, `faults/...`), so that a new
 * draw in one place shifts no other, and two variants of a scenario run under the same luck.
 *
 * Generator: Alea (Johannes Baagøe, 2010) as in seedrandom/lib/alea.js. The package's index is not used, because it
 * reads Math.random and Date.
 */
import alea, { type Alea } from 'seedrandom/lib/alea.js';

export class Streams {
  readonly seed: string;
  private readonly open = new Map<string, Alea>();

  constructor(seed: number | string) {
    this.seed = String(seed);
  }

  private generator(name: string): Alea {
    let generator = this.open.get(name);
    if (generator === undefined) {
      generator = alea(`${this.seed}/${name}`, { state: true });
      this.open.set(name, generator);
    }
    return generator;
  }

  /** A number in [0, 1) from the named stream. */
  next(name: string): number {
    return this.generator(name)();
  }

  /** A whole number in [from, to], both included, from the named stream. */
  integer(name: string, from: number, to: number): number {
    return from + Math.floor(this.generator(name)() * (to - from + 1));
  }

  /** A number in [0, 2^32) for a process's `luck`. */
  luck(name: string): number {
    return Math.floor(this.generator(name)() * 0x1_0000_0000);
  }

  /** An independent copy in the same state. */
  clone(): Streams {
    const copy = new Streams(this.seed);
    for (const [name, generator] of this.open) copy.open.set(name, alea('', { state: generator.state() }));
    return copy;
  }
}
