/**
 * A topology becomes hosts and processes of a world: each daemon gets the configuration that its files and the parameters
 * amount to, its supervisor, and the time it takes to come up.
 *
 * Supervisors as the packages ship them: haproxy.service Restart=always, keepalived.service no Restart=
 * (keepalived.service.in), kubelet.service Restart=always RestartSec=10 (kubeadm's 10-kubeadm.conf and kubelet.service);
 * the control plane runs as static pods of the kubelet; etcd on hosts without a kubelet as a unit with Restart=always.
 * Units that are enabled start within some seconds of the boot, in an order that is drawn; containers some seconds after their
 * kubelet (assumptions: 0.2 to 3 s and 1 to 4 s). Unit: microseconds.
 */
import type { AnyStateMachine } from 'xstate';
import type { Program } from '../../sim/machine.ts';
import { LAN, type LinkSpec } from '../../sim/network.ts';
import type { ProcessSpec, Supervisor } from '../../sim/state.ts';
import type { HostSpec, WorldSpec } from '../../sim/world-spec.ts';
import type { ClientConfig } from '../client/config.ts';
import { client } from '../client/process.ts';
import { SHELL, shell } from '../console/shell-process.ts';
import type { Finding } from '../finding.ts';
import { hostMachine } from '../host/machine.ts';
import { minorOf } from '../kubernetes-minor.ts';
import { type ApplyConfig, apply } from '../operator/apply.ts';
import { manifestsOf, type WorkloadSpec } from '../operator/manifests.ts';
import { cloudBalancerDaemon } from './build-cloud-balancer.ts';
import { etcdProcess } from './build-etcd.ts';
import { haproxyProcess } from './build-haproxy.ts';
import { keepalivedProcess } from './build-keepalived.ts';
import { withNodePorts } from './build-kube-proxy.ts';
import { kubeVipDaemon } from './build-kube-vip.ts';
import { kubernetesProcess } from './build-kubernetes.ts';
import { webProcess } from './build-web.ts';
import { endpointFor } from './front-door.ts';
import type { ParameterMap } from './parameters.ts';
import { microseconds, setting, settingsOf } from './parameters.ts';
import {
  outsideHost,
  type ProcessName,
  type Topology,
  type TopologyHost,
  waitsForKubeadm,
} from './topology.ts';
import { containerRuntimeOf } from './versions.ts';

export interface PlacedClient {
  readonly host: string;
  readonly config: ClientConfig;
  /** Started with its host; default true. */
  readonly enabled?: boolean;
}

export interface BuildOptions {
  readonly seed: number | string;
  /** Over the topology's own. */
  readonly parameters?: ParameterMap;
  readonly clients?: readonly PlacedClient[];
  /** What an operator creates as soon as there is an API. */
  readonly workloads?: readonly WorkloadSpec[];
  readonly executor: (machine: AnyStateMachine) => Program;
  readonly limits?: WorldSpec['limits'];
  /** Each host has a shell, so that commands can be typed. */
  readonly shells?: boolean;
}

/** What every builder of a process is given. */
export interface Site {
  readonly topology: Topology;
  readonly host: TopologyHost;
  readonly parameters: ParameterMap;
  /** Parameters of one component for this host, by their keys. */
  settings(component: string): Readonly<Record<string, string | number | boolean>>;
  /** Complaints about configuration texts. */
  readonly findings: Finding[];
}

export type Daemon = Pick<ProcessSpec, 'type' | 'config'>;

const UNIT_START_US = [200_000, 3_000_000] as const;
const CONTAINER_START_US = [1_000_000, 4_000_000] as const;
/** When every node has registered, so that pods find all of them. */
const OPERATOR_START_US = [30_000_000, 31_000_000] as const;
/** RestartSec=10 of the kubelet's unit. */
const KUBELET_RESTART_US = 10_000_000;

const BUILDERS: Readonly<Record<ProcessName, (site: Site) => Daemon>> = {
  keepalived: keepalivedProcess,
  haproxy: haproxyProcess,
  'kube-vip': kubeVipDaemon,
  'cloud-balancer': cloudBalancerDaemon,
  etcd: etcdProcess,
  kubelet: (site) => kubernetesProcess(site, 'kubelet'),
  'kube-apiserver': (site) => kubernetesProcess(site, 'kube-apiserver'),
  'kube-controller-manager': (site) => kubernetesProcess(site, 'kube-controller-manager'),
  'kube-scheduler': (site) => kubernetesProcess(site, 'kube-scheduler'),
  web: webProcess,
};

/** The world of a topology, not yet switched on; it can be used if no finding is an error. */
export function buildWorld(
  topology: Topology,
  options: BuildOptions,
): { spec: WorldSpec; findings: Finding[] } {
  const findings: Finding[] = [];
  const parameters: ParameterMap = { ...topology.parameters, ...options.parameters };
  const processes: (ProcessSpec & { host: string })[] = [];
  for (const host of topology.hosts) {
    const site = siteOf(topology, host, parameters, findings);
    for (const name of host.processes) {
      processes.push({ host: host.name, ...placed(name, site), ...BUILDERS[name](site) });
    }
  }
  for (const { host, config, enabled = true } of options.clients ?? []) {
    const supervisor: Supervisor = { kind: 'none' };
    processes.push({
      host,
      name: config.name,
      type: client,
      config,
      supervisor,
      enabled,
      startDelayUs: [0, 1_000_000],
    });
  }
  if (options.workloads !== undefined && options.workloads.length > 0)
    processes.push(operator(topology, options.workloads));
  if (options.shells === true) {
    for (const { name: host } of topology.hosts) {
      const supervisor: Supervisor = { kind: 'none' };
      processes.push({
        host,
        name: SHELL,
        type: shell,
        config: null,
        supervisor,
        enabled: true,
        startDelayUs: [0, 0],
      });
    }
  }
  const spec: WorldSpec = {
    seed: options.seed,
    hosts: topology.hosts.map((host) => hostSpec(host, parameters, topology.versions.kubernetes)),
    processes: withNodePorts(topology, parameters, options.workloads ?? [], processes),
    link: linkOf(parameters),
    hostMachine,
    executor: options.executor,
    ...(options.limits === undefined ? {} : { limits: options.limits }),
  };
  return { spec, findings };
}

function siteOf(topology: Topology, host: TopologyHost, parameters: ParameterMap, findings: Finding[]): Site {
  const names = topology.hosts.map(({ name }) => name);
  const settings = (component: string) => settingsOf(parameters, component, host.name, names);
  return { topology, host, parameters, settings, findings };
}

/** The configuration of one daemon of a host, as `buildWorld` gives it. */
export function daemonConfig(
  topology: Topology,
  host: TopologyHost,
  name: ProcessName,
  parameters: ParameterMap,
): { config: unknown; findings: readonly Finding[] } {
  const findings: Finding[] = [];
  const { config } = BUILDERS[name](siteOf(topology, host, parameters, findings));
  return { config, findings };
}

/** Who creates the workloads, outside of the cluster. */
function operator(topology: Topology, workloads: readonly WorkloadSpec[]): ProcessSpec & { host: string } {
  const { address, port } = topology.controlPlaneEndpoint;
  const config: ApplyConfig = { server: { address, port }, manifests: workloads.flatMap(manifestsOf) };
  return {
    host: outsideHost(topology).name,
    name: apply.name,
    type: apply,
    config,
    supervisor: { kind: 'none' },
    enabled: true,
    startDelayUs: OPERATOR_START_US,
  };
}

function placed(
  name: ProcessName,
  site: Site,
): Pick<ProcessSpec, 'name' | 'supervisor' | 'enabled' | 'startDelayUs'> {
  const waits = waitsForKubeadm(site.host, name);
  const pod = name.startsWith('kube-') || name === 'etcd';
  if (pod && site.host.processes.includes('kubelet')) {
    return {
      name,
      supervisor: { kind: 'static-pod', requires: 'kubelet' },
      enabled: !waits,
      startDelayUs: CONTAINER_START_US,
    };
  }
  const unit = site.settings(name);
  const shipped = name === 'keepalived' ? 'no' : 'always';
  const restart = (unit['Restart'] as 'no' | 'on-failure' | 'always' | undefined) ?? shipped;
  const supervisor: Supervisor = {
    kind: 'systemd',
    restart,
    ...(name === 'kubelet' ? { delayUs: KUBELET_RESTART_US } : {}),
  };
  const isSpare = name === 'etcd' && !site.topology.etcd.members.some(({ host }) => host === site.host.name);
  const enabled = (unit['enabled'] as boolean | undefined) ?? !isSpare;
  return { name, supervisor, enabled: enabled && !waits, startDelayUs: UNIT_START_US };
}

function hostSpec(host: TopologyHost, parameters: ParameterMap, kubernetes: string): HostSpec {
  const of = (key: string) => setting(parameters, 'host', host.name, key);
  const boot = of('boot-time');
  return {
    name: host.name,
    address: host.address,
    ...(host.segment === undefined ? {} : { segment: host.segment }),
    ...(host.zone === undefined ? {} : { zone: host.zone }),
    containerRuntime: containerRuntimeOf(minorOf(kubernetes)),
    nonlocalBind: (of('nonlocal-bind') as boolean | undefined) ?? host.nonlocalBind ?? false,
    synLinearTimeouts: (of('tcp_syn_linear_timeouts') as number | undefined) ?? 0,
    disk: {
      latencyUs: microseconds(of('disk.latency')) ?? 500,
      jitterUs: microseconds(of('disk.jitter')) ?? 500,
    },
    ...(boot === undefined ? {} : { bootUs: microseconds(boot) as number }),
  };
}

function linkOf(parameters: ParameterMap): (from: HostSpec, to: HostSpec) => LinkSpec {
  const latencyUs = microseconds(setting(parameters, 'network', undefined, 'latency')) ?? LAN.latencyUs;
  const jitterUs = microseconds(setting(parameters, 'network', undefined, 'jitter')) ?? LAN.jitterUs;
  const zoneUs = microseconds(setting(parameters, 'network', undefined, 'zone-latency')) ?? latencyUs;
  return (from, to) => ({
    latencyUs: from.zone !== to.zone && from.zone !== undefined && to.zone !== undefined ? zoneUs : latencyUs,
    jitterUs,
  });
}

/** The standard probers: one open-loop client a service, every 100 ms from the outside host, 5 s limit (DESIGN section 6). */
export function standardProbers(topology: Topology): PlacedClient[] {
  // The services are those of Kubernetes: where it is not, nobody asks for them.
  if (!topology.hosts.some(({ processes }) => processes.includes('kube-apiserver'))) return [];
  const { name: host } = outsideHost(topology);
  const endpoint = endpointFor(topology, topology.parameters ?? {}, host);
  const prober = (name: string, request: ClientConfig['request']): PlacedClient => ({
    host,
    config: { name, request, ...endpoint, everyUs: 100_000, timeoutUs: 5_000_000, connection: 'each' },
  });
  return [prober('api.write', 'write'), prober('api.read', 'read'), prober('vip', 'connect')];
}
