/**
 * kubeadm's calls to the API, and what its errors say of one that failed: as Go's net/url and client-go word it.
 *
 * Sources: k/k cmd/kubeadm/app/constants (KubernetesAPICall 1 min, every 500 ms; a request 10 s), client-go rest/request.go,
 * Go net/url Error (the URL in quotes since Go 1.14, which is Kubernetes 1.19). Unit: microseconds.
 */
import { isStatus, type KubeObject, objectPath } from '../../kube-apiserver/api.ts';
import type { SecretData } from '../../kubeadm/tokens.ts';
import { EXPIRED } from '../../tls.ts';
import { type Expired, type Fetched, fetchOne, type Script } from '../command.ts';
import { expiredWords, type Server } from '../kubectl/client.ts';
import { type Broken, every, isBroken, type Kubeadm, retried } from './session.ts';

const REQUEST_US = 10_000_000;
const QUOTED_SINCE_MINOR = 19;
export const API_PATIENCE = every(500_000, 60_000_000);

export interface Refused extends Broken {
  /** 0: there was no answer. */
  readonly status: number;
}
export type Asked<Body> = { readonly body: Body } | Refused;

const VERBS: Readonly<Record<string, string>> = {
  GET: 'Get',
  POST: 'Post',
  PUT: 'Put',
  PATCH: 'Patch',
  DELETE: 'Delete',
};

function networkWords({ outcome, connected, greeted, body }: Fetched, { address, port }: Server): string {
  const dial = `dial tcp ${address}:${port}`;
  switch (outcome) {
    case 'refused':
      return `${dial}: connect: connection refused`;
    case 'no-route':
      return `${dial}: connect: no route to host`;
    case 'timeout':
      if (!connected) return `${dial}: i/o timeout`;
      return greeted
        ? 'net/http: request canceled (Client.Timeout exceeded while awaiting headers)'
        : 'net/http: TLS handshake timeout';
    case 'expired':
      return `${EXPIRED}: ${expiredWords(body as Expired)}`;
    case 'reset':
      return `read tcp ${address}:${port}: read: connection reset by peer`;
    default:
      return 'EOF';
  }
}

/** One request, not repeated. */
export function* ask<Body>(
  { minor }: Pick<Kubeadm, 'minor'>,
  server: Server,
  method: string,
  path: string,
  body?: unknown,
): Script<Asked<Body>> {
  const fetched = yield* fetchOne({
    to: server.address,
    port: server.port,
    tls: server.tls,
    method,
    path,
    ...(body === undefined ? {} : { body }),
    verifies: true,
    ...(server.notAfterUs === undefined ? {} : { notAfterUs: server.notAfterUs }),
    timeoutUs: REQUEST_US,
  });
  const { outcome, status, body: answer } = fetched;
  if (outcome === 'response' && status < 400) return { body: answer as Body };
  if (outcome === 'response')
    return { status, error: isStatus(answer) ? answer.message : `the server answered ${status}` };
  const url = `https://${server.address}:${server.port}${path}?timeout=10s`;
  const place = minor < QUOTED_SINCE_MINOR ? url : `"${url}"`;
  return { status: 0, error: `${VERBS[method]} ${place}: ${networkWords(fetched, server)}` };
}

/** The same, tried again for a minute unless the answer says what is wrong with the request. */
export function* askOn<Body>(
  kubeadm: Kubeadm,
  server: Server,
  method: string,
  path: string,
  body?: unknown,
): Script<Asked<Body>> {
  const answer = yield* retried<Asked<Body>>(API_PATIENCE, function* () {
    const asked = yield* ask<Body>(kubeadm, server, method, path, body);
    return isBroken(asked) && isFinal(asked) ? { body: asked as unknown as Body } : asked;
  });
  if (isBroken(answer)) return answer as Refused;
  const inner = (answer as { readonly body: unknown }).body;
  return isBroken(inner) ? (inner as Refused) : (answer as Asked<Body>);
}

function isFinal({ status }: Refused): boolean {
  return status === 404 || status === 409 || status === 401 || status === 403;
}

/** Creates an object, or puts it in the place of the one that is there. */
export function* createOrUpdate(
  kubeadm: Kubeadm,
  server: Server,
  collection: string,
  object: KubeObject,
): Script<Asked<KubeObject>> {
  const created = yield* askOn<KubeObject>(kubeadm, server, 'POST', collection, object);
  if (!isBroken(created) || created.status !== 409) return created;
  return yield* askOn<KubeObject>(kubeadm, server, 'PUT', `${collection}/${object.metadata.name}`, object);
}

// --- Secrets

export interface Secret extends KubeObject {
  readonly kind: 'Secret';
  readonly type: string;
  readonly data: SecretData;
}

export function secretObject(name: string, type: string, data: SecretData): Secret {
  return { apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace: 'kube-system' }, type, data };
}

export function secretPath(name: string): string {
  return objectPath('secrets', 'kube-system', name);
}
