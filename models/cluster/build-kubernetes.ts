/** The Kubernetes daemons of a host, with the flags that kubeadm gives them and the parameters that are set over those. */
import { CLIENT_PORT } from '../etcd/api.ts';
import { DEFAULTS as APISERVER } from '../kube-apiserver/config.ts';
import { kubeApiserverProcess } from '../kube-apiserver/process.ts';
import type { ApiServerAddress } from '../kube-apiserver/rest-calls.ts';
import { defaults as controllerManagerDefaults } from '../kube-controller-manager/config.ts';
import { kubeControllerManagerProcess } from '../kube-controller-manager/process.ts';
import { defaults as schedulerDefaults } from '../kube-scheduler/config.ts';
import { kubeSchedulerProcess } from '../kube-scheduler/process.ts';
import {
  apiserverProbes,
  type ContainerProbes,
  etcdProbes,
  DEFAULTS as KUBELET,
  type KubeletConfig,
} from '../kubelet/config.ts';
import { kubeletProcess } from '../kubelet/process.ts';
import type { Daemon, Site } from './build.ts';
import { microseconds } from './parameters.ts';
import { hostOf, type ProcessName } from './topology.ts';

type Settings = Readonly<Record<string, string | number | boolean>>;

/** First minor version whose scheduler and controller-manager ask the local apiserver (k/k PR 94398). */
const LOCAL_SERVER_MINOR = 20;
/** ControlPlaneKubeletLocalMode on by default (KEP-4471). */
const LOCAL_KUBELET_MINOR = 33;

function minor(version: string): number {
  return Number(version.replace(/^v/, '').split('.')[1] ?? 0);
}

/** Flags that were set and that the daemon's configuration has, durations in microseconds. */
function flags(settings: Settings, known: object): Record<string, unknown> {
  const found: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(settings)) {
    if (!Object.hasOwn(known, key)) continue;
    found[key] =
      typeof value === 'string' && /^[\d.]+(us|ms|s|m|h)/.test(value) ? microseconds(value) : value;
  }
  return found;
}

export function kubernetesProcess(site: Site, name: ProcessName): Daemon {
  const { topology, host } = site;
  const version = topology.versions.kubernetes;
  const settings = site.settings(name);
  const endpoint: ApiServerAddress = {
    address: topology.controlPlaneEndpoint.address,
    port: topology.controlPlaneEndpoint.port,
  };
  const own: ApiServerAddress = { address: host.address, port: topology.apiserverPort };
  const local = host.processes.includes('kube-apiserver');
  const server = local && minor(version) >= LOCAL_SERVER_MINOR ? own : endpoint;
  switch (name) {
    case 'kube-apiserver':
      return {
        type: kubeApiserverProcess,
        config: {
          ...APISERVER,
          'etcd-servers': etcdServers(site),
          'secure-port': topology.apiserverPort,
          ...flags(settings, APISERVER),
        },
      };
    case 'kube-controller-manager': {
      const defaults = controllerManagerDefaults(version);
      return {
        type: kubeControllerManagerProcess,
        config: { ...defaults, server, ...flags(settings, defaults) },
      };
    }
    case 'kube-scheduler': {
      const defaults = schedulerDefaults(version);
      return { type: kubeSchedulerProcess, config: { ...defaults, server, ...flags(settings, defaults) } };
    }
    default:
      return {
        type: kubeletProcess,
        config: kubelet(site, local && minor(version) >= LOCAL_KUBELET_MINOR ? own : endpoint, settings),
      };
  }
}

/** Stacked: the member on 127.0.0.1; external: all of them. */
function etcdServers({ topology }: Site) {
  const { placement, members } = topology.etcd;
  if (placement === 'stacked') return [{ address: '127.0.0.1', port: CLIENT_PORT, tls: true }];
  return members.map((member) => ({
    address: hostOf(topology, member.host).address,
    port: CLIENT_PORT,
    tls: true,
  }));
}

function kubelet({ topology, host }: Site, server: ApiServerAddress, settings: Settings): KubeletConfig {
  const version = topology.versions.kubernetes;
  const probes: ContainerProbes[] = [];
  if (host.processes.includes('kube-apiserver'))
    probes.push(apiserverProbes(version, host.address, topology.apiserverPort));
  if (host.processes.includes('etcd')) probes.push(etcdProbes(version));
  const time = (key: string, fallback: number): number => microseconds(settings[key]) ?? fallback;
  return {
    ...KUBELET,
    server,
    kubernetesVersion: version,
    nodeStatusUpdateFrequency: time('node-status-update-frequency', KUBELET.nodeStatusUpdateFrequency),
    nodeStatusReportFrequency: time('node-status-report-frequency', KUBELET.nodeStatusReportFrequency),
    nodeLeaseDurationSeconds:
      (settings['node-lease-duration-seconds'] as number | undefined) ?? KUBELET.nodeLeaseDurationSeconds,
    labels: host.roles.includes('control-plane')
      ? { [`node-role.kubernetes.io/${minor(version) >= 24 ? 'control-plane' : 'master'}`]: '' }
      : {},
    probes,
  };
}
