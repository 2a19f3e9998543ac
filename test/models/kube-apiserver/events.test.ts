import { describe, expect, it } from 'vitest';
import type { RangeResponse } from '../../../models/etcd/api.ts';
import type { KubeObject } from '../../../models/kube-apiserver/api.ts';
import { eventOps, nodeOccurrence } from '../../../models/kube-apiserver/events.ts';
import { type ApiRequest, parseRequest } from '../../../models/kube-apiserver/paths.ts';
import { transactionOf, withEvents } from '../../../models/kube-apiserver/storage.ts';
import { afterList, isTooOld, missed } from '../../../models/kube-apiserver/watch-cache.ts';

const POD: KubeObject = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: '', generateName: 'web-', namespace: 'default' },
  spec: {},
};
const ADMISSION = { luck: 0.5, notReadySeconds: 300, unreachableSeconds: 300 };
const CREATED = {
  type: 'Normal',
  reason: 'SuccessfulCreate',
  message: 'Created pod: {name}',
  component: 'replicaset-controller',
  about: { kind: 'ReplicaSet', namespace: 'default', name: 'web' },
} as const;
const valuesOf = (ops: ReturnType<typeof eventOps>) =>
  ops.map((op) => (op.op === 'put' ? { key: op.request.key, ...(op.request.value as object) } : op));

describe('events', () => {
  it('are stored in the transaction of the write that they are about, under the name that it gets', () => {
    const request = parseRequest('POST', '/api/v1/namespaces/default/pods') as ApiRequest;
    const bare = transactionOf(request, POD, undefined, ADMISSION, 1_000_000);
    const whole = withEvents(bare, undefined, [CREATED], 1_000_000);
    expect(whole.compare).toEqual(bare.compare);
    expect(whole.success[0]).toEqual(bare.success[0]);
    const [pod] = bare.success;
    const name = pod?.op === 'put' ? (pod.request.value as KubeObject).metadata.name : '';
    expect(name).toMatch(/^web-.{5}$/);
    expect(valuesOf(whole.success.slice(1))).toMatchObject([
      {
        key: '/registry/events/default/web.3b9aca00',
        involvedObject: { kind: 'ReplicaSet', name: 'web' },
        message: `Created pod: ${name}`,
      },
    ]);
    expect(withEvents(bare, undefined, [], 1_000_000)).toBe(bare);
  });

  it('of a node are in the namespace default, and two at one moment have two names', () => {
    const node = { apiVersion: 'v1', kind: 'Node', metadata: { name: 'm1' } };
    const said = [
      nodeOccurrence('Starting', 'm1', 'kubelet'),
      nodeOccurrence('NodeNotReady', 'm1', 'node-controller'),
    ];
    expect(valuesOf(eventOps(said, node, 1))).toMatchObject([
      {
        key: '/registry/events/default/m1.3e8',
        message: 'Starting kubelet.',
        source: { component: 'kubelet', host: 'm1' },
      },
      { key: '/registry/events/default/m1.3e9', message: 'Node m1 status is now: NodeNotReady' },
    ]);
  });

  it('can be watched from before the cache began, as etcd itself is asked for them', () => {
    const kv = (name: string, modRevision: number) => ({
      key: `/registry/events/default/${name}`,
      value: { apiVersion: 'v1', kind: 'Event', metadata: { name, namespace: 'default' } },
      ...{ createRevision: modRevision, modRevision, version: 1, lease: 0 },
    });
    const cache = afterList({
      header: { revision: 20 },
      kvs: [kv('a', 5), kv('b', 12)],
      count: 2,
    } as unknown as RangeResponse);
    const watch = (plural: string) =>
      parseRequest('GET', `/api/v1/namespaces/default/${plural}?watch=true&resourceVersion=10`) as ApiRequest;
    expect(isTooOld(cache, watch('events'))).toBe(false);
    expect(missed(cache, watch('events'))).toMatchObject([
      { type: 'ADDED', object: { metadata: { name: 'b' } } },
    ]);
    expect(isTooOld(cache, watch('pods'))).toBe(true);
  });
});
