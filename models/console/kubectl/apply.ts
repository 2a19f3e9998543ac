/**
 * `kubectl apply -f`: the network plugins that the guides install by a URL, and Deployments and Services of a file on the host.
 *
 * Sources: kubectl pkg/cmd/apply/apply.go (created, unchanged, configured); the manifests of weave 2, calico 3.3, flannel and
 * cilium for the names of their objects. Of a plugin only its DaemonSet becomes an object here: whose pods run on the nodes'
 * network, on every node, and write the CNI configuration (models/kubelet/local-pod.ts).
 */
import { parseAllDocuments } from 'yaml';
import { collectionPath, type KubeObject, objectPath } from '../../kube-apiserver/api.ts';
import { serviceObject, workloadObject } from '../../operator/manifests.ts';
import type { Script } from '../command.ts';
import { readFile } from '../files.ts';
import { flagOf } from '../flags.ts';
import { isFailed, type Kubectl, request } from './client.ts';
import { kindName } from './resources.ts';

interface Plugin {
  readonly url: RegExp;
  /** Its DaemonSet; undefined: only what stands beside. */
  readonly daemonSet: string | undefined;
  readonly image: string;
  /** What else is printed as created. */
  readonly others: readonly string[];
}

const crd = (name: string): string =>
  `customresourcedefinition.apiextensions.k8s.io/${name}.crd.projectcalico.org`;
const rbac = (kind: string, name: string): string => `${kind}.rbac.authorization.k8s.io/${name}`;

const PLUGINS: readonly Plugin[] = [
  {
    url: /weave\.works|weave-daemonset|weaveworks/,
    daemonSet: 'weave-net',
    image: 'weaveworks/weave-kube',
    others: [
      'serviceaccount/weave-net',
      rbac('clusterrole', 'weave-net'),
      rbac('clusterrolebinding', 'weave-net'),
      rbac('role', 'weave-net'),
      rbac('rolebinding', 'weave-net'),
    ],
  },
  {
    url: /rbac-kdd/,
    daemonSet: undefined,
    image: '',
    others: [rbac('clusterrole', 'calico-node'), rbac('clusterrolebinding', 'calico-node')],
  },
  {
    url: /calico/,
    daemonSet: 'calico-node',
    image: 'calico/node',
    others: [
      'configmap/calico-config',
      'service/calico-typha',
      'deployment.apps/calico-typha',
      'poddisruptionbudget.policy/calico-typha',
      'serviceaccount/calico-node',
      ...[
        'felixconfigurations',
        'bgppeers',
        'bgpconfigurations',
        'ippools',
        'hostendpoints',
        'clusterinformations',
        'globalnetworkpolicies',
        'globalnetworksets',
        'networkpolicies',
      ].map(crd),
    ],
  },
  { url: /flannel/, daemonSet: 'kube-flannel', image: 'flannel/flannel', others: ['serviceaccount/flannel'] },
  { url: /cilium/, daemonSet: 'cilium', image: 'cilium/cilium', others: ['serviceaccount/cilium'] },
];

function daemonSet(name: string, image: string): KubeObject {
  const labels = { 'k8s-app': name };
  const template = { labels, spec: { image, hostNetwork: true, tolerations: [{ operator: 'Exists' }] } };
  return {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { name, labels },
    spec: { selector: labels, template },
  } as KubeObject;
}

/** Creates it, or leaves the one of that name; its word is undefined when the API did not answer. */
function* applied(
  kubectl: Kubectl,
  plural: string,
  namespace: string,
  object: KubeObject,
): Script<string | undefined> {
  const path = collectionPath(plural, namespace);
  const { name } = object.metadata;
  const what = `post ${plural}`;
  const answer = yield* request(kubectl, 'POST', path, { body: object, what, quiet: [409] });
  if (!isFailed(answer)) return 'created';
  if (answer.failed !== 409) return undefined;
  const known = yield* request<KubeObject>(kubectl, 'GET', objectPath(plural, namespace, name), { what });
  if (isFailed(known)) return undefined;
  const wanted = (object.spec as { replicas?: number } | undefined)?.replicas;
  const found = (known.body.spec as { replicas?: number } | undefined)?.replicas;
  if (wanted === undefined || wanted === found) return 'unchanged';
  const body = { spec: { replicas: wanted } };
  const patched = yield* request(kubectl, 'PATCH', objectPath(plural, namespace, name), { body, what });
  return isFailed(patched) ? undefined : 'configured';
}

function* applyPlugin(kubectl: Kubectl, plugin: Plugin): Script {
  const { call } = kubectl;
  if (plugin.daemonSet === undefined) {
    const answer = yield* request(kubectl, 'GET', '/livez', { what: 'get version' });
    if (isFailed(answer)) return 1;
  } else {
    const object = daemonSet(plugin.daemonSet, plugin.image);
    const word = yield* applied(kubectl, 'daemonsets', 'kube-system', object);
    if (word === undefined) return 1;
    call.out(`${kindName('daemonsets')}/${plugin.daemonSet} ${word}\n`);
  }
  for (const other of plugin.others) call.out(`${other} created\n`);
  return 0;
}

interface Written {
  readonly kind?: string;
  readonly metadata?: { readonly name?: string; readonly namespace?: string };
  readonly spec?: {
    readonly replicas?: number;
    readonly type?: string;
    readonly selector?: Readonly<Record<string, string>>;
    readonly ports?: readonly {
      readonly port?: number;
      readonly targetPort?: number;
      readonly nodePort?: number;
    }[];
    readonly template?: { readonly spec?: { readonly containers?: readonly { readonly image?: string }[] } };
  };
}

/** The object of one document; undefined: this console does not have its kind. */
function objectOf(written: Written, namespace: string): { plural: string; object: KubeObject } | undefined {
  const { kind, metadata, spec = {} } = written;
  const name = metadata?.name;
  if (typeof name !== 'string') return undefined;
  if (kind === 'Deployment') {
    return workloadObject({
      name,
      kind: 'deployment',
      namespace,
      replicas: spec.replicas ?? 1,
      image: spec.template?.spec?.containers?.[0]?.image ?? 'nginx',
      tolerationSeconds: undefined,
      onControlPlanes: false,
      runsForSeconds: undefined,
      expose: undefined,
    });
  }
  const [port] = spec.ports ?? [];
  if (kind !== 'Service' || port?.port === undefined) return undefined;
  const type = spec.type === 'NodePort' ? 'NodePort' : 'ClusterIP';
  const ports = { port: port.port, targetPort: port.targetPort ?? port.port, nodePort: port.nodePort };
  return serviceObject(name, namespace, spec.selector ?? {}, ports, type);
}

function* applyFile(kubectl: Kubectl, path: string): Script {
  const { call } = kubectl;
  const text = yield* readFile(call.place, path);
  if (typeof text !== 'string') {
    call.err(`error: the path "${path}" does not exist\n`);
    return 1;
  }
  for (const document of parseAllDocuments(text)) {
    const written = document.errors.length > 0 ? null : (document.toJS() as Written | null);
    if (written === null || typeof written !== 'object') {
      call.err(`error: error parsing ${path}: error converting YAML to JSON\n`);
      return 1;
    }
    const namespace = written.metadata?.namespace ?? kubectl.namespace;
    const found = objectOf(written, namespace);
    if (found === undefined) {
      call.err(`error: this console applies Deployments, Services and the manifests of network plugins\n`);
      return 1;
    }
    const word = yield* applied(kubectl, found.plural, namespace, found.object);
    if (word === undefined) return 1;
    call.out(`${kindName(found.plural)}/${found.object.metadata.name} ${word}\n`);
  }
  return 0;
}

export function* apply(kubectl: Kubectl): Script {
  const { call, flags, args } = kubectl;
  const path = flagOf(flags, 'filename') ?? args[0];
  if (path === undefined) {
    call.err('error: must specify one of -f and -k\n');
    return 1;
  }
  if (!/^https?:/.test(path)) return yield* applyFile(kubectl, path);
  const plugin = PLUGINS.find(({ url }) => url.test(path));
  if (plugin !== undefined) return yield* applyPlugin(kubectl, plugin);
  call.err(
    `error: unable to read URL "${path}", server reported 404 Not Found, status code=404\n(this console knows the manifests of weave, calico, flannel and cilium)\n`,
  );
  return 1;
}
