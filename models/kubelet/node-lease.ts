/**
 * The kubelet renews its node's lease, a quarter of the lease's duration apart.
 *
 * Sources: component-helpers apimachinery/lease/controller.go (renew with the lease as last written; 5 tries at once, all
 * connections closed from the second failure on; then a read with a back-off of 200 ms doubling to 7 s; jitter 4 %);
 * cmd/kubelet/app/server.go (time limit of the heartbeat client). Unit: microseconds.
 *
 * Not modelled: the owner reference, which makes a lease wait for its node.
 */
import { assign, emit, setup } from 'xstate';
import type { Effect } from '../../sim/effects.ts';
import { type Timed, tell } from '../family.ts';
import { collectionPath, type Lease, leasePath } from '../kube-apiserver/api.ts';
import {
  askApi,
  type CloseConnections,
  REST_CLIENT,
  type RestAnswer,
  type RestCall,
  type RestCancel,
} from '../kube-apiserver/rest-calls.ts';
import { uniform } from '../uniform.ts';
import { NODE_LEASE_NAMESPACE, renewed } from './node-object.ts';
import { jittered } from './node-status.ts';

/** Id under which the family starts it. */
export const NODE_LEASE = 'node-lease';

const MAX_UPDATE_RETRIES = 5;
const SLEEP_FIRST_US = 100_000;
const SLEEP_MAX_US = 7_000_000;

export interface NodeLeaseInput {
  readonly nodeName: string;
  readonly leaseDurationSeconds: number;
  readonly callTimeoutUs: number;
  readonly luck: number;
}
interface Context extends NodeLeaseInput {
  /** As last written or read. */
  readonly lease: Lease | undefined;
  /** Failed tries of this round of updates. */
  readonly failures: number;
  /** The lease was read in this round: after five more failures it is left for the next period. */
  readonly ensured: boolean;
  readonly sleepUs: number;
  readonly rounds: number;
}
type Event = Timed<RestAnswer>;

function call(method: RestCall['method'], path: string, body?: unknown): Effect {
  return askApi(NODE_LEASE, method, path, body);
}

function pathOf({ nodeName }: Context): string {
  return leasePath(NODE_LEASE_NAMESPACE, nodeName);
}

function lease(context: Context, base: Lease | undefined, atUs: number): Lease {
  return renewed(base, context.nodeName, context.leaseDurationSeconds, atUs);
}

export const nodeLease = setup({
  types: {} as { context: Context; events: Event; input: NodeLeaseInput; emitted: Effect },
  actions: {
    keep: assign({ lease: ({ event }) => event.body as Lease }),
    countFailure: assign({ failures: ({ context }) => context.failures + 1 }),
    giveUpCall: emit(tell<RestCancel>(REST_CLIENT, { type: 'cancel', from: NODE_LEASE })),
    logUpdateFailed: emit(({ event }) => ({
      type: 'log',
      line: `failed to update lease, error: ${event.error ?? 'context deadline exceeded'}`,
      level: 'error',
    })),
    logEnsureFailed: emit(({ context, event }) => ({
      type: 'log',
      line: `failed to ensure lease exists, will retry in ${context.sleepUs / 1000}ms, error: ${event.error ?? 'context deadline exceeded'}`,
      level: 'error',
    })),
    sleepLonger: assign({ sleepUs: ({ context }) => Math.min(context.sleepUs * 2, SLEEP_MAX_US) }),
  },
  guards: {
    known: ({ context }) => context.lease !== undefined,
    failed: ({ event }) => event.error !== '',
    conflict: ({ event }) => event.status === 409,
    notFound: ({ event }) => event.status === 404,
    failedAgain: ({ context }) => context.failures > 1,
    triesLeft: ({ context }) => context.failures < MAX_UPDATE_RETRIES,
    ensured: ({ context }) => context.ensured,
  },
  delays: {
    callTimeout: ({ context }) => context.callTimeoutUs,
    sleep: ({ context }) => context.sleepUs,
    renewInterval: ({ context }) =>
      jittered(
        (context.leaseDurationSeconds * 1_000_000) / 4,
        uniform(context.luck, NODE_LEASE, context.rounds),
      ),
  },
}).createMachine({
  id: 'kubelet.node-lease',
  context: ({ input }) => ({
    ...input,
    lease: undefined,
    failures: 0,
    ensured: false,
    sleepUs: SLEEP_FIRST_US,
    rounds: 0,
  }),
  initial: 'syncing',
  states: {
    syncing: {
      entry: assign({ failures: 0, ensured: false }),
      always: [{ guard: 'known', target: 'updating' }, { target: 'ensuring' }],
    },
    updating: {
      id: 'updating',
      entry: emit(({ context, event }) =>
        call('PUT', pathOf(context), lease(context, context.lease, event.atUs)),
      ),
      on: {
        answer: [
          {
            guard: 'conflict',
            target: 'ensuring',
            actions: ['logUpdateFailed', 'countFailure'],
          },
          { guard: 'failed', target: 'failed', actions: 'logUpdateFailed' },
          { target: 'waiting', actions: 'keep' },
        ],
      },
      after: { callTimeout: { target: 'failed', actions: ['giveUpCall', 'logUpdateFailed'] } },
    },
    failed: {
      entry: 'countFailure',
      always: [{ guard: 'failedAgain', target: 'reconnecting' }, { target: 'updating' }],
    },
    reconnecting: {
      entry: emit(tell<CloseConnections>(REST_CLIENT, { type: 'close-connections' })),
      always: [
        { guard: 'triesLeft', target: 'updating' },
        { guard: 'ensured', target: 'waiting' },
        { target: 'ensuring', actions: assign({ failures: 0 }) },
      ],
    },
    ensuring: {
      entry: assign({ ensured: true, sleepUs: SLEEP_FIRST_US }),
      initial: 'reading',
      states: {
        reading: {
          entry: emit(({ context }) => call('GET', pathOf(context))),
          on: {
            answer: [
              { guard: 'notFound', target: 'creating' },
              { guard: 'failed', target: 'sleeping', actions: ['sleepLonger', 'logEnsureFailed'] },
              { target: '#updating', actions: 'keep' },
            ],
          },
          after: {
            callTimeout: {
              target: 'sleeping',
              actions: ['giveUpCall', 'sleepLonger', 'logEnsureFailed'],
            },
          },
        },
        creating: {
          entry: emit(({ context, event }) =>
            call(
              'POST',
              collectionPath('leases', NODE_LEASE_NAMESPACE),
              lease(context, undefined, event.atUs),
            ),
          ),
          on: {
            answer: [
              { guard: 'failed', target: 'sleeping', actions: ['sleepLonger', 'logEnsureFailed'] },
              { target: '#waiting', actions: 'keep' },
            ],
          },
          after: {
            callTimeout: {
              target: 'sleeping',
              actions: ['giveUpCall', 'sleepLonger', 'logEnsureFailed'],
            },
          },
        },
        sleeping: { after: { sleep: 'reading' } },
      },
    },
    waiting: {
      id: 'waiting',
      entry: assign({ rounds: ({ context }) => context.rounds + 1 }),
      after: { renewInterval: 'syncing' },
    },
  },
});
