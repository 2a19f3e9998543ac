/**
 * The Kubernetes API as it travels: objects as plain data, paths, and the Status objects that say what went wrong.
 * A request is an HttpRequest of models/wire.ts {method, path, body: KubeObject}; the answer's body is a KubeObject,
 * KubeList or Status; a watch answers in HttpChunks whose body is a WatchEvent[] (what came together travels together).
 *
 * Sources: k8s.io/api core/v1 and coordination/v1 types; apimachinery pkg/api/errors/errors.go for the Status texts;
 * reference of API concepts (resourceVersion=0: from the cache; watch=true; timeoutSeconds).
 * Times in objects are microseconds of the writer's clock and named so; resource versions are text, as in the API.
 *
 * Not modelled: authentication, the end of a namespace, label selectors, generation, finalizers, managedFields, table and
 * partial-metadata output, JSON patch kinds (a PATCH body is merged, lists replaced). Pods and what makes them:
 * workloads.ts.
 */

export const SECURE_PORT = 6443;

export interface ObjectMeta {
  readonly name: string;
  readonly namespace?: string;
  /** The etcd revision that wrote it. Absent in a body: the write is unconditional. */
  readonly resourceVersion?: string;
  readonly creationTimestampUs?: number;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  /** Given at the creation: tells an object from another one that had its name before. */
  readonly uid?: string;
  /** With an empty name: the apiserver makes one of this and five letters. */
  readonly generateName?: string;
  readonly ownerReferences?: readonly OwnerReference[];
  /** Asked to end, and not gone yet. */
  readonly deletionTimestampUs?: number;
}

export interface OwnerReference {
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
}

export interface KubeObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: ObjectMeta;
  readonly spec?: object;
  readonly status?: object;
}

export interface KubeList {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly resourceVersion: string };
  readonly items: readonly KubeObject[];
}

export interface WatchEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'ERROR';
  readonly object: KubeObject | Status;
}

export interface LeaseSpec {
  readonly holderIdentity: string;
  readonly leaseDurationSeconds: number;
  readonly acquireTimeUs?: number;
  readonly renewTimeUs: number;
  readonly leaseTransitions?: number;
}
export interface Lease extends KubeObject {
  readonly kind: 'Lease';
  readonly spec: LeaseSpec;
}

export type ConditionStatus = 'True' | 'False' | 'Unknown';
export interface NodeCondition {
  readonly type: 'Ready' | 'MemoryPressure' | 'DiskPressure' | 'PIDPressure';
  readonly status: ConditionStatus;
  readonly reason: string;
  readonly message: string;
  /** When the kubelet last posted it, by the kubelet's clock. */
  readonly lastHeartbeatTimeUs: number;
  readonly lastTransitionTimeUs: number;
}
export interface Taint {
  readonly key: string;
  readonly value?: string;
  readonly effect: 'NoSchedule' | 'PreferNoSchedule' | 'NoExecute';
  /** Of a NoExecute taint of the node-lifecycle controller: when it was added, by its clock. */
  readonly timeAddedUs?: number;
}
export interface Node extends KubeObject {
  readonly kind: 'Node';
  readonly spec: { readonly unschedulable?: boolean; readonly taints?: readonly Taint[] };
  readonly status: {
    readonly conditions: readonly NodeCondition[];
    readonly addresses: readonly { readonly type: 'InternalIP' | 'Hostname'; readonly address: string }[];
    readonly nodeInfo: { readonly kubeletVersion: string };
  };
}

export interface Namespace extends KubeObject {
  readonly kind: 'Namespace';
  readonly status: { readonly phase: 'Active' };
}

/** Not stored: what the apiserver finds when it is asked (component-status.ts). */
export interface ComponentStatus extends KubeObject {
  readonly kind: 'ComponentStatus';
  readonly conditions: readonly {
    readonly type: 'Healthy';
    readonly status: 'True' | 'False';
    readonly message: string;
    readonly error: string;
  }[];
}

export interface ConfigMap extends KubeObject {
  readonly kind: 'ConfigMap';
  readonly data: Readonly<Record<string, string>>;
}

/** What an unsuccessful request answers. `reason` is absent for errors that the API does not know by name. */
export interface Status {
  readonly apiVersion: 'v1';
  readonly kind: 'Status';
  readonly status: 'Failure' | 'Success';
  readonly message: string;
  readonly reason?: string;
  readonly code: number;
  readonly details?: { readonly retryAfterSeconds?: number };
}

// --- resources

export interface Resource {
  readonly plural: string;
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespaced: boolean;
  /** Where its objects lie in etcd. */
  readonly prefix: string;
}

function resource(plural: string, apiVersion: string, kind: string, namespaced: boolean, stored = plural) {
  return { plural, apiVersion, kind, namespaced, prefix: `/registry/${stored}/` };
}

/** Nodes are stored as minions, their name before 2014 (k/k pkg/registry/core/node/rest). */
export const RESOURCES: Readonly<Record<string, Resource>> = {
  leases: resource('leases', 'coordination.k8s.io/v1', 'Lease', true),
  nodes: resource('nodes', 'v1', 'Node', false, 'minions'),
  namespaces: resource('namespaces', 'v1', 'Namespace', false),
  pods: resource('pods', 'v1', 'Pod', true),
  configmaps: resource('configmaps', 'v1', 'ConfigMap', true),
  secrets: resource('secrets', 'v1', 'Secret', true),
  services: resource('services', 'v1', 'Service', true, 'services/specs'),
  endpoints: resource('endpoints', 'v1', 'Endpoints', true, 'services/endpoints'),
  events: resource('events', 'v1', 'Event', true),
  deployments: resource('deployments', 'apps/v1', 'Deployment', true),
  replicasets: resource('replicasets', 'apps/v1', 'ReplicaSet', true),
  statefulsets: resource('statefulsets', 'apps/v1', 'StatefulSet', true),
  daemonsets: resource('daemonsets', 'apps/v1', 'DaemonSet', true),
  componentstatuses: resource('componentstatuses', 'v1', 'ComponentStatus', false),
  // Of these there are none, as nothing here makes or reads them.
  replicationcontrollers: resource(
    'replicationcontrollers',
    'v1',
    'ReplicationController',
    true,
    'controllers',
  ),
  persistentvolumes: resource('persistentvolumes', 'v1', 'PersistentVolume', false),
  persistentvolumeclaims: resource('persistentvolumeclaims', 'v1', 'PersistentVolumeClaim', true),
  jobs: resource('jobs', 'batch/v1', 'Job', true),
  cronjobs: resource('cronjobs', 'batch/v1', 'CronJob', true),
  horizontalpodautoscalers: resource(
    'horizontalpodautoscalers',
    'autoscaling/v2',
    'HorizontalPodAutoscaler',
    true,
  ),
  ingresses: resource('ingresses', 'networking.k8s.io/v1', 'Ingress', true, 'ingress'),
  networkpolicies: resource('networkpolicies', 'networking.k8s.io/v1', 'NetworkPolicy', true),
  poddisruptionbudgets: resource('poddisruptionbudgets', 'policy/v1', 'PodDisruptionBudget', true),
  storageclasses: resource('storageclasses', 'storage.k8s.io/v1', 'StorageClass', false),
};

function base(apiVersion: string): string {
  return apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
}

/** `/api/v1/nodes`, `/apis/coordination.k8s.io/v1/namespaces/kube-system/leases`; without a namespace all of them. */
export function collectionPath(plural: string, namespace?: string): string {
  const { apiVersion } = RESOURCES[plural] as Resource;
  return namespace === undefined
    ? `${base(apiVersion)}/${plural}`
    : `${base(apiVersion)}/namespaces/${namespace}/${plural}`;
}

export function leasePath(namespace: string, name: string): string {
  return `${collectionPath('leases', namespace)}/${name}`;
}

export function nodePath(name: string): string {
  return `${collectionPath('nodes')}/${name}`;
}

export function configMapPath(namespace: string, name: string): string {
  return objectPath('configmaps', namespace, name);
}

/** Of any object; the namespace of one without is undefined. */
export function objectPath(plural: string, namespace: string | undefined, name: string): string {
  return `${collectionPath(plural, namespace)}/${name}`;
}

// --- errors (apimachinery pkg/api/errors/errors.go)

function failure(code: number, reason: string | undefined, message: string): Status {
  const status = { apiVersion: 'v1', kind: 'Status', status: 'Failure', message, code } as const;
  return reason === undefined ? status : { ...status, reason };
}

function qualified(resource: Resource): string {
  const group = resource.apiVersion.split('/');
  return group.length > 1 ? `${resource.plural}.${group[0]}` : resource.plural;
}

export function notFound(resource: Resource, name: string): Status {
  return failure(404, 'NotFound', `${qualified(resource)} "${name}" not found`);
}

export function alreadyExists(resource: Resource, name: string): Status {
  return failure(409, 'AlreadyExists', `${qualified(resource)} "${name}" already exists`);
}

export function conflict(resource: Resource, name: string): Status {
  return failure(
    409,
    'Conflict',
    `Operation cannot be fulfilled on ${qualified(resource)} "${name}": the object has been modified; please apply your changes to the latest version and try again`,
  );
}

/** The same with another reason. */
export function conflictBecause(resource: Resource, name: string, why: string): Status {
  return failure(
    409,
    'Conflict',
    `Operation cannot be fulfilled on ${qualified(resource)} "${name}": ${why}`,
  );
}

export function requestTimeout(): Status {
  return failure(504, 'Timeout', 'Timeout: request did not complete within the allotted timeout');
}

/** An error of etcd that the API has no name for is passed on as text. */
export function internal(message: string): Status {
  return failure(500, undefined, message);
}

/** apiserver pkg/storage/cacher/ready.go, errors.NewTooManyRequests(..., 1). */
export function reinitializing(): Status {
  return {
    ...failure(429, 'TooManyRequests', 'storage is (re)initializing'),
    details: { retryAfterSeconds: 1 },
  };
}

export function expired(): Status {
  return failure(410, 'Expired', 'too old resource version');
}

export function unauthorized(): Status {
  return failure(401, 'Unauthorized', 'Unauthorized');
}

export function unknownPath(): Status {
  return failure(404, 'NotFound', 'the server could not find the requested resource');
}

export function notAllowed(): Status {
  return failure(405, 'MethodNotAllowed', 'the server does not allow this method on the requested resource');
}

export function isStatus(body: unknown): body is Status {
  return typeof body === 'object' && body !== null && (body as { readonly kind?: unknown }).kind === 'Status';
}
