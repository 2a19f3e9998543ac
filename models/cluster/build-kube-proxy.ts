/** kube-proxy on every node, and pods that answer, where NodePorts are to lead somewhere. */
import type { ProcessSpec } from '../../sim/state.ts';
import { type KubeProxyConfig, kubeProxyProcess } from '../kube-proxy/process.ts';
import type { KubeletConfig } from '../kubelet/config.ts';
import type { WorkloadSpec } from '../operator/manifests.ts';
import { endpointFor } from './front-door.ts';
import { type ParameterMap, setting } from './parameters.ts';
import { hostOf, type Topology } from './topology.ts';

type Placed = ProcessSpec & { readonly host: string };

const START_US = [1_000_000, 4_000_000] as const;

/** Does anybody ask for it? As each costs two watches, it is not there for nothing. */
function isWanted(workloads: readonly WorkloadSpec[], parameters: ParameterMap): boolean {
  return (
    (setting(parameters, 'kube-proxy', undefined, 'enabled') as boolean | undefined) ??
    workloads.some(({ expose }) => expose?.nodePort !== undefined)
  );
}

function kubeProxies(topology: Topology, parameters: ParameterMap, kubelets: readonly Placed[]): Placed[] {
  const routes = Object.fromEntries(
    kubelets.map(({ host, config }) => [(config as KubeletConfig).podPrefix, hostOf(topology, host).address]),
  );
  return kubelets.map(({ host }) => {
    const server = endpointFor(topology, parameters, host);
    const config: KubeProxyConfig = { server, routes };
    const supervisor = { kind: 'none' } as const;
    return {
      host,
      name: 'kube-proxy',
      type: kubeProxyProcess,
      config,
      supervisor,
      enabled: true,
      startDelayUs: START_US,
    };
  });
}

/** The processes of the world, with those of NodePorts if they are wanted. */
export function withNodePorts(
  topology: Topology,
  parameters: ParameterMap,
  workloads: readonly WorkloadSpec[],
  processes: readonly Placed[],
): Placed[] {
  if (!isWanted(workloads, parameters)) return [...processes];
  const serving = processes.map((one) =>
    one.name === 'kubelet' ? { ...one, config: { ...(one.config as KubeletConfig), servesPods: true } } : one,
  );
  const kubelets = serving.filter(({ name }) => name === 'kubelet');
  return [...serving, ...kubeProxies(topology, parameters, kubelets)];
}
