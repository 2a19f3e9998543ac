/**
 * What is left of a connection to etcd whose member said GOAWAY: the streams that are open on it (watches, mostly) go on until they end or
 * the member closes it, while the subchannel connects anew.
 *
 * Sources: grpc-go internal/transport/http2_client.go (handleGoAway: the transport drains). Unit: microseconds.
 *
 * Not modelled: its keepalive pings. The member is gone 14 s later at the latest (models/etcd/life.ts); a connection that is still there
 * when a ping would have failed is dead.
 */
import { assign, emit, setup } from 'xstate';
import type { Effect, KernelEvent } from '../../sim/effects.ts';
import type { Timed } from '../family.ts';
import type { WireMessage } from '../wire.ts';
import {
  after,
  CONNECTION,
  cancelEffect,
  deliver,
  failOpen,
  type Streams,
  streamOf,
} from './etcd-streams.ts';
import { KEEPALIVE_TIME_US, KEEPALIVE_TIMEOUT_US } from './etcd-subchannel.ts';
import type { EtcdCancel } from './family.ts';

export interface LeavingInput {
  readonly open: Streams;
}
type Event = Extract<KernelEvent, { readonly type: 'received' | 'closed' }> | Timed<EtcdCancel>;

export const etcdLeaving = setup({
  types: {} as { context: LeavingInput; events: Event; input: LeavingInput; emitted: Effect },
  actions: {
    fail: emit(({ context }) => ({ type: 'batch', effects: failOpen(context.open) })),
    hangUp: emit({ type: 'close', connection: CONNECTION }),
    exit: emit({ type: 'exit', code: 0 }),
  },
  guards: {
    isEmpty: ({ context }) => context.open.size === 0,
    isOpen: ({ context, event }) => streamOf(context.open, (event as EtcdCancel).from) !== undefined,
  },
  delays: { limit: KEEPALIVE_TIME_US + KEEPALIVE_TIMEOUT_US },
}).createMachine({
  id: 'kube-apiserver.etcd-leaving',
  context: ({ input }) => input,
  initial: 'draining',
  states: {
    draining: {
      always: { guard: 'isEmpty', target: 'ended', actions: 'hangUp' },
      on: {
        received: {
          actions: [
            emit(({ context, event }) => deliver(context.open, event.message as WireMessage, event.atUs)),
            assign({
              open: ({ context, event }) => after(context.open, event.message as WireMessage),
            }),
          ],
        },
        cancel: {
          guard: 'isOpen',
          actions: [
            emit(({ context, event }) => cancelEffect(streamOf(context.open, event.from) as number)),
            assign({
              open: ({ context, event }) => context.open.delete(streamOf(context.open, event.from) as number),
            }),
          ],
        },
        closed: { target: 'ended', actions: 'fail' },
      },
      after: { limit: { target: 'ended', actions: ['hangUp', 'fail'] } },
    },
    ended: { entry: 'exit' },
  },
});
