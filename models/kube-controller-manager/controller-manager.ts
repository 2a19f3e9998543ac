/**
 * kube-controller-manager, the process: takes part in the election for Lease kube-system/kube-controller-manager, runs its
 * controllers while it leads, and exits when it has lost what it led.
 *
 * Source: k/k cmd/kube-controller-manager/app/controllermanager.go (Run: informers and controllers start in
 * OnStartedLeading; OnStoppedLeading logs and klog.FlushAndExit, code 1). Unit: microseconds.
 *
 * Not modelled: the wait for a healthy apiserver (10 s) before the controllers start and the time they take to start, the
 * other controllers, its health port 10257.
 */
import { emit, setup } from 'xstate';
import type { Effect, ProcessInput } from '../../sim/effects.ts';
import { type Timed, tell } from '../family.ts';
import type { ControllerInput } from '../kube-apiserver/controller.ts';
import type { InformerInput } from '../kube-apiserver/informer.ts';
import { REST_CLIENT } from '../kube-apiserver/rest-calls.ts';
import {
  ELECTOR,
  type ElectorInput,
  type StartedLeading,
  type StopLeading,
  type StoppedLeading,
} from '../leader-election/elector.ts';
import { identityOf } from '../leader-election/record.ts';
import type { KubeControllerManagerConfig } from './config.ts';
import { NODE_LIFECYCLE, type NodeLifecycleInput } from './node-lifecycle.ts';
import { NODE_TAINTING } from './node-tainting.ts';

type Input = ProcessInput<KubeControllerManagerConfig>;

function join({ config, host, luck }: Input): Effect {
  const input: ElectorInput = {
    config,
    namespace: 'kube-system',
    name: 'kube-controller-manager',
    identity: identityOf(host, luck),
    luck,
  };
  return {
    type: 'batch',
    effects: [
      { type: 'start', machine: 'rest-client', id: REST_CLIENT, input: config.server },
      { type: 'start', machine: 'leader-election', id: ELECTOR, input },
    ],
  };
}

/** Controllers whose machine is of the common kind, and what each has to be told of. */
const CONTROLLERS: Readonly<Record<string, readonly string[]>> = {
  [NODE_TAINTING]: ['nodes', 'pods'],
  'taint-eviction': ['nodes', 'pods'],
  'pod-garbage-collector': ['nodes', 'pods'],
  'garbage-collector': [
    'pods',
    'replicasets',
    'endpoints',
    'deployments',
    'statefulsets',
    'daemonsets',
    'services',
  ],
  deployment: ['deployments', 'replicasets'],
  replicaset: ['replicasets', 'pods'],
  statefulset: ['statefulsets', 'pods'],
  daemonset: ['daemonsets', 'nodes', 'pods'],
  endpoint: ['services', 'endpoints', 'pods'],
};

/** The controllers, and one informer a resource for all of them. */
function startControllers({ config, luck }: Input): Effect {
  const handlers = new Map<string, string[]>([
    ['nodes', [NODE_LIFECYCLE]],
    ['leases', [NODE_LIFECYCLE]],
  ]);
  const controllers = Object.entries(CONTROLLERS).map(([id, resources]): Effect => {
    for (const plural of resources) handlers.set(plural, [...(handlers.get(plural) ?? []), id]);
    const input: ControllerInput<undefined> = { id, config: undefined };
    return { type: 'start', machine: id, id, input };
  });
  const lifecycle: NodeLifecycleInput = { config };
  return {
    type: 'batch',
    effects: [
      { type: 'start', machine: 'node-lifecycle', id: NODE_LIFECYCLE, input: lifecycle },
      ...controllers,
      ...[...handlers].map(([plural, of]): Effect => {
        const id = `informer/${plural}`;
        const input: InformerInput = { id, plural, handlers: of, luck };
        return { type: 'start', machine: 'informer', id, input };
      }),
    ],
  };
}

export const kubeControllerManager = setup({
  types: {} as {
    context: Input;
    events: Timed<StartedLeading | StoppedLeading> | Timed<{ readonly type: 'terminate' }>;
    input: Input;
    emitted: Effect;
  },
  actions: {
    exit: emit({ type: 'exit', code: 0 } as Effect),
    stopLeading: emit(tell<StopLeading>(ELECTOR, { type: 'stop-leading' })),
  },
  guards: { releases: ({ context }) => context.config.releaseOnCancel },
  delays: { startUp: ({ context }) => context.config.startUpUs },
}).createMachine({
  id: 'kube-controller-manager',
  context: ({ input }) => input,
  initial: 'starting',
  on: { terminate: [{ guard: 'releases', target: '.ending' }, { actions: 'exit' }] },
  states: {
    starting: { on: { terminate: { actions: 'exit' } }, after: { startUp: 'standby' } },
    standby: {
      entry: emit(({ context }) => join(context)),
      on: { 'started-leading': 'leading' },
    },
    leading: {
      entry: emit(({ context }) => startControllers(context)),
      on: {
        'stopped-leading': {
          actions: emit({
            type: 'batch',
            effects: [
              { type: 'log', line: 'leaderelection lost', level: 'error' },
              { type: 'exit', code: 1 },
            ],
          }),
        },
      },
    },
    ending: {
      entry: 'stopLeading',
      on: { 'stopped-leading': { actions: 'exit' }, terminate: {} },
    },
  },
});
