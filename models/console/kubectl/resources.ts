/** The names that kubectl has for resources: plural, singular, short names, with or without their group. */
import { RESOURCES } from '../../kube-apiserver/api.ts';
import { nearestHint } from '../../nearest.ts';

/** Short names as the API tells them (k/k pkg/registry, ShortNames). */
const SHORT: Readonly<Record<string, readonly string[]>> = {
  componentstatuses: ['cs'],
  nodes: ['no'],
  namespaces: ['ns'],
  pods: ['po'],
  services: ['svc'],
  endpoints: ['ep'],
  configmaps: ['cm'],
  events: ['ev'],
  deployments: ['deploy'],
  replicasets: ['rs'],
  statefulsets: ['sts'],
  daemonsets: ['ds'],
  replicationcontrollers: ['rc'],
  persistentvolumes: ['pv'],
  persistentvolumeclaims: ['pvc'],
  cronjobs: ['cj'],
  horizontalpodautoscalers: ['hpa'],
  ingresses: ['ing'],
  networkpolicies: ['netpol'],
  poddisruptionbudgets: ['pdb'],
  storageclasses: ['sc'],
};

export function shortNamesOf(plural: string): readonly string[] {
  return SHORT[plural] ?? [];
}

/** The plural of a word that is one, its singular (the kind in small letters) or a short name. */
const MEANINGS = new Map(
  Object.values(RESOURCES).flatMap(({ plural, kind }) =>
    [plural, kind.toLowerCase(), ...shortNamesOf(plural)].map((word): [string, string] => [word, plural]),
  ),
).set('endpoint', 'endpoints');

/** What `get all` lists, in its order; kinds of which there are none are left out. */
export const ALL = ['pods', 'services', 'daemonsets', 'deployments', 'replicasets', 'statefulsets'];

/** The plural that a word means; undefined if there is no such resource. */
export function pluralOf(word: string): string | undefined {
  const [name = ''] = word.toLowerCase().split('.');
  return MEANINGS.get(name);
}

/** `nodes,pods` or `pod/NAME` */
export function unknownResource(word: string): string {
  const hint = nearestHint(word, MEANINGS.keys());
  return `error: the server doesn't have a resource type "${word}"${hint}\n`;
}

/** `deployment.apps`, `pod`: what kubectl calls an object of this resource. */
export function kindName(plural: string): string {
  const { apiVersion, kind } = RESOURCES[plural] as (typeof RESOURCES)[string];
  const [group, version] = apiVersion.split('/');
  return version === undefined ? kind.toLowerCase() : `${kind.toLowerCase()}.${group}`;
}
