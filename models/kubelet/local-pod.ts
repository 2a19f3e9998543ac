/**
 * The pods of a node as its kubelet and its container runtime have them, apart from what the API says. Pure steps.
 *
 * Sources: k/k pkg/kubelet/kubelet.go (syncPod, HandlePodCleanups), pkg/kubelet/kuberuntime (restart back-off: first at once,
 * then 10 s doubling to 5 min, reset after 10 min of running, KEP-4603), pkg/kubelet/pleg/generic.go (relist each second).
 * Unit: microseconds of the node's clock.
 *
 * A pod is one container. What the runtime keeps survives the kubelet and not the power: it is written to the disk unsynced.
 * Assumptions, as no source gives them: from the binding to the running container 1 to 3 s (sandbox, network; the image is
 * there), from the request to end to the end 0.1 to 1 s (a program that heeds SIGTERM).
 * Not modelled: image pulls, volumes, init containers, preStop hooks, the grace period for one that does not heed SIGTERM.
 */
import type { Map as ImmutableMap } from 'immutable';
import type { Objects } from '../kube-apiserver/lister.ts';
import { isTerminating, MIRROR_ANNOTATION, type Pod, type PodStatus } from '../kube-apiserver/workloads.ts';
import { uniform } from '../uniform.ts';

const START_US = [1_000_000, 3_000_000] as const;
const STOP_US = [100_000, 1_000_000] as const;
const RELIST_US = 1_000_000;
const BACKOFF_FIRST_US = 10_000_000;
const BACKOFF_MAX_US = 300_000_000;
const RESET_US = 600_000_000;
export const NEVER_US = Number.POSITIVE_INFINITY;

export interface LocalPod {
  readonly uid: string;
  /** `waiting`: it has ended and waits for its restart. */
  readonly state: 'creating' | 'running' | 'waiting' | 'ending';
  /** When the state ends by itself. */
  readonly dueUs: number;
  readonly startedAtUs: number;
  readonly restarts: number;
  /** Ends since it last ran for long. */
  readonly failures: number;
  readonly finishedAtUs: number | undefined;
  readonly exitCode: number;
  readonly ip: string;
  readonly labels: Readonly<Record<string, string>>;
  /** How long its program runs; NEVER_US for one that serves. */
  readonly runsForUs: number;
  /** Of a static pod: the process of this host, whose restarts are the supervisor's. */
  readonly process: string | undefined;
}
/** By `NAMESPACE/NAME`. */
export type LocalPods = ImmutableMap<string, LocalPod>;

export interface NodeOfPods {
  readonly address: string;
  /** First three parts of the pods' addresses. */
  readonly podPrefix: string;
  readonly luck: number;
}

/** What changes of a node's pods, beside the pods. */
export interface PodsOfNode {
  readonly local: LocalPods;
  /** Draws and addresses given so far. */
  readonly count: number;
}

function between(
  node: NodeOfPods,
  purpose: string,
  count: number,
  [from, to]: readonly [number, number],
): number {
  return Math.round(from + uniform(node.luck, purpose, count) * (to - from));
}

function runsFor({ spec }: Pod): number {
  const seconds = /^sleep (\d+(?:\.\d+)?)$/.exec(spec.command ?? '')?.[1];
  return seconds === undefined ? NEVER_US : Math.round(Number(seconds) * 1_000_000);
}

function created(pod: Pod, node: NodeOfPods, count: number, atUs: number): LocalPod {
  const before = pod.status.container;
  return {
    uid: pod.metadata.uid ?? '',
    state: 'creating',
    dueUs: atUs + between(node, 'pod start', count, START_US),
    startedAtUs: 0,
    // The container of before the power cut is found dead.
    restarts: before === undefined ? 0 : before.restartCount + 1,
    failures: 0,
    finishedAtUs: before === undefined ? undefined : atUs,
    exitCode: 0,
    ip: pod.spec.hostNetwork === true ? node.address : `${node.podPrefix}.${2 + (count % 250)}`,
    labels: pod.metadata.labels ?? {},
    runsForUs: runsFor(pod),
    process: undefined,
  };
}

function started(pod: LocalPod, atUs: number): LocalPod {
  return { ...pod, state: 'running', startedAtUs: atUs, dueUs: atUs + pod.runsForUs };
}

/** The container ended: noticed at the next relist, restarted after the back-off. */
export function ended(
  pod: LocalPod,
  exitCode: number,
  node: NodeOfPods,
  count: number,
  atUs: number,
): LocalPod {
  const failures = atUs - pod.startedAtUs >= RESET_US ? 0 : pod.failures;
  const backoffUs = failures === 0 ? 0 : Math.min(BACKOFF_MAX_US, BACKOFF_FIRST_US * 2 ** (failures - 1));
  const relistUs = Math.round(uniform(node.luck, 'relist', count) * RELIST_US);
  return {
    ...pod,
    state: 'waiting',
    dueUs: atUs + relistUs + backoffUs,
    failures: failures + 1,
    finishedAtUs: atUs,
    exitCode,
  };
}

/** What the time has done. */
function aged(of: PodsOfNode, node: NodeOfPods, atUs: number): PodsOfNode {
  let { local, count } = of;
  for (const [key, pod] of [...of.local].sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (pod.dueUs > atUs) continue;
    if (pod.state === 'ending') local = local.delete(key);
    else if (pod.state === 'running') local = local.set(key, ended(pod, 0, node, count++, pod.dueUs));
    else
      local = local.set(
        key,
        started(pod.state === 'waiting' ? { ...pod, restarts: pod.restarts + 1 } : pod, atUs),
      );
  }
  return { local, count };
}

/** A static pod whose container is another one than the API knows, with no restart counted: the host was rebooted. */
function remembered(known: LocalPod, { status: { container } }: Pod): LocalPod {
  if (container === undefined || known.state !== 'running' || container.restartCount < known.restarts)
    return known;
  const { state } = container;
  if (!('running' in state) || state.running.startedAtUs === known.startedAtUs) return known;
  return { ...known, restarts: container.restartCount + 1, finishedAtUs: known.startedAtUs };
}

/** What the API asks for. */
function asked(of: PodsOfNode, pods: Objects<Pod>, node: NodeOfPods, atUs: number): PodsOfNode {
  let { local, count } = of;
  for (const [key, pod] of [...pods].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const known = local.get(key);
    if (pod.metadata.annotations?.[MIRROR_ANNOTATION] !== undefined) {
      if (known !== undefined) local = local.set(key, remembered(known, pod));
      continue;
    }
    const isSame = known?.uid === pod.metadata.uid;
    if (isTerminating(pod)) {
      if (known !== undefined && isSame && known.state !== 'ending')
        local = local.set(key, {
          ...known,
          state: 'ending',
          dueUs: atUs + between(node, 'pod stop', count++, STOP_US),
        });
    } else if (!isSame) local = local.set(key, created(pod, node, count++, atUs));
  }
  for (const [key, { process }] of of.local)
    if (process === undefined && !pods.has(key)) local = local.delete(key);
  return { local, count };
}

/** The pods after what the API said last (undefined: nothing yet since the start) and after this much time. */
export function settled(
  of: PodsOfNode,
  pods: Objects<Pod> | undefined,
  node: NodeOfPods,
  atUs: number,
): PodsOfNode {
  const older = aged(of, node, atUs);
  return pods === undefined ? older : asked(older, pods, node, atUs);
}

/** What a container needs in order to start: its runtime, and a network of its own unless it has the host's. */
interface Means {
  readonly hasRuntime: boolean;
  readonly hasNetwork: boolean;
}

/** Pods that lack their means wait; those that have them now start. */
export function gated(
  local: LocalPods,
  { address }: NodeOfPods,
  { hasRuntime, hasNetwork }: Means,
  atUs: number,
): LocalPods {
  return local.map((pod) => {
    if (pod.process !== undefined || pod.state === 'running' || pod.state === 'ending') return pod;
    if (!hasRuntime || (!hasNetwork && pod.ip !== address)) return { ...pod, dueUs: NEVER_US };
    return pod.dueUs === NEVER_US ? { ...pod, dueUs: atUs + RELIST_US } : pod;
  });
}

/** The DaemonSets of the network plugins that the guides install: weave, calico, flannel, cilium. */
const NETWORK_PLUGIN = /^(?:kube-system|kube-flannel)\/(?:weave-net|calico-node|kube-flannel|cilium)-/;

/** Does a pod run that has written a CNI configuration to the host? */
export function configuresNetwork(local: LocalPods, { address }: NodeOfPods): boolean {
  return local.some(
    ({ state, ip }, key) => state === 'running' && ip === address && NETWORK_PLUGIN.test(key),
  );
}

/** The next moment at which something happens by itself. */
export function nextDueUs(local: LocalPods): number {
  return local.reduce((least, { dueUs }) => Math.min(least, dueUs), NEVER_US);
}

function stateOf(pod: LocalPod): NonNullable<PodStatus['container']>['state'] {
  if (pod.state === 'running' || pod.state === 'ending') return { running: { startedAtUs: pod.startedAtUs } };
  if (pod.state === 'creating') return { waiting: { reason: 'ContainerCreating' } };
  if (pod.failures > 1) return { waiting: { reason: 'CrashLoopBackOff' } };
  return { terminated: { reason: pod.exitCode === 0 ? 'Completed' : 'Error', exitCode: pod.exitCode } };
}

/** The status as the kubelet would write it. */
export function statusOf(pod: LocalPod, hostIP: string): PodStatus {
  const ready = pod.state === 'running' || pod.state === 'ending';
  return {
    phase: pod.state === 'creating' && pod.restarts === 0 ? 'Pending' : 'Running',
    conditions: [
      { type: 'PodScheduled', status: 'True' },
      ready
        ? { type: 'Ready', status: 'True' }
        : { type: 'Ready', status: 'False', reason: 'ContainersNotReady' },
    ],
    hostIP,
    ...(pod.state === 'creating' ? {} : { podIP: pod.ip }),
    container: {
      ready,
      restartCount: pod.restarts,
      state: stateOf(pod),
      ...(pod.finishedAtUs === undefined ? {} : { lastFinishedAtUs: pod.finishedAtUs }),
    },
  };
}

/** Does what the API says of a pod differ in anything but times? */
export function statusDiffers(known: PodStatus, wanted: PodStatus): boolean {
  const ready = (status: PodStatus) => status.conditions.find(({ type }) => type === 'Ready')?.status;
  const [a, b] = [known.container, wanted.container];
  return (
    known.phase !== wanted.phase ||
    ready(known) !== ready(wanted) ||
    known.podIP !== wanted.podIP ||
    a?.ready !== b?.ready ||
    a?.restartCount !== b?.restartCount ||
    JSON.stringify(a?.state) !== JSON.stringify(b?.state)
  );
}
