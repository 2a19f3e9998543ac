/**
 * `kubeadm init`: the first master of a cluster, behind an endpoint that has to lead to it.
 *
 * Sources: k/k cmd/kubeadm/app/cmd/init.go and cmd/phases/init/waitcontrolplane.go commit 04791b49 (4 min; up to 1.32 the API
 * is asked where admin.conf points, through the balancer; from 1.33 on, WaitForAllControlPlaneComponents, at the host's own
 * address, so that a dead balancer is found one phase later), generated/kubeadm_init.md commit 09341862 (order of the phases of
 * 1.18). Unit: microseconds.
 *
 * Assumptions: keys and certificates take 2 s. Not modelled: what --config says beyond the topology, patches, the words of
 * 1.12 ("[certificates] Generated ..."), the node that stays NotReady until a network is applied.
 */
import { collectionPath, type KubeObject } from '../../kube-apiserver/api.ts';
import {
  authorityHash,
  newToken,
  readToken,
  TOKEN_TTL_US,
  type Token,
  tokenText,
} from '../../kubeadm/tokens.ts';
import { manifestsOf, type WorkloadSpec } from '../../operator/manifests.ts';
import { now, type Script, wait } from '../command.ts';
import { flagOf, isSet, readGoDuration } from '../flags.ts';
import type { Server } from '../kubectl/client.ts';
import { ask, createOrUpdate } from './api.ts';
import { issueAll } from './certs.ts';
import { markControlPlane } from './join.ts';
import { ownMember, startMember } from './member.ts';
import { preflight } from './preflight.ts';
import {
  addressOf,
  CONTROL_PLANE,
  type Done,
  endpointOf,
  endpointText,
  fail,
  install,
  isBroken,
  type Kubeadm,
  say,
} from './session.ts';
import { certificateKeyOf, joinCommand, purposeHere, storeCertificates, storeToken } from './token.ts';
import {
  sayCertificates,
  sayEtcdManifest,
  sayInitialised,
  sayKubeconfigs,
  sayKubeletStart,
  sayManifests,
  sayPulling,
} from './words.ts';

const KEYS_US = 2_000_000;
/** TimeoutForControlPlane. */
const LIMIT_US = 240_000_000;
const POLL_US = 1_000_000;
/** kubelet-check: the first alarm, before 1.30. */
const ALARM_US = 40_000_000;
/** WaitForAllControlPlaneComponents is on. */
const LOCAL_CHECK_MINOR = 33;
const ETCD_FIRST_MINOR = 29;

function isStackedHere({ call }: Kubeadm): boolean {
  return call.place.topology.etcd.placement === 'stacked';
}

/** What of the world does not fit to the endpoint that was asked for. */
function endpointMistake(kubeadm: Kubeadm): string | undefined {
  const given = flagOf(kubeadm.flags, 'control-plane-endpoint');
  if (given === undefined) return undefined;
  const [name = '', port = '6443'] = given.split(':');
  const { address, port: known } = endpointOf(kubeadm);
  if (addressOf(kubeadm, name) === address && Number(port) === known) return undefined;
  return `this console cannot: the topology's endpoint is ${endpointText(kubeadm)}, and every kubeconfig names it`;
}

function* writeManifests(kubeadm: Kubeadm): Script<void> {
  const { minor } = kubeadm;
  const own = ownMember(kubeadm);
  const writeEtcd = function* (): Script<void> {
    if (!isStackedHere(kubeadm)) return;
    sayEtcdManifest(kubeadm, true);
    yield* startMember(kubeadm, [own], 'new');
  };
  if (minor >= ETCD_FIRST_MINOR) yield* writeEtcd();
  sayManifests(kubeadm);
  yield* issueAll(kubeadm);
  yield* install(kubeadm, CONTROL_PLANE);
  if (minor < ETCD_FIRST_MINOR) yield* writeEtcd();
}

/** Until the API says that it is well. */
function* waitForApi(kubeadm: Kubeadm): Script<Done> {
  const { call, minor } = kubeadm;
  const local = minor >= LOCAL_CHECK_MINOR;
  const { apiserverPort: port } = call.place.topology;
  const own: Server = { address: addressOf(kubeadm, call.place.host), port, tls: true };
  const server = local ? own : endpointOf(kubeadm);
  say(
    kubeadm,
    `[wait-control-plane] Waiting for the kubelet to boot up the control plane as static Pods from directory "/etc/kubernetes/manifests"${minor >= 30 ? '' : '. This can take up to 4m0s'}`,
  );
  if (minor >= 30) {
    say(
      kubeadm,
      '[kubelet-check] Waiting for a healthy kubelet at http://127.0.0.1:10248/healthz. This can take up to 4m0s',
    );
    say(kubeadm, '[kubelet-check] The kubelet is healthy after 1s');
    if (local) {
      say(
        kubeadm,
        '[control-plane-check] Waiting for healthy control plane components. This can take up to 4m0s',
      );
      say(kubeadm, `[control-plane-check] Checking kube-apiserver at https://${own.address}:${port}/livez`);
    } else say(kubeadm, '[api-check] Waiting for a healthy API server. This can take up to 4m0s');
  }
  const sinceUs = yield* now();
  let alarmed = minor >= 30;
  for (;;) {
    const healthy = yield* ask(kubeadm, server, 'GET', minor >= 30 ? '/livez' : '/healthz');
    const tookUs = (yield* now()) - sinceUs;
    const seconds = (tookUs / 1e6).toFixed(6);
    if (!isBroken(healthy)) {
      if (local) say(kubeadm, `[control-plane-check] kube-apiserver is healthy after ${seconds}s`);
      else if (minor >= 30) say(kubeadm, `[api-check] The API server is healthy after ${seconds}s`);
      else say(kubeadm, `[apiclient] All control plane components are healthy after ${seconds} seconds`);
      return undefined;
    }
    if (tookUs >= LIMIT_US) return { error: "couldn't initialize a Kubernetes cluster" };
    if (!alarmed && tookUs >= ALARM_US) {
      alarmed = true;
      say(kubeadm, '[kubelet-check] Initial timeout of 40s passed.');
    }
    yield* wait(POLL_US);
  }
}

function sayLikely({ call, minor }: Kubeadm): void {
  const words = minor >= 30 ? 'context deadline exceeded' : 'timed out waiting for the condition';
  if (minor >= 30) call.out('[api-check] The API server is not healthy after 4m0s\n');
  call.out(`
Unfortunately, an error has occurred:
\t${words}

This error is likely caused by:
\t- The kubelet is not running
\t- The kubelet is unhealthy due to a misconfiguration of the node in some way (required cgroups disabled)

If you are on a systemd-powered system, you can try to troubleshoot the error with the following commands:
\t- 'systemctl status kubelet'
\t- 'journalctl -xeu kubelet'

`);
}

function configMap(name: string, namespace: string, data: Readonly<Record<string, string>>): KubeObject {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace }, data } as KubeObject;
}

function* storeConfig(kubeadm: Kubeadm): Script<Done> {
  const { flags, version, minor } = kubeadm;
  const hasEndpoint =
    flagOf(flags, 'control-plane-endpoint') !== undefined || flagOf(flags, 'config') !== undefined;
  say(
    kubeadm,
    '[upload-config] Storing the configuration used in ConfigMap "kubeadm-config" in the "kube-system" Namespace',
  );
  const data = {
    kubernetesVersion: `v${version}`,
    controlPlaneEndpoint: hasEndpoint ? endpointText(kubeadm) : '',
  };
  const collection = collectionPath('configmaps', 'kube-system');
  const server = endpointOf(kubeadm);
  const config = configMap('kubeadm-config', 'kube-system', data);
  const stored = yield* createOrUpdate(kubeadm, server, collection, config);
  if (isBroken(stored)) return { error: `error uploading the kubeadm ClusterConfiguration: ${stored.error}` };
  const name = minor >= 24 ? 'kubelet-config' : `kubelet-config-1.${minor}`;
  say(
    kubeadm,
    `[kubelet] Creating a ConfigMap "${name}" in namespace kube-system with the configuration for the kubelets in the cluster`,
  );
  const kubelet = yield* createOrUpdate(
    kubeadm,
    server,
    collection,
    configMap(name, 'kube-system', { kubelet: '' }),
  );
  return isBroken(kubelet) ? kubelet : undefined;
}

/** The first token, and what it proves: the cluster's own description. */
function* storeFirstToken(kubeadm: Kubeadm, token: Token): Script<Done> {
  const ttl = flagOf(kubeadm.flags, 'token-ttl');
  const ttlUs = ttl === undefined ? TOKEN_TTL_US : (readGoDuration(ttl) ?? 0);
  say(kubeadm, `[bootstrap-token] Using token: ${tokenText(token)}`);
  say(kubeadm, '[bootstrap-token] Configuring bootstrap tokens, cluster-info ConfigMap, RBAC Roles');
  const stored = yield* storeToken(
    kubeadm,
    token,
    ttlUs,
    "The default bootstrap token generated by 'kubeadm init'.",
  );
  if (stored !== undefined) return { error: `error updating or creating token: ${stored.error}` };
  say(kubeadm, '[bootstrap-token] Creating the "cluster-info" ConfigMap in the "kube-public" namespace');
  const info = configMap('cluster-info', 'kube-public', {
    server: `https://${endpointText(kubeadm)}`,
    'certificate-authority': authorityHash(kubeadm.call.place.topology.topology),
  });
  const told = yield* createOrUpdate(
    kubeadm,
    endpointOf(kubeadm),
    collectionPath('configmaps', 'kube-public'),
    info,
  );
  return isBroken(told) ? told : undefined;
}

const ADDONS: readonly (readonly [says: string, workload: WorkloadSpec])[] = (
  [
    ['CoreDNS', 'coredns', 'deployment'],
    ['kube-proxy', 'kube-proxy', 'daemonset'],
  ] as const
).map(([says, name, kind]) => [
  says,
  {
    name,
    kind,
    namespace: 'kube-system',
    replicas: 2,
    image: `registry.k8s.io/${name}`,
    tolerationSeconds: undefined,
    onControlPlanes: true,
    runsForSeconds: undefined,
    expose: undefined,
  },
]);

function* applyAddons(kubeadm: Kubeadm): Script<Done> {
  for (const [says, workload] of ADDONS) {
    for (const { plural, namespace, object } of manifestsOf(workload)) {
      const made = yield* createOrUpdate(
        kubeadm,
        endpointOf(kubeadm),
        collectionPath(plural, namespace),
        object,
      );
      if (isBroken(made)) return made;
    }
    say(kubeadm, `[addons] Applied essential addon: ${says}`);
  }
  return undefined;
}

export function* init(kubeadm: Kubeadm): Script {
  const { call, flags, version, minor } = kubeadm;
  const mistake = endpointMistake(kubeadm);
  if (mistake !== undefined) return fail(kubeadm, mistake);
  const given = flagOf(flags, 'token');
  const token = given === undefined ? newToken(yield* purposeHere(kubeadm, 'init')) : readToken(given);
  if (token === undefined)
    return fail(
      kubeadm,
      `the bootstrap token "${given}" was not of the form "\\\\A([a-z0-9]{6})\\\\.([a-z0-9]{16})\\\\z"`,
    );
  const key = yield* certificateKeyOf(kubeadm);
  if (isBroken(key)) return fail(kubeadm, key.error);
  say(kubeadm, `[init] Using Kubernetes version: v${version}`);
  say(kubeadm, '[preflight] Running pre-flight checks');
  const refused = yield* preflight(kubeadm, 'control-plane');
  if (refused !== undefined) return refused;
  if (
    !call.place.topology.hosts.some(
      ({ name, roles }) => name === call.place.host && roles.includes('control-plane'),
    )
  )
    return fail(kubeadm, `this console cannot: the topology has no control plane on ${call.place.host}`);
  sayPulling(kubeadm);
  yield* wait(KEYS_US);
  if (minor < ETCD_FIRST_MINOR) {
    sayKubeletStart(kubeadm, false);
    yield* install(kubeadm, ['kubelet']);
  }
  sayCertificates(kubeadm, true, isStackedHere(kubeadm));
  sayKubeconfigs(kubeadm, true);
  yield* writeManifests(kubeadm);
  if (minor >= ETCD_FIRST_MINOR) {
    sayKubeletStart(kubeadm, false);
    yield* install(kubeadm, ['kubelet']);
  }
  const unwell = yield* waitForApi(kubeadm);
  if (unwell !== undefined) {
    sayLikely(kubeadm);
    return fail(kubeadm, unwell.error, 'wait-control-plane');
  }
  const uploads = isSet(flags, 'upload-certs') || isSet(flags, 'experimental-upload-certs');
  const steps: readonly (readonly [phase: string, run: () => Script<Done>])[] = [
    ['upload-config/kubeadm', () => storeConfig(kubeadm)],
    ['upload-certs', () => (uploads ? storeCertificates(kubeadm, key) : skipCertificates(kubeadm))],
    ['mark-control-plane', () => markControlPlane(kubeadm)],
    ['bootstrap-token', () => storeFirstToken(kubeadm, token)],
    ['addon', () => applyAddons(kubeadm)],
  ];
  for (const [phase, run] of steps) {
    const broken = yield* run();
    if (broken !== undefined) return fail(kubeadm, broken.error, phase);
  }
  sayInitialised(kubeadm, {
    controlPlane: uploads ? joinCommand(kubeadm, token, key) : undefined,
    worker: joinCommand(kubeadm, token),
  });
  return 0;
}

// biome-ignore lint/correctness/useYield: every step is a script
function* skipCertificates(kubeadm: Kubeadm): Script<Done> {
  say(kubeadm, '[upload-certs] Skipping phase. Please see --upload-certs');
  return undefined;
}
