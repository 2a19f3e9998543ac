/**
 * Is the history of a register linearizable, where each value was put once and nothing was deleted? Then it can be told from the
 * times at which each value must have been there, without trying orders, of which a few seconds of waiting requests have too many.
 *
 * Source: P. B. Gibbons and E. Korach, "Testing shared memories", SIAM J. Comput. 26(4), 1997 (zones; with a known put for each get, any
 * cycle of what must come before what has one of two values).
 */
import type { RegisterOperation } from './register.ts';

/** A put and the gets of its value. One of them had returned at `first`, one was called at `last`. */
interface Zone {
  first: number;
  last: number;
}

/** undefined: a value was put twice or something was deleted, and this is not the way to tell. */
export function isInOrder(history: readonly RegisterOperation[]): boolean | undefined {
  const puts = new Map<string | undefined, Zone & { readonly call: number }>();
  const before = Number.NEGATIVE_INFINITY;
  puts.set(undefined, { call: before, first: before, last: before });
  for (const { input, call, return: returned } of history) {
    if (input.op === 'get') continue;
    if (input.op === 'delete' || puts.has(input.value)) return undefined;
    puts.set(input.value, { call, first: returned, last: call });
  }
  for (const { input, output, call, return: returned } of history) {
    if (input.op !== 'get' || output === undefined) continue;
    const zone = puts.get(output.value);
    if (zone === undefined || returned <= zone.call) return false;
    zone.first = Math.min(zone.first, returned);
    zone.last = Math.max(zone.last, call);
  }
  return areInOrder([...puts.values()]);
}

/** Of no two each had an operation return before one of the other was called. */
function areInOrder(zones: readonly Zone[]): boolean {
  const spans = zones.filter(({ first, last }) => first <= last).sort((a, b) => a.first - b.first);
  if (spans.some(({ first }, i) => i > 0 && first <= (spans[i - 1] as Zone).last)) return false;
  return zones.every(({ first, last }) => {
    if (first <= last) return true;
    const around = spans.findLast((span) => span.first <= last);
    return around === undefined || first > around.last;
  });
}
