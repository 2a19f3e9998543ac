/** The Kubernetes daemons of a host, with the flags that kubeadm gives them and the parameters that are set over those. */
import { CLIENT_PORT } from '../etcd/api.ts';
import type { Taint } from '../kube-apiserver/api.ts';
import { DEFAULTS as APISERVER, initialCheckUs } from '../kube-apiserver/config.ts';
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
import { minorOf } from '../kubernetes-minor.ts';
import { type LeaderElectionConfig, refusal } from '../leader-election/config.ts';
import type { Daemon, Site } from './build.ts';
import { endpointFor } from './front-door.ts';
import { microseconds } from './parameters.ts';
import { hostOf, type ProcessName, placesOf, type Topology, type TopologyHost } from './topology.ts';

type Settings = Readonly<Record<string, string | number | boolean>>;

/** First minor version whose scheduler and controller-manager ask the local apiserver (k/k PR 94398). */
const LOCAL_SERVER_MINOR = 20;
/** ControlPlaneKubeletLocalMode on by default (KEP-4471). */
const LOCAL_KUBELET_MINOR = 33;

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
  const endpoint = endpointFor(topology, site.parameters, host.name);
  const own: ApiServerAddress = { address: host.address, port: topology.apiserverPort };
  const local = host.processes.includes('kube-apiserver');
  const server = local && minorOf(version) >= LOCAL_SERVER_MINOR ? own : endpoint;
  switch (name) {
    case 'kube-apiserver':
      return {
        type: kubeApiserverProcess,
        config: {
          ...APISERVER,
          'etcd-servers': etcdServers(site),
          'secure-port': topology.apiserverPort,
          certificatesNotAfterUs: notAfterUs(site),
          minor: minorOf(version),
          initialCheckUs: initialCheckUs(minorOf(version)),
          ...flags(settings, APISERVER),
        },
      };
    case 'kube-controller-manager': {
      const defaults = controllerManagerDefaults(version);
      const config = { ...defaults, server: withCertificate(site, server), ...flags(settings, defaults) };
      refuse(site, name, config);
      return { type: kubeControllerManagerProcess, config };
    }
    case 'kube-scheduler': {
      const defaults = schedulerDefaults(version);
      const config = { ...defaults, server: withCertificate(site, server), ...flags(settings, defaults) };
      refuse(site, name, config);
      return { type: kubeSchedulerProcess, config };
    }
    default:
      return {
        type: kubeletProcess,
        config: kubelet(site, local && minorOf(version) >= LOCAL_KUBELET_MINOR ? own : endpoint, settings),
      };
  }
}

/** When what kubeadm issued at the world's beginning expires; undefined: in a year, and nobody looks so long. */
function notAfterUs(site: Site): number | undefined {
  return microseconds(site.settings('kubeadm')['certificateValidityPeriod']);
}

/** controller-manager.conf and scheduler.conf; the kubelet renews its certificate by itself. */
function withCertificate(site: Site, server: ApiServerAddress): ApiServerAddress {
  const expiresUs = notAfterUs(site);
  return expiresUs === undefined ? server : { ...server, notAfterUs: expiresUs };
}

/** A daemon would stop at once with such times of its leader election. */
function refuse({ host, findings }: Site, name: ProcessName, election: LeaderElectionConfig): void {
  const wrong = refusal(election);
  if (wrong === undefined) return;
  const message = `${name} on ${host.name}: ${wrong}`;
  findings.push({ severity: 'error', file: 'parameters', line: 1, column: 1, message });
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
    labels: labelsOf(host, version, settings),
    taints: taintsOf(host, version, settings),
    podPrefix: podPrefixOf(topology, host),
    hasNetwork: (settings['cni-configured'] as boolean | undefined) ?? true,
    probes,
  };
}

/** kubeadm's roles: control-plane from 1.20 on, master until 1.23 (KEP-2067); and --node-labels. */
function labelsOf(host: TopologyHost, version: string, settings: Settings): Record<string, string> {
  const labels: Record<string, string> = {};
  if (host.roles.includes('control-plane')) {
    if (minorOf(version) >= 20) labels['node-role.kubernetes.io/control-plane'] = '';
    if (minorOf(version) < 24) labels['node-role.kubernetes.io/master'] = '';
  }
  for (const pair of String(settings['node-labels'] ?? '').split(',')) {
    const [key = '', value = ''] = pair.split('=');
    if (key !== '') labels[key] = value;
  }
  return labels;
}

/** kubeadm keeps ordinary pods off control planes: master until 1.24, control-plane from then on; or --register-with-taints. */
function taintsOf(host: TopologyHost, version: string, settings: Settings): Taint[] {
  const own = settings['register-with-taints'];
  if (own !== undefined) return readTaints(String(own));
  if (!host.roles.includes('control-plane')) return [];
  const keys = [
    ...(minorOf(version) >= 24 ? ['control-plane'] : []),
    ...(minorOf(version) <= 24 ? ['master'] : []),
  ];
  return keys.map((key) => ({ key: `node-role.kubernetes.io/${key}`, effect: 'NoSchedule' }));
}

/** `key=value:effect` or `key:effect`, joined by commas. */
function readTaints(text: string): Taint[] {
  return text
    .split(',')
    .filter((part) => part !== '')
    .map((part) => {
      const [name = '', effect = 'NoSchedule'] = part.split(':');
      const [key = '', value] = name.split('=');
      return { key, effect: effect as Taint['effect'], ...(value === undefined ? {} : { value }) };
    });
}

/** A /24 of the pod network a node, in the topology's order (--allocate-node-cidrs, --node-cidr-mask-size 24). */
function podPrefixOf(topology: Topology, host: TopologyHost): string {
  const [a = '10', b = '244'] = (topology.networking?.podSubnet ?? '10.244.0.0/16').split('.');
  return `${a}.${b}.${placesOf(topology, 'kubelet').findIndex(({ name }) => name === host.name)}`;
}
