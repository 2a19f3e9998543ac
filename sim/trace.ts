/**
 * The trace: one line of JSON a step, with the step that caused it, so that "why" is a walk backwards. The schema is
 * described in docs/reference/trace.md. Lines are made from kept steps when somebody asks, not while the world runs.
 */
import type { Effect } from './effects.ts';
import type { Step } from './state.ts';

/** A step as it is kept: nothing that the world changes later. */
export interface TraceRecord {
  readonly id: number;
  readonly cause: number;
  readonly atUs: number;
  readonly kind: string;
  readonly who: string;
  /** Event type and the event, if a machine took the step. */
  readonly event: { readonly type: string } | undefined;
  /** State paths before and after; equal when the state did not change, '' for steps without a machine. */
  readonly before: string;
  readonly after: string;
  readonly contextAfter: unknown;
  readonly effects: readonly Effect[];
  readonly detail: unknown;
}

export function toRecord(step: Step): TraceRecord {
  const leaves = step.cell?.program.leaves;
  return {
    id: step.id,
    cause: step.cause,
    atUs: step.atUs,
    kind: step.kind,
    who: step.who,
    event: step.event,
    before: leaves === undefined ? '' : (leaves[step.leafBefore] ?? ''),
    after: leaves === undefined ? '' : (leaves[step.leafAfter] ?? ''),
    contextAfter: step.contextAfter,
    effects: step.effects,
    detail: step.detail,
  };
}

/** How deep events and effects are printed; what lies deeper is an ellipsis. A batch is one level more. */
export const DEPTH = 2;
export const MOST_ELEMENTS = 8;

/**
 * The value as it is printed: plain data to a depth, the first elements of lists, and no collections. A message of
 * which the cause has been printed whole once is recognised by these; a log of 10,000 entries is not printed at all.
 */
function brief(value: unknown, depth: number): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (depth === 0) return '…';
  if (Array.isArray(value)) {
    const first = value.slice(0, MOST_ELEMENTS).map((element) => brief(element, depth));
    return value.length > MOST_ELEMENTS ? [...first, `… ${value.length} in all`] : first;
  }
  const prototype = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return '…';
  const copy: Record<string, unknown> = {};
  for (const key of Object.keys(value)) copy[key] = brief((value as Record<string, unknown>)[key], depth - 1);
  return copy;
}

/** Every part of a batch is printed. */
function briefEffect(effect: Effect): unknown {
  if (effect.type === 'batch') return { type: 'batch', effects: effect.effects.map(briefEffect) };
  return brief(effect, DEPTH);
}

/** One line of NDJSON without its newline. `epochUs` is world time at the scenario's zero. */
export function traceLine(record: TraceRecord, epochUs: number): string {
  return JSON.stringify({
    id: record.id,
    cause: record.cause,
    at_us: record.atUs - epochUs,
    kind: record.kind,
    who: record.who,
    event: brief(record.event, DEPTH),
    state: record.before === record.after ? record.after || undefined : `${record.before}>${record.after}`,
    effects: record.effects.length === 0 ? undefined : record.effects.map(briefEffect),
    detail: brief(record.detail, DEPTH + 1),
  });
}
