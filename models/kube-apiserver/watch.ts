/**
 * One client's watch: subscribes at the resource's cacher and ends it when its time is over, so that clients come back and
 * spread. Everything it is told goes from the cacher straight to the connection.
 *
 * Sources: apiserver pkg/endpoints/handlers/get.go ListResource (timeoutSeconds, else --min-request-timeout × (1 + random));
 * pkg/server/config.go:454 (1800 s). Unit: microseconds.
 */
import { emit, setup } from 'xstate';
import type { Effect } from '../../sim/effects.ts';
import { tell } from '../family.ts';
import { uniform } from '../uniform.ts';
import { cacherId, type Reply, type Subscribe, type Unsubscribe } from './family.ts';
import type { ApiRequest } from './paths.ts';

export interface WatchInput {
  readonly id: string;
  readonly connection: string;
  readonly stream: number;
  readonly request: ApiRequest;
  readonly minRequestTimeoutUs: number;
  readonly luck: number;
  readonly atUs: number;
}

/** How long the server lets a watch live. */
export function watchTimeoutUs(input: WatchInput): number {
  const { timeoutSeconds } = input.request;
  if (timeoutSeconds !== undefined) return timeoutSeconds * 1_000_000;
  return Math.round(input.minRequestTimeoutUs * (1 + uniform(input.luck, 'watch', input.atUs)));
}

export const watch = setup({
  types: {} as {
    context: WatchInput;
    events: { readonly type: 'none' };
    input: WatchInput;
    emitted: Effect;
  },
  delays: { timeout: ({ context }) => watchTimeoutUs(context) },
}).createMachine({
  id: 'kube-apiserver.watch',
  context: ({ input }) => input,
  initial: 'serving',
  states: {
    serving: {
      entry: emit(({ context: { id, connection, stream, request } }) =>
        tell<Subscribe>(cacherId(request.resource.plural), {
          type: 'subscribe',
          watch: id,
          connection,
          id: stream,
          request,
        }),
      ),
      after: {
        timeout: {
          actions: emit(({ context: { id, connection, stream, request } }) => ({
            type: 'batch',
            effects: [
              tell<Unsubscribe>(cacherId(request.resource.plural), { type: 'unsubscribe', watch: id }),
              tell<Reply>('', {
                type: 'reply',
                connection,
                message: { kind: 'response', id: stream, status: 200 },
              }),
            ],
          })),
        },
      },
    },
  },
});
