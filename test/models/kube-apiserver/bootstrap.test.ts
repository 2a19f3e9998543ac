import { describe, expect, test } from 'vitest';
import { collectionPath, type KubeList, objectPath } from '../../../models/kube-apiserver/api.ts';
import { etcdContext, type Lab, lab } from './fixture.ts';

const LEASE = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', spec: { holderIdentity: 'm1' } };
const lease = (name: string) => ({ ...LEASE, metadata: { name } });

function list(l: Lab, id: number): readonly string[] {
  const { items } = l.answer(id)!.body as KubeList;
  return items.map(({ metadata }) => metadata.name);
}

describe('what every cluster has', () => {
  test('four namespaces are there before anybody has stored one, and as old as the oldest Lease in kube-system that was seen', () => {
    const l = lab();
    l.ask(6, 'POST', collectionPath('leases', 'kube-system'), lease('kube-scheduler'));
    l.ask(8, 'POST', collectionPath('leases', 'kube-system'), lease('another'));
    l.ask(9, 'GET', collectionPath('namespaces'));
    l.ask(9.5, 'GET', objectPath('namespaces', undefined, 'default'));
    l.ask(10, 'GET', objectPath('namespaces', undefined, 'nosuch'));
    l.run(11);
    expect(list(l, 3)).toEqual(['default', 'kube-node-lease', 'kube-public', 'kube-system']);
    const made = l.answer(1)?.body as { metadata: { creationTimestampUs: number } };
    expect(l.answer(4)?.body).toMatchObject({
      metadata: { name: 'default', creationTimestampUs: made.metadata.creationTimestampUs },
      status: { phase: 'Active' },
    });
    expect(l.answer(5)?.status).toBe(404);
    expect([...etcdContext(l.world).store.kvs.keys()].filter((key) => key.includes('/namespaces/'))).toEqual(
      [],
    );
  });

  test('the Service kubernetes is in the namespace default, and so among all', () => {
    const l = lab();
    l.ask(7, 'GET', objectPath('services', 'default', 'kubernetes'));
    l.ask(8, 'GET', collectionPath('services'));
    l.ask(8.5, 'GET', collectionPath('services', 'kube-system'));
    l.run(9);
    expect(l.answer(1)?.body).toMatchObject({
      spec: { type: 'ClusterIP', clusterIP: '10.96.0.1', ports: [{ port: 443, targetPort: 6443 }] },
    });
    expect(list(l, 2)).toEqual(['kubernetes']);
    expect(list(l, 3)).toEqual([]);
  });

  test('an object is created in a namespace that exists, or not at all', () => {
    const l = lab();
    const configmaps = collectionPath('configmaps', 'dev');
    const map = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' }, data: {} };
    const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'dev' } };
    l.ask(6, 'POST', configmaps, map);
    l.ask(7, 'POST', collectionPath('namespaces'), namespace);
    l.ask(8, 'POST', configmaps, map);
    l.ask(9, 'POST', configmaps, map);
    l.run(10);
    expect(l.answer(1)).toMatchObject({
      status: 404,
      body: { reason: 'NotFound', message: 'namespaces "dev" not found' },
    });
    expect([2, 3, 4].map((id) => l.answer(id)?.status)).toEqual([201, 201, 409]);
  });
});
