import { describe, expect, test } from 'vitest';
import type { Pod } from '../../../models/kube-apiserver/workloads.ts';
import { type Cluster, contextOf, S } from '../kube-cluster.ts';
import { workloadCluster } from '../kube-controller-manager/workloads.ts';

/** Containers of a node as its runtime has them: state and restarts. */
function containers(c: Cluster, host: string): [state: string, restarts: number][] {
  const context = contextOf(c.world, `${host}/kubelet`, 'pod-workers') as
    | {
        readonly local: ReadonlyMap<string, { state: string; restarts: number; process: string | undefined }>;
      }
    | undefined;
  return [...(context?.local ?? new Map())]
    .filter(([, { process }]) => process === undefined)
    .map(([, { state, restarts }]) => [state, restarts]);
}

describe('the kubelet and its pods', () => {
  test('containers keep running without a control plane, and crashed ones are restarted', () => {
    const c = workloadCluster();
    c.create(20, { replicas: 2 });
    c.off(60, 'm1');
    c.run(59);
    expect(containers(c, 'w1')).toEqual([['running', 0]]);
    c.world.act(100 * S, {
      do: 'send',
      process: 'w1/kubelet',
      event: { type: 'containers-killed', pod: 'nginx' } as never,
    });
    c.run(600);
    expect(containers(c, 'w1')).toEqual([['running', 1]]);
    expect(containers(c, 'w2')).toEqual([['running', 0]]);
  });

  test('the first restart comes at once, then after 10, 20, 40 s; CrashLoopBackOff is shown only while waiting', () => {
    const c = workloadCluster({ workers: 1 });
    c.create(20, { name: 'crash', replicas: 1, runsForSeconds: 2 });
    const starts: number[] = [];
    const seen = new Set<string>();
    let restarts = -1;
    for (let atS = 20; atS < 140; atS += 0.25) {
      c.run(atS);
      const [one] = containers(c, 'w1').concat(containers(c, 'm1'));
      if (one?.[0] === 'running' && one[1] > restarts) {
        starts.push(atS);
        restarts = one[1];
      }
      const state = c.pods('crash')[0]?.status.container?.state;
      if (state !== undefined && 'waiting' in state) seen.add(state.waiting.reason);
    }
    const gaps = starts.slice(1).map((atS, i) => atS - (starts[i] as number) - 2);
    expect(gaps.length).toBeGreaterThanOrEqual(4);
    [0, 10, 20, 40].forEach((backoffS, i) => {
      expect(gaps[i]).toBeGreaterThanOrEqual(backoffS - 0.25);
      expect(gaps[i]).toBeLessThanOrEqual(backoffS + 1.5);
    });
    expect([...seen].sort()).toEqual(['ContainerCreating', 'CrashLoopBackOff']);
  });

  test('a kubelet that is restarted finds its containers running', () => {
    const c = workloadCluster({ workers: 1 });
    c.create(20, { replicas: 3 });
    c.world.act(60 * S, { do: 'kill', process: 'w1/kubelet' });
    c.run(120);
    const states = containers(c, 'w1');
    expect(states.length).toBeGreaterThan(0);
    expect(states).toEqual(states.map(() => ['running', 0]));
  });

  test('a worker that reboots without an API starts only static pods', () => {
    const c = workloadCluster();
    c.create(20, { replicas: 2 });
    c.off(60, 'm1');
    c.off(70, 'w1');
    c.on(80, 'w1');
    c.on(300, 'm1');
    c.run(299);
    expect(containers(c, 'w1')).toEqual([]);
    c.run(400);
    expect(containers(c, 'w1')).toEqual([['running', 1]]);
  });

  test('a static pod has a mirror in the API, with its restarts', () => {
    const c = workloadCluster();
    const mirror = () =>
      c.etcd().store.kvs.get('/registry/pods/kube-system/kube-scheduler-m1')?.value as Pod | undefined;
    c.world.act(60 * S, { do: 'kill', process: 'm1/kube-scheduler' });
    c.world.act(100 * S, { do: 'stop', process: 'm1/kube-scheduler' });
    c.run(90);
    expect(mirror()?.status.container).toMatchObject({ ready: true, restartCount: 1 });
    expect(mirror()?.spec.nodeName).toBe('m1');
    c.run(110);
    expect(mirror()).toBeUndefined();
  });
});
