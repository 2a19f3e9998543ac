/** What scenarios may ask of a cloud's balancer, in the words that they use for others. Pure functions of the lead's context. */
import type { BalancerContext } from './balancer.ts';
import type { TargetHealth } from './target-health.ts';

/** What stands before a target's name, where a haproxy.cfg has the name of its backend. */
export const BACKEND = 'apiserver';

/** A target whose first check is still to come counts as DOWN: it is given no connections while another is healthy. */
export function stateWord({ state }: TargetHealth): 'UP' | 'DOWN' {
  return state === 'healthy' ? 'UP' : 'DOWN';
}

export interface TargetObservation {
  readonly state: 'UP' | 'DOWN';
  /** The service's own word. */
  readonly status: string;
  /** It tells nothing of single checks. */
  readonly check: string;
  readonly check_ms: number;
}

/** By `apiserver/TARGET`. */
export function observeTargets(context: unknown): Record<string, TargetObservation> {
  const { health } = context as BalancerContext;
  return Object.fromEntries(
    Object.entries(health).map(([name, one]) => [
      `${BACKEND}/${name}`,
      { state: stateWord(one), status: one.state, check: '', check_ms: 0 },
    ]),
  );
}
