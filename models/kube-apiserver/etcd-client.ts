/**
 * kube-apiserver's etcd client: a gRPC channel with the round_robin balancer over all endpoints of --etcd-servers
 * (stacked kubeadm: the local member only; external: all). States by the names of gRPC's connectivity.
 *
 * Sources: etcd client/v3/options.go (WaitForReady is true, so that a call waits until an endpoint is ready),
 * client/v3/internal/resolver/resolver.go:44 (round_robin); grpc-go balancer/base and balancer/roundrobin (a failed
 * subchannel counts as failed until it is ready again; the picker is rebuilt, from a random start, when the set of ready
 * subchannels changes). Retries of whole calls are the caller's (retry.ts).
 *
 * Not modelled: one client per resource and one for the health check (apiserver has them; they share fates here).
 */
import { OrderedMap } from 'immutable';
import { assign, emit, setup } from 'xstate';
import type { Effect } from '../../sim/effects.ts';
import { type Timed, tell } from '../family.ts';
import { uniformInteger } from '../uniform.ts';
import {
  type EtcdCall,
  type EtcdCancel,
  type EtcdConnected,
  type SubchannelState,
  subchannelId,
} from './family.ts';

interface Input {
  readonly endpoints: number;
  readonly luck: number;
}
interface Context extends Input {
  readonly subchannels: readonly SubchannelState['state'][];
  /** Indices of the ready subchannels, in the order of --etcd-servers. */
  readonly ready: readonly number[];
  /** Next of `ready` to be picked. */
  readonly next: number;
  /** How often the picker was rebuilt. */
  readonly rebuilds: number;
  /** Calls that wait for an endpoint, in the order they came, by caller. */
  readonly waiting: OrderedMap<string, EtcdCall>;
}
type Event = Timed<EtcdCall | EtcdCancel | SubchannelState>;

function place(subchannel: number, call: EtcdCall): Effect {
  return tell(subchannelId(subchannel), call);
}

/** The balancer's aggregate after a subchannel's change; a failed subchannel stays failed until it is ready. */
export function afterChange(
  subchannels: readonly SubchannelState['state'][],
  index: number,
  state: SubchannelState['state'],
): readonly SubchannelState['state'][] {
  return subchannels.map((old, at) => {
    if (at !== index) return old;
    return old === 'transient-failure' && state === 'connecting' ? old : state;
  });
}

function readyAfter(context: Context, event: SubchannelState): readonly number[] {
  const subchannels = afterChange(context.subchannels, event.index, event.state);
  return subchannels.flatMap((state, index) => (state === 'ready' ? [index] : []));
}

export const etcdClient = setup({
  types: {} as { context: Context; events: Event; input: Input; emitted: Effect },
  actions: {
    'note the change': assign(({ context, event }) => {
      const change = event as SubchannelState;
      const subchannels = afterChange(context.subchannels, change.index, change.state);
      const ready = readyAfter(context, change);
      if (ready.length === context.ready.length) return { subchannels };
      const last = Math.max(0, ready.length - 1);
      return {
        subchannels,
        ready,
        rebuilds: context.rebuilds + 1,
        next: uniformInteger(context.luck, 'round_robin', context.rebuilds, 0, last),
      };
    }),
    keep: assign({
      waiting: ({ context, event }) => context.waiting.set((event as EtcdCall).from, event as EtcdCall),
    }),
    /** The balancer does not remember where a call went; the others do not know the caller. */
    tellAll: emit(({ context, event }) => ({
      type: 'batch',
      effects: context.subchannels.map((_, index) => tell(subchannelId(index), event as EtcdCancel)),
    })),
    forget: assign({
      waiting: ({ context, event }) => context.waiting.delete((event as EtcdCancel).from),
    }),
  },
  guards: {
    anyReady: ({ context, event }) => readyAfter(context, event as SubchannelState).length > 0,
    allFailed: ({ context, event }) =>
      afterChange(
        context.subchannels,
        (event as SubchannelState).index,
        (event as SubchannelState).state,
      ).every((state) => state === 'transient-failure'),
  },
}).createMachine({
  id: 'kube-apiserver.etcd-client',
  context: ({ input }) => ({
    ...input,
    subchannels: new Array<'connecting'>(input.endpoints).fill('connecting'),
    ready: [],
    next: 0,
    rebuilds: 0,
    waiting: OrderedMap<string, EtcdCall>(),
  }),
  initial: 'connecting',
  states: {
    connecting: {
      on: {
        call: { actions: 'keep' },
        cancel: { actions: ['forget', 'tellAll'] },
        subchannel: [
          { guard: 'anyReady', target: 'ready', actions: 'note the change' },
          { guard: 'allFailed', target: 'transient-failure', actions: 'note the change' },
          { actions: 'note the change' },
        ],
      },
    },
    ready: {
      entry: [
        emit(({ context }) => ({
          type: 'batch',
          effects: [
            tell<EtcdConnected>('', { type: 'etcd-connected' }),
            ...[...context.waiting.values()].map((call, index) =>
              place(context.ready[index % context.ready.length] as number, call),
            ),
          ],
        })),
        assign({ waiting: OrderedMap<string, EtcdCall>() }),
      ],
      on: {
        call: {
          actions: [
            emit(({ context, event }) => place(context.ready[context.next] as number, event)),
            assign({ next: ({ context }) => (context.next + 1) % context.ready.length }),
          ],
        },
        cancel: {
          actions: 'tellAll',
        },
        subchannel: [
          { guard: 'anyReady', actions: 'note the change' },
          { target: 'connecting', actions: 'note the change' },
        ],
      },
    },
    'transient-failure': {
      on: {
        call: { actions: 'keep' },
        cancel: { actions: ['forget', 'tellAll'] },
        subchannel: [
          { guard: 'anyReady', target: 'ready', actions: 'note the change' },
          { actions: 'note the change' },
        ],
      },
    },
  },
});
