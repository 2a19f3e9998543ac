/**
 * kube-scheduler, the process: takes part in the election for Lease kube-system/kube-scheduler, binds pods while it leads, and
 * exits when it has lost what it led.
 *
 * Source: k/k cmd/kube-scheduler/app/server.go (Run: OnStoppedLeading logs and klog.FlushAndExit, code 1; code 0 when it was
 * asked to end).
 * Unit: microseconds. Not modelled: informers before the election, profiles, metrics and its health port 10259.
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
import { BINDER } from './binder.ts';
import type { KubeSchedulerConfig } from './config.ts';

type Input = ProcessInput<KubeSchedulerConfig>;

function join({ config, host, luck }: Input): Effect {
  const input: ElectorInput = {
    config,
    namespace: 'kube-system',
    name: 'kube-scheduler',
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

function startBinding({ luck }: Input): Effect {
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

export const kubeScheduler = setup({
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
  id: 'kube-scheduler',
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
      entry: emit(({ context }) => startBinding(context)),
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
