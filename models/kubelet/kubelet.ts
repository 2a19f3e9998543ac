/**
 * The kubelet, the process: starts what keeps its node in the API, what runs its pods and what probes its static pods. Static
 * pods themselves are kept running by the kernel's supervisor (policy static-pod) while this process runs.
 *
 * Source: k/k pkg/kubelet/kubelet.go Run, cmd/kubelet/app/server.go. Unit: microseconds.
 *
 * Not modelled: watches of its own node, certificate rotation, the read-only and health ports.
 */
import { assign, emit, setup } from 'xstate';
import type { Effect, ProcessInput } from '../../sim/effects.ts';
import { type Timed, tell } from '../family.ts';
import type { ControllerInput } from '../kube-apiserver/controller.ts';
import type { InformerInput } from '../kube-apiserver/informer.ts';
import { REST_CLIENT } from '../kube-apiserver/rest-calls.ts';
import type { KubeletConfig } from './config.ts';
import type { ContainerProbeInput } from './container-probe.ts';
import type { PodsOfNode } from './local-pod.ts';
import { NODE_LEASE, type NodeLeaseInput } from './node-lease.ts';
import { NODE_STATUS, type NodeStatusInput, type RuntimeNews } from './node-status.ts';
import { POD_NETWORK } from './pod-network.ts';
import { POD_STATUS } from './pod-status.ts';
import {
  CONTAINERS_KEY,
  type ContainerNews,
  type ContainersKilled,
  POD_WORKERS,
  type PodWorkersInput,
  type RuntimeChanged,
} from './pod-workers.ts';

type Input = ProcessInput<KubeletConfig>;
interface Context {
  readonly input: Input;
  /** What was heard of the static pods before the members ran, by process. */
  readonly statics: Readonly<Record<string, Timed<ContainerNews>>>;
  /** The container runtime ran when the members were started. */
  readonly hasRuntime: boolean;
}

function startPods({ input, statics, hasRuntime }: Context, atUs: number): Effect[] {
  const { config, host, address, luck, disk } = input;
  const nodeName = config.nodeName ?? host;
  const workers: PodWorkersInput = {
    nodeName,
    node: { address, podPrefix: config.podPrefix, luck },
    containers: disk[CONTAINERS_KEY] as PodsOfNode | undefined,
    statics: Object.values(statics),
    hasRuntime,
    hasNetwork: config.hasNetwork,
    servesPods: config.servesPods,
    atUs,
  };
  const status: ControllerInput<{ nodeName: string }> = { id: POD_STATUS, config: { nodeName } };
  const id = 'informer/pods';
  const informer: InformerInput = { id, plural: 'pods', handlers: [POD_WORKERS, POD_STATUS], nodeName, luck };
  const network: Effect = { type: 'start', machine: 'pod-network', id: POD_NETWORK, input: null };
  return [
    ...(config.servesPods ? [network] : []),
    { type: 'start', machine: 'pod-status', id: POD_STATUS, input: status },
    { type: 'start', machine: 'pod-workers', id: POD_WORKERS, input: workers },
    { type: 'start', machine: 'informer', id, input: informer },
  ];
}

function startMembers(context: Context, atUs: number): Effect {
  const { config, host, address, luck } = context.input;
  const nodeName = config.nodeName ?? host;
  const callTimeoutUs = Math.min(
    config.nodeStatusUpdateFrequency,
    config.nodeLeaseDurationSeconds * 1_000_000,
  );
  const { kubernetesVersion, labels, taints } = config;
  const status: NodeStatusInput = {
    facts: { nodeName, address, kubernetesVersion, labels, taints },
    updateFrequencyUs: config.nodeStatusUpdateFrequency,
    reportFrequencyUs: config.nodeStatusReportFrequency,
    callTimeoutUs,
    luck,
    hasNetwork: config.hasNetwork,
  };
  const lease: NodeLeaseInput = {
    nodeName,
    leaseDurationSeconds: config.nodeLeaseDurationSeconds,
    callTimeoutUs,
    luck,
  };
  return {
    type: 'batch',
    effects: [
      { type: 'start', machine: 'rest-client', id: REST_CLIENT, input: config.server },
      { type: 'start', machine: 'node-status', id: NODE_STATUS, input: status },
      { type: 'start', machine: 'node-lease', id: NODE_LEASE, input: lease },
      ...config.probes.map((probes): Effect => {
        const input: ContainerProbeInput = { probes, luck };
        return { type: 'start', machine: 'container-probe', id: `probe/${probes.process}`, input };
      }),
      ...startPods(context, atUs),
      ...(context.hasRuntime ? [] : [tell<RuntimeNews>(NODE_STATUS, { type: 'runtime', running: false })]),
    ],
  };
}

export const kubelet = setup({
  types: {} as {
    context: Context;
    events: Timed<ContainerNews | ContainersKilled | RuntimeChanged>;
    input: Input;
    emitted: Effect;
  },
  delays: { startUp: ({ context }) => context.input.config.startUpUs },
}).createMachine({
  id: 'kubelet',
  context: ({ input }) => ({ input, statics: {}, hasRuntime: true }),
  initial: 'starting',
  states: {
    starting: {
      on: {
        container: {
          actions: assign({
            statics: ({ context, event }) => ({ ...context.statics, [event.process]: event }),
          }),
        },
        runtime: { actions: assign({ hasRuntime: ({ event }) => event.running }) },
      },
      after: { startUp: 'running' },
    },
    running: {
      entry: emit(({ context, event }) => startMembers(context, event.atUs)),
      on: {
        container: { actions: emit(({ event }) => tell(POD_WORKERS, event)) },
        'containers-killed': { actions: emit(({ event }) => tell(POD_WORKERS, event)) },
        runtime: {
          actions: emit(({ event }) => ({
            type: 'batch',
            effects: [tell(POD_WORKERS, event), tell(NODE_STATUS, event)],
          })),
        },
      },
    },
  },
});
