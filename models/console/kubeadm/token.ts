/**
 * `kubeadm token create|list|delete|generate`, `kubeadm init phase upload-certs`, `kubeadm certs certificate-key`.
 *
 * Sources: k/k cmd/kubeadm/app/cmd/token.go, cmd/util/join.go (GetJoinWorkerCommand), phases/copycerts/copycerts.go
 * (UploadCerts: "[upload-certs] Storing the certificates in Secret ..."). Unit: microseconds by the host's clock.
 */
import { collectionPath, type KubeList } from '../../kube-apiserver/api.ts';
import {
  authorityHash,
  CERTIFICATE_KEY_TTL_US,
  CERTS_SECRET,
  isCertificateKey,
  isExpired,
  newCertificateKey,
  newToken,
  readToken,
  TOKEN_TTL_US,
  type Token,
  tokenText,
} from '../../kubeadm/tokens.ts';
import type { Script } from '../command.ts';
import { flagOf, isSet, readGoDuration } from '../flags.ts';
import { humanDuration } from '../kubectl/print.ts';
import { isoTime } from '../wall-clock.ts';
import { type Asked, ask, createOrUpdate, type Secret, secretObject, secretPath } from './api.ts';
import {
  type Done,
  endpointOf,
  endpointText,
  fail,
  isBroken,
  type Kubeadm,
  say,
  sayTable,
  wallUs,
} from './session.ts';

const GROUP = 'system:bootstrappers:kubeadm:default-node-token';
const SECRETS = collectionPath('secrets', 'kube-system');
const TOKEN_TYPE = 'bootstrap.kubernetes.io/token';

export function secretName(id: string): string {
  return `bootstrap-token-${id}`;
}

/** What is drawn at random in reality: named after the cluster, the host and the moment. */
export function* purposeHere({ call }: Kubeadm, what: string): Script<string> {
  return `${what} ${call.place.topology.topology} ${call.place.host} ${yield* wallUs()}`;
}

/** The command that makes a host join; with a key as a control plane. */
export function joinCommand(kubeadm: Kubeadm, token: Token, certificateKey?: string): string {
  const { topology } = kubeadm.call.place.topology;
  const worker = `kubeadm join ${endpointText(kubeadm)} --token ${tokenText(token)} --discovery-token-ca-cert-hash ${authorityHash(topology)}`;
  return certificateKey === undefined
    ? `${worker} `
    : `${worker} --control-plane --certificate-key ${certificateKey}`;
}

/** Writes a token into the API. `ttlUs` 0: it never expires. */
export function* storeToken(
  kubeadm: Kubeadm,
  token: Token,
  ttlUs: number,
  description: string,
): Script<Done> {
  const secret = secretObject(secretName(token.id), TOKEN_TYPE, {
    value: token.secret,
    ...(ttlUs === 0 ? {} : { expirationUs: (yield* wallUs()) + ttlUs }),
    description,
    usages: ['authentication', 'signing'],
    groups: [GROUP],
  });
  const written = yield* createOrUpdate(kubeadm, endpointOf(kubeadm), SECRETS, secret);
  return isBroken(written) ? written : undefined;
}

/** Uploads the certificates, encrypted with this key. */
export function* storeCertificates(kubeadm: Kubeadm, key: string): Script<Done> {
  say(
    kubeadm,
    '[upload-certs] Storing the certificates in Secret "kubeadm-certs" in the "kube-system" Namespace',
  );
  const expirationUs = (yield* wallUs()) + CERTIFICATE_KEY_TTL_US;
  const secret = secretObject(CERTS_SECRET, 'Opaque', { value: key, expirationUs });
  const written = yield* createOrUpdate(kubeadm, endpointOf(kubeadm), SECRETS, secret);
  if (isBroken(written)) return { error: `error uploading certs: ${written.error}` };
  say(kubeadm, '[upload-certs] Using certificate key:');
  say(kubeadm, key);
  return undefined;
}

/** The key that was given, or a new one; or what is wrong with it. */
export function* certificateKeyOf(kubeadm: Kubeadm): Script<string | { readonly error: string }> {
  const given = flagOf(kubeadm.flags, 'certificate-key');
  if (given === undefined) return newCertificateKey(yield* purposeHere(kubeadm, 'certificates'));
  return isCertificateKey(given)
    ? given
    : { error: 'certificateKey: invalid value: must be 32 bytes in hexadecimal' };
}

export function* uploadCerts(kubeadm: Kubeadm): Script {
  if (!isSet(kubeadm.flags, 'upload-certs') && !isSet(kubeadm.flags, 'experimental-upload-certs')) {
    say(kubeadm, '[upload-certs] Skipping phase. Please see --upload-certs');
    return 0;
  }
  const key = yield* certificateKeyOf(kubeadm);
  if (isBroken(key)) return fail(kubeadm, key.error);
  const stored = yield* storeCertificates(kubeadm, key);
  return stored === undefined ? 0 : fail(kubeadm, stored.error, 'upload-certs');
}

export function* certificateKey(kubeadm: Kubeadm): Script {
  say(kubeadm, newCertificateKey(yield* purposeHere(kubeadm, 'certificates')));
  return 0;
}

function* create(kubeadm: Kubeadm): Script {
  const { flags, args } = kubeadm;
  const given = args[0];
  const token = given === undefined ? newToken(yield* purposeHere(kubeadm, 'token')) : readToken(given);
  if (token === undefined)
    return fail(
      kubeadm,
      `the bootstrap token "${given}" was not of the form "\\\\A([a-z0-9]{6})\\\\.([a-z0-9]{16})\\\\z"`,
    );
  const ttl = flagOf(flags, 'ttl');
  const ttlUs = ttl === undefined ? TOKEN_TTL_US : ttl === '0' ? 0 : readGoDuration(ttl);
  if (ttlUs === undefined)
    return fail(kubeadm, `invalid argument "${ttl}" for "--ttl" flag: time: invalid duration "${ttl}"`);
  const exists = yield* ask(kubeadm, endpointOf(kubeadm), 'GET', secretPath(secretName(token.id)));
  if (!isBroken(exists)) return fail(kubeadm, `a token with id "${token.id}" already exists`);
  if (exists.status !== 404) return fail(kubeadm, `timed out waiting for the condition: ${exists.error}`);
  const stored = yield* storeToken(kubeadm, token, ttlUs, flagOf(flags, 'description') ?? '');
  if (stored !== undefined) return fail(kubeadm, stored.error);
  const key = flagOf(flags, 'certificate-key');
  say(kubeadm, isSet(flags, 'print-join-command') ? joinCommand(kubeadm, token, key) : tokenText(token));
  return 0;
}

/** Tokens that count for something, by id. */
function* tokens(kubeadm: Kubeadm): Script<Asked<readonly Secret[]>> {
  const listed = yield* ask<KubeList>(kubeadm, endpointOf(kubeadm), 'GET', SECRETS);
  if (isBroken(listed)) return listed;
  const nowUs = yield* wallUs();
  const all = listed.body.items as unknown as readonly Secret[];
  return { body: all.filter(({ type, data }) => type === TOKEN_TYPE && !isExpired(data, nowUs)) };
}

const HEADER = ['TOKEN', 'TTL', 'EXPIRES', 'USAGES', 'DESCRIPTION', 'EXTRA GROUPS'];

function* list(kubeadm: Kubeadm): Script {
  const found = yield* tokens(kubeadm);
  if (isBroken(found)) return fail(kubeadm, `failed to list bootstrap tokens: ${found.error}`);
  const nowUs = yield* wallUs();
  const rows = found.body.map(({ metadata, data }) => [
    `${metadata.name.slice('bootstrap-token-'.length)}.${data.value}`,
    data.expirationUs === undefined ? '<forever>' : humanDuration(data.expirationUs - nowUs),
    data.expirationUs === undefined ? '<never>' : isoTime(data.expirationUs, 0),
    (data.usages ?? []).join(','),
    data.description === '' || data.description === undefined ? '<none>' : data.description,
    (data.groups ?? []).join(','),
  ]);
  if (rows.length === 0) return 0;
  sayTable(kubeadm, [HEADER, ...rows]);
  return 0;
}

function* remove(kubeadm: Kubeadm): Script {
  if (kubeadm.args.length === 0)
    return fail(kubeadm, 'missing argument; \'token delete\' is missing token of form ["^([a-z0-9]{6})$"]');
  for (const arg of kubeadm.args) {
    const id = readToken(arg)?.id ?? arg;
    if (!/^[a-z0-9]{6}$/.test(id))
      return fail(
        kubeadm,
        `given token "${arg}" didn't match pattern "\\\\A([a-z0-9]{6})\\\\z" or "\\\\A([a-z0-9]{6})\\\\.([a-z0-9]{16})\\\\z"`,
      );
    const gone = yield* ask(kubeadm, endpointOf(kubeadm), 'DELETE', secretPath(secretName(id)));
    if (isBroken(gone)) return fail(kubeadm, `failed to delete bootstrap token "${id}": ${gone.error}`);
    say(kubeadm, `bootstrap token "${id}" deleted`);
  }
  return 0;
}

export function* token(kubeadm: Kubeadm): Script {
  const [verb, ...args] = kubeadm.args;
  const inner = { ...kubeadm, args };
  switch (verb) {
    case 'create':
      return yield* create(inner);
    case 'list':
      return yield* list(inner);
    case 'delete':
      return yield* remove(inner);
    case 'generate':
      say(kubeadm, tokenText(newToken(yield* purposeHere(kubeadm, 'generated'))));
      return 0;
    default:
      return fail(
        kubeadm,
        `unknown command "${verb ?? ''}" for "kubeadm token"; there are create, delete, generate, list`,
      );
  }
}
