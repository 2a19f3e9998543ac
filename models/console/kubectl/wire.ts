/**
 * Objects as the API's JSON has them, for `-o json`, `-o yaml`, `-o jsonpath` and the like: the models keep times in microseconds and
 * a pod's one container flat.
 *
 * Sources: k8s.io/api core/v1 types.go (PodSpec, ContainerStatus, EndpointSubset), apps/v1, coordination/v1; apimachinery
 * pkg/apis/meta/v1 time.go (RFC 3339 to the second) and micro_time.go (six digits); keys stand in alphabetical order, as kubectl
 * prints what it decoded into maps. Not there: fields that no model knows (managedFields, podCIDR, capacity, imageID, ...).
 */
import type { KubeList, KubeObject } from '../../kube-apiserver/api.ts';
import {
  type ContainerStatus,
  type Endpoints,
  MIRROR_ANNOTATION,
  type Pod,
  type PodSpec,
  type PodTemplate,
  type ReplicaWorkload,
  type Service,
} from '../../kube-apiserver/workloads.ts';
import { isoTime } from '../wall-clock.ts';

export type Json = null | boolean | number | string | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: Json;
}

const TIME = 'Us';
const MICRO_TIMES = ['acquireTime', 'renewTime', 'eventTime'];

/** Plain data with its keys in order; what has no value is left out. */
function plain(value: unknown): Json {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value as Json;
  const entries = Object.entries(value)
    .filter(([, field]) => field !== undefined)
    .map(([key, field]): [string, Json] => {
      const name = key.slice(0, -TIME.length);
      return key.endsWith(TIME) && typeof field === 'number'
        ? [name, isoTime(field, MICRO_TIMES.includes(name) ? 6 : 0)]
        : [key, plain(field)];
    });
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** `docker.io/library/nginx:1.25` runs in a container `nginx`, as `kubectl create deployment` names it. */
function containerName(image: string): string {
  const [last = image] = image.split('/').slice(-1);
  return last.replace(/[:@].*$/, '');
}

function podSpec({ image, command, onNode, ...rest }: PodSpec, name = containerName(image)) {
  const words = command === undefined ? {} : { command: command.split(' ') };
  const terms = [{ matchFields: [{ key: 'metadata.name', operator: 'In', values: [onNode] }] }];
  const required = { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: terms } };
  return {
    ...rest,
    ...(onNode === undefined ? {} : { affinity: { nodeAffinity: required } }),
    containers: [{ name, image, ...words }],
  };
}

function containerStatus(name: string, image: string, status: ContainerStatus) {
  const { lastFinishedAtUs, ...rest } = status;
  const lastState = lastFinishedAtUs === undefined ? {} : { terminated: { finishedAtUs: lastFinishedAtUs } };
  return { ...rest, name, image, started: 'running' in status.state, lastState };
}

function pod({ spec, status, ...rest }: Pod) {
  const name = rest.metadata.annotations?.[MIRROR_ANNOTATION] ?? containerName(spec.image);
  const { container, ...known } = status;
  const statuses =
    container === undefined ? {} : { containerStatuses: [containerStatus(name, spec.image, container)] };
  return { ...rest, spec: podSpec(spec, name), status: { ...known, ...statuses } };
}

function workload({ spec, ...rest }: Pick<ReplicaWorkload, keyof KubeObject | 'spec'>) {
  const template = ({ labels, spec: inner }: PodTemplate) => ({ metadata: { labels }, spec: podSpec(inner) });
  return {
    ...rest,
    spec: { ...spec, selector: { matchLabels: spec.selector }, template: template(spec.template) },
  };
}

function service({ spec, ...rest }: Service) {
  return { ...rest, spec: { ...spec, ports: spec.ports.map((port) => ({ ...port, protocol: 'TCP' })) } };
}

function endpoints(object: Endpoints) {
  // Those of the Service `kubernetes` have their subsets already (endpoint-reconciler.ts).
  if (object.addresses === undefined) return object;
  const { addresses, notReadyAddresses, ports, ...rest } = object;
  const of = (ips: readonly string[]) => ips.map((ip) => ({ ip }));
  const subset = {
    ...(addresses.length === 0 ? {} : { addresses: of(addresses) }),
    ...(notReadyAddresses.length === 0 ? {} : { notReadyAddresses: of(notReadyAddresses) }),
    ports: ports.map((port) => ({ port, protocol: 'TCP' })),
  };
  return addresses.length + notReadyAddresses.length === 0 ? rest : { ...rest, subsets: [subset] };
}

const SHAPES: Readonly<Record<string, (object: never) => unknown>> = {
  Pod: pod,
  Deployment: workload,
  ReplicaSet: workload,
  StatefulSet: workload,
  DaemonSet: workload,
  Service: service,
  Endpoints: endpoints,
};

export function wireOf(object: KubeObject): JsonObject {
  const shape = SHAPES[object.kind];
  return plain(shape === undefined ? object : shape(object as never)) as JsonObject;
}

/** A list as kubectl puts it together. */
export function wireList(objects: readonly KubeObject[]): JsonObject {
  return { apiVersion: 'v1', items: objects.map(wireOf), kind: 'List', metadata: { resourceVersion: '' } };
}

/** An answer of the API as it is sent: an object, or a list of its kind. */
export function wireBody(body: KubeObject | KubeList): JsonObject {
  return 'items' in body ? { ...body, items: body.items.map(wireOf) } : wireOf(body);
}
