/**
 * The health check `etcd` (and `etcd-readiness`): a linearizable Get of /registry/health, so that it needs a quorum.
 *
 * Source: apiserver pkg/storage/storagebackend/factory/etcd3.go:189-222 (one real probe per half the time limit; a request in
 * between repeats the last finished result). Unit: microseconds.
 *
 * Not modelled: older versions (before the limiter) probe once per health request; several probes under way at once
 * (after a probe of 2 s without an answer a second one could be started beside it; here it follows).
 */
import { assign, emit, setup } from 'xstate';
import type { Effect } from '../../sim/effects.ts';
import { METHODS, type RangeRequest } from '../etcd/api.ts';
import { isEtcdError } from '../etcd/errors.ts';
import { type Timed, tell } from '../family.ts';
import { uniform } from '../uniform.ts';
import {
  type CheckHealth,
  ETCD_CLIENT,
  type EtcdAnswer,
  type EtcdCall,
  type EtcdCancel,
  type Reply,
} from './family.ts';
import { healthResponse } from './health.ts';
import { mayRetryRead, retryPauseUs } from './retry.ts';

const KEY: RangeRequest = { key: '/registry/health' };

export interface EtcdCheckInput {
  readonly name: string;
  readonly timeoutUs: number;
  readonly endpoints: number;
  readonly luck: number;
}
interface Context extends EtcdCheckInput {
  /** Result of the last finished probe; before the first one the check fails (`connection not yet established`). */
  readonly ok: boolean;
  readonly startedAtUs: number;
  readonly tries: number;
  /** Health requests that wait for the probe under way. */
  readonly waiting: readonly CheckHealth[];
}

/** What happens to a health request when this check has its result. */
function pass(context: Context, ask: CheckHealth, ok: boolean): Effect {
  const failed = ok ? ask.failed : [...ask.failed, context.name];
  const [next, ...then] = ask.then;
  if (next !== undefined) return tell<CheckHealth>(next, { ...ask, failed, then });
  const message = healthResponse(ask.id, ask.request, failed);
  return tell<Reply>('', { type: 'reply', connection: ask.connection, message });
}

function passAll(context: Context, ok: boolean): Effect {
  return { type: 'batch', effects: context.waiting.map((ask) => pass(context, ask, ok)) };
}

function probe(context: Context): Effect {
  return tell<EtcdCall>(ETCD_CLIENT, { type: 'call', from: context.name, path: METHODS.range, body: KEY });
}

export const etcdCheck = setup({
  types: {} as {
    context: Context;
    events: Timed<CheckHealth | EtcdAnswer>;
    input: EtcdCheckInput;
    emitted: Effect;
  },
  guards: {
    limited: ({ context, event }) => event.atUs - context.startedAtUs < context.timeoutUs / 2,
    unavailable: ({ context, event }) => mayRetryRead((event as EtcdAnswer).body, context.tries),
    succeeded: ({ event }) => !isEtcdError((event as EtcdAnswer).body),
  },
  delays: {
    probeTimeout: ({ context }) => context.timeoutUs,
    pause: ({ context }) =>
      retryPauseUs(
        context.tries,
        context.endpoints,
        uniform(context.luck, context.name, context.startedAtUs + context.tries),
      ),
  },
}).createMachine({
  id: 'kube-apiserver.etcd-check',
  context: ({ input }) => ({
    ...input,
    ok: false,
    startedAtUs: Number.NEGATIVE_INFINITY,
    tries: 0,
    waiting: [],
  }),
  initial: 'idle',
  states: {
    idle: {
      id: 'idle',
      on: {
        check: [
          { guard: 'limited', actions: emit(({ context, event }) => pass(context, event, context.ok)) },
          {
            target: 'probing',
            actions: assign({
              startedAtUs: ({ event }) => event.atUs,
              tries: 0,
              waiting: ({ event }) => [event],
            }),
          },
        ],
      },
    },
    probing: {
      initial: 'calling',
      states: {
        calling: {
          entry: [
            assign({ tries: ({ context }) => context.tries + 1 }),
            emit(({ context }) => probe(context)),
          ],
          on: {
            answer: [
              {
                guard: 'succeeded',
                target: '#idle',
                actions: [emit(({ context }) => passAll(context, true)), assign({ ok: true, waiting: [] })],
              },
              { guard: 'unavailable', target: 'backing-off' },
              {
                target: '#idle',
                actions: [emit(({ context }) => passAll(context, false)), assign({ ok: false, waiting: [] })],
              },
            ],
          },
        },
        'backing-off': { after: { pause: 'calling' } },
      },
      on: {
        check: [
          { guard: 'limited', actions: emit(({ context, event }) => pass(context, event, context.ok)) },
          { actions: assign({ waiting: ({ context, event }) => [...context.waiting, event] }) },
        ],
      },
      after: {
        probeTimeout: {
          target: 'idle',
          actions: [
            emit(({ context }) => ({
              type: 'batch',
              effects: [
                tell<EtcdCancel>(ETCD_CLIENT, { type: 'cancel', from: context.name }),
                passAll(context, false),
              ],
            })),
            assign({ ok: false, waiting: [] }),
          ],
        },
      },
    },
  },
});
