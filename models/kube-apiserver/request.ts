/**
 * One request to kube-apiserver that needs etcd: a read, or a read-modify-write in one transaction. The lead ends the
 * member when it has its one reply.
 *
 * Sources: apiserver pkg/storage/etcd3/store.go; pkg/server/config.go:453 (RequestTimeout 60 s, --request-timeout) and
 * pkg/server/filters/timeout.go (504); retry.ts for the etcd client's repetitions. Unit: microseconds.
 *
 * A read is repeated on Unavailable, so it hangs while etcd has no quorum; a write is not, so it fails after etcd's 7 s.
 * Not modelled: admission, priority and fairness, the time that the apiserver itself takes, the first attempt of an
 * update from the watch cache (a read of etcd in its place), audit.
 */
import { assign, emit, setup } from 'xstate';
import type { Effect } from '../../sim/effects.ts';
import { type KeyValue, METHODS, type RangeResponse, type TxnResponse } from '../etcd/api.ts';
import type { EtcdError } from '../etcd/errors.ts';
import { type Timed, tell } from '../family.ts';
import { uniform } from '../uniform.ts';
import type { Admission } from './admission.ts';
import { type KubeObject, requestTimeout } from './api.ts';
import type { ClusterKnown } from './bootstrap.ts';
import type { Occurrence } from './events.ts';
import { ETCD_CLIENT, type EtcdAnswer, type EtcdCall, type EtcdCancel, type Reply } from './family.ts';
import type { ApiRequest } from './paths.ts';
import { mayRetryRead, retryPauseUs } from './retry.ts';
import {
  failed,
  foundInstead,
  type Outcome,
  rangeOf,
  readOutcome,
  readsFirst,
  respond,
  transactionOf,
  withEvents,
  writeOutcome,
} from './storage.ts';

export interface RequestInput {
  /** Member id. */
  readonly id: string;
  readonly connection: string;
  readonly stream: number;
  readonly request: ApiRequest;
  readonly body: KubeObject | undefined;
  readonly said: readonly Occurrence[];
  /** How many endpoints the etcd client has. */
  readonly endpoints: number;
  readonly luck: number;
  readonly admission: Admission & ClusterKnown;
  readonly requestTimeoutUs: number;
  readonly atUs: number;
}
interface Context {
  readonly input: RequestInput;
  /** Tries of the present read. */
  readonly tries: number;
  /** What was read and is to be changed. */
  readonly base: KeyValue | undefined;
}

/** The event of the step: at the start it has no time of its own. */
interface Moment {
  readonly atUs?: number;
}

function call({ input }: Context, path: string, body: unknown, { atUs = input.atUs }: Moment): Effect {
  return tell<EtcdCall>(ETCD_CLIENT, { type: 'call', from: input.id, path, body, atUs });
}

function reply({ input }: Context, outcome: Outcome, { atUs = input.atUs }: Moment): Effect {
  const { connection, stream } = input;
  return tell<Reply>('', { type: 'reply', connection, message: respond(stream, outcome), atUs });
}

function read({ input }: Context, answer: EtcdAnswer): Outcome | undefined {
  const { request, body, admission } = input;
  return readOutcome(request, body, answer.body as RangeResponse | EtcdError, admission);
}

function transaction({ input, base }: Context) {
  const { request, body, admission, atUs, said } = input;
  return withEvents(transactionOf(request, body, base, admission, atUs), base, said, atUs);
}

/** A conflict is only the client's business if the client named a version. */
function triesAgain({ input }: Context, answer: EtcdAnswer): boolean {
  const body = answer.body as TxnResponse | EtcdError;
  return readsFirst(input.request, input.body) && foundInstead(body) !== undefined;
}

export const request = setup({
  types: {} as { context: Context; events: Timed<EtcdAnswer>; input: RequestInput; emitted: Effect },
  guards: {
    readsFirst: ({ context }) => readsFirst(context.input.request, context.input.body),
    unavailable: ({ context, event }) => mayRetryRead(event.body, context.tries),
    toBeChanged: ({ context, event }) => read(context, event) === undefined,
    changedMeanwhile: ({ context, event }) => triesAgain(context, event),
  },
  delays: {
    requestTimeout: ({ context }) => context.input.requestTimeoutUs,
    pause: ({ context }) => {
      const { luck, endpoints, atUs } = context.input;
      return retryPauseUs(context.tries, endpoints, uniform(luck, 'etcd retry', atUs + context.tries));
    },
  },
}).createMachine({
  id: 'kube-apiserver.request',
  context: ({ input }) => ({ input, tries: 0, base: undefined }),
  initial: 'handling',
  states: {
    handling: {
      initial: 'begin',
      states: {
        begin: { always: [{ guard: 'readsFirst', target: 'reading' }, { target: 'writing' }] },
        reading: {
          entry: [
            assign({ tries: ({ context }) => context.tries + 1 }),
            emit(({ context, event }) => call(context, METHODS.range, rangeOf(context.input.request), event)),
          ],
          on: {
            answer: [
              { guard: 'unavailable', target: 'backing-off' },
              {
                guard: 'toBeChanged',
                target: 'writing',
                actions: assign({ base: ({ event }) => (event.body as RangeResponse).kvs[0] }),
              },
              {
                actions: emit(({ context, event }) => reply(context, read(context, event) as Outcome, event)),
              },
            ],
          },
        },
        'backing-off': { after: { pause: 'reading' } },
        writing: {
          entry: emit(({ context, event }) => call(context, METHODS.txn, transaction(context), event)),
          on: {
            answer: [
              {
                guard: 'changedMeanwhile',
                target: 'writing',
                reenter: true,
                actions: assign({
                  base: ({ event }) => foundInstead(event.body as TxnResponse | EtcdError),
                }),
              },
              {
                actions: emit(({ context, event }) =>
                  reply(
                    context,
                    writeOutcome(
                      context.input.request,
                      transaction(context),
                      context.base,
                      event.body as TxnResponse | EtcdError,
                    ),
                    event,
                  ),
                ),
              },
            ],
          },
        },
      },
      after: {
        requestTimeout: {
          actions: emit(({ context, event }) => ({
            type: 'batch',
            effects: [
              tell<EtcdCancel>(ETCD_CLIENT, { type: 'cancel', from: context.input.id }),
              reply(context, failed(requestTimeout()), event),
            ],
          })),
        },
      },
    },
  },
});
