/**
 * The kubectl commands that change things: scale, expose, delete, cordon, uncordon, drain, taint.
 *
 * Sources: kubectl pkg/cmd/scale/scale.go, expose/expose.go, delete/delete.go (waits until the
 * object is gone), drain/drain.go, pkg/drain/drain.go:328 and filters.go:31-35 (which pods stop a drain).
 */
import {
  collectionPath,
  type KubeObject,
  type Node,
  objectPath,
  type Taint,
} from '../../kube-apiserver/api.ts';
import { MIRROR_ANNOTATION, type Pod, type ReplicaWorkload } from '../../kube-apiserver/workloads.ts';
import { serviceObject } from '../../operator/manifests.ts';
import { type Script, wait } from '../command.ts';
import { flagOf, isSet, readGoDuration } from '../flags.ts';
import { fail, isFailed, type Kubectl, pathOf, read, request, targetsOf } from './client.ts';
import { listObjects } from './get.ts';
import { kindName, pluralOf } from './resources.ts';

const POLL_US = 1_000_000;
/** Of a drain without --timeout, and of a delete that waits: nobody waits longer. */
const LONGEST_POLLS = 600;

export function* scale(kubectl: Kubectl): Script {
  const { call, flags, args } = kubectl;
  const target = targetsOf(kubectl, args);
  if (target === undefined) return 1;
  const replicas = flagOf(flags, 'replicas');
  if (replicas === undefined || !/^\d+$/.test(replicas))
    return fail(
      kubectl,
      'error: The --replicas=COUNT flag is required, and COUNT must be greater than or equal to 0',
    );
  for (const name of target.names) {
    const path = pathOf(kubectl, target.plural, name);
    const body = { spec: { replicas: Number(replicas) } };
    const answer = yield* request(kubectl, 'PATCH', path, { body, what: `patch ${target.plural} ${name}` });
    if (isFailed(answer)) return 1;
    call.out(`${kindName(target.plural)}/${name} scaled\n`);
  }
  return 0;
}

export function* expose(kubectl: Kubectl): Script {
  const { call, flags, args, namespace } = kubectl;
  const target = targetsOf(kubectl, args);
  if (target === undefined) return 1;
  const [of = ''] = target.names;
  const port = flagOf(flags, 'port');
  if (port === undefined)
    return fail(
      kubectl,
      "error: couldn't find port via --port flag or introspection\nSee 'kubectl expose -h' for help and examples",
    );
  const found = yield* read<ReplicaWorkload>(kubectl, target.plural, of);
  if (isFailed(found)) return 1;
  const name = flagOf(flags, 'name') ?? of;
  const type = flagOf(flags, 'type') === 'NodePort' ? 'NodePort' : 'ClusterIP';
  const ports = {
    port: Number(port),
    targetPort: Number(flagOf(flags, 'target-port') ?? port),
    nodePort: undefined,
  };
  const { object } = serviceObject(name, namespace, found.spec.selector, ports, type);
  const answer = yield* request(kubectl, 'POST', collectionPath('services', namespace), {
    body: object,
    what: 'post services',
  });
  if (isFailed(answer)) return 1;
  call.out(`service/${name} exposed\n`);
  return 0;
}

/** Until the object is gone, or another one has its name. */
function* waitGone(kubectl: Kubectl, path: string, uid: string | undefined, polls: number): Script<boolean> {
  for (let i = 0; i < polls; i++) {
    const answer = yield* request<KubeObject>(kubectl, 'GET', path, { what: 'get', quiet: [404] });
    if (isFailed(answer)) return answer.failed === 404;
    if (answer.body.metadata.uid !== uid) return true;
    yield* wait(POLL_US);
  }
  return false;
}

export function* remove(kubectl: Kubectl): Script {
  const { call, flags, args } = kubectl;
  const target = targetsOf(kubectl, args);
  if (target === undefined) return 1;
  const { plural, names } = target;
  if (names.length === 0) return fail(kubectl, 'error: resource(s) were provided, but no name was specified');
  if (plural === 'namespaces')
    return fail(
      kubectl,
      'error: this console deletes no namespaces, as what is in one would have to go with it',
    );
  const force = isSet(flags, 'force');
  const grace = force ? 0 : flagOf(flags, 'grace-period');
  let code = 0;
  for (const name of names) {
    const path = pathOf(kubectl, plural, name);
    const ignores = isSet(flags, 'ignore-not-found');
    const before = yield* read<KubeObject>(kubectl, plural, name, ignores ? [404] : []);
    if (isFailed(before)) {
      if (!ignores || before.failed !== 404) code = 1;
      continue;
    }
    if (force)
      call.err(
        'Warning: Immediate deletion does not wait for confirmation that the running resource has been terminated. The resource may continue to run on the cluster indefinitely.\n',
      );
    const body = grace === undefined ? {} : { gracePeriodSeconds: Number(grace) };
    const answer = yield* request(kubectl, 'DELETE', path, { body, what: `delete ${plural} ${name}` });
    if (isFailed(answer)) {
      code = 1;
      continue;
    }
    call.out(`${kindName(plural)} "${name}" ${force ? 'force deleted' : 'deleted'}\n`);
    if (flagOf(flags, 'wait') !== 'false' && !force)
      yield* waitGone(kubectl, path, before.metadata.uid, LONGEST_POLLS);
  }
  return code;
}

function* setUnschedulable(kubectl: Kubectl, name: string, on: boolean): Script {
  const { call } = kubectl;
  const node = yield* read<Node>(kubectl, 'nodes', name);
  if (isFailed(node)) return 1;
  const word = on ? 'cordoned' : 'uncordoned';
  if ((node.spec.unschedulable === true) === on) {
    call.out(`node/${name} already ${word}\n`);
    return 0;
  }
  const body = { spec: { unschedulable: on ? true : null } };
  const answer = yield* request(kubectl, 'PATCH', pathOf(kubectl, 'nodes', name), {
    body,
    what: `patch nodes ${name}`,
  });
  if (isFailed(answer)) return 1;
  call.out(`node/${name} ${word}\n`);
  return 0;
}

function nodeNames(args: readonly string[]): string[] {
  return args.map((arg) => arg.replace(/^nodes?\//, ''));
}

export function* cordon(kubectl: Kubectl, on: boolean): Script {
  const names = nodeNames(kubectl.args);
  if (names.length === 0)
    return fail(
      kubectl,
      `error: USAGE: ${on ? 'cordon' : 'uncordon'} NODE [flags]\nSee 'kubectl ${on ? 'cordon' : 'uncordon'} -h' for help and examples`,
    );
  let code = 0;
  for (const name of names) code = Math.max(code, yield* setUnschedulable(kubectl, name, on));
  return code;
}

function ownerKind({ metadata }: Pod): string | undefined {
  return metadata.ownerReferences?.[0]?.kind;
}

function listed(pods: readonly Pod[]): string {
  return pods.map(({ metadata }) => `${metadata.namespace}/${metadata.name}`).join(', ');
}

export function* drain(kubectl: Kubectl): Script {
  const { call, flags } = kubectl;
  const [name] = nodeNames(kubectl.args);
  if (name === undefined)
    return fail(kubectl, "error: USAGE: drain NODE [flags]\nSee 'kubectl drain -h' for help and examples");
  const cordoned = yield* setUnschedulable(kubectl, name, true);
  if (cordoned !== 0) return cordoned;
  const everywhere: Kubectl = {
    ...kubectl,
    flags: { ...flags, values: new Map([...flags.values, ['all-namespaces', ['true']]]) },
  };
  const answer = yield* listObjects(everywhere, 'pods');
  if (isFailed(answer)) return 1;
  const here = (answer.body.items as readonly Pod[]).filter(
    (pod) => pod.spec.nodeName === name && pod.metadata.annotations?.[MIRROR_ANNOTATION] === undefined,
  );
  const daemons = here.filter((pod) => ownerKind(pod) === 'DaemonSet');
  const bare = here.filter((pod) => ownerKind(pod) === undefined);
  const complaints: string[] = [];
  if (daemons.length > 0 && !isSet(flags, 'ignore-daemonsets'))
    complaints.push(
      `cannot delete DaemonSet-managed Pods (use --ignore-daemonsets to ignore): ${listed(daemons)}`,
    );
  if (bare.length > 0 && !isSet(flags, 'force'))
    complaints.push(
      `cannot delete Pods that declare no controller (use --force to override): ${listed(bare)}`,
    );
  if (complaints.length > 0) {
    call.err(
      `error: unable to drain node "${name}" due to error: [${complaints.join(', ')}], continuing command...\nThere are pending nodes to be drained:\n ${name}\n`,
    );
    for (const complaint of complaints) call.err(`${complaint}\n`);
    return 1;
  }
  if (daemons.length > 0) call.err(`Warning: ignoring DaemonSet-managed Pods: ${listed(daemons)}\n`);
  const evicted = here.filter((pod) => !daemons.includes(pod));
  for (const pod of evicted) {
    const { namespace, name: podName } = pod.metadata;
    call.out(`evicting pod ${namespace}/${podName}\n`);
    const path = `${objectPath('pods', namespace, podName)}/eviction`;
    const done = yield* request(kubectl, 'POST', path, { body: {}, what: 'evict pods', quiet: [404] });
    if (isFailed(done) && done.failed !== 404) return 1;
  }
  const timeout = flagOf(flags, 'timeout') ?? '0s';
  const limitUs = timeout === '0' ? 0 : (readGoDuration(timeout) ?? 0);
  const polls = limitUs === 0 ? LONGEST_POLLS : Math.ceil(limitUs / POLL_US);
  for (const pod of evicted) {
    const { namespace, name: podName, uid } = pod.metadata;
    if (!(yield* waitGone(kubectl, objectPath('pods', namespace, podName), uid, polls))) {
      call.err(`There are pending nodes to be drained:\n ${name}\n`);
      return fail(
        kubectl,
        `error: error when waiting for pod "${podName}" in namespace "${namespace}" to terminate: global timeout reached: ${timeout}`,
      );
    }
    call.out(`pod/${podName} evicted\n`);
  }
  call.out(`node/${name} drained\n`);
  return 0;
}

/** `kubectl taint nodes w1 key=value:NoSchedule`, or with a `-` at the end to remove it. */
export function* taint(kubectl: Kubectl): Script {
  const [kind = '', name = '', ...changes] = kubectl.args;
  if (pluralOf(kind) !== 'nodes' || changes.length === 0)
    return fail(kubectl, 'error: at least one taint update is required');
  const node = yield* read<Node>(kubectl, 'nodes', name);
  if (isFailed(node)) return 1;
  const overwrites = isSet(kubectl.flags, 'overwrite');
  let taints = [...(node.spec.taints ?? [])];
  for (const change of changes) {
    const away = /^([^=:]+)(?:=[^:]*)?(?::(\w+))?-$/.exec(change);
    if (away !== null) {
      const [, key, effect] = away;
      const kept = taints.filter((one) => one.key !== key || (effect !== undefined && one.effect !== effect));
      if (kept.length === taints.length)
        return fail(kubectl, `error: taint "${change.slice(0, -1)}" not found`);
      taints = kept;
      continue;
    }
    const put = /^([^=:]+)(?:=([^:]*))?:(NoSchedule|PreferNoSchedule|NoExecute)$/.exec(change);
    if (put === null) return fail(kubectl, `error: invalid taint spec: ${change}`);
    const [, key = '', value, effect] = put;
    const added: Taint = {
      key,
      effect: effect as Taint['effect'],
      ...(value === undefined ? {} : { value }),
    };
    if (!overwrites && taints.some((one) => one.key === key && one.effect === effect))
      return fail(
        kubectl,
        `error: node ${name} already has ${key} taint(s) with same effect(s) and --overwrite is false`,
      );
    taints = [...taints.filter((one) => one.key !== key || one.effect !== effect), added];
  }
  const path = pathOf(kubectl, 'nodes', name);
  const answer = yield* request(kubectl, 'PATCH', path, {
    body: { spec: { taints } },
    what: `patch nodes ${name}`,
  });
  if (isFailed(answer)) return 1;
  const removed = changes.filter((change) => change.endsWith('-')).length;
  const mixed = overwrites || (removed > 0 && removed < changes.length);
  kubectl.call.out(`node/${name} ${mixed ? 'modified' : removed > 0 ? 'untainted' : 'tainted'}\n`);
  return 0;
}
