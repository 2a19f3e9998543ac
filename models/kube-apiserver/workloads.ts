/**
 * Pods and what makes them, as objects of the API.
 *
 * Sources: k8s.io/api core/v1 and apps/v1 types; k/k plugin/pkg/admission/defaulttolerationseconds (tolerations of every
 * new pod), pkg/apis/core/helper ToleratesTaint. Times are microseconds of the writer's clock.
 *
 * A pod has one container. Not modelled: init containers, volumes, resources, priorities, affinity beyond the one node
 * that a DaemonSet names, rolling updates (a changed template makes no new ReplicaSet), jobs, sessions of Services.
 */
import type { KubeObject, ObjectMeta, Taint } from './api.ts';

export interface Toleration {
  /** Absent with `Exists`: every taint. */
  readonly key?: string;
  readonly operator: 'Exists' | 'Equal';
  readonly value?: string;
  /** Absent: every effect. */
  readonly effect?: Taint['effect'];
  /** Of NoExecute: absent is for ever. */
  readonly tolerationSeconds?: number;
}

export interface PodSpec {
  readonly nodeName?: string;
  readonly tolerations?: readonly Toleration[];
  readonly image: string;
  /** `sleep 20` makes a container that ends after 20 s; any other command runs for ever. */
  readonly command?: string;
  /** Node that a DaemonSet wants it on (nodeAffinity over metadata.name). */
  readonly onNode?: string;
  readonly hostNetwork?: boolean;
}

export interface PodTemplate {
  readonly labels: Readonly<Record<string, string>>;
  readonly spec: PodSpec;
}

export interface ContainerStatus {
  readonly ready: boolean;
  readonly restartCount: number;
  readonly state:
    | { readonly waiting: { readonly reason: string } }
    | { readonly running: { readonly startedAtUs: number } }
    | { readonly terminated: { readonly reason: string; readonly exitCode: number } };
  /** When the container before this one ended. */
  readonly lastFinishedAtUs?: number;
}

export interface PodCondition {
  readonly type: 'PodScheduled' | 'Ready';
  readonly status: 'True' | 'False';
  readonly reason?: string;
}

export interface PodStatus {
  readonly phase: 'Pending' | 'Running' | 'Succeeded' | 'Failed';
  readonly conditions: readonly PodCondition[];
  readonly podIP?: string;
  readonly hostIP?: string;
  readonly container?: ContainerStatus;
}

export interface Pod extends KubeObject {
  readonly kind: 'Pod';
  readonly spec: PodSpec;
  readonly status: PodStatus;
}

export type Selector = Readonly<Record<string, string>>;

/** Deployment, ReplicaSet or StatefulSet. */
export interface ReplicaWorkload extends KubeObject {
  readonly spec: { readonly replicas: number; readonly selector: Selector; readonly template: PodTemplate };
  readonly status?: {
    readonly replicas: number;
    readonly readyReplicas: number;
    readonly availableReplicas: number;
    readonly updatedReplicas?: number;
  };
}

export interface DaemonSet extends KubeObject {
  readonly spec: { readonly selector: Selector; readonly template: PodTemplate };
  readonly status?: {
    readonly desiredNumberScheduled: number;
    readonly currentNumberScheduled: number;
    readonly numberReady: number;
  };
}

export interface ServicePort {
  readonly port: number;
  readonly targetPort: number;
  readonly nodePort?: number;
}
export interface Service extends KubeObject {
  readonly kind: 'Service';
  readonly spec: {
    readonly type: 'ClusterIP' | 'NodePort';
    readonly clusterIP: string;
    readonly ports: readonly ServicePort[];
    readonly selector?: Selector;
  };
}

export interface Endpoints extends KubeObject {
  readonly kind: 'Endpoints';
  readonly addresses: readonly string[];
  readonly notReadyAddresses: readonly string[];
  readonly ports: readonly number[];
}

export interface KubeEvent extends KubeObject {
  readonly kind: 'Event';
  readonly involvedObject: { readonly kind: string; readonly namespace: string; readonly name: string };
  readonly reason: string;
  readonly message: string;
  readonly type: 'Normal' | 'Warning';
  readonly source: { readonly component: string; readonly host?: string };
  readonly lastTimestampUs: number;
}

export const NOT_READY = 'node.kubernetes.io/not-ready';
export const UNREACHABLE = 'node.kubernetes.io/unreachable';
export const UNSCHEDULABLE = 'node.kubernetes.io/unschedulable';
export const MIRROR_ANNOTATION = 'kubernetes.io/config.mirror';

export function tolerates({ key, operator, value = '', effect }: Toleration, taint: Taint): boolean {
  if (effect !== undefined && effect !== taint.effect) return false;
  if (key !== undefined && key !== taint.key) return false;
  return operator === 'Exists' || value === (taint.value ?? '');
}

/** Tolerations that every new pod gets for a taint that it does not name (admission DefaultTolerationSeconds). */
export function withDefaultTolerations(
  spec: PodSpec,
  notReadySeconds: number,
  unreachableSeconds: number,
): PodSpec {
  const tolerations = [...(spec.tolerations ?? [])];
  const add = (key: string, tolerationSeconds: number) => {
    const taint: Taint = { key, effect: 'NoExecute' };
    const isNamed = tolerations.some(
      (one) => (one.key === undefined || one.key === key) && tolerates(one, taint),
    );
    if (!isNamed) tolerations.push({ key, operator: 'Exists', effect: 'NoExecute', tolerationSeconds });
  };
  add(NOT_READY, notReadySeconds);
  add(UNREACHABLE, unreachableSeconds);
  return { ...spec, tolerations };
}

export function selects(selector: Selector, labels: ObjectMeta['labels']): boolean {
  return Object.entries(selector).every(([key, value]) => labels?.[key] === value);
}

export function isPodReady(pod: Pod): boolean {
  return pod.status.conditions.some(({ type, status }) => type === 'Ready' && status === 'True');
}

export function isTerminating({ metadata }: KubeObject): boolean {
  return metadata.deletionTimestampUs !== undefined;
}

export function isOwnedBy({ metadata }: KubeObject, owner: KubeObject): boolean {
  return metadata.ownerReferences?.some(({ uid }) => uid === owner.metadata.uid) ?? false;
}

/** `NAMESPACE/NAME`, or the name of an object without a namespace. */
export function keyOfObject({ metadata: { namespace, name } }: KubeObject): string {
  return namespace === undefined ? name : `${namespace}/${name}`;
}
