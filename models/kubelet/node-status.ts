/**
 * The kubelet registers its node and then keeps its status: computed every nodeStatusUpdateFrequency, written when it has
 * changed or when nodeStatusReportFrequency has passed.
 *
 * Sources: k/k pkg/kubelet/kubelet_node_status.go (registerWithAPIServer: 100 ms doubling to 7 s; updateNodeStatus:
 * nodeStatusUpdateRetry 5, the first read from the apiserver's cache, the others from etcd), pkg/kubelet/kubelet.go Run
 * (jitter 4 %), cmd/kubelet/app/server.go (heartbeat client: time limit min(nodeStatusUpdateFrequency, lease duration)).
 * Unit: microseconds.
 *
 * A node without its container runtime or its network is not ready (node-object.ts). Not modelled: images, volumes, capacity, labels
 * put right at registration; the first status of a healthy node is Ready at once.
 */
import { assign, emit, setup } from 'xstate';
import type { Effect } from '../../sim/effects.ts';
import { type Timed, tell } from '../family.ts';
import { collectionPath, type Node, nodePath } from '../kube-apiserver/api.ts';
import { nodeOccurrence, type Occurrence } from '../kube-apiserver/events.ts';
import { nodeStatusNote } from '../kube-apiserver/observe.ts';
import {
  askApi,
  type CloseConnections,
  REST_CLIENT,
  type RestAnswer,
  type RestCall,
  type RestCancel,
} from '../kube-apiserver/rest-calls.ts';
import { uniform } from '../uniform.ts';
import { hasChanged, initialNode, type NodeFacts, nodeStatus, troubleOf } from './node-object.ts';

/** Id under which the family starts it. */
export const NODE_STATUS = 'node-status';

const REGISTER_FIRST_US = 100_000;
const REGISTER_MAX_US = 7_000_000;
const UPDATE_TRIES = 5;
const JITTER = 0.04;

export interface NodeStatusInput {
  readonly facts: NodeFacts;
  readonly updateFrequencyUs: number;
  readonly reportFrequencyUs: number;
  readonly callTimeoutUs: number;
  readonly luck: number;
  /** A network plugin is configured. */
  readonly hasNetwork: boolean;
}
/** The container runtime stopped, or runs again. */
export interface RuntimeNews {
  readonly type: 'runtime';
  readonly running: boolean;
}
/** From pod-workers: a network plugin has configured this node. */
export interface NetworkNews {
  readonly type: 'network';
}
interface Context extends NodeStatusInput {
  /** Next pause before a try to register. */
  readonly stepUs: number;
  /** Tries of this update that have failed. */
  readonly failures: number;
  readonly reportedAtUs: number;
  readonly node: Node | undefined;
  readonly rounds: number;
  readonly runtimeDownSinceUs: number | undefined;
}
type Event = Timed<RestAnswer | RuntimeNews | NetworkNews>;

const answerOf = (event: Event): RestAnswer => event as RestAnswer;

function trouble({ runtimeDownSinceUs, hasNetwork }: Context, atUs: number): string {
  return troubleOf(runtimeDownSinceUs, hasNetwork, atUs);
}

function call(
  method: RestCall['method'],
  path: string,
  body?: unknown,
  said?: readonly Occurrence[],
): Effect {
  return askApi(NODE_STATUS, method, path, body, said);
}

function patchStatus(context: Context, atUs: number): Effect {
  const { facts, node } = context;
  const status = nodeStatus(facts, node, atUs, trouble(context, atUs));
  const turned = status.conditions.find(
    ({ type, lastTransitionTimeUs }) => type === 'Ready' && lastTransitionTimeUs === atUs,
  );
  const reason = turned?.status === 'True' ? 'NodeReady' : 'NodeNotReady';
  const said = turned === undefined ? undefined : [nodeOccurrence(reason, facts.nodeName, 'kubelet')];
  return call('PATCH', `${nodePath(facts.nodeName)}/status`, { status }, said);
}

/** wait.Jitter with factor 0.04. */
export function jittered(periodUs: number, draw: number): number {
  return Math.round(periodUs * (1 + JITTER * draw));
}

export const nodeStatusMachine = setup({
  types: {} as { context: Context; events: Event; input: NodeStatusInput; emitted: Effect },
  actions: {
    noteStatus: emit(({ event }) => nodeStatusNote(answerOf(event).body as Node)),
    /** A patch whose answer was lost may have been made after all; then this read is from etcd. */
    noteAfterFailure: emit(({ context, event }) =>
      context.failures === 0 ? { type: 'batch', effects: [] } : nodeStatusNote(answerOf(event).body as Node),
    ),
    logRegisterFailed: emit(({ context, event }) => ({
      type: 'log',
      line: `Unable to register node "${context.facts.nodeName}" with API server: ${answerOf(event).error}`,
      level: 'error',
    })),
    logUpdateFailed: emit(({ event }) => ({
      type: 'log',
      line: `Error updating node status, will retry: ${answerOf(event).error ?? 'context deadline exceeded'}`,
      level: 'error',
    })),
    giveUpCall: emit(tell<RestCancel>(REST_CLIENT, { type: 'cancel', from: NODE_STATUS })),
    countFailure: assign({ failures: ({ context }) => context.failures + 1 }),
  },
  guards: {
    failed: ({ event }) => answerOf(event).error !== '',
    alreadyExists: ({ event }) => answerOf(event).status === 409,
    unchanged: ({ context, event }) =>
      !hasChanged(answerOf(event).body as Node, trouble(context, event.atUs)) &&
      event.atUs < context.reportedAtUs + context.reportFrequencyUs,
    failedAgain: ({ context }) => context.failures > 1,
    triesLeft: ({ context }) => context.failures < UPDATE_TRIES,
  },
  delays: {
    registerStep: ({ context }) => context.stepUs,
    callTimeout: ({ context }) => context.callTimeoutUs,
    updateFrequency: ({ context }) =>
      jittered(context.updateFrequencyUs, uniform(context.luck, NODE_STATUS, context.rounds)),
  },
}).createMachine({
  id: 'kubelet.node-status',
  context: ({ input }) => ({
    ...input,
    stepUs: REGISTER_FIRST_US,
    failures: 0,
    reportedAtUs: Number.NEGATIVE_INFINITY,
    node: undefined,
    rounds: 0,
    runtimeDownSinceUs: undefined,
  }),
  on: {
    runtime: {
      actions: assign({
        runtimeDownSinceUs: ({ event }) => (event.running ? undefined : event.atUs),
      }),
    },
    network: { actions: assign({ hasNetwork: true }) },
  },
  initial: 'registering',
  states: {
    registering: {
      initial: 'sleeping',
      states: {
        sleeping: { after: { registerStep: 'creating' } },
        creating: {
          entry: [
            assign({ stepUs: ({ context }) => Math.min(context.stepUs * 2, REGISTER_MAX_US) }),
            emit(({ context, event }) =>
              call(
                'POST',
                collectionPath('nodes'),
                initialNode(context.facts, event.atUs, trouble(context, event.atUs)),
                [nodeOccurrence('Starting', context.facts.nodeName, 'kubelet')],
              ),
            ),
          ],
          on: {
            answer: [
              { guard: 'alreadyExists', target: 'reading' },
              { guard: 'failed', target: 'sleeping', actions: 'logRegisterFailed' },
              { target: '#registered' },
            ],
          },
        },
        reading: {
          entry: emit(({ context }) => call('GET', nodePath(context.facts.nodeName))),
          on: {
            answer: [
              { guard: 'failed', target: 'sleeping', actions: 'logRegisterFailed' },
              { target: '#registered' },
            ],
          },
        },
      },
    },
    registered: {
      id: 'registered',
      entry: emit(({ context }) => ({
        type: 'log',
        line: `Successfully registered node ${context.facts.nodeName}`,
      })),
      initial: 'updating',
      states: {
        updating: {
          entry: assign({ failures: 0 }),
          initial: 'reading',
          states: {
            reading: {
              entry: emit(({ context }) => {
                const path = nodePath(context.facts.nodeName);
                return call('GET', context.failures === 0 ? `${path}?resourceVersion=0` : path);
              }),
              on: {
                answer: [
                  { guard: 'failed', target: 'failed', actions: 'logUpdateFailed' },
                  { guard: 'unchanged', target: '#waiting', actions: 'noteAfterFailure' },
                  { target: 'patching', actions: assign({ node: ({ event }) => event.body as Node }) },
                ],
              },
              after: { callTimeout: { target: 'failed', actions: ['giveUpCall', 'logUpdateFailed'] } },
            },
            patching: {
              entry: emit(({ context, event }) => patchStatus(context, event.atUs)),
              on: {
                answer: [
                  { guard: 'failed', target: 'failed', actions: 'logUpdateFailed' },
                  {
                    target: '#waiting',
                    actions: [assign({ reportedAtUs: ({ event }) => event.atUs }), 'noteStatus'],
                  },
                ],
              },
              after: { callTimeout: { target: 'failed', actions: ['giveUpCall', 'logUpdateFailed'] } },
            },
            failed: {
              entry: 'countFailure',
              always: [{ guard: 'failedAgain', target: 'reconnecting' }, { target: 'reading' }],
            },
            reconnecting: {
              entry: emit(tell<CloseConnections>(REST_CLIENT, { type: 'close-connections' })),
              always: [
                { guard: 'triesLeft', target: 'reading' },
                {
                  target: '#waiting',
                  actions: emit({
                    type: 'log',
                    line: 'Unable to update node status: update node status exceeds retry count',
                    level: 'error',
                  }),
                },
              ],
            },
          },
        },
        waiting: {
          id: 'waiting',
          entry: assign({ rounds: ({ context }) => context.rounds + 1 }),
          after: { updateFrequency: 'updating' },
        },
      },
    },
  },
});
