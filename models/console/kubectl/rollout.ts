/**
 * `kubectl rollout status`: what a Deployment or DaemonSet still waits for, until it has it.
 *
 * Sources: kubectl pkg/polymorphichelpers/rollout_status.go (texts and their order), pkg/cmd/rollout/rollout_status.go;
 * k8s.io/api apps/v1 Deployment progressDeadlineSeconds (600). Looked at once a second, where kubectl watches; the deadline counts from
 * the last change that this command has seen. Not modelled: StatefulSets (whose revisions have names), and every other
 * rollout command, as a changed template makes no new ReplicaSet here. Unit: microseconds.
 */
import type { KubeObject } from '../../kube-apiserver/api.ts';
import type { DaemonSet, ReplicaWorkload } from '../../kube-apiserver/workloads.ts';
import { now, race, type Script, wait } from '../command.ts';
import { flagOf, readGoDuration } from '../flags.ts';
import { fail, isFailed, type Kubectl, read, targetsOf } from './client.ts';
import { kindName } from './resources.ts';

const POLL_US = 1_000_000;
const PROGRESS_DEADLINE_US = 600_000_000;

interface Standing {
  readonly text: string;
  readonly done: boolean;
}

export function deploymentStanding({ metadata, spec, status }: ReplicaWorkload): Standing {
  const { replicas = 0, updatedReplicas = 0, availableReplicas = 0 } = status ?? {};
  const waits = (text: string): Standing => ({
    text: `Waiting for deployment "${metadata.name}" rollout to finish: ${text}...\n`,
    done: false,
  });
  if (updatedReplicas < spec.replicas)
    return waits(`${updatedReplicas} out of ${spec.replicas} new replicas have been updated`);
  if (replicas > updatedReplicas)
    return waits(`${replicas - updatedReplicas} old replicas are pending termination`);
  if (availableReplicas < updatedReplicas)
    return waits(`${availableReplicas} of ${updatedReplicas} updated replicas are available`);
  return { text: `deployment "${metadata.name}" successfully rolled out\n`, done: true };
}

export function daemonSetStanding({ metadata, status }: DaemonSet): Standing {
  const { desiredNumberScheduled = 0, currentNumberScheduled = 0, numberReady = 0 } = status ?? {};
  const waits = (text: string): Standing => ({
    text: `Waiting for daemon set "${metadata.name}" rollout to finish: ${text}...\n`,
    done: false,
  });
  if (currentNumberScheduled < desiredNumberScheduled)
    return waits(`${currentNumberScheduled} out of ${desiredNumberScheduled} new pods have been updated`);
  if (numberReady < desiredNumberScheduled)
    return waits(`${numberReady} of ${desiredNumberScheduled} updated pods are available`);
  return { text: `daemon set "${metadata.name}" successfully rolled out\n`, done: true };
}

function standingOf(plural: string, object: KubeObject): Standing {
  return plural === 'deployments'
    ? deploymentStanding(object as ReplicaWorkload)
    : daemonSetStanding(object as DaemonSet);
}

function* follow(kubectl: Kubectl, plural: string, name: string): Script {
  let said = '';
  let sinceUs = yield* now();
  for (;;) {
    const object = yield* read<KubeObject>(kubectl, plural, name);
    if (isFailed(object)) return 1;
    const { text, done } = standingOf(plural, object);
    const atUs = yield* now();
    if (text !== said) {
      kubectl.call.out(text);
      sinceUs = atUs;
    }
    said = text;
    if (done || flagOf(kubectl.flags, 'watch') === 'false') return 0;
    if (plural === 'deployments' && atUs - sinceUs >= PROGRESS_DEADLINE_US)
      return fail(kubectl, `error: deployment "${name}" exceeded its progress deadline`);
    yield* wait(POLL_US);
  }
}

function* timedOut(kubectl: Kubectl, limitUs: number): Script {
  yield* wait(limitUs);
  return fail(kubectl, 'error: timed out waiting for the condition');
}

export function* rolloutStatus(kubectl: Kubectl): Script {
  const { args, flags } = kubectl;
  if (args.length === 0) return fail(kubectl, 'error: required resource not specified');
  const target = targetsOf(kubectl, args);
  if (target === undefined) return 1;
  const { plural, names } = target;
  if (plural === 'statefulsets')
    return fail(kubectl, 'error: this console tells of deployments and daemon sets only');
  if (plural !== 'deployments' && plural !== 'daemonsets')
    return fail(kubectl, `error: no status viewer has been implemented for ${kindName(plural)}`);
  const [name] = names;
  if (name === undefined) return fail(kubectl, 'error: resource(s) were provided, but no name was specified');
  const limitUs = readGoDuration(flagOf(flags, 'timeout') ?? '0s') ?? 0;
  const script = follow(kubectl, plural, name);
  return limitUs === 0 ? yield* script : yield* race([script, timedOut(kubectl, limitUs)]);
}
