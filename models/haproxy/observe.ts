/**
 * What scenarios may ask of a balancer: `backends[host]['be/m1'].{state, status}`. Pure functions of the
 * lead's context.
 */
import { referenceOf } from './stats.ts';
import { type ServerWord, serverWord, statusText } from './status-text.ts';
import type { ProxyContext } from './turn.ts';

export interface ServerObservation {
  /** `no check` is an unchecked server: it is given connections as long as the process runs. */
  readonly state: ServerWord | 'no check';
  /** As the statistics page shows it: `UP 2/3`, `DOWN 1/2`, `no check`, `MAINT`. */
  readonly status: string;
  /** Result of the last check that brought something new: `L4OK`, `L4TOUT`; empty without check. */
  readonly check: string;
  /** How long that check took, in whole milliseconds as it is logged; 0 without check. */
  readonly check_ms: number;
}

/** By `BACKEND/SERVER`. The context is that of the lead of a haproxy process. */
export function observeBackends(context: unknown): Record<string, ServerObservation> {
  const { plan, backends } = context as ProxyContext;
  const seen: Record<string, ServerObservation> = {};
  plan.backends.forEach(({ config }, backend) => {
    config.servers.forEach((server, index) => {
      const state = backends[backend]!.servers[index]!;
      const status = statusText(state, server, referenceOf(context as ProxyContext, backend, index));
      seen[`${config.name}/${server.name}`] = {
        state: status === 'no check' ? 'no check' : serverWord(state),
        status,
        check: state.check?.verdict.status ?? '',
        check_ms: state.check?.verdict.durationMs ?? 0,
      };
    });
  });
  return seen;
}
