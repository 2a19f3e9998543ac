/**
 * The kubelet, the process: starts what keeps its node in the API and what probes its static pods. Static pods
 * themselves are kept running by the kernel's supervisor (policy static-pod) while this process runs. First form.
 *
 * Source: k/k pkg/kubelet/kubelet.go Run, cmd/kubelet/app/server.go. Unit: microseconds.
 *
 * Not modelled: pods other than static ones, mirror pods, watches of its own node and pods, certificate rotation, the
 * read-only and health ports.
 */
import { emit, setup } from 'xstate';
import type { Effect, ProcessInput } from '../../sim/effects.ts';
import { REST_CLIENT } from '../kube-apiserver/rest-calls.ts';
import type { KubeletConfig } from './config.ts';
import type { ContainerProbeInput } from './container-probe.ts';
import { NODE_LEASE, type NodeLeaseInput } from './node-lease.ts';
import { NODE_STATUS, type NodeStatusInput } from './node-status.ts';

type Input = ProcessInput<KubeletConfig>;

function startMembers({ config, host, address, luck }: Input): Effect {
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
    ],
  };
}

export const kubelet = setup({
  types: {} as { context: Input; events: { readonly type: 'none' }; input: Input; emitted: Effect },
  delays: { startUp: ({ context }) => context.config.startUpUs },
}).createMachine({
  id: 'kubelet',
  context: ({ input }) => input,
  initial: 'starting',
  states: {
    starting: { after: { startUp: 'running' } },
    running: { entry: emit(({ context }) => startMembers(context)) },
  },
});
