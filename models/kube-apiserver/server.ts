/**
 * kube-apiserver, the process: connects to etcd, opens its port, takes requests and hands each to a member. First form.
 *
 * Sources: k/k cmd/kube-apiserver; apiserver pkg/storage/storagebackend/factory/etcd3.go:61-69 (dial time limit 20 s, blocking:
 * the process exits with `context deadline exceeded`), pkg/server/genericapiserver.go (shutdown drains for up to
 * --request-timeout); k/k pkg/controlplane/controller (the initial IP allocation check is fatal). Unit: microseconds.
 *
 * A process that is asked to end takes itself out of the endpoints of Service `kubernetes` first, which needs etcd: from 1.25 on it serves
 * meanwhile (kubernetes/kubernetes#110026), before that its port is closed at once.
 *
 * A start without quorum connects (the member accepts TCP), opens the port, answers 500 on the health endpoints and ends when
 * the initial check has failed for 60 s, 10 s in old versions (observed: apiservers without quorum exit 20 to 60 s after each start).
 * Not modelled: GOAWAY (while the port is closed, a connection is closed as soon as nothing is open on it, and watches end at once),
 * aggregation, admission, goaway-chance,
 * --shutdown-delay-duration, the port opening before the caches are filled.
 */
import { Map as ImmutableMap } from 'immutable';
import { assign, emit, setup } from 'xstate';
import type { Address, Effect, KernelEvent, ProcessInput } from '../../sim/effects.ts';
import { METHODS, type RangeRequest } from '../etcd/api.ts';
import { type EtcdError, isEtcdError } from '../etcd/errors.ts';
import { type Timed, tell } from '../family.ts';
import type { WireMessage } from '../wire.ts';
import { RESOURCES, type Resource } from './api.ts';
import type { CompactorInput } from './compactor.ts';
import { type KubeApiserverConfig, servesToTheEnd } from './config.ts';
import {
  type Connections,
  closed,
  closeIdle,
  isDrained,
  push,
  receive,
  reply,
  type Step,
  startCacher,
} from './connections.ts';
import type { EndpointReconcilerInput, LeaveEndpoints, LeftEndpoints } from './endpoint-reconciler.ts';
import type { EtcdCheckInput } from './etcd-check.ts';
import {
  COMPACTOR,
  ENDPOINT_RECONCILER,
  ETCD_CHECK,
  ETCD_CLIENT,
  ETCD_READINESS_CHECK,
  type EtcdAnswer,
  type EtcdCall,
  type EtcdConnected,
  type Push,
  type Reply,
  subchannelId,
} from './family.ts';
import { type InFlight, NONE_IN_FLIGHT } from './in-flight.ts';

/** etcd3.go dialTimeout. */
const DIAL_TIMEOUT_US = 20_000_000;
/** etcd client/v3 backoffWaitBetween. */
const RETRY_PAUSE_US = 25_000;
/** The allocator's record; a linearizable read. */
const INITIAL_CHECK: RangeRequest = { key: '/registry/ranges/serviceips' };

type Input = ProcessInput<KubeApiserverConfig>;
interface Context {
  readonly config: KubeApiserverConfig;
  readonly luck: number;
  readonly address: Address;
  /** Its address is among the endpoints of Service `kubernetes`. */
  readonly listed: boolean;
  readonly connections: Connections;
  readonly inFlight: InFlight;
  readonly cachers: readonly string[];
  /** See bootstrap.ts. */
  readonly clusterSinceUs: number | undefined;
  readonly shuttingDown: boolean;
  readonly closing: boolean;
  /** What the last step asks for. */
  readonly effects: readonly Effect[];
  /** Why the initial check failed last. */
  readonly error: string;
}
type TcpEvent = Extract<
  KernelEvent,
  { readonly type: 'accepted' | 'received' | 'closed' | 'terminate' | 'listen-failed' }
>;
type Event = TcpEvent | Timed<EtcdConnected | EtcdAnswer | Reply | Push | LeftEndpoints>;

function startClient({ config, luck }: Context): Effect {
  const endpoints = config['etcd-servers'];
  return {
    type: 'batch',
    effects: [
      {
        type: 'start',
        machine: 'etcd-client',
        id: ETCD_CLIENT,
        input: { endpoints: endpoints.length, luck },
      },
      ...endpoints.map((endpoint, index): Effect => {
        const id = subchannelId(index);
        return { type: 'start', machine: 'etcd-subchannel', id, input: { index, id, endpoint, luck } };
      }),
    ],
  };
}

function startServing({ config, luck, cachers }: Context): Effect {
  const check = (id: string, timeoutUs: number): Effect => {
    const input: EtcdCheckInput = { name: id, timeoutUs, endpoints: config['etcd-servers'].length, luck };
    return { type: 'start', machine: 'etcd-check', id, input };
  };
  const intervalUs = config['etcd-compaction-interval'];
  const compactor: Effect = {
    type: 'start',
    machine: 'compactor',
    id: COMPACTOR,
    input: { intervalUs } satisfies CompactorInput,
  };
  return {
    type: 'batch',
    effects: [
      ...(intervalUs > 0 ? [compactor] : []),
      check(ETCD_CHECK, config['etcd-healthcheck-timeout']),
      check(ETCD_READINESS_CHECK, config['etcd-readycheck-timeout']),
      ...cachers.map((plural) => startCacher({ resource: RESOURCES[plural] as Resource })),
      { type: 'listen', port: config['secure-port'] },
      { type: 'log', line: `Serving securely on [::]:${config['secure-port']}` },
    ],
  };
}

function fail(line: string): Effect {
  return {
    type: 'batch',
    effects: [
      { type: 'log', line, level: 'error' },
      { type: 'exit', code: 1 },
    ],
  };
}

const initialCheck = tell<EtcdCall>(ETCD_CLIENT, {
  type: 'call',
  from: '',
  path: METHODS.range,
  body: INITIAL_CHECK,
});

/** What goes on until the end. */
const SERVING = {
  received: { actions: ['take', 'act'] },
  closed: { actions: ['take', 'act'] },
  reply: { actions: ['take', 'act'] },
  push: { actions: ['take', 'act'] },
} as const;

export const kubeApiserver = setup({
  types: {} as { context: Context; events: Event; input: Input; emitted: Effect },
  actions: {
    take: assign(({ context, event }): Step => {
      switch (event.type) {
        case 'received':
          return receive(context, event.connection, event.message as WireMessage, event.atUs);
        case 'closed':
          return closed(context, event.connection);
        case 'reply':
          return reply(context, event);
        case 'push':
          return push(context, event);
        default:
          throw new Error(`kube-apiserver cannot take a ${event.type}`);
      }
    }),
    close: assign(({ context }) => ({ ...closeIdle(context), closing: true })),
    list: assign({ listed: ({ context }) => context.config['endpoint-reconciler-type'] === 'lease' }),
    keepEndpoints: emit(({ context }) => {
      const { address, config, listed } = context;
      const port = config['secure-port'];
      const input: EndpointReconcilerInput = { address, port, servesToTheEnd: servesToTheEnd(config) };
      const start: Effect = { type: 'start', machine: ENDPOINT_RECONCILER, id: ENDPOINT_RECONCILER, input };
      return { type: 'batch', effects: listed ? [start] : [] };
    }),
    leaveEndpoints: emit(tell<LeaveEndpoints>(ENDPOINT_RECONCILER, { type: 'leave' })),
    stopServing: emit(({ context }) => ({
      type: 'batch',
      effects: [{ type: 'unlisten', port: context.config['secure-port'] }, ...context.effects],
    })),
    act: emit(({ context }) =>
      context.effects.length === 1
        ? (context.effects[0] as Effect)
        : { type: 'batch', effects: context.effects },
    ),
  },
  guards: {
    checkFailed: ({ event }) => isEtcdError((event as EtcdAnswer).body),
    drained: ({ context }) => isDrained(context.connections),
    listed: ({ context }) => context.listed,
    servesWhileLeaving: ({ context }) => context.listed && servesToTheEnd(context.config),
  },
  delays: {
    dialTimeout: DIAL_TIMEOUT_US,
    startUp: ({ context }) => context.config.startUpUs,
    initialCheckTimeout: ({ context }) => context.config.initialCheckUs,
    retryPause: RETRY_PAUSE_US,
    requestTimeout: ({ context }) => context.config['request-timeout'],
  },
}).createMachine({
  id: 'kube-apiserver',
  context: ({ input }) => ({
    config: input.config,
    luck: input.luck,
    address: input.address,
    listed: false,
    connections: ImmutableMap<string, []>(),
    inFlight: NONE_IN_FLIGHT,
    cachers: input.config.cachedResources,
    clusterSinceUs: undefined,
    shuttingDown: false,
    closing: false,
    effects: [],
    error: 'context deadline exceeded',
  }),
  initial: 'connecting',
  states: {
    connecting: {
      entry: emit(({ context }) => startClient(context)),
      on: { 'etcd-connected': 'starting', terminate: { actions: emit({ type: 'exit', code: 0 }) } },
      after: {
        dialTimeout: { actions: emit(fail('Error: context deadline exceeded')) },
      },
    },
    starting: {
      on: { terminate: { actions: emit({ type: 'exit', code: 0 }) } },
      after: { startUp: 'serving' },
    },
    serving: {
      entry: emit(({ context }) => startServing(context)),
      initial: 'checking',
      states: {
        checking: {
          initial: 'calling',
          states: {
            calling: {
              entry: emit(initialCheck),
              on: {
                answer: [
                  {
                    guard: 'checkFailed',
                    target: 'backing-off',
                    actions: assign({ error: ({ event }) => (event.body as EtcdError).error }),
                  },
                  { target: '#checked' },
                ],
              },
            },
            'backing-off': { after: { retryPause: 'calling' } },
          },
          after: {
            initialCheckTimeout: {
              actions: emit(({ context }) =>
                fail(
                  `Unable to perform initial IP allocation check: unable to refresh the service IP block: ${context.error}`,
                ),
              ),
            },
          },
        },
        checked: { id: 'checked', entry: ['list', 'keepEndpoints'] },
      },
      on: {
        'listen-failed': {
          actions: emit(({ event }) =>
            fail(
              `Error: failed to create listener: listen tcp 0.0.0.0:${event.port}: bind: address already in use`,
            ),
          ),
        },
        terminate: [
          { guard: 'servesWhileLeaving', target: 'leaving', actions: 'leaveEndpoints' },
          { guard: 'listed', target: 'leaving', actions: ['close', 'stopServing', 'leaveEndpoints'] },
          { target: 'terminating', actions: ['close', 'stopServing'] },
        ],
        ...SERVING,
      },
    },
    /** Hooks before the shutdown: what still serves fails at /readyz already. */
    leaving: {
      entry: assign({ shuttingDown: true }),
      on: {
        left: { target: 'terminating', actions: ['close', 'stopServing'] },
        ...SERVING,
      },
    },
    terminating: {
      entry: assign({ shuttingDown: true }),
      always: { guard: 'drained', target: 'stopped' },
      on: SERVING,
      after: { requestTimeout: 'stopped' },
    },
    stopped: { entry: emit({ type: 'exit', code: 0 }) },
  },
});
