/**
 * `kubectl version` and `kubectl cluster-info`.
 *
 * Sources: kubectl pkg/cmd/version/version.go (short since 1.28; before, what --short prints is printed here, as no commit and no
 * date of a build are known), pkg/cmd/clusterinfo/clusterinfo.go (`master` before 1.20, KEP-2067). Kustomize's versions are those
 * that the releases print. Not modelled: -o, addons in cluster-info.
 */
import type { Script } from '../command.ts';
import { isSet } from '../flags.ts';
import { fail, isFailed, type Kubectl, minorOf, request } from './client.ts';

const SHORT_SINCE = 28;
const CONTROL_PLANE_SINCE = 20;

/** By the first minor version that has it. */
const KUSTOMIZE: readonly (readonly [minor: number, version: string])[] = [
  [33, 'v5.6.0'],
  [32, 'v5.5.0'],
  [31, 'v5.4.2'],
  [28, 'v5.0.4-0.20230601165947-6ce0bf390ce3'],
];

export function* version(kubectl: Kubectl): Script {
  const { call, flags } = kubectl;
  const { kubernetes } = call.place.topology.versions;
  const minor = minorOf(kubectl);
  if (minor >= SHORT_SINCE && isSet(flags, 'short'))
    return fail(kubectl, "error: unknown flag: --short\nSee 'kubectl version --help' for usage.");
  call.out(`Client Version: v${kubernetes}\n`);
  const kustomize = KUSTOMIZE.find(([since]) => minor >= since)?.[1];
  if (kustomize !== undefined) call.out(`Kustomize Version: ${kustomize}\n`);
  if (isSet(flags, 'client')) return 0;
  const answer = yield* request(kubectl, 'GET', '/livez', { what: 'get version' });
  if (isFailed(answer)) return 1;
  call.out(`Server Version: v${kubernetes}\n`);
  return 0;
}

export function* clusterInfo(kubectl: Kubectl): Script {
  const { call, server } = kubectl;
  const path = '/api/v1/namespaces/kube-system/services';
  if (isFailed(yield* request(kubectl, 'GET', path, { what: 'get services' }))) return 1;
  const what = minorOf(kubectl) < CONTROL_PLANE_SINCE ? 'master' : 'control plane';
  call.out(
    `Kubernetes ${what} is running at https://${server.address}:${server.port}\n\nTo further debug and diagnose cluster problems, use 'kubectl cluster-info dump'.\n`,
  );
  return 0;
}
