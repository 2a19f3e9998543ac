/**
 * The kubelet's pods: starts what the API has bound to its node, restarts what ends, ends what is to end; knows of the static
 * pods what their supervisor says. Tells the status manager how each pod is. Needs no API for what it knows already.
 *
 * Sources: k/k pkg/kubelet/kubelet.go (syncLoop), pkg/kubelet/pod_workers.go; local-pod.ts for the steps.
 *
 * After a start of the kubelet the containers that the runtime still has are found again; pods that should run are known
 * once the API has been reached. Not modelled: probes of these pods, resources, evictions by the kubelet itself.
 */
import { Map as ImmutableMap } from 'immutable';
import { assign, cancel, emit, raise, setup } from 'xstate';
import type { Effect } from '../../sim/effects.ts';
import { type Timed, tell } from '../family.ts';
import type { KubeObject } from '../kube-apiserver/api.ts';
import type { Changed, Listed } from '../kube-apiserver/informer.ts';
import { afterNews, type Objects } from '../kube-apiserver/lister.ts';
import type { Pod } from '../kube-apiserver/workloads.ts';
import { podPort } from '../kube-proxy/rules.ts';
import {
  configuresNetwork,
  ended,
  gated,
  type LocalPod,
  type LocalPods,
  NEVER_US,
  type NodeOfPods,
  nextDueUs,
  type PodsOfNode,
  settled,
  statusOf,
} from './local-pod.ts';
import { type NetworkNews, NODE_STATUS } from './node-status.ts';
import { POD_NETWORK, type PodPorts } from './pod-network.ts';
import { LOCAL_PODS, POD_STATUS } from './pod-status.ts';

/** Id under which the family starts it. */
export const POD_WORKERS = 'pod-workers';
/** Where the runtime keeps what it runs. */
export const CONTAINERS_KEY = 'containers';

/** What a supervisor says of the container of a static pod. */
export interface ContainerNews {
  readonly type: 'container';
  readonly process: string;
  readonly running: boolean;
  /** Its manifest is gone. */
  readonly removed: boolean;
  /** How long it waits before it is started again. */
  readonly backoffUs: number;
}
/** From outside: the containers of every pod of this node whose name begins so end with an error. */
export interface ContainersKilled {
  readonly type: 'containers-killed';
  readonly pod: string;
}

/** The container runtime of the node stopped, or runs again. */
export interface RuntimeChanged {
  readonly type: 'runtime';
  readonly running: boolean;
  /** Its containers end with it. */
  readonly containersEnd: boolean;
}

export interface PodWorkersInput {
  readonly nodeName: string;
  readonly node: NodeOfPods;
  /** What the runtime has. */
  readonly containers: PodsOfNode | undefined;
  readonly statics: readonly Timed<ContainerNews>[];
  readonly hasRuntime: boolean;
  /** A network plugin is configured. */
  readonly hasNetwork: boolean;
  readonly servesPods: boolean;
  readonly atUs: number;
}

interface Context extends PodsOfNode {
  readonly nodeName: string;
  readonly node: NodeOfPods;
  /** As the API says; undefined until it was reached. */
  readonly pods: Objects | undefined;
  /** What was last told to the status manager and to the disk. */
  readonly told: LocalPods;
  readonly toldNetwork: boolean;
  readonly startedAtUs: number;
  readonly hasRuntime: boolean;
  readonly hasNetwork: boolean;
  readonly servesPods: boolean;
  /** Something could not start when it was last looked. */
  readonly isShut: boolean;
}
type Event =
  | Timed<Listed | Changed | ContainerNews | ContainersKilled | RuntimeChanged>
  | Timed<{ readonly type: 'wake' }>;

function staticKey(nodeName: string, process: string): string {
  return `kube-system/${process}-${nodeName}`;
}

function afterContainer(context: Context, news: ContainerNews, atUs: number): Partial<Context> {
  const key = staticKey(context.nodeName, news.process);
  if (news.removed) return { local: context.local.delete(key) };
  const known = context.local.get(key);
  const pod: LocalPod = known ?? {
    uid: '',
    state: 'waiting',
    dueUs: NEVER_US,
    startedAtUs: atUs,
    restarts: 0,
    failures: 0,
    finishedAtUs: undefined,
    exitCode: 1,
    ip: context.node.address,
    labels: { component: news.process, tier: 'control-plane' },
    runsForUs: NEVER_US,
    process: news.process,
  };
  const isNew = known === undefined || (known.state === 'running') !== news.running;
  if (!isNew) return {};
  const next: LocalPod = news.running
    ? {
        ...pod,
        state: 'running',
        startedAtUs: atUs,
        restarts: pod.restarts + (pod.finishedAtUs === undefined ? 0 : 1),
      }
    : { ...pod, state: 'waiting', finishedAtUs: atUs, failures: news.backoffUs > 0 ? 2 : 1 };
  return { local: context.local.set(key, next) };
}

function afterKill(context: Context, { pod }: ContainersKilled, atUs: number): Partial<Context> {
  let { local, count } = context;
  for (const [key, one] of context.local)
    if (
      one.state === 'running' &&
      key.slice(key.indexOf('/') + 1).startsWith(pod) &&
      one.process === undefined
    )
      local = local.set(key, ended(one, 137, context.node, count++, atUs));
  return { local, count };
}

/** With docker every container ends. */
function afterRuntime(
  context: Context,
  { running, containersEnd }: RuntimeChanged,
  atUs: number,
): Partial<Context> {
  if (!containersEnd) return { hasRuntime: running };
  const killed = afterKill(context, { type: 'containers-killed', pod: '' }, atUs);
  return { ...killed, hasRuntime: false };
}

function after(context: Context, event: Event): Partial<Context> {
  switch (event.type) {
    case 'listed':
    case 'changed':
      return { pods: afterNews(context.pods, event) };
    case 'container':
      return afterContainer(context, event, event.atUs);
    case 'containers-killed':
      return afterKill(context, event, event.atUs);
    case 'runtime':
      return afterRuntime(context, event, event.atUs);
    default:
      return {};
  }
}

/** What the status manager is told of one pod. */
function report(key: string, pod: LocalPod, address: string): KubeObject {
  const [namespace = '', name = ''] = key.split('/');
  return {
    apiVersion: 'v1',
    kind: 'LocalPod',
    metadata: { name, namespace, uid: pod.uid, labels: pod.labels },
    spec: { process: pod.process },
    status: statusOf(pod, address),
  };
}

/** The ports of the pods that run and have a network of their own. */
function portsOf({ local, node }: Context): PodPorts['ports'] {
  const ports: Record<string, string> = {};
  for (const [key, { state, ip, process }] of local)
    if (process === undefined && ip !== node.address && (state === 'running' || state === 'ending'))
      ports[podPort(ip)] = key.slice(key.indexOf('/') + 1);
  return ports;
}

/** The pods that run, with the label by which people call them. */
function running(local: LocalPods): readonly { readonly pod: string; readonly app: string }[] {
  return [...local]
    .filter(([, { state, process }]) => (state === 'running' || state === 'ending') && process === undefined)
    .map(([pod, { labels }]) => ({ pod, app: labels['app'] ?? '' }));
}

function tellChanges(context: Context): Effect {
  const { local, told, count, nodeName, node, hasNetwork, toldNetwork, servesPods } = context;
  const network: Effect[] =
    hasNetwork === toldNetwork ? [] : [tell<NetworkNews>(NODE_STATUS, { type: 'network' })];
  if (local === told) return { type: 'batch', effects: network };
  const objects = [...local].map(([key, pod]) => report(key, pod, node.address));
  const before = running(told);
  const now = running(local);
  const isSame =
    before.length === now.length && now.every(({ pod }) => before.some((one) => one.pod === pod));
  return {
    type: 'batch',
    effects: [
      ...network,
      { type: 'write', id: CONTAINERS_KEY, key: CONTAINERS_KEY, value: { local, count }, sync: false },
      tell<Listed>(POD_STATUS, { type: 'listed', plural: LOCAL_PODS, objects }),
      ...(servesPods ? [tell<PodPorts>(POD_NETWORK, { type: 'pod-ports', ports: portsOf(context) })] : []),
      ...(isSame ? [] : [{ type: 'note', name: 'containers', node: nodeName, running: now } as const]),
    ],
  };
}

/** What the runtime still has: whoever was being created is begun again, static pods are told of anew. */
function found(containers: PodsOfNode | undefined): PodsOfNode {
  if (containers === undefined) return { local: ImmutableMap(), count: 0 };
  return {
    local: containers.local.filter(({ state, process }) => process !== undefined || state !== 'creating'),
    count: containers.count,
  };
}

/** Everything that has happened by now; pods that lack the runtime or their network wait. */
function settle(context: Context, atUs: number): Partial<Context> {
  const { pods, node, hasRuntime } = context;
  const of = settled(context, pods as Objects<Pod> | undefined, node, atUs);
  const hasNetwork = context.hasNetwork || configuresNetwork(of.local, node);
  const isOpen = hasRuntime && hasNetwork;
  if (isOpen && !context.isShut) return of;
  return {
    ...of,
    local: gated(of.local, node, { hasRuntime, hasNetwork }, atUs),
    hasNetwork,
    isShut: !isOpen,
  };
}

/** The time of an event; that of the start carries none. */
function at({ startedAtUs }: Context, event: { readonly atUs?: number }): number {
  return event.atUs ?? startedAtUs;
}

export const podWorkers = setup({
  types: {} as { context: Context; events: Event; input: PodWorkersInput; emitted: Effect },
  actions: {
    take: assign(({ context, event }) => after(context, event)),
    planWake: raise({ type: 'wake' } as Event, { id: 'wake', delay: 'wake' }),
  },
  guards: { anyDue: ({ context }) => nextDueUs(context.local) !== NEVER_US },
  delays: {
    wake: ({ context, event }) => Math.max(1, Math.ceil(nextDueUs(context.local) - at(context, event))),
  },
}).createMachine({
  id: 'kubelet.pod-workers',
  context: ({ input: { nodeName, node, containers, statics, hasRuntime, hasNetwork, servesPods, atUs } }) => {
    const context: Context = {
      nodeName,
      node,
      hasRuntime,
      hasNetwork,
      servesPods,
      toldNetwork: hasNetwork,
      isShut: false,
      ...found(containers),
      pods: undefined,
      told: ImmutableMap(),
      startedAtUs: atUs,
    };
    let { local } = context;
    for (const news of statics) local = afterContainer({ ...context, local }, news, news.atUs).local ?? local;
    return { ...context, local };
  },
  initial: 'reporting',
  states: {
    reporting: {
      entry: emit(({ context: { local, node } }) =>
        tell<Listed>(POD_STATUS, {
          type: 'listed',
          plural: LOCAL_PODS,
          objects: [...local].map(([key, pod]) => report(key, pod, node.address)),
        }),
      ),
      always: 'syncing',
    },
    syncing: {
      entry: [
        assign(({ context, event }) => settle(context, at(context, event))),
        emit(({ context }) => tellChanges(context)),
        assign({ told: ({ context }) => context.local, toldNetwork: ({ context }) => context.hasNetwork }),
      ],
      always: [{ guard: 'anyDue', target: 'waiting', actions: 'planWake' }, { target: 'waiting' }],
    },
    waiting: {
      exit: cancel('wake'),
      on: {
        listed: { target: 'syncing', actions: 'take' },
        changed: { target: 'syncing', actions: 'take' },
        container: { target: 'syncing', actions: 'take' },
        'containers-killed': { target: 'syncing', actions: 'take' },
        runtime: { target: 'syncing', actions: 'take' },
        wake: 'syncing',
      },
    },
  },
});
