/**
 * How a host that joins finds the cluster and what it may read there: the token, the cluster's configuration, the uploaded
 * certificates; and what kubeadm says when it may not.
 *
 * Sources: k/k cmd/kubeadm/app/discovery/token/token.go (5 min, every 5 s), cmd/phases/join/preflight.go commit 0ccffebc,
 * phases/copycerts/copycerts.go. Unit: microseconds.
 *
 * The signature in the ConfigMap cluster-info is taken to be there exactly as long as the token's Secret counts.
 */
import { configMapPath } from '../../kube-apiserver/api.ts';
import { authorityHash, CERTS_SECRET, isExpired, readToken } from '../../kubeadm/tokens.ts';
import type { Script } from '../command.ts';
import { flagOf, isSet } from '../flags.ts';
import type { Server } from '../kubectl/client.ts';
import { ask, askOn, type Secret, secretPath } from './api.ts';
import {
  addressOf,
  type Broken,
  type Done,
  endpointOf,
  every,
  isBroken,
  type Kubeadm,
  retried,
  say,
  wallUs,
} from './session.ts';
import { secretName } from './token.ts';

const DISCOVERY_PATIENCE = every(5_000_000, 300_000_000);

/** What the flags ask for; or what is wrong with them. */
export interface Wish {
  readonly server: Server;
  readonly tokenId: string;
  readonly tokenSecret: string;
  readonly hashes: readonly string[];
}

export function wishOf({ call, args, flags }: Kubeadm): Wish | Broken {
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
  const server = { address: addressOf({ call }, name), port: Number(port), tls: true };
  return { server, tokenId: token.id, tokenSecret: token.secret, hashes };
}

/** Is this the cluster that the token belongs to? */
export function* discover(kubeadm: Kubeadm, wish: Wish): Script<Done> {
  const { tokenId, tokenSecret, hashes, server } = wish;
  const found = yield* retried<Secret>(DISCOVERY_PATIENCE, function* () {
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

export interface ClusterConfig {
  readonly data: { readonly controlPlaneEndpoint?: string };
}

/** The cluster's configuration: what kubeadm init left in this run, else what the topology says. */
export function* readConfig(kubeadm: Kubeadm, server: Server): Script<ClusterConfig | Broken> {
  const path = configMapPath('kube-system', 'kubeadm-config');
  const answer = yield* askOn<ClusterConfig>(kubeadm, server, 'GET', path);
  if (!isBroken(answer)) return answer.body;
  if (answer.status === 404) return { data: { controlPlaneEndpoint: 'as the topology says' } };
  return { error: `unable to fetch the kubeadm-config ConfigMap: failed to get config map: ${answer.error}` };
}

/** Fetches what the others have uploaded. */
export function* downloadCertificates(kubeadm: Kubeadm): Script<Done> {
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
export function missingKeys(): string {
  const lines = [
    "failure loading certificate for CA: couldn't load the certificate file /etc/kubernetes/pki/ca.crt: open /etc/kubernetes/pki/ca.crt: no such file or directory",
    "failure loading key for service account: couldn't load the private key file /etc/kubernetes/pki/sa.key: open /etc/kubernetes/pki/sa.key: no such file or directory",
    "failure loading certificate for front-proxy CA: couldn't load the certificate file /etc/kubernetes/pki/front-proxy-ca.crt: open /etc/kubernetes/pki/front-proxy-ca.crt: no such file or directory",
    "failure loading certificate for etcd CA: couldn't load the certificate file /etc/kubernetes/pki/etcd/ca.crt: open /etc/kubernetes/pki/etcd/ca.crt: no such file or directory",
  ];
  return `[${lines.join(', ')}]`;
}

/** The frame that refusals to host a control plane stand in. */
export function notStable(reason: string): string {
  return `
One or more conditions for hosting a new control plane instance is not satisfied.

${reason}

Please ensure that:
* The cluster has a stable controlPlaneEndpoint address.
* The certificates that must be shared among control plane instances are provided.

`;
}
