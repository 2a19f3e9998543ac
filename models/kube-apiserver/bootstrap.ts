/**
 * What every cluster has from its first apiserver on: four namespaces, and the Service `kubernetes` in front of the apiservers.
 *
 * Sources: k/k pkg/controlplane/controller/kubernetesservice/controller.go (UpdateKubernetesService: the namespace `default`, the
 * Service, its endpoints), controller/systemnamespaces (kube-system, kube-public, kube-node-lease); kubeadm's
 * --service-cluster-ip-range 10.96.0.0/12, of which the Service has the first address; the label kubernetes.io/metadata.name of
 * admission NamespaceDefaultLabelName (1.21).
 *
 * None of it is stored: it is answered to whoever reads from etcd, and so costs neither a packet nor a byte. It is as old as the
 * oldest Lease in kube-system that this apiserver has answered with (the electors make theirs a second or two after it).
 * Not modelled: caches and watches do not show it (neither controllers nor kube-proxy do anything about a Service without a
 * selector here, and pods do not ask the API by its address); it cannot be changed or deleted; another range of addresses.
 */
import type { KubeObject, Namespace } from './api.ts';
import type { ApiRequest } from './paths.ts';
import { keyOfObject, type Service } from './workloads.ts';

const SYSTEM_NAMESPACES = ['default', 'kube-node-lease', 'kube-public', 'kube-system'];
const KUBERNETES = { namespace: 'default', name: 'kubernetes' };
const CLUSTER_IP = '10.96.0.1';
const PORT = 443;

export function isSystemNamespace(name: string): boolean {
  return SYSTEM_NAMESPACES.includes(name);
}

/** What an apiserver knows without reading it. */
export interface ClusterKnown {
  /** --secure-port */
  readonly securePort: number;
  /** When the cluster began; undefined while nothing has told. */
  readonly clusterSinceUs: number | undefined;
}

/** When the cluster began as far as this answer tells; `sinceUs` is what was known before. */
export function clusterSince(sinceUs: number | undefined, body: unknown): number | undefined {
  const { kind, metadata } = (body ?? {}) as Partial<KubeObject>;
  if (kind !== 'Lease' || metadata?.namespace !== 'kube-system') return sinceUs;
  const { creationTimestampUs = Number.POSITIVE_INFINITY } = metadata;
  return sinceUs !== undefined && sinceUs <= creationTimestampUs ? sinceUs : creationTimestampUs;
}

interface Age {
  readonly creationTimestampUs?: number;
}

function namespaceOf(name: string, age: Age): Namespace {
  return {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name, labels: { 'kubernetes.io/metadata.name': name }, resourceVersion: '1', ...age },
    status: { phase: 'Active' },
  };
}

function kubernetesService(targetPort: number, age: Age): Service {
  const labels = { component: 'apiserver', provider: 'kubernetes' };
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { ...KUBERNETES, labels, resourceVersion: '1', ...age },
    spec: { type: 'ClusterIP', clusterIP: CLUSTER_IP, ports: [{ port: PORT, targetPort }] },
  };
}

function made({ plural }: ApiRequest['resource'], port: number, age: Age): readonly KubeObject[] {
  if (plural === 'namespaces') return SYSTEM_NAMESPACES.map((name) => namespaceOf(name, age));
  return plural === 'services' ? [kubernetesService(port, age)] : [];
}

/** The apiservers write the endpoints of `kubernetes` without a time. */
function aged(object: KubeObject, age: Age): KubeObject {
  const { kind, metadata } = object;
  const own =
    kind === 'Endpoints' && metadata.name === KUBERNETES.name && metadata.namespace === KUBERNETES.namespace;
  return own ? { ...object, metadata: { ...metadata, ...age } } : object;
}

/** The objects that a `get` or `list` is answered with, in the order of their names: those that were found, and these. */
export function withBootstrapped(
  request: ApiRequest,
  found: readonly KubeObject[],
  { securePort, clusterSinceUs }: ClusterKnown,
): readonly KubeObject[] {
  const { resource, namespace, name } = request;
  const age: Age = clusterSinceUs === undefined ? {} : { creationTimestampUs: clusterSinceUs };
  if (resource.plural === 'endpoints') return found.map((object) => aged(object, age));
  const added = made(resource, securePort, age).filter(
    ({ metadata }) =>
      (name === '' || metadata.name === name) &&
      (namespace === '' || metadata.namespace === undefined || metadata.namespace === namespace),
  );
  if (added.length === 0) return found;
  return [...found, ...added].sort((a, b) => (keyOfObject(a) < keyOfObject(b) ? -1 : 1));
}
