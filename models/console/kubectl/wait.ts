/**
 * `kubectl wait --for=condition=NAME[=VALUE]` and `--for=delete`.
 *
 * Sources: kubectl pkg/cmd/wait/wait.go (`condition met`, `timed out waiting for the condition on nodes/w1`; 30 s without
 * --timeout, 0 looks once); k/k pkg/controller/deployment/util (a Deployment is Available while no more than a quarter of its replicas,
 * rounded down, are not). Looked at once a second, where kubectl watches. Not modelled: --for=jsonpath, --for=create. Unit: microseconds.
 */
import type { KubeObject, Node } from '../../kube-apiserver/api.ts';
import type { Pod, ReplicaWorkload } from '../../kube-apiserver/workloads.ts';
import { now, race, type Script, wait } from '../command.ts';
import { flagOf, isSet, readGoDuration } from '../flags.ts';
import { fail, isFailed, type Kubectl, pathOf, request, targetsOf } from './client.ts';
import { fetchWanted } from './get.ts';
import { kindName } from './resources.ts';

const POLL_US = 1_000_000;
const TIMEOUT = '30s';
const MAX_UNAVAILABLE = 0.25;

type Sought = { readonly gone: true } | { readonly type: string; readonly value: string };

function soughtBy(text: string): Sought | undefined {
  if (text.toLowerCase() === 'delete') return { gone: true };
  const [, type, value = 'True'] = /^condition=([^=]+)(?:==?(.+))?$/.exec(text) ?? [];
  return type === undefined ? undefined : { type, value };
}

function isAvailable({ spec, status }: ReplicaWorkload): boolean {
  return (status?.availableReplicas ?? 0) >= spec.replicas - Math.floor(spec.replicas * MAX_UNAVAILABLE);
}

/** Type to status, in small letters, as they are compared. */
export function conditionsOf(plural: string, object: KubeObject): ReadonlyMap<string, string> {
  if (plural === 'deployments')
    return new Map([['available', isAvailable(object as ReplicaWorkload) ? 'true' : 'false']]);
  const { conditions = [] } = (object.status ?? {}) as Partial<(Node | Pod)['status']>;
  return new Map(conditions.map(({ type, status }) => [type.toLowerCase(), status.toLowerCase()]));
}

/** Until it holds of one object; false: kubectl has said what is wrong. */
function* holds(kubectl: Kubectl, plural: string, name: string, sought: Sought): Script<boolean> {
  const path = pathOf(kubectl, plural, name);
  let uid: string | undefined;
  for (;;) {
    const quiet = 'gone' in sought ? [404] : [];
    const answer = yield* request<KubeObject>(kubectl, 'GET', path, { what: `get ${plural} ${name}`, quiet });
    if (isFailed(answer)) {
      if (!quiet.includes(answer.failed)) return false;
      // What was never there is not spoken of.
      if (uid !== undefined) kubectl.call.out(`${kindName(plural)}/${name} condition met\n`);
      return true;
    }
    const object = answer.body;
    uid ??= object.metadata.uid;
    const met =
      'gone' in sought
        ? object.metadata.uid !== uid
        : conditionsOf(plural, object).get(sought.type.toLowerCase()) === sought.value.toLowerCase();
    if (met) {
      kubectl.call.out(`${kindName(plural)}/${name} condition met\n`);
      return true;
    }
    yield* wait(POLL_US);
  }
}

function* timedOut(kubectl: Kubectl, plural: string, name: string, leftUs: number): Script<boolean> {
  yield* wait(leftUs);
  kubectl.call.err(`error: timed out waiting for the condition on ${plural}/${name}\n`);
  return false;
}

export function* waitFor(kubectl: Kubectl): Script {
  const { args, flags } = kubectl;
  const text = flagOf(flags, 'for') ?? '';
  const sought = soughtBy(text);
  if (sought === undefined) return fail(kubectl, `error: unrecognized condition: "${text}"`);
  if (args.length === 0)
    return fail(kubectl, 'error: You must provide one or more resources by argument or filename.');
  const target = targetsOf(kubectl, args);
  if (target === undefined) return 1;
  const { plural } = target;
  let { names } = target;
  if (names.length === 0) {
    if (!isSet(flags, 'all') && flagOf(flags, 'selector') === undefined)
      return fail(kubectl, 'error: resource(s) were provided, but no name was specified');
    const found = yield* fetchWanted(kubectl, { plural, names });
    if (found === undefined) return 1;
    if (found.objects.length === 0) return fail(kubectl, 'error: no matching resources found');
    names = found.objects.map(({ metadata }) => metadata.name);
  }
  const limitUs = readGoDuration(flagOf(flags, 'timeout') ?? TIMEOUT) ?? 0;
  const endUs = (yield* now()) + limitUs;
  let code = 0;
  for (const name of names) {
    const leftUs = Math.max(POLL_US / 2, endUs - (yield* now()));
    const met = yield* race([holds(kubectl, plural, name, sought), timedOut(kubectl, plural, name, leftUs)]);
    if (!met) code = 1;
  }
  return code;
}
