/**
 * The receiving half of a link to one peer: dials it and asks for the stream of what it sends. The stream is then
 * the raft member's, which says when it is lost; then this dials again.
 *
 * Sources: etcd v3.6.14 server/etcdserver/api/rafthttp/stream.go (streamReader.run, dial), transport.go
 * (DialRetryFrequency: every 100 ms), peer.go:40-50 (ConnReadTimeout 5 s), http.go (what a refusal means),
 * server/config/config.go PeerDialTimeout. Unit: microseconds.
 *
 * Not modelled: the second stream (MsgApp v2) beside the first, TLS between peers, the pipeline (a POST a message while
 * there is no stream): messages to a peer that is there wait for its stream, 64 of them; others are dropped and
 * reported unreachable.
 */
import { assign, emit, setup } from 'xstate';
import type { Address, Effect, KernelEvent } from '../../sim/effects.ts';
import { type PeerMessage, RAFT, type StreamAnswer, type StreamLost } from './family.ts';
import { hexId } from './ids.ts';

/** transport.go:134: rate.Every(100 * time.Millisecond). */
const DIAL_RETRY_US = 100_000;
/** peer.go ConnReadTimeout. */
const READ_TIMEOUT_US = 5_000_000;

const STREAM = 'stream';

export interface PeerStreamInput {
  /** Us and the peer. */
  readonly self: number;
  readonly id: number;
  readonly cluster: number;
  readonly address: Address;
  readonly port: number;
  readonly dialTimeoutUs: number;
  readonly atUs: number;
}

interface Context extends PeerStreamInput {
  /** When the present or last dial began. */
  readonly dialledAtUs: number;
  /** Streams had so far, to name them. */
  readonly streams: number;
}

type Tcp = Extract<KernelEvent, { type: 'connected' | 'connect-failed' | 'received' | 'closed' }>;
type Event = Tcp | (StreamLost & { readonly atUs: number });

function statusOf(event: Event): number | undefined {
  if (event.type !== 'received') return undefined;
  const message = event.message as PeerMessage;
  return message.kind === 'stream-answer' ? message.status : undefined;
}

export const peerStream = setup({
  types: {
    input: {} as PeerStreamInput,
    context: {} as Context,
    events: {} as Event,
    emitted: {} as Effect,
  },
  guards: {
    isAccepted: ({ event }) => statusOf(event) === 200,
    isGone: ({ event }) => statusOf(event) === 410,
    isOfAnotherCluster: ({ context, event }) =>
      statusOf(event) === 412 &&
      ((event as Extract<Tcp, { type: 'received' }>).message as StreamAnswer).cluster !== context.cluster,
  },
  actions: {
    dial: emit(
      ({ context }): Effect => ({
        type: 'connect',
        connection: STREAM,
        to: context.address,
        port: context.port,
      }),
    ),
    noteDial: assign({ dialledAtUs: ({ context, event }) => event.atUs ?? context.atUs }),
    hangUp: emit({ type: 'close', connection: STREAM } as Effect),
    ask: emit(
      ({ context }): Effect => ({
        type: 'transmit',
        connection: STREAM,
        message: {
          kind: 'stream-request',
          from: context.self,
          to: context.id,
          cluster: context.cluster,
        } satisfies PeerMessage,
      }),
    ),
    countStream: assign({ streams: ({ context }) => context.streams + 1 }),
    handOver: emit(({ context }): Effect => {
      const connection = `from/${hexId(context.id)}/${context.streams}`;
      return {
        type: 'batch',
        effects: [
          { type: 'hand-over', connection: STREAM, to: RAFT, as: connection },
          {
            type: 'tell',
            to: RAFT,
            event: { type: 'reader', id: context.id, connection } as { type: string },
          },
        ],
      };
    }),
    /** stream.go dial: said at each try. */
    logMismatch: emit(({ context, event }): Effect => {
      const { cluster } = (event as Extract<Tcp, { type: 'received' }>).message as StreamAnswer;
      const line = `request sent was ignored (cluster ID mismatch: peer[${hexId(context.id)}]=${hexId(cluster)}, local=${hexId(context.cluster)})`;
      return { type: 'log', line, level: 'E' };
    }),
    tellGone: emit({ type: 'tell', to: '', event: { type: 'gone' } } as Effect),
  },
  delays: {
    dialTimeout: ({ context }) => context.dialTimeoutUs,
    readTimeout: READ_TIMEOUT_US,
    // A token of the limiter every 100 ms: no pause after a dial that took longer.
    dialRetry: ({ context, event }) =>
      Math.max(0, context.dialledAtUs + DIAL_RETRY_US - (event.atUs ?? context.atUs)),
  },
}).createMachine({
  id: 'etcd.peer-stream',
  context: ({ input }) => ({ ...input, dialledAtUs: input.atUs, streams: 0 }),
  initial: 'dialing',
  states: {
    dialing: {
      entry: ['noteDial', 'dial'],
      on: { connected: 'asking', 'connect-failed': 'waiting' },
      after: { dialTimeout: { target: 'waiting', actions: 'hangUp' } },
    },
    asking: {
      entry: 'ask',
      on: {
        received: [
          { guard: 'isAccepted', target: 'streaming', actions: ['countStream', 'handOver'] },
          { guard: 'isGone', target: 'waiting', actions: ['hangUp', 'tellGone'] },
          { guard: 'isOfAnotherCluster', target: 'waiting', actions: ['hangUp', 'logMismatch'] },
          { target: 'waiting', actions: 'hangUp' },
        ],
        closed: 'waiting',
      },
      after: { readTimeout: { target: 'waiting', actions: 'hangUp' } },
    },
    streaming: { on: { 'stream-lost': 'waiting' } },
    waiting: { after: { dialRetry: 'dialing' } },
  },
});
