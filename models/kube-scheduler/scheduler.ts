/**
 * kube-scheduler, the process: takes part in the election for Lease kube-system/kube-scheduler and binds pods while it leads.
 *
 * Source: k/k cmd/kube-scheduler/app/server.go (Run). Unit: microseconds. Not modelled: profiles.
 */
import type { Effect, ProcessInput } from '../../sim/effects.ts';
import type { ControllerInput } from '../kube-apiserver/controller.ts';
import type { InformerInput } from '../kube-apiserver/informer.ts';
import { electedProcess } from '../leader-election/elected-process.ts';
import { BINDER } from './binder.ts';
import type { KubeSchedulerConfig } from './config.ts';

function startBinding({ luck }: ProcessInput<KubeSchedulerConfig>): Effect {
  const binder: ControllerInput<undefined> = { id: BINDER, config: undefined };
  return {
    type: 'batch',
    effects: [
      { type: 'start', machine: BINDER, id: BINDER, input: binder },
      ...['nodes', 'pods'].map((plural): Effect => {
        const id = `informer/${plural}`;
        const input: InformerInput = { id, plural, handlers: [BINDER], luck };
        return { type: 'start', machine: 'informer', id, input };
      }),
    ],
  };
}

export const kubeScheduler = electedProcess('kube-scheduler', startBinding);
