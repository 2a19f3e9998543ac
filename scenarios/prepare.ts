/** From a composed scenario to the world that it runs in: its clients are placed and the daemons get their configurations. */
import type { ClientConfig } from '../models/client/config.ts';
import { buildWorld, type PlacedClient, standardProbers } from '../models/cluster/build.ts';
import { endpointFor } from '../models/cluster/front-door.ts';
import { hostOf, outsideHost, type Topology } from '../models/cluster/topology.ts';
import { CLIENT_PORT } from '../models/etcd/api.ts';
import type { Finding } from '../models/finding.ts';
import type { ApiServerAddress } from '../models/kube-apiserver/rest-calls.ts';
import type { WorkloadSpec } from '../models/operator/manifests.ts';
import { compiledProgram } from '../sim/compiled.ts';
import { referenceProgram } from '../sim/reference.ts';
import type { WorldSpec } from '../sim/world-spec.ts';
import { durationUs } from './durations.ts';
import { isFaultEntry } from './rules.ts';
import type { ClientData, ScenarioData, WorkloadData } from './schema.ts';

export type ExecutorName = 'compiled' | 'reference';

const EXECUTORS: Readonly<Record<ExecutorName, WorldSpec['executor']>> = {
  compiled: compiledProgram,
  reference: referenceProgram,
};

export interface PrepareOptions {
  readonly seed: number | string;
  readonly executor?: ExecutorName;
  /** Leave out the standard probers: for measures of the world alone. */
  readonly withoutProbers?: boolean;
  /** Of the standard probers these only, by their names: where nobody asks for the others. */
  readonly probers?: readonly string[];
  readonly limits?: WorldSpec['limits'];
  /** Commands will be typed that the timeline does not name. */
  readonly console?: boolean;
}

/** The spec of the world; usable if no finding is an error. */
export function prepare(
  data: ScenarioData,
  topology: Topology,
  options: PrepareOptions,
): { spec: WorldSpec; findings: Finding[] } {
  const probers = standardProbers(topology).filter(
    ({ config }) => options.withoutProbers !== true && options.probers?.includes(config.name) !== false,
  );
  const own = (data.clients ?? []).map((one) => placedClient(one, topology));
  const { spec, findings } = buildWorld(topology, {
    seed: options.seed,
    executor: EXECUTORS[options.executor ?? 'compiled'],
    clients: [...probers, ...own],
    workloads: (data.workloads ?? []).map(workloadOf),
    shells: options.console === true || (data.timeline ?? []).some((entry) => !isFaultEntry(entry)),
    ...(options.limits === undefined ? {} : { limits: options.limits }),
  });
  const draws = data.vary?.draws;
  return { spec: draws === undefined ? spec : { ...spec, draws }, findings };
}

function workloadOf(data: WorkloadData): WorkloadSpec {
  const seconds = (text: string | undefined) =>
    text === undefined ? undefined : durationUs(text) / 1_000_000;
  const { port } = data;
  return {
    name: data.name,
    kind: data.kind ?? 'deployment',
    namespace: data.namespace ?? 'default',
    replicas: data.replicas ?? 1,
    image: data.image ?? 'nginx',
    tolerationSeconds: seconds(data.toleration),
    onControlPlanes: data['on-control-planes'] ?? false,
    runsForSeconds: seconds(data['runs-for']),
    expose: port === undefined ? undefined : { port, nodePort: data['node-port'] },
  };
}

/** A rate such as `10/s` or `2/m` as a distance in microseconds. */
function everyUs(rate: string): number {
  const [count = '1', unit = 's'] = rate.split('/');
  return Math.round(durationUs(`1${unit}`) / Number(count));
}

function placedClient(client: ClientData, topology: Topology): PlacedClient {
  const host = client.from === 'outside' ? outsideHost(topology).name : client.from;
  const config: ClientConfig = {
    name: client.name,
    request: client.request,
    ...whereTo(client, host, topology),
    everyUs: everyUs(client.rate),
    timeoutUs: durationUs(client.timeout),
    connection: client.connection ?? 'each',
    ...(client['connect-timeout'] === undefined
      ? {}
      : { connectTimeoutUs: durationUs(client['connect-timeout']) }),
    ...(client.count === undefined ? {} : { count: client.count }),
    ...(client.key === undefined ? {} : { key: client.key }),
    ...(client.talk === undefined ? {} : { talkUs: durationUs(client.talk) }),
  };
  return { host, config, enabled: client.begin === undefined };
}

/** `endpoint`, `vip`, a host, or HOST:PORT. */
function whereTo({ to, request }: ClientData, from: string, topology: Topology): ApiServerAddress {
  const { address, port } = topology.controlPlaneEndpoint;
  if (to === 'endpoint') return endpointFor(topology, topology.parameters ?? {}, from);
  if (to === 'vip') return { address: topology.vip?.address ?? address, port };
  const [name = '', ownPort] = to.split(':');
  const known = topology.hosts.find((host) => host.name === name);
  const place = known === undefined ? (topology.names?.[name] ?? name) : hostOf(topology, name).address;
  const usual = request.startsWith('etcd-') ? CLIENT_PORT : topology.apiserverPort;
  return { address: place, port: ownPort === undefined ? usual : Number(ownPort) };
}
