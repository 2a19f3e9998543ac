/**
 * What the apiserver makes of a write beyond storing it: names and identities of new objects, the tolerations of new pods,
 * addresses of new Services, the binding of a pod to its node, deletions that wait for a kubelet.
 *
 * Sources: apiserver pkg/registry/rest/create.go, names/generate.go (five of `bcdfghjklmnpqrstvwxz2456789`), registry/generic/
 * registry/store.go (Delete: graceful), k/k pkg/registry/core/pod/strategy.go (grace 0 for a pod without a node) and storage
 * (assignPod), pkg/registry/core/service/ipallocator (from 10.96.0.0/12), portallocator (30000 to 32767).
 *
 * A name and an identity are drawn from the apiserver's luck and the moment. Not modelled: quotas, webhooks, the grace period
 * itself (a kubelet takes as long as its container takes), PodDisruptionBudgets; that two Services get one address is not
 * prevented.
 */
import { uniform } from '../uniform.ts';
import { conflictBecause, type KubeObject, type Status } from './api.ts';
import type { ApiRequest } from './paths.ts';
import { type Pod, type Service, withDefaultTolerations } from './workloads.ts';

export interface Admission {
  readonly luck: number;
  /** --default-not-ready-toleration-seconds and --default-unreachable-toleration-seconds. */
  readonly notReadySeconds: number;
  readonly unreachableSeconds: number;
}

/** The body of a DELETE. */
export interface DeleteOptions {
  /** 0: at once, without waiting for a kubelet. */
  readonly gracePeriodSeconds?: number;
  /** Only if it is still this one. */
  readonly uid?: string;
}
/** The body of a POST to a pod's `binding`. */
export interface Binding {
  readonly target: string;
}

const LETTERS = 'bcdfghjklmnpqrstvwxz2456789';

function draw({ luck }: Admission, purpose: string, atUs: number, i: number): number {
  return uniform(luck, purpose, atUs * 32 + i);
}

function suffix(admission: Admission, atUs: number): string {
  let text = '';
  for (let i = 0; i < 5; i++)
    text += LETTERS.charAt(Math.floor(draw(admission, 'generate-name', atUs, i) * LETTERS.length));
  return text;
}

function newUid(admission: Admission, atUs: number, name: string): string {
  let hex = '';
  for (let i = 0; i < 4; i++)
    hex += Math.floor(draw(admission, `uid ${name}`, atUs, i) * 0x100000000)
      .toString(16)
      .padStart(8, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20)}`;
}

function withAddress(service: Service, admission: Admission, atUs: number): Service {
  const { spec } = service;
  const at = (i: number, from: number, to: number) =>
    from + Math.floor(draw(admission, 'service', atUs, i) * (to - from + 1));
  return {
    ...service,
    spec: {
      ...spec,
      clusterIP:
        spec.clusterIP === '' ? `10.${at(0, 96, 111)}.${at(1, 0, 255)}.${at(2, 1, 254)}` : spec.clusterIP,
      ports: spec.ports.map((one, i) =>
        spec.type === 'NodePort' && one.nodePort === undefined
          ? { ...one, nodePort: at(3 + i, 30_000, 32_767) }
          : one,
      ),
    },
  };
}

/** A new object as it is stored. */
export function admitted(
  request: ApiRequest,
  body: KubeObject,
  admission: Admission,
  atUs: number,
): KubeObject {
  const { metadata } = body;
  const name =
    metadata.name === '' ? `${metadata.generateName ?? ''}${suffix(admission, atUs)}` : metadata.name;
  const namespace = request.namespace === '' ? {} : { namespace: request.namespace };
  const uid = metadata.uid ?? newUid(admission, atUs, name);
  const object = { ...body, metadata: { ...metadata, ...namespace, name, uid, creationTimestampUs: atUs } };
  if (request.resource.plural === 'services') return withAddress(object as Service, admission, atUs);
  if (request.resource.plural !== 'pods') return object;
  const { notReadySeconds, unreachableSeconds } = admission;
  const pod = object as Pod;
  return {
    ...pod,
    spec: withDefaultTolerations(pod.spec, notReadySeconds, unreachableSeconds),
    status: { phase: 'Pending', conditions: [] },
  } as Pod;
}

/** Is the pod only marked, as its kubelet has to end it first? */
export function isGraceful({ verb, resource }: ApiRequest, body: unknown, stored: KubeObject): boolean {
  if (resource.plural !== 'pods' || (stored as Pod).spec.nodeName === undefined) return false;
  return verb !== 'delete' || (body as DeleteOptions | undefined)?.gracePeriodSeconds !== 0;
}

/** Why a delete, an eviction or a binding is refused, given what is stored; undefined if it is not. */
export function refusal(
  { resource, name, verb, subresource }: ApiRequest,
  body: unknown,
  stored: KubeObject,
): Status | undefined {
  const wanted = verb === 'delete' ? (body as DeleteOptions | undefined)?.uid : undefined;
  if (wanted !== undefined && wanted !== stored.metadata.uid)
    return conflictBecause(
      resource,
      name,
      `the UID in the precondition (${wanted}) does not match the UID in record (${stored.metadata.uid}). The object might have been deleted and then recreated`,
    );
  const nodeName = (stored as Pod).spec?.nodeName;
  return subresource === 'binding' && nodeName !== undefined
    ? conflictBecause(resource, name, `pod ${name} is already assigned to node "${nodeName}"`)
    : undefined;
}

export function marked(stored: KubeObject, atUs: number): KubeObject {
  return { ...stored, metadata: { ...stored.metadata, deletionTimestampUs: atUs } };
}

export function bound(stored: KubeObject, { target }: Binding): KubeObject {
  const pod = stored as Pod;
  return {
    ...pod,
    spec: { ...pod.spec, nodeName: target },
    status: {
      ...pod.status,
      conditions: [
        ...pod.status.conditions.filter(({ type }) => type !== 'PodScheduled'),
        { type: 'PodScheduled', status: 'True' },
      ],
    },
  } as Pod;
}
