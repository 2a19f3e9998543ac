/** How the members of one process talk: told at once and in order, with the host's clock added. */
import type { Effect } from '../sim/effects.ts';

/** An event as its receiver gets it: the kernel adds the host's monotonic clock. */
export type Timed<E extends { readonly type: string }> = E & { readonly atUs: number };

/**
 * Tells a member of the same process something; `''` is the lead. Name the event's type: `tell<EtcdCall>(to, {...})`.
 * What is told often may carry the moment of the step itself, `atUs`, which saves the kernel a copy.
 */
export function tell<E extends { readonly type: string }>(to: string, event: E | Timed<E>): Effect {
  return { type: 'tell', to, event };
}
