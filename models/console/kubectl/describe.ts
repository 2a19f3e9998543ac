/**
 * `kubectl describe`: nodes (describe-node.ts), and of the other resources what the model has.
 *
 * Source: kubectl pkg/describe/describe.go describePod, describeDeployment, describeService and the like. Not modelled:
 * containers beyond their state, strategies.
 */
import { type KubeList, type KubeObject, objectPath, RESOURCES } from '../../kube-apiserver/api.ts';
import { podStatusText } from '../../kube-apiserver/observe.ts';
import type { Pod, ReplicaWorkload, Service } from '../../kube-apiserver/workloads.ts';
import type { Script } from '../command.ts';
import { isFailed, type Kubectl, request } from './client.ts';
import { eventsText } from './describe-events.ts';
import { block, dateText, describeNode } from './describe-node.ts';
import { listObjects } from './get.ts';
import { pluralOf, unknownResource } from './resources.ts';

type Field = readonly [title: string, lines: readonly string[]];

const pairs = (labels: Readonly<Record<string, string>> = {}): string[] =>
  Object.entries(labels).map(([key, value]) => `${key}=${value}`);

function podFields(pod: Pod): Field[] {
  const { spec, status, metadata } = pod;
  const { container } = status;
  const [owner] = metadata.ownerReferences ?? [];
  return [
    ['Node', [spec.nodeName === undefined ? '<none>' : `${spec.nodeName}/${status.hostIP ?? ''}`]],
    ['Labels', pairs(metadata.labels)],
    ['Status', [podStatusText(pod)]],
    ['IP', status.podIP === undefined ? [] : [status.podIP]],
    ...(owner === undefined ? [] : [['Controlled By', [`${owner.kind}/${owner.name}`]] as Field]),
    ['Image', [spec.image]],
    ['Ready', [container?.ready === true ? 'True' : 'False']],
    ['Restart Count', [String(container?.restartCount ?? 0)]],
    ['Conditions', status.conditions.map(({ type, status: is }) => `${type} ${is}`)],
    [
      'Tolerations',
      (spec.tolerations ?? []).map(
        ({ key = '', effect, operator, tolerationSeconds }) =>
          `${key}${effect === undefined ? '' : `:${effect}`} op=${operator}${tolerationSeconds === undefined ? '' : ` for ${tolerationSeconds}s`}`,
      ),
    ],
  ];
}

function workloadFields({ spec, status, metadata }: ReplicaWorkload): Field[] {
  const { replicas = 0, updatedReplicas = 0, availableReplicas = 0 } = status ?? {};
  const counts = `${spec.replicas} desired | ${updatedReplicas} updated | ${replicas} total | ${availableReplicas} available | ${spec.replicas - availableReplicas} unavailable`;
  return [
    ['Labels', pairs(metadata.labels)],
    ['Selector', pairs(spec.selector)],
    ['Replicas', [counts]],
    ['Image', [spec.template.spec.image]],
  ];
}

function serviceFields({ spec, metadata }: Service): Field[] {
  return [
    ['Labels', pairs(metadata.labels)],
    ['Selector', pairs(spec.selector)],
    ['Type', [spec.type]],
    ['IP', [spec.clusterIP]],
    ...spec.ports.flatMap(({ port, targetPort, nodePort }): Field[] => [
      ['Port', [`${port}/TCP`]],
      ['TargetPort', [`${targetPort}/TCP`]],
      ...(nodePort === undefined ? [] : [['NodePort', [`${nodePort}/TCP`]] as Field]),
    ]),
  ];
}

function fieldsOf(plural: string, object: KubeObject): Field[] {
  if (plural === 'pods') return podFields(object as Pod);
  if (plural === 'deployments' || plural === 'replicasets' || plural === 'statefulsets')
    return workloadFields(object as ReplicaWorkload);
  return plural === 'services'
    ? serviceFields(object as Service)
    : [['Labels', pairs(object.metadata.labels)]];
}

function describeObject(plural: string, object: KubeObject): string {
  const { name, namespace, creationTimestampUs } = object.metadata;
  const fields: Field[] = [
    ['Name', [name]],
    ...(namespace === undefined ? [] : [['Namespace', [namespace]] as Field]),
    ['CreationTimestamp', [dateText(creationTimestampUs ?? 0)]],
    ...fieldsOf(plural, object),
  ];
  return fields.map(([title, lines]) => block(title, lines)).join('');
}

/** Those that are named: exactly, or by how they begin, as kubectl does when there is no such object. */
function* named(
  kubectl: Kubectl,
  plural: string,
  names: readonly string[],
): Script<KubeObject[] | undefined> {
  const listed = yield* listObjects(kubectl, plural);
  if (isFailed(listed)) return undefined;
  const { items }: KubeList = listed.body;
  if (names.length === 0) return [...items];
  const found: KubeObject[] = [];
  for (const name of names) {
    const exact = items.filter(({ metadata }) => metadata.name === name);
    const like = exact.length > 0 ? exact : items.filter(({ metadata }) => metadata.name.startsWith(name));
    if (like.length > 0) found.push(...like);
    else {
      const namespace = RESOURCES[plural]?.namespaced === true ? kubectl.namespace : undefined;
      yield* request(kubectl, 'GET', objectPath(plural, namespace, name), { what: `get ${plural} ${name}` });
      return undefined;
    }
  }
  return found;
}

export function* describe(kubectl: Kubectl): Script {
  const { call, args } = kubectl;
  const [kind = '', ...names] = args.flatMap((arg) => arg.split('/'));
  const plural = pluralOf(kind);
  if (plural === undefined) {
    call.err(
      kind === '' ? 'error: You must specify the type of resource to describe.\n' : unknownResource(kind),
    );
    return 1;
  }
  const objects = yield* named(kubectl, plural, names);
  if (objects === undefined) return 1;
  let code = 0;
  for (const [i, object] of objects.entries()) {
    if (i > 0) call.out('\n\n');
    if (plural === 'nodes') code = Math.max(code, yield* describeNode(kubectl, object.metadata.name));
    else call.out(describeObject(plural, object) + (yield* eventsText(kubectl, object)));
  }
  return code;
}
