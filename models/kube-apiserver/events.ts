/**
 * Events: what components say about objects, for people who look.
 *
 * Sources: client-go tools/record/event.go (makeEvent: the name is the object's and a time in hexadecimal; an object without a
 * namespace has its events in `default`), tools/record/events_cache.go. Unit: microseconds.
 *
 * An event travels with the write that it is about and is stored in the same transaction, where a component posts it by a
 * request of its own a moment later: so an event costs no packet, and one whose write fails does not exist. Not modelled:
 * events that go with no write (RegisteredNode, FailedScheduling, BackOff, Unhealthy, Killing), counting of equal ones, their
 * end after --event-ttl (1 h).
 */
import type { RequestOp } from '../etcd/api.ts';
import { type KubeObject, RESOURCES } from './api.ts';
import type { KubeEvent } from './workloads.ts';

/** What a component says of an object. */
export interface Occurrence {
  readonly type: 'Normal' | 'Warning';
  /** One word: `Scheduled`. */
  readonly reason: string;
  /** `{name}` stands for the name of the object that is written, which the apiserver may have to make. */
  readonly message: string;
  /** Who says so: `default-scheduler`. */
  readonly component: string;
  /** Of a kubelet: its node. */
  readonly host?: string;
  /** What it is about; absent: the object that is written. */
  readonly about?: { readonly kind: string; readonly namespace?: string | undefined; readonly name: string };
}

/** k/k pkg/util/node and pkg/kubelet/kubelet_node_status.go: what is said when a node's condition Ready turns. */
export function nodeOccurrence(
  reason: 'NodeReady' | 'NodeNotReady' | 'Starting',
  name: string,
  component: string,
): Occurrence {
  const message = reason === 'Starting' ? 'Starting kubelet.' : `Node ${name} status is now: ${reason}`;
  const host = component === 'kubelet' ? { host: name } : {};
  return { type: 'Normal', reason, message, component, ...host };
}

/** The operations that store what is said with the write of `object`. */
export function eventOps(said: readonly Occurrence[], object: KubeObject, atUs: number): RequestOp[] {
  return said.map((one, index) => {
    const value = eventOf(one, object, atUs, index);
    const { namespace = '', name } = value.metadata;
    return { op: 'put', request: { key: `${RESOURCES['events']!.prefix}${namespace}/${name}`, value } };
  });
}

function eventOf(said: Occurrence, object: KubeObject, atUs: number, index: number): KubeEvent {
  const { type, reason, component, host } = said;
  const { kind, namespace = 'default', name } = said.about ?? { kind: object.kind, ...object.metadata };
  return {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: {
      name: `${name}.${(atUs * 1_000 + index).toString(16)}`,
      namespace,
      creationTimestampUs: atUs,
    },
    involvedObject: { kind, namespace, name },
    reason,
    message: said.message.replace('{name}', object.metadata.name),
    type,
    source: host === undefined ? { component } : { component, host },
    lastTimestampUs: atUs,
  };
}
