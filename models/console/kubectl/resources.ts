/** The names that kubectl has for resources: plural, singular, short names, with or without their group. */
import { RESOURCES } from '../../kube-apiserver/api.ts';
import { nearestHint } from '../../nearest.ts';

const SHORT: Readonly<Record<string, readonly string[]>> = {
  nodes: ['node', 'no'],
  pods: ['pod', 'po'],
  services: ['service', 'svc'],
  endpoints: ['endpoint', 'ep'],
  secrets: ['secret'],
  configmaps: ['configmap', 'cm'],
  events: ['event', 'ev'],
  leases: ['lease'],
  deployments: ['deployment', 'deploy'],
  replicasets: ['replicaset', 'rs'],
  statefulsets: ['statefulset', 'sts'],
  daemonsets: ['daemonset', 'ds'],
};

/** What `get all` lists, in its order. */
export const ALL = ['pods', 'services', 'daemonsets', 'deployments', 'replicasets', 'statefulsets'];

/** The plural that a word means; undefined if there is no such resource. */
export function pluralOf(word: string): string | undefined {
  const [name = ''] = word.toLowerCase().split('.');
  if (Object.hasOwn(RESOURCES, name)) return name;
  return Object.entries(SHORT).find(([, names]) => names.includes(name))?.[0];
}

/** `nodes,pods` or `pod/NAME` */
export function unknownResource(word: string): string {
  const hint = nearestHint(word, [...Object.keys(RESOURCES), ...Object.values(SHORT).flat()]);
  return `error: the server doesn't have a resource type "${word}"${hint}\n`;
}

/** `deployment.apps`, `pod`: what kubectl calls an object of this resource. */
export function kindName(plural: string): string {
  const { apiVersion, kind } = RESOURCES[plural] as (typeof RESOURCES)[string];
  const [group, version] = apiVersion.split('/');
  return version === undefined ? kind.toLowerCase() : `${kind.toLowerCase()}.${group}`;
}
