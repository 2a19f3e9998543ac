/**
 * Asks the other members, one after the other, who is in the cluster: what a member without data does before it starts.
 *
 * Sources: etcd v3.6.14 server/etcdserver/cluster_util.go (getClusterFromRemotePeers: each URL in turn, a limit for each),
 * bootstrap.go:320-370. Unit: microseconds.
 */
import { assign, emit, setup } from 'xstate';
import type { Address, Effect, KernelEvent } from '../../sim/effects.ts';
import type { MembersAnswer, PeerMessage, PeersAsked } from './family.ts';

export const BOOTSTRAP = 'bootstrap';
const QUESTION = 'question';

export interface BootstrapInput {
  readonly peers: readonly { readonly address: Address; readonly port: number }[];
  /** For each peer. */
  readonly timeoutUs: number;
}
interface Context extends BootstrapInput {
  readonly at: number;
  readonly answer: MembersAnswer | null;
}
type Event = Extract<KernelEvent, { type: 'connected' | 'connect-failed' | 'received' | 'closed' }>;

export const bootstrap = setup({
  types: {
    input: {} as BootstrapInput,
    context: {} as Context,
    events: {} as Event,
    emitted: {} as Effect,
  },
  guards: {
    isLast: ({ context: { at, peers } }) => at >= peers.length,
    isAnswer: ({ event }) =>
      event.type === 'received' && (event.message as PeerMessage).kind === 'members-answer',
  },
  actions: {
    connect: emit(({ context: { peers, at } }): Effect => {
      const { address, port } = peers[at] as BootstrapInput['peers'][number];
      return { type: 'connect', connection: QUESTION, to: address, port };
    }),
    ask: emit({
      type: 'transmit',
      connection: QUESTION,
      message: { kind: 'members-request' } satisfies PeerMessage,
    } as Effect),
    hangUp: emit({ type: 'close', connection: QUESTION } as Effect),
    goOn: assign({ at: ({ context }) => context.at + 1 }),
    keep: assign({
      answer: ({ event }) => (event as Extract<Event, { type: 'received' }>).message as MembersAnswer,
    }),
    tell: emit(({ context: { answer } }): Effect => {
      const event: Omit<PeersAsked, 'atUs'> = { type: 'peers-asked', answer };
      return {
        type: 'batch',
        effects: [
          { type: 'tell', to: '', event },
          { type: 'exit', code: 0 },
        ],
      };
    }),
  },
  delays: { timeout: ({ context }) => context.timeoutUs },
}).createMachine({
  id: 'etcd.bootstrap',
  context: ({ input }) => ({ ...input, at: 0, answer: null }),
  initial: 'choosing',
  states: {
    choosing: { always: [{ guard: 'isLast', target: 'done' }, { target: 'asking' }] },
    asking: {
      entry: 'connect',
      on: {
        connected: { actions: 'ask' },
        'connect-failed': { target: 'choosing', actions: 'goOn' },
        closed: { target: 'choosing', actions: 'goOn' },
        received: { guard: 'isAnswer', target: 'done', actions: ['keep', 'hangUp'] },
      },
      after: { timeout: { target: 'choosing', actions: ['hangUp', 'goOn'] } },
    },
    done: { entry: 'tell' },
  },
});
