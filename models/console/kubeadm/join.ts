/**
 * `kubeadm join`: a worker, or with --control-plane another master and its member of etcd.
 *
 * Sources: k/k cmd/kubeadm/app/cmd/join.go (order of the phases), cmd/phases/join/*.go, discovery/token/token.go (5 min, every
 * 5 s), phases/etcd/local.go commit 0009808f (CreateStackedEtcdStaticPodManifestFile). Unit: microseconds.
 *
 * Assumptions, as no source gives a time: keys and certificates take 2 s, a container of an image that is there 2 s from its
 * manifest to its process. The kubelet's certificate is there as soon as its node is in the API. Not modelled: --config,
 * the approver of certificate requests in the controller manager, pulling images.
 */

import { etcdPlaces } from '../../cluster/topology.ts';
import { CLIENT_PORT, METHODS, type Member } from '../../etcd/api.ts';
import { type EtcdConfig, type InitialMember, PEER_PORT } from '../../etcd/config.ts';
import { peerUrl, addressOf as urlAddress } from '../../etcd/ids.ts';
import { configMapPath, nodePath } from '../../kube-apiserver/api.ts';
import { etcdPhase, joinsAsLearner, joinsEtcdFirst, roleLabels } from '../../kubeadm/behaviour.ts';
import { authorityHash, CERTS_SECRET, isExpired, readToken } from '../../kubeadm/tokens.ts';
import { act, look, type Script, wait } from '../command.ts';
import { addressOf as nameAddress } from '../etcdctl/session.ts';
import { flagOf, isSet } from '../flags.ts';
import type { Server } from '../kubectl/client.ts';
import { API_PAUSES_US, ask, askOn, type Secret, secretPath } from './api.ts';
import { addMember, changeMember, checkHealth, connect, type EtcdClient, waitForAll } from './etcd.ts';
import { preflight } from './preflight.ts';
import {
  type Broken,
  CONTROL_PLANE,
  type Done,
  endpointOf,
  fail,
  install,
  isBroken,
  type Kubeadm,
  retried,
  say,
  wallUs,
} from './session.ts';
import { secretName } from './token.ts';
import {
  sayCertificates,
  sayControlPlaneJoined,
  sayEtcdManifest,
  sayKubeconfigs,
  sayKubeletStart,
  sayManifests,
  sayMarked,
  sayPulling,
  sayWorkerJoined,
} from './words.ts';

const DISCOVERY_PAUSES_US: readonly number[] = Array.from({ length: 60 }, () => 5_000_000);
const BOOTSTRAP_PAUSES_US: readonly number[] = Array.from({ length: 150 }, () => 2_000_000);
const KEYS_US = 2_000_000;
const CONTAINER_US = 2_000_000;
const KUBELET_HEALTHY_US = 1_000_000;

/** What the flags ask for; or what is wrong with them. */
interface Wish {
  readonly server: Server;
  readonly tokenId: string;
  readonly tokenSecret: string;
  readonly hashes: readonly string[];
}

function wishOf({ call, args, flags }: Kubeadm): Wish | Broken {
  const [place] = args;
  if (place === undefined)
    return { error: 'discovery: Invalid value: "": bootstrapToken or file must be set' };
  const [name = '', port = '6443'] = place.replace(/^https:\/\//, '').split(':');
  const token = readToken(flagOf(flags, 'token') ?? flagOf(flags, 'discovery-token') ?? '');
  if (token === undefined)
    return { error: 'discovery.bootstrapToken.token: Invalid value: "": the bootstrap token is invalid' };
  const hashes = flags.values.get('discovery-token-ca-cert-hash') ?? [];
  if (hashes.length === 0 && !isSet(flags, 'discovery-token-unsafe-skip-ca-verification'))
    return {
      error:
        'discovery.bootstrapToken: Invalid value: "": using token-based discovery without caCertHashes can be unsafe. Set unsafeSkipCAVerification as true in your kubeadm config file or pass --discovery-token-unsafe-skip-ca-verification flag to continue',
    };
  const server = { address: nameAddress(name, call.place), port: Number(port), tls: true };
  return { server, tokenId: token.id, tokenSecret: token.secret, hashes };
}

/** Is this the cluster that the token belongs to? */
function* discover(kubeadm: Kubeadm, wish: Wish): Script<Done> {
  const { tokenId, tokenSecret, hashes, server } = wish;
  const found = yield* retried<Secret>(DISCOVERY_PAUSES_US, function* () {
    const answer = yield* ask<Secret>(kubeadm, server, 'GET', secretPath(secretName(tokenId)));
    if (isBroken(answer) && answer.status !== 404) return answer;
    if (isBroken(answer) || isExpired(answer.body.data, yield* wallUs()))
      return {
        error: `could not find a JWS signature in the cluster-info ConfigMap for token ID "${tokenId}"`,
      };
    return answer.body;
  });
  if (isBroken(found)) return found;
  if (found.data.value !== tokenSecret)
    return {
      error: "failed to verify JWS signature of received cluster info object, can't trust this API Server",
    };
  const known = authorityHash(kubeadm.call.place.topology.topology);
  return hashes.length === 0 || hashes.includes(known)
    ? undefined
    : {
        error: `cluster CA found in cluster-info ConfigMap is invalid: none of the public keys "${known}" are pinned`,
      };
}

interface ClusterConfig {
  readonly data: { readonly controlPlaneEndpoint?: string };
}

/** The cluster's configuration: what kubeadm init left in this run, else what the topology says. */
function* readConfig(kubeadm: Kubeadm, server: Server): Script<ClusterConfig | Broken> {
  const path = configMapPath('kube-system', 'kubeadm-config');
  const answer = yield* askOn<ClusterConfig>(kubeadm, server, 'GET', path);
  if (!isBroken(answer)) return answer.body;
  if (answer.status === 404) return { data: { controlPlaneEndpoint: 'as the topology says' } };
  return { error: `unable to fetch the kubeadm-config ConfigMap: failed to get config map: ${answer.error}` };
}

/** Fetches what the others have uploaded. */
function* downloadCertificates(kubeadm: Kubeadm): Script<Done> {
  say(
    kubeadm,
    '[download-certs] Downloading the certificates in Secret "kubeadm-certs" in the "kube-system" Namespace',
  );
  const found = yield* askOn<Secret>(kubeadm, endpointOf(kubeadm), 'GET', secretPath(CERTS_SECRET));
  const gone = isBroken(found) ? found.status === 404 : isExpired(found.body.data, yield* wallUs());
  if (gone)
    return {
      error:
        'error downloading certs: error downloading the secret: Secret "kubeadm-certs" was not found in the "kube-system" Namespace. This Secret might have expired. Please, run `kubeadm init phase upload-certs --upload-certs` on a control plane to generate a new one',
    };
  if (isBroken(found))
    return { error: `error downloading certs: error downloading the secret: ${found.error}` };
  if (found.body.data.value !== flagOf(kubeadm.flags, 'certificate-key'))
    return {
      error:
        'error downloading certs: error decoding secret data with provided key: cipher: message authentication failed',
    };
  if (kubeadm.minor >= 22)
    say(kubeadm, '[download-certs] Saving the certificates to the folder: "/etc/kubernetes/pki"');
  return undefined;
}

/** A control plane without the shared keys, and nobody who has uploaded them. */
function missingKeys(): string {
  const lines = [
    "failure loading certificate for CA: couldn't load the certificate file /etc/kubernetes/pki/ca.crt: open /etc/kubernetes/pki/ca.crt: no such file or directory",
    "failure loading key for service account: couldn't load the private key file /etc/kubernetes/pki/sa.key: open /etc/kubernetes/pki/sa.key: no such file or directory",
    "failure loading certificate for front-proxy CA: couldn't load the certificate file /etc/kubernetes/pki/front-proxy-ca.crt: open /etc/kubernetes/pki/front-proxy-ca.crt: no such file or directory",
    "failure loading certificate for etcd CA: couldn't load the certificate file /etc/kubernetes/pki/etcd/ca.crt: open /etc/kubernetes/pki/etcd/ca.crt: no such file or directory",
  ];
  return `[${lines.join(', ')}]`;
}

function notStable(reason: string): string {
  return `
One or more conditions for hosting a new control plane instance is not satisfied.

${reason}

Please ensure that:
* The cluster has a stable controlPlaneEndpoint address.
* The certificates that must be shared among control plane instances are provided.

`;
}

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
  const node = yield* retried(BOOTSTRAP_PAUSES_US, () =>
    ask(kubeadm, endpointOf(kubeadm), 'GET', nodePath(call.place.host)),
  );
  return isBroken(node)
    ? { error: 'error uploading crisocket: timed out waiting for the condition' }
    : undefined;
}

function initialMembers(members: readonly Member[], own: InitialMember): InitialMember[] {
  return members.map(({ id, name, peerUrls }) => {
    const { address, port } = urlAddress(peerUrls[0] ?? '');
    const isOwn = address === own.peerAddress;
    return { name: isOwn ? own.name : name === '' ? id : name, peerAddress: address, peerPort: port };
  });
}

/** Writes the manifest of a member that knows these others. */
export function* startMember(
  kubeadm: Kubeadm,
  initialCluster: readonly InitialMember[],
  state: EtcdConfig['initialClusterState'],
): Script<void> {
  const process = `${kubeadm.call.place.host}/etcd`;
  const base = yield* look(({ world }) => world.process(process).spec.config as EtcdConfig);
  const config: EtcdConfig = { ...base, initialCluster, initialClusterState: state };
  yield* act([{ do: 'configure', process, config }]);
  yield* wait(CONTAINER_US);
  yield* install(kubeadm, ['etcd']);
}

/** This host's member, as the topology names it. */
export function ownMember({ call }: Kubeadm): InitialMember {
  const { host, topology } = call.place;
  const name = etcdPlaces(topology).find((one) => one.host === host)?.name ?? host;
  return { name, peerAddress: nameAddress(host, call.place), peerPort: PEER_PORT };
}

/** The new member joins the others. */
function* joinEtcd(kubeadm: Kubeadm): Script<Done> {
  const { minor } = kubeadm;
  const client = yield* connect(kubeadm);
  if (isBroken(client)) return client;
  const own = ownMember(kubeadm);
  const url = peerUrl(own.peerAddress, own.peerPort);
  const asLearner = joinsAsLearner(minor);
  const members = yield* addMember(kubeadm, client, url, asLearner);
  if (isBroken(members)) return members;
  say(kubeadm, '[etcd] Announced new etcd member joining to the existing etcd cluster');
  sayEtcdManifest(kubeadm, false);
  yield* startMember(kubeadm, initialMembers(members, own), 'existing');
  if (asLearner) {
    const promoted = yield* promote(kubeadm, client, members, url);
    if (promoted !== undefined) return promoted;
  }
  say(kubeadm, '[etcd] Waiting for the new etcd member to join the cluster. This can take up to 40s');
  return yield* waitForAll(kubeadm, client, `https://${own.peerAddress}:${CLIENT_PORT}`);
}

function* promote(
  kubeadm: Kubeadm,
  client: EtcdClient,
  members: readonly Member[],
  url: string,
): Script<Done> {
  const learner = members.find(({ peerUrls }) => peerUrls.includes(url));
  if (learner === undefined || !learner.isLearner) return undefined;
  return yield* changeMember(kubeadm, client, METHODS.memberPromote, learner.id);
}

/** Says of the node that it is a control plane. */
export function* markControlPlane(kubeadm: Kubeadm): Script<Done> {
  sayMarked(kubeadm);
  const labels = Object.fromEntries(
    roleLabels(kubeadm.minor).map((role) => [`node-role.kubernetes.io/${role}`, '']),
  );
  const path = nodePath(kubeadm.call.place.host);
  const marked = yield* retried(API_PAUSES_US, () =>
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
