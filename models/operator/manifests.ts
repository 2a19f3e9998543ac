/**
 * Workloads as an operator names them, and the objects that they are in the API: what `kubectl create deployment`, `kubectl
 * expose` and `kubectl apply` send.
 *
 * Source: kubectl pkg/cmd/create/create_deployment.go (label and selector app=NAME, container named after the image),
 * pkg/cmd/expose.
 */
import type { KubeObject } from '../kube-apiserver/api.ts';
import { isSystemNamespace } from '../kube-apiserver/bootstrap.ts';
import {
  NOT_READY,
  type PodTemplate,
  type Service,
  type Toleration,
  UNREACHABLE,
} from '../kube-apiserver/workloads.ts';

export type WorkloadKind = 'deployment' | 'statefulset' | 'daemonset';

export interface WorkloadSpec {
  readonly name: string;
  readonly kind: WorkloadKind;
  readonly namespace: string;
  readonly replicas: number;
  readonly image: string;
  /** Seconds that its pods stay on a node that is not ready or cannot be reached; undefined: what the apiserver adds. */
  readonly tolerationSeconds: number | undefined;
  /** It may run on control planes. */
  readonly onControlPlanes: boolean;
  /** Its program ends after so many seconds and is started again; undefined: it serves for ever. */
  readonly runsForSeconds: number | undefined;
  /** A Service in front of it. */
  readonly expose: { readonly port: number; readonly nodePort: number | undefined } | undefined;
}

/** An object to create, and where. */
export interface Manifest {
  readonly plural: string;
  /** Empty for an object without. */
  readonly namespace: string;
  readonly object: KubeObject;
}

const PLURALS: Readonly<Record<WorkloadKind, readonly [plural: string, kind: string]>> = {
  deployment: ['deployments', 'Deployment'],
  statefulset: ['statefulsets', 'StatefulSet'],
  daemonset: ['daemonsets', 'DaemonSet'],
};

function tolerationsOf({ tolerationSeconds, onControlPlanes }: WorkloadSpec): Toleration[] {
  const tolerations: Toleration[] = [];
  if (tolerationSeconds !== undefined) {
    for (const key of [NOT_READY, UNREACHABLE])
      tolerations.push({ key, operator: 'Exists', effect: 'NoExecute', tolerationSeconds });
  }
  if (onControlPlanes) {
    for (const role of ['control-plane', 'master'])
      tolerations.push({ key: `node-role.kubernetes.io/${role}`, operator: 'Exists', effect: 'NoSchedule' });
  }
  return tolerations;
}

export function workloadObject(spec: WorkloadSpec): Manifest {
  const { name, kind, namespace, replicas, image, runsForSeconds } = spec;
  const [plural, objectKind] = PLURALS[kind];
  const tolerations = tolerationsOf(spec);
  const template: PodTemplate = {
    labels: { app: name },
    spec: {
      image,
      ...(tolerations.length === 0 ? {} : { tolerations }),
      ...(runsForSeconds === undefined ? {} : { command: `sleep ${runsForSeconds}` }),
    },
  };
  const object: KubeObject = {
    apiVersion: 'apps/v1',
    kind: objectKind,
    metadata: { name, labels: { app: name } },
    spec: { ...(kind === 'daemonset' ? {} : { replicas }), selector: { app: name }, template },
  };
  return { plural, namespace, object };
}

export function serviceObject(
  name: string,
  namespace: string,
  selector: Readonly<Record<string, string>>,
  ports: { readonly port: number; readonly targetPort: number; readonly nodePort: number | undefined },
  type: Service['spec']['type'],
): Manifest {
  const { port, targetPort, nodePort } = ports;
  const object: Service = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, labels: { app: name } },
    spec: {
      type,
      clusterIP: '',
      ports: [{ port, targetPort, ...(nodePort === undefined ? {} : { nodePort }) }],
      selector,
    },
  };
  return { plural: 'services', namespace, object };
}

export function namespaceObject(name: string): Manifest {
  const labels = { 'kubernetes.io/metadata.name': name };
  const object = {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name, labels },
    status: { phase: 'Active' },
  };
  return { plural: 'namespaces', namespace: '', object };
}

/** The objects of a workload, in the order in which they are created. */
export function manifestsOf(spec: WorkloadSpec): Manifest[] {
  const { name, namespace, expose } = spec;
  const first = isSystemNamespace(namespace) ? [] : [namespaceObject(namespace)];
  const workload = workloadObject(spec);
  if (expose === undefined) return [...first, workload];
  const { port, nodePort } = expose;
  const type = nodePort === undefined ? 'ClusterIP' : 'NodePort';
  return [
    ...first,
    workload,
    serviceObject(name, namespace, { app: name }, { port, targetPort: port, nodePort }, type),
  ];
}
