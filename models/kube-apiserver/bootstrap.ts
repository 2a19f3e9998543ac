/**
 * What every cluster has from its first apiserver on: four namespaces, and the Service `kubernetes` in front of the apiservers.
 *
 * Sources: k/k pkg/controlplane/controller/kubernetesservice/controller.go (UpdateKubernetesService: the namespace `default`, the
 * Service, its endpoints), controller/systemnamespaces (kube-system, kube-public, kube-node-lease); kubeadm's
 * --service-cluster-ip-range 10.96.0.0/12, of which the Service has the first address; the label kubernetes.io/metadata.name of
 * admission NamespaceDefaultLabelName (1.21).
 *
 * None of it is stored: each is answered to whoever reads from etcd, the Service as long as its endpoints are there, so that it costs
 * neither a packet nor a byte. They are as old as the oldest Lease in kube-system, which the electors make a second or two later.
 * Not modelled: caches and watches do not show them (neither controllers nor kube-proxy do anything about a Service without a
 * selector here, and pods do not ask the API by its address); they cannot be changed or deleted; another range of addresses.
 */
import { type KeyValue, prefixEnd, type RangeRequest } from '../etcd/api.ts';
import type { KubeObject, Namespace } from './api.ts';
import type { ApiRequest } from './paths.ts';
import type { Service } from './workloads.ts';

const SYSTEM_NAMESPACES = ['default', 'kube-node-lease', 'kube-public', 'kube-system'];
const KUBERNETES = 'kubernetes';
const CLUSTER_IP = '10.96.0.1';
const PORT = 443;

const ENDPOINTS = '/registry/services/endpoints/default/kubernetes';
const SERVICE = '/registry/services/specs/default/kubernetes';
const LEASES = '/registry/leases/kube-system/';

const AGE: RangeRequest = { key: LEASES, rangeEnd: prefixEnd(LEASES) };
const NOTHING: readonly RangeRequest[] = [];

export function isSystemNamespace(name: string): boolean {
  return SYSTEM_NAMESPACES.includes(name);
}

/** What is read beside what the request names. */
export function readBeside({ verb, resource, namespace, name }: ApiRequest): readonly RangeRequest[] {
  if (verb !== 'get' && verb !== 'list') return NOTHING;
  const { plural } = resource;
  if (plural === 'namespaces') return name === '' || isSystemNamespace(name) ? [AGE] : NOTHING;
  if ((namespace !== '' && namespace !== 'default') || (name !== '' && name !== KUBERNETES)) return NOTHING;
  if (plural === 'services') return [{ key: ENDPOINTS }, AGE];
  return plural === 'endpoints' ? [AGE] : NOTHING;
}

function createdUs(kvs: readonly KeyValue[]): number | undefined {
  const times = kvs.flatMap(({ value }) => (value as KubeObject).metadata.creationTimestampUs ?? []);
  return times.length === 0 ? undefined : Math.min(...times);
}

type Age = { readonly creationTimestampUs?: number };

function namespaceOf(name: string, age: Age): Namespace {
  const labels = { 'kubernetes.io/metadata.name': name };
  return {
    ...{ apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels, ...age } },
    ...{ spec: { finalizers: ['kubernetes'] }, status: { phase: 'Active' } },
  } as Namespace;
}

function serviceOf({ value }: KeyValue, age: Age): Service {
  const [subset] = (value as { readonly subsets: readonly { readonly ports: readonly { port: number }[] }[] })
    .subsets;
  const labels = { component: 'apiserver', provider: 'kubernetes' };
  const ports = [{ port: PORT, targetPort: subset?.ports[0]?.port ?? PORT }];
  return {
    ...{ apiVersion: 'v1', kind: 'Service' },
    metadata: { name: KUBERNETES, namespace: 'default', labels, ...age },
    spec: { type: 'ClusterIP', clusterIP: CLUSTER_IP, ports },
  } as Service;
}

/** What was found, of the request's own range and of those beside it, as the keys that the request is about. */
export function withBootstrapped(request: ApiRequest, kvs: readonly KeyValue[]): readonly KeyValue[] {
  const { plural, prefix } = request.resource;
  const leases = kvs.filter(({ key }) => key.startsWith(LEASES));
  const creationTimestampUs = createdUs(leases);
  const age: Age = creationTimestampUs === undefined ? {} : { creationTimestampUs };
  const stored = kvs.filter(({ key }) => key.startsWith(prefix));
  const made = (key: string, value: KubeObject): KeyValue => {
    const revision = leases[0]?.createRevision ?? 1;
    return { key, value, createRevision: revision, modRevision: revision, version: 1, lease: 0 };
  };
  if (plural === 'endpoints')
    return stored.map((kv) => {
      const object = kv.value as KubeObject;
      return kv.key === ENDPOINTS
        ? { ...kv, value: { ...object, metadata: { ...object.metadata, ...age } } }
        : kv;
    });
  const added =
    plural === 'namespaces'
      ? SYSTEM_NAMESPACES.map((name) => made(prefix + name, namespaceOf(name, age)))
      : kvs.filter(({ key }) => key === ENDPOINTS).map((kv) => made(SERVICE, serviceOf(kv, age)));
  const asked = added.filter(({ key }) => request.name === '' || key.endsWith(`/${request.name}`));
  return [...stored, ...asked].sort((a, b) => (a.key < b.key ? -1 : 1));
}
