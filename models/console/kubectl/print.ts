/**
 * Tables as kubectl prints them: columns of each resource, ages, widths.
 *
 * Sources: k/k pkg/printers/internalversion/printers.go (printNode, printPod, printDeployment, ...), apimachinery
 * pkg/util/duration/duration.go HumanDuration, cli-runtime pkg/printers/tableprinter.go (three spaces between columns).
 * Times are microseconds of the host's wall clock.
 */

import { containerRuntimeOf } from '../../cluster/versions.ts';
import type { ComponentStatus, KubeObject, Lease, Namespace, Node } from '../../kube-apiserver/api.ts';
import type { EndpointsObject } from '../../kube-apiserver/endpoint-reconciler.ts';
import { nodeStatusText, podStatusText } from '../../kube-apiserver/observe.ts';
import type {
  DaemonSet,
  Endpoints,
  KubeEvent,
  Pod,
  ReplicaWorkload,
  Service,
} from '../../kube-apiserver/workloads.ts';
import { columns } from '../go-text.ts';

/** `95s`, `3m20s`, `45m`, `5h12m`, `30h`, `3d4h`, `40d`, `2y30d` */
export function humanDuration(us: number): string {
  const seconds = Math.floor(us / 1_000_000);
  if (seconds < 0) return '0s';
  if (seconds < 120) return `${seconds}s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 10) return seconds % 60 === 0 ? `${minutes}m` : `${minutes}m${seconds % 60}s`;
  if (minutes < 180) return `${minutes}m`;
  const hours = Math.floor(minutes / 60);
  if (hours < 8) return minutes % 60 === 0 ? `${hours}h` : `${hours}h${minutes % 60}m`;
  if (hours < 48) return `${hours}h`;
  const days = Math.floor(hours / 24);
  if (days < 8) return hours % 24 === 0 ? `${days}d` : `${days}d${hours % 24}h`;
  if (days < 730) return `${days}d`;
  const years = Math.floor(days / 365);
  return days % 365 === 0 ? `${years}y` : `${years}y${days % 365}d`;
}

export interface Table {
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

export interface Look {
  readonly wide: boolean;
  readonly nowUs: number;
  /** Minor version of Kubernetes. */
  readonly minor: number;
}

type Row = (object: never, look: Look) => readonly string[];
interface Printer {
  readonly header: readonly string[];
  readonly wide?: readonly string[];
  /** All columns of -o wide, where they do not just follow the others. */
  readonly whole?: readonly string[];
  readonly row: Row;
}

function age({ metadata }: KubeObject, { nowUs }: Look): string {
  const { creationTimestampUs } = metadata;
  return creationTimestampUs === undefined ? '<unknown>' : humanDuration(nowUs - creationTimestampUs);
}

export function rolesOf(node: Node): string {
  const prefix = 'node-role.kubernetes.io/';
  const roles = Object.keys(node.metadata.labels ?? {})
    .filter((key) => key.startsWith(prefix))
    .map((key) => key.slice(prefix.length))
    .sort();
  return roles.length === 0 ? '<none>' : roles.join(',');
}

export function runtimeOf(minor: number): string {
  return containerRuntimeOf(minor) === 'docker' ? 'docker://20.10.7' : 'containerd://1.7.27';
}

function addressOf(node: Node, type: string): string {
  return node.status.addresses.find((one) => one.type === type)?.address ?? '<none>';
}

function printNode(node: Node, look: Look): readonly string[] {
  const base = [
    node.metadata.name,
    nodeStatusText(node),
    rolesOf(node),
    age(node, look),
    node.status.nodeInfo.kubeletVersion,
  ];
  const more = [
    addressOf(node, 'InternalIP'),
    '<none>',
    'Ubuntu 22.04.5 LTS',
    '5.15.0-119-generic',
    runtimeOf(look.minor),
  ];
  return look.wide ? [...base, ...more] : base;
}

function restartsOf({ status: { container } }: Pod, { nowUs, minor }: Look): string {
  const count = container?.restartCount ?? 0;
  const lastUs = container?.lastFinishedAtUs;
  if (count === 0 || lastUs === undefined || minor < 22) return String(count);
  return `${count} (${humanDuration(nowUs - lastUs)} ago)`;
}

function printPod(pod: Pod, look: Look): readonly string[] {
  const base = [
    pod.metadata.name,
    pod.status.container?.ready === true ? '1/1' : '0/1',
    podStatusText(pod),
    restartsOf(pod, look),
    age(pod, look),
  ];
  const more = [pod.status.podIP ?? '<none>', pod.spec.nodeName ?? '<none>', '<none>', '<none>'];
  return look.wide ? [...base, ...more] : base;
}

function labelText(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(([key, value]) => `${key}=${value}`);
  return pairs.length === 0 ? '<none>' : pairs.join(',');
}

function printDeployment(deployment: ReplicaWorkload, look: Look): readonly string[] {
  const { status, spec, metadata } = deployment;
  const base = [
    metadata.name,
    `${status?.readyReplicas ?? 0}/${spec.replicas}`,
    String(status?.updatedReplicas ?? 0),
    String(status?.availableReplicas ?? 0),
    age(deployment, look),
  ];
  const { image } = spec.template.spec;
  return look.wide ? [...base, image.split(':')[0] as string, image, labelText(spec.selector)] : base;
}

function printReplicaSet(set: ReplicaWorkload, look: Look): readonly string[] {
  const { status, spec, metadata } = set;
  const base = [
    metadata.name,
    String(spec.replicas),
    String(status?.replicas ?? 0),
    String(status?.readyReplicas ?? 0),
    age(set, look),
  ];
  const { image } = spec.template.spec;
  return look.wide ? [...base, image.split(':')[0] as string, image, labelText(spec.selector)] : base;
}

function printStatefulSet(set: ReplicaWorkload, look: Look): readonly string[] {
  const { status, spec, metadata } = set;
  const base = [metadata.name, `${status?.readyReplicas ?? 0}/${spec.replicas}`, age(set, look)];
  const { image } = spec.template.spec;
  return look.wide ? [...base, image.split(':')[0] as string, image] : base;
}

function printDaemonSet(set: DaemonSet, look: Look): readonly string[] {
  const { status, metadata, spec } = set;
  const { desiredNumberScheduled = 0, currentNumberScheduled = 0, numberReady = 0 } = status ?? {};
  const base = [
    metadata.name,
    String(desiredNumberScheduled),
    String(currentNumberScheduled),
    String(numberReady),
    String(currentNumberScheduled),
    String(numberReady),
    '<none>',
    age(set, look),
  ];
  const { image } = spec.template.spec;
  return look.wide ? [...base, image.split(':')[0] as string, image, labelText(spec.selector)] : base;
}

function printService(service: Service, look: Look): readonly string[] {
  const { type, clusterIP, ports, selector = {} } = service.spec;
  const text = ports.map(({ port, nodePort }) =>
    nodePort === undefined ? `${port}/TCP` : `${port}:${nodePort}/TCP`,
  );
  const base = [service.metadata.name, type, clusterIP, '<none>', text.join(','), age(service, look)];
  return look.wide ? [...base, labelText(selector)] : base;
}

/** Those of `kubernetes`, which the apiservers write, are in the API's own shape. */
function placesOf(endpoints: Endpoints | EndpointsObject): string[] {
  if ('addresses' in endpoints)
    return endpoints.addresses.flatMap((address) => endpoints.ports.map((port) => `${address}:${port}`));
  return endpoints.subsets.flatMap(({ addresses, ports }) =>
    addresses.flatMap(({ ip }) => ports.map(({ port }) => `${ip}:${port}`)),
  );
}

function printEndpoints(endpoints: Endpoints | EndpointsObject, look: Look): readonly string[] {
  const all = placesOf(endpoints);
  const most = 3;
  const text =
    all.length > most ? `${all.slice(0, most).join(',')} + ${all.length - most} more...` : all.join(',');
  return [endpoints.metadata.name, text === '' ? '<none>' : text, age(endpoints, look)];
}

function printEvent(event: KubeEvent, { nowUs, wide }: Look): readonly string[] {
  const { involvedObject, reason, message, type, source, lastTimestampUs, metadata } = event;
  const seen = humanDuration(nowUs - lastTimestampUs);
  const about = [seen, type, reason, `${involvedObject.kind.toLowerCase()}/${involvedObject.name}`];
  if (!wide) return [...about, message];
  const by = source.host === undefined ? source.component : `${source.component}, ${source.host}`;
  return [...about, '', by, message, seen, '1', metadata.name];
}

const WIDE_IMAGES = ['CONTAINERS', 'IMAGES'];

const PRINTERS: Readonly<Record<string, Printer>> = {
  nodes: {
    header: ['NAME', 'STATUS', 'ROLES', 'AGE', 'VERSION'],
    wide: ['INTERNAL-IP', 'EXTERNAL-IP', 'OS-IMAGE', 'KERNEL-VERSION', 'CONTAINER-RUNTIME'],
    row: printNode as Row,
  },
  pods: {
    header: ['NAME', 'READY', 'STATUS', 'RESTARTS', 'AGE'],
    wide: ['IP', 'NODE', 'NOMINATED NODE', 'READINESS GATES'],
    row: printPod as Row,
  },
  deployments: {
    header: ['NAME', 'READY', 'UP-TO-DATE', 'AVAILABLE', 'AGE'],
    wide: [...WIDE_IMAGES, 'SELECTOR'],
    row: printDeployment as Row,
  },
  replicasets: {
    header: ['NAME', 'DESIRED', 'CURRENT', 'READY', 'AGE'],
    wide: [...WIDE_IMAGES, 'SELECTOR'],
    row: printReplicaSet as Row,
  },
  statefulsets: { header: ['NAME', 'READY', 'AGE'], wide: WIDE_IMAGES, row: printStatefulSet as Row },
  daemonsets: {
    header: ['NAME', 'DESIRED', 'CURRENT', 'READY', 'UP-TO-DATE', 'AVAILABLE', 'NODE SELECTOR', 'AGE'],
    wide: [...WIDE_IMAGES, 'SELECTOR'],
    row: printDaemonSet as Row,
  },
  services: {
    header: ['NAME', 'TYPE', 'CLUSTER-IP', 'EXTERNAL-IP', 'PORT(S)', 'AGE'],
    wide: ['SELECTOR'],
    row: printService as Row,
  },
  namespaces: {
    header: ['NAME', 'STATUS', 'AGE'],
    row: ((namespace: Namespace, look: Look) => [
      namespace.metadata.name,
      namespace.status.phase,
      age(namespace, look),
    ]) as Row,
  },
  componentstatuses: {
    header: ['NAME', 'STATUS', 'MESSAGE', 'ERROR'],
    row: (({ metadata, conditions: [healthy] }: ComponentStatus) => [
      metadata.name,
      healthy?.status === 'True' ? 'Healthy' : 'Unhealthy',
      healthy?.message ?? '',
      healthy?.error ?? '',
    ]) as Row,
  },
  endpoints: { header: ['NAME', 'ENDPOINTS', 'AGE'], row: printEndpoints as Row },
  events: {
    header: ['LAST SEEN', 'TYPE', 'REASON', 'OBJECT', 'MESSAGE'],
    whole: [
      ...['LAST SEEN', 'TYPE', 'REASON', 'OBJECT', 'SUBOBJECT', 'SOURCE', 'MESSAGE'],
      ...['FIRST SEEN', 'COUNT', 'NAME'],
    ],
    row: printEvent as Row,
  },
  leases: {
    header: ['NAME', 'HOLDER', 'AGE'],
    row: ((lease: Lease, look: Look) => [
      lease.metadata.name,
      lease.spec.holderIdentity,
      age(lease, look),
    ]) as Row,
  },
  secrets: {
    header: ['NAME', 'TYPE', 'DATA', 'AGE'],
    row: ((secret: KubeObject & { readonly type?: string; readonly data?: object }, look: Look) => [
      secret.metadata.name,
      secret.type ?? 'Opaque',
      String(Object.keys(secret.data ?? {}).length),
      age(secret, look),
    ]) as Row,
  },
  configmaps: {
    header: ['NAME', 'DATA', 'AGE'],
    row: ((map: KubeObject & { readonly data?: object }, look: Look) => [
      map.metadata.name,
      String(Object.keys(map.data ?? {}).length),
      age(map, look),
    ]) as Row,
  },
};

export function tableOf(plural: string, objects: readonly KubeObject[], look: Look): Table {
  const { header, wide = [], whole = [...header, ...wide], row } = PRINTERS[plural] as Printer;
  return {
    header: look.wide ? whole : header,
    rows: objects.map((object) => row(object as never, look)),
  };
}

/** With the labels as the last column. */
export function withLabels({ header, rows }: Table, objects: readonly KubeObject[]): Table {
  const labels = ({ metadata }: KubeObject): string =>
    Object.entries(metadata.labels ?? {})
      .map(([key, value]) => `${key}=${value}`)
      .sort()
      .join(',');
  return {
    header: [...header, 'LABELS'],
    rows: rows.map((row, i) => [...row, labels(objects[i] as KubeObject) || '<none>']),
  };
}

/** With the namespace as the first column. */
export function withNamespaces({ header, rows }: Table, objects: readonly KubeObject[]): Table {
  return {
    header: ['NAMESPACE', ...header],
    rows: rows.map((row, i) => [objects[i]?.metadata.namespace ?? '', ...row]),
  };
}

/** Columns three spaces apart. */
export function tableText({ header, rows }: Table, headers: boolean): string {
  const lines = headers ? [header, ...rows] : rows;
  return columns(lines, 3);
}
