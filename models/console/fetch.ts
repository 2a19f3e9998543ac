/**
 * One request of a console command, from its connection to its outcome, which it notes.
 *
 * Unit: microseconds. Not modelled: keeping connections between requests (each has its own), HTTP/2 settings.
 */
import { assign, emit, setup } from 'xstate';
import type { Effect, KernelEvent } from '../../sim/effects.ts';
import { hasExpired } from '../tls.ts';
import type { HttpRequest, TlsAnswer, WireMessage } from '../wire.ts';
import type { Chunk, Expired, Fetch, Fetched } from './command.ts';

export const ANSWER_NOTE = 'console-answer';

export interface FetchInput {
  readonly id: string;
  readonly request: Fetch;
  readonly startedAtUs: number;
}

interface FetchContext extends FetchInput {
  readonly connected: boolean;
  readonly greeted: boolean;
  readonly chunks: readonly Chunk[];
}

type Received = Extract<KernelEvent, { type: 'received' }>;
const messageOf = (event: unknown): WireMessage => (event as Received).message as WireMessage;

const CONNECTION = 'out';
/** Parts of a stream that are kept; a person reads no more. */
const MOST_CHUNKS = 64;

const transmit = (message: WireMessage): Effect => ({ type: 'transmit', connection: CONNECTION, message });

function end(
  { id, startedAtUs, connected, greeted, chunks }: FetchContext,
  atUs: number,
  outcome: Fetched['outcome'],
  answer: { readonly status: number; readonly body?: unknown } = { status: 0 },
): Effect {
  const fetched: Fetched = {
    outcome,
    connected: connected || outcome === 'connected',
    greeted,
    status: answer.status,
    body: answer.body,
    chunks,
    tookUs: atUs - startedAtUs,
  };
  return {
    type: 'batch',
    effects: [
      { type: 'note', name: ANSWER_NOTE, id, fetched },
      { type: 'exit', code: 0 },
    ],
  };
}

const at = (event: { readonly atUs?: number }): number => event.atUs ?? 0;

export const fetchMachine = setup({
  types: {
    input: {} as FetchInput,
    context: {} as FetchContext,
    events: {} as KernelEvent,
    emitted: {} as Effect,
  },
  guards: {
    isResponse: ({ event }) => messageOf(event).kind === 'response',
    isChunk: ({ event }) => messageOf(event).kind === 'chunk',
    isAlert: ({ event }) => {
      const message = messageOf(event);
      return message.kind !== 'tls-answer' || message.what === 'alert';
    },
    isExpired: ({ context, event }) =>
      context.request.verifies === true && hasExpired(messageOf(event), at(event)),
    onlyConnects: ({ context }) => context.request.connectOnly === true,
    speaksTls: ({ context }) => context.request.tls,
  },
  actions: {
    connect: emit(
      ({ context: { request } }): Effect => ({
        type: 'connect',
        connection: CONNECTION,
        to: request.to,
        port: request.port,
      }),
    ),
    greet: emit(transmit({ kind: 'tls-hello', version: 'tls' })),
    ask: emit(({ context: { request } }) => {
      const { tls, method, path, body, notAfterUs } = request;
      const message: HttpRequest = { kind: 'request', id: 1, tls, method, path, body };
      return transmit(notAfterUs === undefined ? message : { ...message, notAfterUs });
    }),
    keep: assign({
      chunks: ({ context, event }) => {
        const { atUs } = event as Received;
        const { body } = messageOf(event) as Extract<WireMessage, { kind: 'chunk' }>;
        return [...context.chunks, { atUs, body }].slice(-MOST_CHUNKS);
      },
    }),
    answered: emit(({ context, event }) => {
      const message = messageOf(event) as Extract<WireMessage, { kind: 'response' }>;
      return end(context, at(event), 'response', message);
    }),
    connected: emit(({ context, event }) => end(context, at(event), 'connected')),
    expired: emit(({ context, event }) => {
      const { notAfterUs = 0 } = messageOf(event) as TlsAnswer;
      const body: Expired = { nowUs: at(event), notAfterUs };
      return end(context, at(event), 'expired', { status: 0, body });
    }),
    alerted: emit(({ context, event }) => end(context, at(event), 'alert')),
    timedOut: emit(({ context, event }) => end(context, at(event as { atUs?: number }), 'timeout')),
    failed: emit(({ context, event }) =>
      end(context, at(event), (event as Extract<KernelEvent, { type: 'connect-failed' }>).reason),
    ),
    closed: emit(({ context, event }) =>
      end(context, at(event), (event as Extract<KernelEvent, { type: 'closed' }>).how),
    ),
    noteConnected: assign({ connected: true }),
    noteGreeted: assign({ greeted: true }),
  },
  delays: {
    limit: ({ context }) => context.request.timeoutUs,
    dial: ({ context: { request } }) => request.dialTimeoutUs ?? request.timeoutUs,
    handshake: ({ context: { request } }) => request.handshakeTimeoutUs ?? request.timeoutUs,
  },
}).createMachine({
  id: 'console.fetch',
  context: ({ input }) => ({ ...input, connected: false, greeted: false, chunks: [] }),
  initial: 'trying',
  states: {
    trying: {
      initial: 'connecting',
      after: { limit: { actions: 'timedOut' } },
      on: { 'connect-failed': { actions: 'failed' }, closed: { actions: 'closed' } },
      states: {
        connecting: {
          entry: 'connect',
          after: { dial: { actions: 'timedOut' } },
          on: {
            connected: [
              { guard: 'onlyConnects', actions: 'connected' },
              { guard: 'speaksTls', target: 'greeting', actions: ['noteConnected', 'greet'] },
              { target: 'asking', actions: ['noteConnected', 'noteGreeted'] },
            ],
          },
        },
        greeting: {
          after: { handshake: { actions: 'timedOut' } },
          on: {
            received: [
              { guard: 'isAlert', actions: 'alerted' },
              { guard: 'isExpired', actions: 'expired' },
              { target: 'asking', actions: 'noteGreeted' },
            ],
          },
        },
        asking: {
          entry: 'ask',
          on: {
            received: [
              { guard: 'isChunk', actions: 'keep' },
              { guard: 'isResponse', actions: 'answered' },
            ],
          },
        },
      },
    },
  },
});
