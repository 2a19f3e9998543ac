/**
 * kube-controller-manager, the process: takes part in the election for Lease kube-system/kube-controller-manager and runs its
 * controllers while it leads.
 *
 * Source: k/k cmd/kube-controller-manager/app/controllermanager.go (Run: informers and controllers start in
 * OnStartedLeading). Unit: microseconds.
 *
 * Not modelled: the wait for a healthy apiserver (10 s) before the controllers start and the time they take to start, the
 * other controllers.
 */
import type { Effect, ProcessInput } from '../../sim/effects.ts';
import type { ControllerInput } from '../kube-apiserver/controller.ts';
import type { InformerInput } from '../kube-apiserver/informer.ts';
import { electedProcess } from '../leader-election/elected-process.ts';
import type { KubeControllerManagerConfig } from './config.ts';
import { NODE_LIFECYCLE, type NodeLifecycleInput } from './node-lifecycle.ts';
import { NODE_TAINTING } from './node-tainting.ts';

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
function startControllers({ config, luck }: ProcessInput<KubeControllerManagerConfig>): Effect {
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

export const kubeControllerManager = electedProcess('kube-controller-manager', startControllers);
