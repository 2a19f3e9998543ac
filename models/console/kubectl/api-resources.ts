/**
 * `kubectl api-resources`, and `kubectl top`, which needs a metrics server that no cluster has here.
 *
 * Sources: kubectl pkg/cmd/apiresources/apiresources.go (columns, order by group and name; APIVERSION in place of APIGROUP from
 * 1.20), pkg/cmd/top/top_node.go (`Metrics API not available`). Both ask the server what it has.
 */
import { RESOURCES } from '../../kube-apiserver/api.ts';
import type { Script } from '../command.ts';
import { flagOf, isSet } from '../flags.ts';
import { columns } from '../go-text.ts';
import { fail, isFailed, type Kubectl, minorOf, request } from './client.ts';
import { shortNamesOf } from './resources.ts';

const APIVERSION_SINCE = 20;

/** The version that was preferred before this minor version (deprecation guide of the API). */
const BEFORE: Readonly<Record<string, readonly [minor: number, apiVersion: string]>> = {
  poddisruptionbudgets: [21, 'policy/v1beta1'],
  cronjobs: [21, 'batch/v1beta1'],
  horizontalpodautoscalers: [23, 'autoscaling/v1'],
  ingresses: [19, 'networking.k8s.io/v1beta1'],
};

/** What kubectl asks before it knows what there is. */
function* discover(kubectl: Kubectl): Script<boolean> {
  return !isFailed(yield* request(kubectl, 'GET', '/livez', { what: 'get' }));
}

function groupOf(apiVersion: string): string {
  return apiVersion.includes('/') ? (apiVersion.split('/')[0] as string) : '';
}

function versionOf(plural: string, apiVersion: string, minor: number): string {
  const [since, before] = BEFORE[plural] ?? [0, ''];
  return minor < since ? before : apiVersion;
}

export function* apiResources(kubectl: Kubectl): Script {
  const { call, flags } = kubectl;
  const wanted = flagOf(flags, 'namespaced');
  if (!(yield* discover(kubectl))) return 1;
  const rank = ({ apiVersion, plural }: { apiVersion: string; plural: string }) =>
    `${groupOf(apiVersion)} ${plural}`;
  const found = Object.values(RESOURCES)
    .filter(({ namespaced }) => wanted === undefined || String(namespaced) === wanted)
    .sort((a, b) => (rank(a) < rank(b) ? -1 : 1));
  if (flagOf(flags, 'output') === 'name') {
    for (const { plural, apiVersion } of found) {
      const group = groupOf(apiVersion);
      call.out(`${group === '' ? plural : `${plural}.${group}`}\n`);
    }
    return 0;
  }
  const byVersion = minorOf(kubectl) >= APIVERSION_SINCE;
  const header = ['NAME', 'SHORTNAMES', byVersion ? 'APIVERSION' : 'APIGROUP', 'NAMESPACED', 'KIND'];
  const rows = found.map(({ plural, apiVersion, namespaced, kind }) => [
    plural,
    shortNamesOf(plural).join(','),
    byVersion ? versionOf(plural, apiVersion, minorOf(kubectl)) : groupOf(apiVersion),
    String(namespaced),
    kind,
  ]);
  call.out(columns(isSet(flags, 'no-headers') ? rows : [header, ...rows], 3));
  return 0;
}

export function* top(kubectl: Kubectl): Script {
  return (yield* discover(kubectl)) ? fail(kubectl, 'error: Metrics API not available') : 1;
}
