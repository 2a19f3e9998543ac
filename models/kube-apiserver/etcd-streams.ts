/**
 * The calls that are open on one connection to etcd, by HTTP/2 stream, and what becomes of them.
 *
 * Sources: grpc-go internal/transport/http2_client.go (Close: every open stream is told; a stream that the server did not look at is
 * unprocessed), stream.go (an unprocessed call is made again, through the balancer).
 */
import { Map as ImmutableMap } from 'immutable';
import type { Effect } from '../../sim/effects.ts';
import type { EtcdError } from '../etcd/errors.ts';
import { tell } from '../family.ts';
import type { WireMessage } from '../wire.ts';
import { ETCD_CLIENT, type EtcdAnswer, type EtcdCall, type EtcdChunk } from './family.ts';

/** What a subchannel and what is left of it call their connection. */
export const CONNECTION = 'etcd';

export type Streams = ImmutableMap<number, EtcdCall>;
export const NO_STREAMS: Streams = ImmutableMap<number, EtcdCall>();

/** http2_client.go Close: what every open stream gets when the connection is lost. */
const CONNECTION_LOST: EtcdError = { error: 'error reading from server: EOF', code: 'Unavailable' };

/** Every caller that waits for this connection is told that it is gone. */
export function failOpen(open: Streams): Effect[] {
  return [...open.values()].map(({ from }) =>
    tell<EtcdAnswer>(from, { type: 'answer', body: CONNECTION_LOST, lost: true }),
  );
}

/** What a message of the member asks for. */
export function deliver(open: Streams, message: WireMessage, atUs: number): Effect {
  if (message.kind === 'ping') {
    return { type: 'transmit', connection: CONNECTION, message: { kind: 'pong' } };
  }
  if (message.kind === 'response' || message.kind === 'chunk' || message.kind === 'refused') {
    const call = open.get(message.id);
    if (call !== undefined) {
      switch (message.kind) {
        case 'response':
          return tell<EtcdAnswer>(call.from, { type: 'answer', body: message.body, lost: false, atUs });
        case 'chunk':
          return tell<EtcdChunk>(call.from, { type: 'chunk', body: message.body, atUs });
        case 'refused':
          return tell<EtcdCall>(ETCD_CLIENT, call);
      }
    }
  }
  return { type: 'batch', effects: [] };
}

/** What is open after it. */
export function after(open: Streams, message: WireMessage): Streams {
  return message.kind === 'response' || message.kind === 'refused' ? open.delete(message.id) : open;
}

export function streamOf(open: Streams, from: string): number | undefined {
  return open.findKey((call) => call.from === from);
}

/** The caller gave up. */
export function cancelEffect(stream: number): Effect {
  return { type: 'transmit', connection: CONNECTION, message: { kind: 'cancel', id: stream } };
}
