/**
 * Other luck from now on: what is in flight and every phase stays, and whatever is drawn later is drawn from another seed. For
 * asking how often the same moment ends well.
 *
 * Machines draw by `uniform(luck, purpose, count)` with the `luck` of their context (models/uniform.ts) or of the input that
 * they keep there: both are replaced, the same number by the same number.
 */
import { Streams } from './streams.ts';
import type { World } from './world.ts';

export function reseed(world: World, seed: number | string): void {
  world.streams = new Streams(seed);
  world.network = world.network.clone(world.streams);
  const lucks = new Map<number, number>();
  const other = (luck: number): number => {
    const known = lucks.get(luck);
    if (known !== undefined) return known;
    const drawn = world.streams.luck(`reseed/${luck}`);
    lucks.set(luck, drawn);
    return drawn;
  };
  for (const cell of world.cells) {
    if (cell === undefined || cell.leaf < 0) continue;
    cell.context = withLuck(cell.context, other);
  }
}

function withLuck(context: unknown, other: (luck: number) => number): unknown {
  if (context === null || typeof context !== 'object') return context;
  const { luck, input } = context as { readonly luck?: unknown; readonly input?: unknown };
  const changed: Record<string, unknown> = {};
  if (typeof luck === 'number') changed['luck'] = other(luck);
  const inner = input === undefined || input === context ? input : withLuck(input, other);
  if (inner !== input) changed['input'] = inner;
  if (Object.keys(changed).length === 0) return context;
  return Object.assign(Object.create(Object.getPrototypeOf(context)), context, changed);
}
