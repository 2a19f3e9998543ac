import { describe, expect, test } from 'vitest';
import { collectionPath, leasePath, nodePath, objectPath } from '../../models/kube-apiserver/api.ts';
import { kubeApiserverProcess } from '../../models/kube-apiserver/process.ts';
import { kubeControllerManagerProcess } from '../../models/kube-controller-manager/process.ts';
import { kubeSchedulerProcess } from '../../models/kube-scheduler/process.ts';
import { kubeletProcess } from '../../models/kubelet/process.ts';
import { manifestsOf } from '../../models/operator/manifests.ts';
import { define } from '../../sim/definition.ts';
import { referenceProgram } from '../../sim/reference.ts';
import type { Step } from '../../sim/state.ts';
import { type Cluster, cluster, S } from './kube-cluster.ts';
import { NGINX } from './kube-controller-manager/workloads.ts';

/** Faults that together bring every machine everywhere. */
function battered(seed: number, more: Parameters<typeof cluster>[0] = {}): Cluster {
  const c = cluster({
    masters: 2,
    workers: 2,
    probes: true,
    apiserver: { 'etcd-compaction-interval': 60 * S },
    asker: { to: '10.0.0.2', fromS: 180 },
    seed,
    ...more,
  });
  const act = (atS: number, action: Parameters<typeof c.world.act>[1]) => c.world.act(atS * S, action);
  const cut = (id: string, atS: number, untilS: number, from: number, to: number, protocol?: string) => {
    const rule = { id, from: [from], to: [to], effect: { kind: 'drop' as const } };
    act(atS, { do: 'rule-add', rule: protocol === undefined ? rule : { ...rule, protocol } });
    act(untilS, { do: 'rule-remove', id });
  };
  // Hosts are etcd1, m1, m2, w1, w2.
  act(20, { do: 'pause', process: 'm1/kube-apiserver' });
  act(45, { do: 'resume', process: 'm1/kube-apiserver' });
  act(60, { do: 'kill', process: 'etcd1/etcd' });
  act(64, { do: 'start', process: 'etcd1/etcd' });
  act(70, { do: 'pause', process: 'etcd1/etcd' });
  act(120, { do: 'resume', process: 'etcd1/etcd' });
  act(135, { do: 'kill', process: 'm1/kube-apiserver' });
  act(142, { do: 'kill', process: 'm2/kube-apiserver' });
  cut('worker', 150, 175, 3, 1);
  cut('worker back', 150, 175, 1, 3);
  c.quorum(200, false);
  c.quorum(250, true);
  act(260, { do: 'host', host: 'w1', event: { type: 'power-off' } });
  // The masters learn of changes a second late, while a node is changed all the time: updates meet conflicts.
  const slow = { kind: 'delay', latencyUs: S, jitterUs: 0 } as const;
  act(297, { do: 'rule-add', rule: { id: 'slow', from: [0], to: [1, 2], effect: slow } });
  act(314, { do: 'rule-remove', id: 'slow' });
  for (let i = 0; i < 20; i++) c.ask(298 + 0.8 * i, 'PATCH', nodePath('w1'), { metadata: { labels: { i } } });
  for (const lease of ['kube-scheduler', 'kube-controller-manager']) {
    c.ask(190, 'PATCH', leasePath('kube-system', lease), { metadata: { labels: { a: 'b' } } });
    c.ask(195, 'DELETE', leasePath('kube-system', lease));
  }
  for (const [i, kind] of (['deployment', 'statefulset', 'daemonset'] as const).entries()) {
    const expose = { port: 80, nodePort: undefined };
    manifestsOf({ ...NGINX, name: kind, kind, replicas: 2, tolerationSeconds: 5, expose }).forEach(
      (made, j) => {
        c.ask(184 + i + j / 10, 'POST', collectionPath(made.plural, 'default'), made.object);
      },
    );
  }
  c.ask(192, 'GET', collectionPath('componentstatuses'));
  act(262, { do: 'host', host: 'w2', event: { type: 'power-off' } });
  c.ask(263, 'DELETE', nodePath('w2'));
  c.ask(385, 'DELETE', objectPath('deployments', 'default', 'deployment'));
  cut('answers', 320, 332, 0, 1, 'tcp');
  act(330, { do: 'host', host: 'w1', event: { type: 'power-on' } });
  act(360, { do: 'stop', process: 'm1/kube-apiserver' });
  act(380, { do: 'start', process: 'm1/kube-apiserver' });
  c.quorum(400, false);
  act(410, { do: 'stop', process: 'm2/kube-apiserver' });
  act(430, { do: 'start', process: 'm2/kube-apiserver' });
  c.quorum(600, true);
  // It leaves while requests wait for it.
  c.quorum(665, false);
  act(667, { do: 'send', process: 'etcd1/etcd', event: { type: 'leave' } });
  act(674, { do: 'kill', process: 'etcd1/etcd' });
  act(675, { do: 'start', process: 'etcd1/etcd' });
  for (const name of ['kube-scheduler', 'kube-controller-manager']) {
    for (const host of ['m1', 'm2']) act(690, { do: 'stop', process: `${host}/${name}` });
  }
  return c;
}

function program(step: Step): string {
  return step.cell?.program.id ?? '';
}

const MACHINES = [
  kubeApiserverProcess,
  kubeSchedulerProcess,
  kubeControllerManagerProcess,
  kubeletProcess,
].flatMap(({ lead, members }) => [lead, ...Object.values(members ?? {})]);

/** States in which a machine can be found after a step: not those that are always left at once. */
function restingStates(): string[] {
  return MACHINES.flatMap((machine) => {
    const { id, states } = define(machine);
    return states
      .filter(
        ({ initial, always }) => initial === undefined && always.every(({ guard }) => guard !== undefined),
      )
      .map(({ path }) => `${id} ${path}`);
  });
}

/** They are there with a kube-proxy only: test/models/kube-proxy. */
const SERVED_PODS = /^kubelet\.pod-(?:network|connection) /;

describe('the machines of the Kubernetes side', () => {
  test('every state of every machine is reached', () => {
    const visited = new Set<string>();
    for (let seed = 1; seed <= 4; seed++) {
      // The last version releases leases.
      const c = battered(seed, seed === 4 ? { version: '1.37' } : {});
      c.run(700);
      for (const step of c.steps) {
        if (step.cell !== undefined)
          visited.add(`${program(step)} ${step.cell.program.leaves[step.leafAfter]}`);
      }
    }
    expect(restingStates().filter((state) => !visited.has(state) && !SERVED_PODS.test(state))).toEqual([]);
  });

  test('every message that some machine emits is handled by another', () => {
    const c = battered(3);
    c.run(700);
    const pairs = (handled: boolean) =>
      c.steps
        .filter((step) => step.event !== undefined && step.handled === handled)
        .map((step) => `${program(step)} ${step.event?.type}`);
    const heard = new Set(pairs(true));
    const unheard = new Set(pairs(false).filter((pair) => !heard.has(pair)));
    // What the kernel says and nobody has to react to; an acknowledged write of the fake etcd.
    expect([...unheard].sort()).toEqual([
      'fake-etcd accepted',
      'fake-etcd listening',
      'fake-etcd written',
      'kube-apiserver accepted',
      'kube-apiserver listening',
      'kubelet.pod-workers written',
    ]);
  });

  test('both executors take the same steps', () => {
    const compiled = battered(2);
    const reference = battered(2, { executor: referenceProgram });
    for (const c of [compiled, reference]) c.run(150);
    const line = (step: Step) =>
      JSON.stringify([step.atUs, step.who, step.kind, step.event?.type, step.leafAfter, step.effects]);
    expect(compiled.steps.length).toBeGreaterThan(4000);
    expect(compiled.steps.map(line)).toEqual(reference.steps.map(line));
  });
});
