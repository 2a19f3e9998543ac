/**
 * Randomness: one seed, one named stream per purpose (`link/m1-m2`, `luck/m1/etcd`, `faults/...`), so that a new
 * draw in one place shifts no other, and two variants of a scenario run under the same luck.
 *
 * Generator: Alea (Johannes Baagøe, 2010) as in seedrandom/lib/alea.js. The package's index is not used, because it
 * reads Math.random and Date.
 *
 * Draws may also be given (a stored counterexample holds them): a stream then begins with what is given, and goes on as
 * its generator would after as many draws.
 */
import alea, { type Alea, type AleaState } from 'seedrandom/lib/alea.js';

/** Stream to what is drawn from it first, each in [0, 1). */
export type GivenDraws = Readonly<Record<string, readonly number[]>>;

/** A stream whose first draws are given, from the nth on. */
function givenFirst(values: readonly number[], from: number, then: Alea): Alea {
  let at = from;
  const draw = () => (at < values.length ? (values[at++] as number) : then());
  return Object.assign(draw, { int32: () => then.int32(), state: () => ({ ...then.state(), at, values }) });
}

/** A generator in this state. */
function goingOn({ at, values, ...state }: AleaState): Alea {
  const generator = alea('', { state });
  return values === undefined ? generator : givenFirst(values, at as number, generator);
}

/** More draws than any stream has that is worth storing. */
const MOST_DRAWN = 1_000;

export class Streams {
  readonly seed: string;
  private readonly given: GivenDraws;
  private readonly open = new Map<string, Alea>();
  /** Where streams of which nobody here has drawn yet go on. Immutable states: snapshots share them, and most are never drawn from. */
  private kept: ReadonlyMap<string, AleaState> = new Map();

  constructor(seed: number | string, given: GivenDraws = {}) {
    this.seed = String(seed);
    this.given = given;
  }

  /** The generator of the named stream itself; it belongs to this object and not to its clones. */
  generator(name: string): Alea {
    let generator = this.open.get(name);
    if (generator === undefined) {
      const state = this.kept.get(name);
      generator = state === undefined ? this.begun(name) : goingOn(state);
      this.open.set(name, generator);
    }
    return generator;
  }

  private begun(name: string): Alea {
    const generator = alea(`${this.seed}/${name}`, { state: true });
    const values = Object.hasOwn(this.given, name) ? this.given[name] : undefined;
    if (values === undefined) return generator;
    for (let i = 0; i < values.length; i++) generator();
    return givenFirst(values, 0, generator);
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
    const copy = new Streams(this.seed, this.given);
    copy.kept = this.states();
    return copy;
  }

  /** Of every stream that was drawn from. */
  private states(): Map<string, AleaState> {
    const all = new Map(this.kept);
    for (const [name, generator] of this.open) all.set(name, generator.state());
    return all;
  }

  /**
   * What was drawn so far from each stream that `keep` wants, so that it can be given again. A stream with more than
   * a thousand draws is left out.
   */
  drawn(keep: (name: string) => boolean): Record<string, number[]> {
    const found: Record<string, number[]> = {};
    const states = this.states();
    for (const name of [...states.keys()].filter(keep).sort()) {
      const now = states.get(name) as AleaState;
      const again = this.begun(name);
      const values: number[] = [];
      while (values.length <= MOST_DRAWN && !sameState(again.state(), now)) values.push(again());
      if (values.length <= MOST_DRAWN) found[name] = values;
    }
    return found;
  }
}

function sameState(a: AleaState, b: AleaState): boolean {
  return a.s0 === b.s0 && a.s1 === b.s1 && a.s2 === b.s2 && a.c === b.c && a.at === b.at;
}
