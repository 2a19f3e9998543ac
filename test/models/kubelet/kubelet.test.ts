import { describe, expect, test } from 'vitest';
import { nodePath } from '../../../models/kube-apiserver/api.ts';
import { apiserverProbes, etcdProbes } from '../../../models/kubelet/config.ts';
import { hasChanged, initialNode, nodeStatus } from '../../../models/kubelet/node-object.ts';
import { jittered } from '../../../models/kubelet/node-status.ts';
import { type Cluster, cluster, S } from '../kube-cluster.ts';

/** [second, method and path] of the calls of a kubelet. */
function calls(c: Cluster, who: string): [number, string][] {
  return c.steps
    .filter((step) => step.who === `${who}/kubelet/rest-client` && step.event?.type === 'call')
    .map((step) => {
      const { method, path } = step.event as unknown as { method: string; path: string };
      return [step.atUs / S, `${method} ${path}`];
    });
}

describe('the kubelet and its node', () => {
  test('Lease renewed every 40 times 0.25 = 10 s with 4 % jitter', () => {
    const c = cluster({ masters: 1, workers: 1 });
    c.run(200);
    const puts = calls(c, 'w1').filter(([atS, what]) => atS > 20 && what.startsWith('PUT'));
    const gaps = puts.slice(1).map(([atS], i) => atS - (puts[i]?.[0] ?? 0));
    expect(gaps.length).toBeGreaterThan(14);
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(10);
    expect(Math.max(...gaps)).toBeLessThan(10.41);
    expect(jittered(10 * S, 0.999_999_9)).toBeLessThanOrEqual(10.4 * S);
  });

  test('nodeStatusUpdateFrequency 10 s computes the status, nodeStatusReportFrequency 5 min writes it if unchanged', () => {
    const c = cluster({ masters: 1, workers: 1 });
    c.run(700);
    const reads = calls(c, 'w1').filter(([, what]) => what === `GET ${nodePath('w1')}?resourceVersion=0`);
    const writes = calls(c, 'w1').filter(([, what]) => what.startsWith('PATCH'));
    expect(reads.length).toBeGreaterThan(65);
    expect(writes.length).toBe(3);
    const [first, second, third] = writes.map(([atS]) => atS) as [number, number, number];
    expect(second - first).toBeGreaterThan(300);
    expect(second - first).toBeLessThan(311);
    expect(third - second).toBeLessThan(311);
  });

  test('registration is tried again after 100 ms doubling to 7 s until the API is there', () => {
    const c = cluster({ masters: 1, workers: 1 });
    c.world.act(0, { do: 'stop', process: 'm1/kube-apiserver' });
    c.world.act(40 * S, { do: 'start', process: 'm1/kube-apiserver' });
    c.run(60);
    const posts = calls(c, 'w1').filter(([, what]) => what === 'POST /api/v1/nodes');
    const gaps = posts.slice(1).map(([atS], i) => Math.round((atS - (posts[i]?.[0] ?? 0)) * 10) / 10);
    expect(gaps.slice(0, 9)).toEqual([0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 7, 7, 7]);
    expect(c.ready('w1')).toBe('True');
    expect(c.logs('w1/kubelet/node-status').at(-1)?.[1]).toBe('Successfully registered node w1');
  });

  test('a node that was registered before is taken over', () => {
    const c = cluster({ masters: 1, workers: 1 });
    c.world.act(30 * S, { do: 'kill', process: 'w1/kubelet' });
    c.run(60);
    expect(c.logs('w1/kubelet/node-status').map(([, line]) => line)).toEqual(
      expect.arrayContaining(['Successfully registered node w1']),
    );
    expect(calls(c, 'w1').filter(([atS, what]) => atS > 40 && what.startsWith('PUT')).length).toBeGreaterThan(
      0,
    );
  });

  test('5 immediate retries, then Get with back-off 200 ms to 7 s', () => {
    const c = cluster({ masters: 1, workers: 1 });
    c.world.act(30 * S, { do: 'stop', process: 'm1/kube-apiserver' });
    c.run(80);
    const lease = calls(c, 'w1').filter(([atS, what]) => atS > 30 && what.includes('kube-node-lease'));
    const puts = lease.filter(([, what]) => what.startsWith('PUT'));
    const gets = lease.filter(([, what]) => what.startsWith('GET'));
    expect(puts.length).toBe(5);
    expect((puts[4]?.[0] ?? 0) - (puts[0]?.[0] ?? 0)).toBeLessThan(0.01);
    const gaps = gets.slice(1).map(([atS], i) => Math.round((atS - (gets[i]?.[0] ?? 0)) * 10) / 10);
    expect(gaps.slice(0, 8)).toEqual([0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 7, 7]);
  });

  test('one persistent connection: a recovered apiserver behind the same address is dialled again', () => {
    const c = cluster({ masters: 1, workers: 1 });
    c.world.act(30 * S, { do: 'kill', process: 'm1/kube-apiserver' });
    c.run(30.5);
    c.world.act(31 * S, { do: 'start', process: 'm1/kube-apiserver' });
    c.run(60);
    const before = c.lease('w1', 'kube-node-lease')?.spec.renewTimeUs ?? 0;
    expect(before).toBeGreaterThan(45 * S);
    expect(c.ready('w1')).toBe('True');
  });

  test('a power cut of the API host: the heartbeat limit of 10 s and two failures close the connection', () => {
    const c = cluster({ masters: 1, workers: 1 });
    c.world.act(30 * S, { do: 'host', host: 'm1', event: { type: 'power-off' } });
    c.run(90);
    const dials = c.steps.filter(
      (step) =>
        step.who === 'w1/kubelet/rest-client' &&
        step.atUs > 31 * S &&
        step.effects.some(
          (effect) =>
            effect.type === 'connect' ||
            (effect.type === 'batch' && effect.effects.some((part) => part.type === 'connect')),
        ),
    );
    const firstS = (dials[0]?.atUs ?? 0) / S;
    expect(firstS).toBeGreaterThan(40);
    expect(firstS).toBeLessThanOrEqual(76);
  });

  test('the status has changed when the API says anything but what the node is', () => {
    const facts = {
      nodeName: 'w1',
      address: '10.0.0.20',
      kubernetesVersion: '1.20.2',
      labels: {},
      taints: [],
    };
    const node = initialNode(facts, 1);
    expect(hasChanged(node)).toBe(false);
    const later = { ...node, status: nodeStatus(facts, node, 9) };
    expect(hasChanged(later)).toBe(false);
    expect(later.status.conditions.map((condition) => condition.lastTransitionTimeUs)).toEqual([1, 1, 1, 1]);
    const [first, ...rest] = node.status.conditions;
    const unknown = {
      ...node,
      status: { ...node.status, conditions: [{ ...first!, status: 'Unknown' as const }, ...rest] },
    };
    expect(hasChanged(unknown)).toBe(true);
  });
});

describe("kubeadm's probes of static pods", () => {
  test('liveness initialDelay 10, period 10, timeout 15, failureThreshold 8; startup period 10, threshold 24', () => {
    const probes = apiserverProbes('1.20', '10.0.0.1', 6443);
    expect(probes.liveness).toEqual({
      path: '/livez',
      initialDelay: 10 * S,
      period: 10 * S,
      timeout: 15 * S,
      failureThreshold: 8,
    });
    expect(probes.startup).toMatchObject({ period: 10 * S, failureThreshold: 24 });
  });

  test('before 1.18: /healthz liveness only, initialDelay 15, threshold 8', () => {
    const probes = apiserverProbes('1.17', '10.0.0.1', 6443);
    expect(probes.startup).toBeUndefined();
    expect(probes.liveness).toMatchObject({ path: '/healthz', initialDelay: 15 * S, failureThreshold: 8 });
  });

  test('etcd: serializable from 1.25 on, plain /health before', () => {
    expect(etcdProbes('1.25').liveness.path).toBe('/health?exclude=NOSPACE&serializable=true');
    expect(etcdProbes('1.25').startup?.path).toBe('/health?serializable=false');
    expect(etcdProbes('1.20').liveness.path).toBe('/health');
    expect(etcdProbes('1.20')).toMatchObject({ address: '127.0.0.1', port: 2381, tls: false });
  });

  test('with quorum lost for about 70 to 90 s the kubelet kills the apiserver, which then exits on each start', () => {
    for (let seed = 1; seed <= 5; seed++) {
      const c = cluster({ masters: 1, workers: 0, probes: true, seed });
      c.quorum(100, false);
      c.run(400);
      const exits = c.steps
        .filter((step) => step.kind === 'process-exit' && step.who === 'm1/kube-apiserver')
        .map((step) => [step.atUs / S - 100, step.detail] as const);
      const [orderedS = 0] = c
        .logs('m1/kubelet')
        .filter(([, line]) => line === 'Container kube-apiserver failed liveness probe, will be restarted')
        .map(([atS]) => atS - 100);
      expect(orderedS).toBeGreaterThan(70);
      expect(orderedS).toBeLessThan(95);
      // What waits for etcd is answered first; SIGKILL comes 30 s after SIGTERM.
      expect(exits[0]?.[1]).toMatchObject({ code: 0 });
      expect(exits[0]?.[0]).toBeGreaterThan(orderedS);
      expect(exits[0]?.[0]).toBeLessThan(orderedS + 30);
      expect(exits.slice(1).every(([, detail]) => (detail as { code?: number }).code === 1)).toBe(true);
      expect(exits.length).toBeGreaterThanOrEqual(3);
    }
  });

  test('a healthy apiserver is left alone, and a short loss of quorum does no harm', () => {
    const c = cluster({ masters: 1, workers: 0, probes: true });
    c.quorum(100, false);
    c.quorum(150, true);
    c.run(300);
    expect(
      c.steps.filter((step) => step.kind === 'process-exit' && step.who === 'm1/kube-apiserver'),
    ).toEqual([]);
  });

  test('a probe that hangs fails after its 15 s and the next one follows at once; who hangs is killed 30 s later', () => {
    const c = cluster({ masters: 1, workers: 0, probes: true });
    c.world.act(100 * S, { do: 'pause', process: 'm1/kube-apiserver' });
    c.run(270);
    const exits = c.steps.filter((step) => step.kind === 'process-exit' && step.who === 'm1/kube-apiserver');
    expect(exits.map(({ detail }) => detail)).toEqual([{ signal: 'SIGKILL', why: 'stop-limit' }]);
    const afterS = (exits[0]?.atUs ?? 0) / S - 100 - 30;
    expect(afterS).toBeGreaterThanOrEqual(120);
    expect(afterS).toBeLessThanOrEqual(130);
  });
});
