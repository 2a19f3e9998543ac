/**
 * One request of a load generator that keeps its connection: made through the client that a Go program has (HTTP/2, one
 * connection, GETs tried again on EOF and reset). What a write writes and how it ends is as in request.ts.
 *
 * Unit: microseconds. Not modelled: requests of kind connect, which have nothing to keep.
 */
import { assign, emit, setup } from 'xstate';
import type { Effect } from '../../sim/effects.ts';
import { type Timed, tell } from '../family.ts';
import { isStatus } from '../kube-apiserver/api.ts';
import {
  askApi,
  REST_CLIENT,
  type RestAnswer,
  type RestCall,
  type RestCancel,
} from '../kube-apiserver/rest-calls.ts';
import {
  apiRequest,
  CONFLICT_PAUSE_US,
  CONFLICT_TRIES,
  type Ending,
  ending,
  type Outcome,
  type RequestContext,
  type RequestInput,
  versionOf,
} from './request-parts.ts';

type Event = Timed<RestAnswer>;

function call(context: RequestContext, reading: boolean): Effect {
  const { method, path, body } = apiRequest(context, reading);
  return askApi(context.id, method as RestCall['method'], path, body);
}

/** What a failed call was, by the words of Go's errors. */
function outcomeOf(error: string): Outcome {
  if (error.includes('refused')) return 'refused';
  if (error.includes('EOF')) return 'eof';
  if (error.includes('reset')) return 'reset';
  return error.includes('timeout') ? 'timeout' : 'error';
}

function judged(context: RequestContext, { status, body, error }: RestAnswer): Ending {
  if (status === 0) return { outcome: outcomeOf(error), detail: error };
  if (status < 300 || (context.config.request !== 'write' && status === 404))
    return { outcome: 'ok', resourceVersion: versionOf(body) };
  return { outcome: 'error', detail: `${status} ${isStatus(body) ? body.message : error}`.trim() };
}

export const keptRequestMachine = setup({
  types: {
    input: {} as RequestInput,
    context: {} as RequestContext,
    events: {} as Event,
    emitted: {} as Effect,
  },
  guards: {
    writes: ({ context }) => context.config.request === 'write',
    isConflict: ({ context, event }) => event.status === 409 && context.tries < CONFLICT_TRIES,
    wasFound: ({ event }) => event.status === 200,
  },
  actions: {
    end: emit(({ context, event }) => ending(context, event.atUs, judged(context, event))),
    count: assign({ tries: ({ context }) => context.tries + 1 }),
    remember: assign({ resourceVersion: ({ event }) => versionOf(event.body) }),
    read: emit(({ context }) => call(context, true)),
    write: emit(({ context }) => call(context, false)),
    timeOut: emit(({ context, event }) => ({
      type: 'batch',
      effects: [
        tell<RestCancel>(REST_CLIENT, { type: 'cancel', from: context.id }),
        ending(context, event.atUs, { outcome: 'timeout' }),
      ],
    })),
  },
  delays: { limit: ({ context }) => context.config.timeoutUs, conflictPause: CONFLICT_PAUSE_US },
}).createMachine({
  id: 'client.kept-request',
  context: ({ input }) => ({ ...input, tries: 0 }),
  initial: 'trying',
  states: {
    trying: {
      initial: 'choosing',
      after: { limit: { actions: 'timeOut' } },
      states: {
        choosing: { always: [{ guard: 'writes', target: 'writing' }, { target: 'reading' }] },
        reading: { entry: 'read', on: { answer: { actions: 'end' } } },
        writing: {
          entry: ['count', 'write'],
          on: { answer: [{ guard: 'isConflict', target: 'backing-off' }, { actions: 'end' }] },
        },
        'backing-off': { after: { conflictPause: 'rereading' } },
        rereading: {
          entry: 'read',
          on: { answer: [{ guard: 'wasFound', target: 'writing', actions: 'remember' }, { actions: 'end' }] },
        },
      },
    },
  },
});
