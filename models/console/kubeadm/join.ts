/**
 * `kubeadm join`: a worker, or with --control-plane another master and its member of etcd.
 *
 * Sources: k/k cmd/kubeadm/app/cmd/join.go (order of the phases), cmd/phases/join/*.go, phases/kubelet.
 * Unit: microseconds.
 *
 * Assumption, as no source gives a time: keys and certificates take 2 s. The kubelet's certificate is there as soon as its node is in the API. Not modelled: --config,
 * the approver of certificate requests in the controller manager, pulling images.
 */

import { nodePath } from '../../kube-apiserver/api.ts';
import { etcdPhase, joinsEtcdFirst, roleLabels } from '../../kubeadm/behaviour.ts';
import { type Script, wait } from '../command.ts';
import { flagOf, isSet } from '../flags.ts';
import { API_PATIENCE, ask } from './api.ts';
import { issueAll } from './certs.ts';
import { discover, downloadCertificates, missingKeys, notStable, readConfig, wishOf } from './discovery.ts';
import { checkHealth, connect } from './etcd.ts';
import { joinEtcd } from './member.ts';
import { preflight } from './preflight.ts';
import {
  CONTROL_PLANE,
  type Done,
  endpointOf,
  every,
  fail,
  install,
  isBroken,
  type Kubeadm,
  retried,
  say,
} from './session.ts';
import {
  sayCertificates,
  sayControlPlaneJoined,
  sayKubeconfigs,
  sayKubeletStart,
  sayManifests,
  sayMarked,
  sayPulling,
  sayWorkerJoined,
} from './words.ts';

const BOOTSTRAP_PATIENCE = every(2_000_000, 300_000_000);
const KEYS_US = 2_000_000;
const KUBELET_HEALTHY_US = 1_000_000;

/** Starts the kubelet and waits until it is well. */
function* startKubelet(kubeadm: Kubeadm): Script<void> {
  sayKubeletStart(kubeadm, true);
  yield* install(kubeadm, ['kubelet']);
  yield* wait(KUBELET_HEALTHY_US);
  if (kubeadm.minor >= 30) {
    say(
      kubeadm,
      '[kubelet-check] Waiting for a healthy kubelet at http://127.0.0.1:10248/healthz. This can take up to 4m0s',
    );
    say(kubeadm, '[kubelet-check] The kubelet is healthy after 1s');
  }
}

/** Until the kubelet has its certificate and its node is in the API. */
function* waitForBootstrap(kubeadm: Kubeadm): Script<Done> {
  const { minor, call } = kubeadm;
  say(
    kubeadm,
    `[kubelet-start] Waiting for the kubelet to perform the TLS Bootstrap${minor < 30 ? '...' : ''}`,
  );
  const node = yield* retried(BOOTSTRAP_PATIENCE, () =>
    ask(kubeadm, endpointOf(kubeadm), 'GET', nodePath(call.place.host)),
  );
  return isBroken(node)
    ? { error: 'error uploading crisocket: timed out waiting for the condition' }
    : undefined;
}

/** Says of the node that it is a control plane. */
export function* markControlPlane(kubeadm: Kubeadm): Script<Done> {
  sayMarked(kubeadm);
  const labels = Object.fromEntries(
    roleLabels(kubeadm.minor).map((role) => [`node-role.kubernetes.io/${role}`, '']),
  );
  const path = nodePath(kubeadm.call.place.host);
  const marked = yield* retried(API_PATIENCE, () =>
    ask(kubeadm, endpointOf(kubeadm), 'PATCH', path, { metadata: { labels } }),
  );
  return isBroken(marked)
    ? { error: `error applying control-plane label and taints: ${marked.error}` }
    : undefined;
}

function* joinControlPlane(kubeadm: Kubeadm, isStacked: boolean): Script {
  const { minor } = kubeadm;
  say(kubeadm, '[preflight] Running pre-flight checks before initializing the new control plane instance');
  sayPulling(kubeadm);
  const downloaded = yield* downloadCertificates(kubeadm);
  if (downloaded !== undefined)
    return fail(kubeadm, downloaded.error, 'control-plane-prepare/download-certs');
  yield* wait(KEYS_US);
  sayCertificates(kubeadm, false, isStacked);
  sayKubeconfigs(kubeadm, false);
  sayManifests(kubeadm);
  yield* issueAll(kubeadm);
  yield* install(kubeadm, CONTROL_PLANE);
  if (isStacked) {
    say(kubeadm, '[check-etcd] Checking that the etcd cluster is healthy');
    const client = yield* connect(kubeadm);
    const sick = isBroken(client) ? client : yield* checkHealth(kubeadm, client);
    if (sick !== undefined)
      return fail(
        kubeadm,
        isBroken(client) ? sick.error : `etcd cluster is not healthy: ${sick.error}`,
        'check-etcd',
      );
  } else say(kubeadm, '[check-etcd] Skipping etcd check in external mode');
  yield* startKubelet(kubeadm);
  const steps: (readonly [phase: string, run: () => Script<Done>])[] = [
    ['kubelet-start', () => waitForBootstrap(kubeadm)],
  ];
  const etcdStep = [etcdPhase(minor), () => joinEtcd(kubeadm)] as const;
  if (isStacked && joinsEtcdFirst(minor)) steps.unshift(etcdStep);
  else if (isStacked) steps.push(etcdStep);
  steps.push(['control-plane-join/mark-control-plane', () => markControlPlane(kubeadm)]);
  for (const [phase, run] of steps) {
    const broken = yield* run();
    if (broken === undefined) continue;
    const error =
      phase === etcdStep[0]
        ? `error creating local etcd static pod manifest file: ${broken.error}`
        : broken.error;
    return fail(kubeadm, error, phase);
  }
  sayControlPlaneJoined(kubeadm, isStacked);
  return 0;
}

export function* join(kubeadm: Kubeadm): Script {
  const { call, flags } = kubeadm;
  const asControlPlane = isSet(flags, 'control-plane') || isSet(flags, 'experimental-control-plane');
  const wish = wishOf(kubeadm);
  if (isBroken(wish)) return fail(kubeadm, wish.error);
  say(kubeadm, '[preflight] Running pre-flight checks');
  const refused = yield* preflight(kubeadm, asControlPlane ? 'control-plane' : 'worker');
  if (refused !== undefined) return refused;
  const unknown = yield* discover(kubeadm, wish);
  if (unknown !== undefined)
    return fail(kubeadm, `couldn't validate the identity of the API Server: ${unknown.error}`, 'preflight');
  say(kubeadm, '[preflight] Reading configuration from the cluster...');
  const format = kubeadm.minor >= 20 ? '-o yaml' : '-oyaml';
  say(
    kubeadm,
    `[preflight] FYI: You can look at this config file with 'kubectl -n kube-system get cm kubeadm-config ${format}'`,
  );
  const config = yield* readConfig(kubeadm, wish.server);
  if (isBroken(config)) return fail(kubeadm, config.error, 'preflight');
  if (!asControlPlane) {
    yield* startKubelet(kubeadm);
    const broken = yield* waitForBootstrap(kubeadm);
    if (broken !== undefined) return fail(kubeadm, broken.error, 'kubelet-start');
    sayWorkerJoined(kubeadm);
    return 0;
  }
  if (config.data.controlPlaneEndpoint === '')
    return fail(
      kubeadm,
      notStable(
        "unable to add a new control plane instance to a cluster that doesn't have a stable controlPlaneEndpoint address",
      ),
      'preflight',
    );
  if (flagOf(flags, 'certificate-key') === undefined)
    return fail(kubeadm, notStable(missingKeys()), 'preflight');
  if (
    !call.place.topology.hosts.some(
      ({ name, roles }) => name === call.place.host && roles.includes('control-plane'),
    )
  )
    return fail(
      kubeadm,
      `this console cannot: the topology has no control plane on ${call.place.host} (a host with joined: false and its processes)`,
    );
  const isStacked = call.place.topology.etcd.placement === 'stacked';
  return yield* joinControlPlane(kubeadm, isStacked);
}
