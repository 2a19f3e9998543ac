import { describe, expect, test } from 'vitest';
import { collectionPath, nodePath, objectPath } from '../../../models/kube-apiserver/api.ts';
import { isPodReady, isTerminating } from '../../../models/kube-apiserver/workloads.ts';
import { hostOf } from '../../../models/leader-election/record.ts';
import { S } from '../kube-cluster.ts';
import { type WorkloadCluster, workloadCluster } from './workloads.ts';

const UNREACHABLE = 'node.kubernetes.io/unreachable';

/** The second at which something first holds, looked for each half second. */
function when(c: WorkloadCluster, fromS: number, untilS: number, holds: () => boolean): number {
  for (let atS = fromS; atS <= untilS; atS += 0.5) {
    c.run(atS);
    if (holds()) return atS;
  }
  return Number.POSITIVE_INFINITY;
}

describe('a node falls silent', () => {
  test('NoSchedule taint at once, NoExecute one tick later, pods Terminating 300 s after that, replaced at that moment', () => {
    const c = workloadCluster();
    c.create(20, { replicas: 4 });
    c.off(60, 'w2');
    c.run(59);
    expect(
      c
        .readyPods()
        .map(({ spec }) => spec.nodeName)
        .sort(),
    ).toEqual(['w1', 'w1', 'w2', 'w2']);
    const unknownS = when(c, 60, 120, () => c.ready('w2') === 'Unknown');
    const noScheduleS = when(c, unknownS, 120, () => c.taints('w2').includes(`${UNREACHABLE}:NoSchedule`));
    const noExecuteS = when(c, noScheduleS, 120, () => c.taints('w2').includes(`${UNREACHABLE}:NoExecute`));
    expect(noScheduleS - unknownS).toBeLessThanOrEqual(0.5);
    expect(noExecuteS - unknownS).toBeGreaterThanOrEqual(4.5);
    expect(noExecuteS - unknownS).toBeLessThanOrEqual(6);
    expect(c.readyPods().length).toBe(2);
    const deletedS = when(c, noExecuteS, 500, () => c.pods().some(isTerminating));
    expect(deletedS - noExecuteS).toBeGreaterThanOrEqual(299);
    expect(deletedS - noExecuteS).toBeLessThanOrEqual(301);
    c.run(deletedS + 5);
    expect(c.readyPods().map(({ spec }) => spec.nodeName)).toEqual(['w1', 'w1', 'w1', 'w1']);
    expect(c.pods().filter(isTerminating).length).toBe(2);
  });

  test('pods on a dead node still print 1/1 Running: only their Ready condition turns', () => {
    const c = workloadCluster();
    c.create(20, { replicas: 2 });
    c.off(60, 'w2');
    c.run(130);
    const there = c.pods().find(({ spec }) => spec.nodeName === 'w2');
    expect(there && isPodReady(there)).toBe(false);
    expect(there?.status.phase).toBe('Running');
    expect(there?.status.container?.ready).toBe(true);
  });

  test('all its pods leave the Service when it is marked', () => {
    const c = workloadCluster();
    c.create(20, { replicas: 4, expose: { port: 80, nodePort: 30080 } });
    c.off(60, 'w2');
    c.run(59);
    expect(c.endpoints('nginx').length).toBe(4);
    c.run(130);
    expect(c.endpoints('nginx').length).toBe(2);
  });

  test('tolerationSeconds of a pod decides how long it stays', () => {
    const c = workloadCluster();
    c.create(20, { replicas: 2, tolerationSeconds: 10 });
    c.off(60, 'w2');
    const deletedS = when(c, 90, 160, () => c.pods().some(isTerminating));
    expect(deletedS).toBeGreaterThan(104);
    expect(deletedS).toBeLessThan(130);
  });

  test('a StatefulSet does not replace a pod of a node that cannot be reached', () => {
    const c = workloadCluster();
    c.create(20, { name: 'db', kind: 'statefulset', replicas: 2, tolerationSeconds: 10 });
    c.off(60, 'w2');
    c.run(250);
    const pods = c.pods('db');
    expect(pods.map(({ metadata }) => metadata.name).sort()).toEqual(['db-0', 'db-1']);
    expect(pods.filter(isTerminating).length).toBe(1);
    expect(c.readyPods('db').length).toBe(1);
  });

  test('DaemonSet pods and static pods are never evicted', () => {
    const c = workloadCluster({
      masters: 2,
      asker: { to: '10.0.0.2', fromS: 15 },
      endpoint: { address: '10.0.0.2', port: 6443 },
    });
    c.create(20, { name: 'agent', kind: 'daemonset', onControlPlanes: true });
    c.off(60, 'm1');
    c.run(600);
    expect(c.pods('agent').length).toBe(4);
    expect(c.taints('m1')).toContain(`${UNREACHABLE}:NoExecute`);
    expect(c.pods('agent').filter(isTerminating)).toEqual([]);
    expect(c.pods('agent').length).toBe(4);
    const mirror = c.etcd().store.kvs.get('/registry/pods/kube-system/kube-apiserver-m1')?.value as never;
    expect(isTerminating(mirror)).toBe(false);
  });

  test('it returns: taints removed at the next tick, Terminating pods really removed', () => {
    const c = workloadCluster();
    c.create(20, { replicas: 4, tolerationSeconds: 10 });
    c.off(60, 'w2');
    c.on(200, 'w2');
    c.run(199);
    expect(c.pods().filter(isTerminating).length).toBe(2);
    c.run(250);
    expect(c.taints('w2')).toEqual([]);
    expect(c.pods().length).toBe(4);
    expect(c.readyPods().length).toBe(4);
  });

  test('eviction rate: one node each 10 s', () => {
    const c = workloadCluster({ workers: 4 });
    c.create(20, { replicas: 8 });
    c.off(60, 'w3');
    c.off(60, 'w4');
    const tainted = (name: string) => c.taints(name).includes(`${UNREACHABLE}:NoExecute`);
    const firstS = when(c, 90, 130, () => tainted('w3') || tainted('w4'));
    const bothS = when(c, firstS, 150, () => tainted('w3') && tainted('w4'));
    expect(bothS - firstS).toBeGreaterThanOrEqual(9.5);
    expect(bothS - firstS).toBeLessThanOrEqual(11);
  });

  test('from 3 NotReady and 55 % of the nodes on, evictions stop', () => {
    const c = workloadCluster({ workers: 4 });
    c.create(20, { replicas: 8, tolerationSeconds: 10 });
    for (const name of ['w2', 'w3', 'w4']) c.off(60, name);
    c.run(400);
    expect(['w2', 'w3', 'w4'].map((name) => c.ready(name))).toEqual(['Unknown', 'Unknown', 'Unknown']);
    expect(['w2', 'w3', 'w4'].flatMap((name) => c.taints(name))).toEqual(
      Array(3).fill(`${UNREACHABLE}:NoSchedule`),
    );
    expect(c.pods().filter(isTerminating)).toEqual([]);
  });

  test('all nodes NotReady: taken for the own isolation, NoExecute taints removed; when it ends all grace periods begin anew', () => {
    const c = workloadCluster({ endpoint: { address: '10.0.0.7', port: 6443 } });
    // The kubelets' endpoint is nobody's: only what they wrote before could be seen, and here they never wrote anything.
    c.run(120);
    expect(c.node('w1')).toBeUndefined();
    const cut = workloadCluster();
    cut.create(20, { replicas: 4, tolerationSeconds: 10 });
    // w2 is off for long and tainted; then the others fall silent as well.
    cut.off(60, 'w2');
    cut.world.act(130 * S, { do: 'stop', process: 'm1/kubelet' });
    cut.world.act(130 * S, { do: 'stop', process: 'w1/kubelet' });
    cut.run(129);
    expect(cut.taints('w2')).toContain(`${UNREACHABLE}:NoExecute`);
    const liftedS = when(cut, 130, 260, () => !cut.taints('w2').includes(`${UNREACHABLE}:NoExecute`));
    expect(liftedS).toBeLessThan(190);
    cut.run(300);
    expect(['m1', 'w1', 'w2'].flatMap(cut.taints).filter((one) => one.endsWith('NoExecute'))).toEqual([]);
    cut.world.act(300 * S, { do: 'start', process: 'w1/kubelet' });
    const againS = when(cut, 300, 420, () => cut.taints('w2').includes(`${UNREACHABLE}:NoExecute`));
    expect(againS).toBeLessThan(320);
  });

  test('a fail-over of the controller-manager begins the tolerations anew', () => {
    const c = workloadCluster({ masters: 2, asker: { to: '10.0.0.1', fromS: 15 } });
    c.create(20, { replicas: 4 });
    c.off(60, 'w2');
    c.run(300);
    const leader = hostOf(c.lease('kube-controller-manager')?.spec.holderIdentity ?? '');
    c.world.act(300 * S, { do: 'stop', process: `${leader}/kube-controller-manager` });
    const deletedS = when(c, 400, 700, () => c.pods().some(isTerminating));
    expect(deletedS).toBeGreaterThan(300 + 300);
    expect(deletedS).toBeLessThan(300 + 24 + 306);
  });
});

describe('what an operator does', () => {
  test('pods of a deleted node are collected after 40 to 80 s and replaced', () => {
    const c = workloadCluster();
    c.create(20, { replicas: 4 });
    c.off(60, 'w2');
    c.ask(65, 'DELETE', nodePath('w2'));
    c.run(104);
    expect(c.pods().filter(({ spec }) => spec.nodeName === 'w2').length).toBe(2);
    c.run(150);
    expect(c.readyPods().map(({ spec }) => spec.nodeName)).toEqual(['w1', 'w1', 'w1', 'w1']);
    expect(c.pods().length).toBe(4);
  });

  test('a cordoned node takes no new pods; scaling down takes pods away, deleting a deployment all', () => {
    const c = workloadCluster();
    c.ask(18, 'PATCH', nodePath('w2'), { spec: { unschedulable: true } });
    c.create(20, { replicas: 4 });
    c.run(40);
    expect(c.readyPods().map(({ spec }) => spec.nodeName)).toEqual(['w1', 'w1', 'w1', 'w1']);
    expect(c.taints('w2')).toEqual(['node.kubernetes.io/unschedulable:NoSchedule']);
    const path = objectPath('deployments', 'default', 'nginx');
    c.ask(40, 'PATCH', path, { spec: { replicas: 1 } });
    c.run(50);
    expect(c.pods().length).toBe(1);
    c.ask(50, 'DELETE', path);
    c.run(60);
    expect(c.pods()).toEqual([]);
    expect([...c.etcd().store.kvs.keys()].filter((key) => key.includes('replicasets'))).toEqual([]);
  });

  test('an evicted pod ends through its kubelet and is replaced', () => {
    const c = workloadCluster();
    c.create(20, { replicas: 2 });
    c.run(40);
    const [pod] = c.pods();
    const name = pod?.metadata.name ?? '';
    c.ask(40, 'POST', `${objectPath('pods', 'default', name)}/eviction`, {});
    c.run(50);
    expect(c.pods().map(({ metadata }) => metadata.name)).not.toContain(name);
    expect(c.readyPods().length).toBe(2);
  });

  test('pods are spread: the fewest of the same owner, then the fewest pods', () => {
    const c = workloadCluster({ workers: 3 });
    c.create(20, { replicas: 7 });
    c.run(40);
    const on = (name: string) => c.pods().filter(({ spec }) => spec.nodeName === name).length;
    expect(['m1', 'w1', 'w2', 'w3'].map(on)).toEqual([0, 3, 2, 2]);
  });

  test('without a scheduler new pods are Pending; without a controller-manager there are none', () => {
    const c = workloadCluster();
    c.world.act(18 * S, { do: 'stop', process: 'm1/kube-scheduler' });
    c.create(20, { replicas: 2 });
    c.run(60);
    expect(c.pods().map(({ status }) => status.phase)).toEqual(['Pending', 'Pending']);
    c.world.act(60 * S, { do: 'stop', process: 'm1/kube-controller-manager' });
    c.ask(61, 'POST', collectionPath('deployments', 'default'), {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'late' },
      spec: {
        replicas: 1,
        selector: { app: 'late' },
        template: { labels: { app: 'late' }, spec: { image: 'x' } },
      },
    });
    c.run(100);
    expect(c.pods('late')).toEqual([]);
  });
});
