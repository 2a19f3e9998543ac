/**
 * A component of the control plane that works while it holds the Lease of its name in kube-system, as a process: it joins the
 * election once it has started up, works when it leads, and exits when it has lost what it led.
 *
 * Sources: k/k cmd/kube-scheduler/app/server.go and cmd/kube-controller-manager/app/controllermanager.go (Run: the work starts in
 * OnStartedLeading; OnStoppedLeading logs and klog.FlushAndExit, code 1; code 0 when it was asked to end).
 * Unit: microseconds. Not modelled: informers before the election, metrics and the health ports 10257 and 10259.
 */
import { emit, setup } from 'xstate';
import type { Effect, ProcessInput } from '../../sim/effects.ts';
import { type Timed, tell } from '../family.ts';
import type { ApiServerAddress } from '../kube-apiserver/rest-calls.ts';
import type { LeaderElectionConfig } from './config.ts';
import { ELECTOR, type StartedLeading, type StopLeading, type StoppedLeading } from './elector.ts';
import { joinElection } from './join.ts';
import { identityOf } from './record.ts';

export interface ElectedProcessConfig extends LeaderElectionConfig {
  /**
   * The `server` of its kubeconfig: the host's own apiserver from kubeadm 1.20 (and 1.19.1) on, the control plane's endpoint
   * before (k/k PR 94398).
   */
  readonly server: ApiServerAddress;
  /** From the start of the process to its first try for the lease. Assumption: 1 s; no source gives it. */
  readonly startUpUs: number;
}

/**
 * @param name of the component, its machine and its Lease
 * @param work what it starts when it comes to lead
 */
export function electedProcess<Config extends ElectedProcessConfig>(
  name: string,
  work: (input: ProcessInput<Config>) => Effect,
) {
  type Input = ProcessInput<Config>;
  return setup({
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
    id: name,
    context: ({ input }) => input,
    initial: 'starting',
    on: { terminate: [{ guard: 'releases', target: '.ending' }, { actions: 'exit' }] },
    states: {
      starting: { on: { terminate: { actions: 'exit' } }, after: { startUp: 'standby' } },
      standby: {
        entry: emit(({ context }) => join(name, context)),
        on: { 'started-leading': 'leading' },
      },
      leading: {
        entry: emit(({ context }) => work(context)),
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
}

function join(name: string, { config, host, luck }: ProcessInput<ElectedProcessConfig>): Effect {
  const recorder = name === 'kube-scheduler' ? 'default-scheduler' : name;
  const input = { config, namespace: 'kube-system', name, identity: identityOf(host, luck), luck, recorder };
  return { type: 'batch', effects: joinElection(config.server, input) };
}
