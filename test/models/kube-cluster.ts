/** A whole control plane over one fake etcd: apiserver, scheduler, controller-manager and kubelet on each master. */

import type { Lease, Node } from '../../models/kube-apiserver/api.ts';
import { DEFAULTS as APISERVER } from '../../models/kube-apiserver/config.ts';
import { kubeApiserverProcess } from '../../models/kube-apiserver/process.ts';
import { defaults as controllerManagerDefaults } from '../../models/kube-controller-manager/config.ts';
import { kubeControllerManagerProcess } from '../../models/kube-controller-manager/process.ts';
import { defaults as schedulerDefaults } from '../../models/kube-scheduler/config.ts';
import { kubeSchedulerProcess } from '../../models/kube-scheduler/process.ts';
import { apiserverProbes, DEFAULTS as KUBELET } from '../../models/kubelet/config.ts';
import { kubeletProcess } from '../../models/kubelet/process.ts';
import { compiledProgram } from '../../sim/compiled.ts';
import type { Supervisor } from '../../sim/state.ts';
import type { World } from '../../sim/world.ts';
import type { WorldSpec } from '../../sim/world-spec.ts';
import { host, process, type Story, story } from '../sim/fixture.ts';
import { asker } from './asker.ts';
import { type FakeEtcdContext, fakeEtcd } from './fake-etcd.ts';

export const S = 1_000_000;
const POD: Supervisor = { kind: 'static-pod', requires: 'kubelet' };
const UNIT: Supervisor = { kind: 'systemd', restart: 'always', delayUs: 10 * S };

export interface Options {
  readonly masters?: number;
  readonly workers?: number;
  readonly version?: string;
  readonly seed?: number;
  /** Where kubelets of workers look for the API; the first master's apiserver. */
  readonly endpoint?: { readonly address: string; readonly port: number };
  /** Where scheduler and controller-manager look for it; each the apiserver of its own host. */
  readonly electAt?: { readonly address: string; readonly port: number };
  readonly probes?: boolean;
  /** Over the defaults of every apiserver. */
  readonly apiserver?: Partial<typeof APISERVER>;
  /** A client on etcd's host, see `ask`: the address that it asks, and the second at which it connects. */
  readonly asker?: { readonly to: string; readonly fromS: number };
  /** Default: the compiled one. */
  readonly executor?: WorldSpec['executor'];
}

export interface Cluster extends Story {
  run(untilS: number): void;
  quorum(atS: number, present: boolean): void;
  ask(atS: number, method: string, path: string, body?: unknown): void;
  etcd(): FakeEtcdContext;
  lease(name: string, namespace?: string): Lease | undefined;
  node(name: string): Node | undefined;
  ready(name: string): string | undefined;
  logs(who: string): readonly [atS: number, line: string][];
}

/** Processes start within the first seconds, at drawn times. */
export function cluster(options: Options = {}): Cluster {
  const { masters = 3, workers = 1, version = '1.20', seed = 1, probes = false } = options;
  const endpoint = options.endpoint ?? { address: '10.0.0.1', port: 6443 };
  const names = Array.from({ length: masters }, (_, i) => `m${i + 1}`);
  const workerNames = Array.from({ length: workers }, (_, i) => `w${i + 1}`);
  const drawn = { startDelayUs: [0, 3 * S] as const };
  const s = story({
    seed,
    executor: options.executor ?? compiledProgram,
    hosts: [
      host('etcd1', 9),
      ...names.map((name, i) => host(name, i + 1)),
      ...workerNames.map((name, i) => host(name, 20 + i)),
    ],
    processes: [
      process('etcd1', fakeEtcd),
      ...(options.asker === undefined
        ? []
        : [
            {
              ...process('etcd1', asker, { to: options.asker.to, port: 6443 }),
              startDelayUs: [options.asker.fromS * S, options.asker.fromS * S] as const,
            },
          ]),
      ...names.flatMap((name, i) => {
        const address = `10.0.0.${i + 1}`;
        const server = options.electAt ?? { address, port: 6443 };
        const etcd = [{ address: '10.0.0.9', port: 2379, tls: true }];
        return [
          {
            ...process(
              name,
              kubeApiserverProcess,
              { ...APISERVER, 'etcd-servers': etcd, ...options.apiserver },
              POD,
            ),
            ...drawn,
          },
          {
            ...process(name, kubeSchedulerProcess, { ...schedulerDefaults(version), server }, POD),
            ...drawn,
          },
          {
            ...process(
              name,
              kubeControllerManagerProcess,
              { ...controllerManagerDefaults(version), server },
              POD,
            ),
            ...drawn,
          },
          {
            ...process(
              name,
              kubeletProcess,
              {
                ...KUBELET,
                kubernetesVersion: version,
                server: endpoint,
                taints: [{ key: 'node-role.kubernetes.io/master', effect: 'NoSchedule' }],
                probes: probes ? [apiserverProbes(version, address, 6443)] : [],
              },
              UNIT,
            ),
            ...drawn,
          },
        ];
      }),
      ...workerNames.map((name) => ({
        ...process(name, kubeletProcess, { ...KUBELET, kubernetesVersion: version, server: endpoint }, UNIT),
        ...drawn,
      })),
    ],
  });
  const etcd = (): FakeEtcdContext => contextOf(s.world, 'etcd1/etcd') as FakeEtcdContext;
  const object = (key: string): unknown => etcd().store.kvs.get(key)?.value;
  const cluster: Cluster = {
    ...s,
    run: (untilS) => s.world.runUntil(untilS * S),
    quorum: (atS, present) =>
      s.world.act(atS * S, {
        do: 'send',
        process: 'etcd1/etcd',
        event: { type: 'quorum', present } as never,
      }),
    ask: (atS, method, path, body) =>
      s.world.act(Math.round(atS * S), {
        do: 'send',
        process: 'etcd1/asker',
        event: { type: 'ask', method, path, body } as never,
      }),
    etcd,
    lease: (name, namespace = 'kube-system') =>
      object(`/registry/leases/${namespace}/${name}`) as Lease | undefined,
    node: (name) => object(`/registry/minions/${name}`) as Node | undefined,
    ready: (name) =>
      cluster.node(name)?.status.conditions.find((condition) => condition.type === 'Ready')?.status,
    logs: (who) =>
      s.steps
        .filter((step) => step.who.startsWith(who))
        .flatMap((step) =>
          step.effects
            .flatMap((effect) => (effect.type === 'batch' ? effect.effects : [effect]))
            .flatMap((effect): [number, string][] =>
              effect.type === 'log' ? [[step.atUs / S, effect.line]] : [],
            ),
        ),
  };
  return cluster;
}

export function contextOf(world: World, path: string, member = ''): unknown {
  return world.member(world.process(path), member)?.context;
}
